//! A shop with its till, and manufacturers with funded campaigns, made through the provider's public calls with the
//! operator's key. What is there already is kept, so it is safe to repeat, also after it was cut off in the middle.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use proto::{
    convert::time_from_wire,
    v1::{
        ActivateCampaignRequest, Campaign, CampaignState, CreateIssuerRequest, CreateMerchantRequest,
        CreateTerminalRequest, DepositRequest, FundCampaignRequest, ListCampaignsRequest,
        campaign_service_client::CampaignServiceClient, operator_service_client::OperatorServiceClient,
    },
};
use shared::time::UnixMillis;
use tonic::transport::Channel;

use super::{
    calls::{granted, money, present, signed},
    folder::{Folder, read_secret, write_secret},
    offers::{MAKERS, Maker, Promise, budget_minor},
    programs::{DATABASE_URL, database_url},
};
use crate::shell::{Outcome, read_text, write};

/// The shop's name, as receipts show it.
pub(super) const SHOP: &str = "Corner Shop 街角便利店";
/// More than a manufacturer of the demo ever runs at a time.
const CAMPAIGNS_READ: u32 = 100;

/// Everybody who was enrolled.
#[derive(Debug)]
pub(super) struct Seeded {
    /// The operator's key.
    pub(super) operator_key: String,
    /// The shop's id, "M1001".
    pub(super) shop_id: String,
    /// The file with the till's key.
    pub(super) till_key: PathBuf,
    /// The provider's public key, with which the till checks offers.
    pub(super) provider_key: String,
    /// The manufacturers' keys, by their name in files.
    pub(super) makers: BTreeMap<&'static str, String>,
    /// The offers' numbers, by their English title.
    pub(super) offers: BTreeMap<&'static str, u32>,
}

/// Makes what is not there yet; the keys are kept in the demo's folder.
///
/// # Errors
/// When the provider refuses, or a key can't be kept.
pub(super) async fn seed(channel: &Channel, folder: &Folder, now: UnixMillis) -> Outcome<Seeded> {
    let key = folder.operator_key();
    let operator_key = read_secret(&key)?.ok_or_else(|| match database_url() {
        Some(_) => format!("the database of {DATABASE_URL} has a provider already: name an empty one"),
        None => format!("{} is missing", key.display()),
    })?;
    let seeding = Seeding { channel, operator_key: &operator_key, keys: &folder.keys(), now };
    let shop_id = seeding.shop().await?;
    let (till_key, provider_key) = seeding.till(&shop_id).await?;
    let (mut makers, mut offers) = (BTreeMap::new(), BTreeMap::new());
    // Wallets show the newest first, so the last come first.
    for maker in MAKERS.iter().rev() {
        let key = seeding.maker(maker).await?;
        let running = seeding.running(&key).await?;
        for promise in maker.offers.iter().rev() {
            let there = running.get(promise.title()).cloned();
            offers.insert(promise.title(), seeding.offer(maker, &key, promise, there).await?);
        }
        makers.insert(maker.slug, key);
    }
    Ok(Seeded { operator_key, shop_id, till_key, provider_key, makers, offers })
}

struct Seeding<'a> {
    channel: &'a Channel,
    operator_key: &'a str,
    keys: &'a Path,
    now: UnixMillis,
}

impl Seeding<'_> {
    /// The shop's id. It is in a file, since no call lists shops.
    async fn shop(&self) -> Outcome<String> {
        let file = self.keys.join("shop.id");
        if let Some(id) = read_secret(&file)? {
            return Ok(id);
        }
        let request = CreateMerchantRequest { name: SHOP.to_owned(), fee_rate: String::new() };
        let answer = self.operator().create_merchant(signed(self.operator_key, request)?).await;
        let id = granted("enrolling the shop", answer)?.merchant_id;
        write_secret(&file, &id)?;
        Ok(id)
    }

    /// The file with the till's key, and the provider's public one, which is told when a till is enrolled.
    async fn till(&self, shop_id: &str) -> Outcome<(PathBuf, String)> {
        let (file, provider_file) = (self.keys.join("till.key"), self.keys.join("provider.public"));
        if read_secret(&file)?.is_none() || !provider_file.exists() {
            let request = CreateTerminalRequest {
                branch_gln: String::new(),
                merchant_id: shop_id.to_owned(),
                name: "Lane 1".to_owned(),
            };
            let answer = self.operator().create_terminal(signed(self.operator_key, request)?).await;
            let terminal = granted("enrolling the till", answer)?;
            write(&provider_file, hex(&terminal.provider_public_key))?;
            write_secret(&file, &terminal.key)?;
        }
        Ok((file, read_text(&provider_file)?))
    }

    /// A manufacturer's key.
    async fn maker(&self, maker: &Maker) -> Outcome<String> {
        let file = self.keys.join(format!("{}.key", maker.slug));
        if let Some(key) = read_secret(&file)? {
            return Ok(key);
        }
        let request = CreateIssuerRequest { name: maker.name.to_owned(), fee_rate: String::new() };
        let answer = self.operator().create_issuer(signed(self.operator_key, request)?).await;
        let key = granted("enrolling a manufacturer", answer)?.key;
        write_secret(&file, &key)?;
        Ok(key)
    }

    /// A manufacturer's campaigns that have not ended, by English title.
    async fn running(&self, key: &str) -> Outcome<BTreeMap<String, Campaign>> {
        let request = ListCampaignsRequest { page_size: CAMPAIGNS_READ, page_token: String::new() };
        let answer = self.campaigns().list_campaigns(signed(key, request)?).await;
        let all = granted("listing a manufacturer's campaigns", answer)?.campaigns;
        let mut running = BTreeMap::new();
        for campaign in all {
            let offer = campaign.offer.clone().unwrap_or_default();
            let ends_at = time_from_wire("ends_at", offer.terms.and_then(|terms| terms.ends_at).as_ref())?;
            if self.now < ends_at {
                running.entry(offer.title.unwrap_or_default().en).or_insert(campaign);
            }
        }
        Ok(running)
    }

    /// The number of an offer that can be clipped; `there` is its campaign, where it was made before.
    async fn offer(
        &self,
        maker: &Maker,
        key: &str,
        promise: &Promise,
        there: Option<Campaign>,
    ) -> Outcome<u32> {
        let what = |doing: &str| format!("{doing} \"{}\"", promise.title());
        let terms = promise.terms(self.now)?;
        let campaign = match there {
            Some(campaign) => campaign,
            None => {
                let answer = self
                    .campaigns()
                    .create_campaign(signed(key, promise.campaign(&terms, maker.gpc_code))?)
                    .await;
                present("campaign", granted(&what("making the campaign"), answer)?.campaign)?
            }
        };
        let state = campaign.state();
        let offer_number = present("offer", campaign.offer)?.offer_number;
        if state != CampaignState::Draft {
            return Ok(offer_number);
        }
        let amount = Some(money(budget_minor(&terms)));
        let request = DepositRequest {
            deposit_id: once("paid", offer_number),
            holder_id: holder_id(maker, key)?,
            amount: amount.clone(),
        };
        let answer = self.operator().deposit(signed(self.operator_key, request)?).await;
        granted(&what("paying in the budget of"), answer)?;
        let request = FundCampaignRequest { offer_number, funding_id: once("funds", offer_number), amount };
        let answer = self.campaigns().fund_campaign(signed(key, request)?).await;
        granted(&what("funding"), answer)?;
        let request = ActivateCampaignRequest { offer_number };
        let answer = self.campaigns().activate_campaign(signed(key, request)?).await;
        granted(&what("activating"), answer)?;
        Ok(offer_number)
    }

    fn operator(&self) -> OperatorServiceClient<Channel> {
        OperatorServiceClient::new(self.channel.clone())
    }

    fn campaigns(&self) -> CampaignServiceClient<Channel> {
        CampaignServiceClient::new(self.channel.clone())
    }
}

/// An id that comes out the same for the same offer, so that its money moves once however often this runs.
fn once(what: &str, offer_number: u32) -> String {
    let mut bytes = [0; 16];
    bytes[..what.len()].copy_from_slice(what.as_bytes());
    bytes[12..].copy_from_slice(&offer_number.to_be_bytes());
    // A UUID of version 8, whose bits are each maker's own [RFC 9562, 5.8].
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The manufacturer's id, which its key `osk_issuer_I1001_...` names.
fn holder_id(maker: &Maker, key: &str) -> Outcome<String> {
    let id = key.strip_prefix("osk_issuer_").and_then(|rest| rest.split('_').next());
    let id = id.ok_or_else(|| {
        format!("the key of {} is damaged: `cargo xtask demo --fresh` starts over with new ones", maker.name)
    })?;
    Ok(id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_movement_of_money_has_an_id_of_its_own_that_stays() {
        assert_eq!(once("paid", 100_001), once("paid", 100_001));
        assert_ne!(once("paid", 100_001), once("funds", 100_001));
        assert_ne!(once("paid", 100_001), once("paid", 100_002));
    }

    #[test]
    fn a_key_names_its_holder() {
        let maker = &MAKERS[0];
        assert_eq!(holder_id(maker, "osk_issuer_I1001_abc_def").unwrap(), "I1001");
        assert!(holder_id(maker, "nonsense").is_err());
    }
}
