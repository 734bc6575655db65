//! A manufacturer with its campaigns.

use proto::{
    convert::time_to_wire,
    v1::{self, campaign_service_client::CampaignServiceClient, requirement::Need, terms::Reward},
};
use shared::time::UnixMillis;
use tonic::transport::Channel;
use uuid::Uuid;

use super::{cny, granted, signed};

/// A manufacturer with its key.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// Its id, "I1001".
    pub id: String,
    channel: Channel,
    key: String,
}

/// What a campaign promises, told in a chain.
#[derive(Debug, Clone)]
pub struct Deal {
    terms: v1::Terms,
    per_wallet_limit: u32,
    total_circulation: u32,
    budget_minor: i64,
    image_url: String,
    gpc_code: u32,
}

impl Deal {
    /// So much off each unit, on up to `max_units`.
    pub fn off_each(amount_minor: i64, max_units: u32) -> Self {
        Self::of(Reward::AmountOffEach(v1::AmountOffEach { amount: Some(cny(amount_minor)), max_units }))
    }

    /// Hundredths of a percent off, up to a cap.
    pub fn percent_off(basis_points: u32, cap_minor: i64) -> Self {
        Self::of(Reward::PercentOff(v1::PercentOff { basis_points, cap: Some(cny(cap_minor)) }))
    }

    /// So much off once, from a spend on.
    pub fn off_spend(amount_minor: i64, minimum_spend_minor: i64) -> Self {
        let mut deal = Self::of(Reward::AmountOff(v1::AmountOff { amount: Some(cny(amount_minor)) }));
        deal.terms.requirements[0].need = Some(Need::Spend(cny(minimum_spend_minor)));
        deal
    }

    /// Up to `max_units` units for this price each.
    pub fn for_price(price_each_minor: i64, max_units: u32, cap_minor: i64) -> Self {
        let (price_each, cap) = (Some(cny(price_each_minor)), Some(cny(cap_minor)));
        Self::of(Reward::FixedPrice(v1::FixedPrice { price_each, max_units, cap }))
    }

    /// So many units for nothing.
    pub fn free(units: u32, cap_minor: i64) -> Self {
        Self::of(Reward::FreeItems(v1::FreeItems { units, cap: Some(cny(cap_minor)) }))
    }

    /// Of each `buy + get` units a percentage off `get` of them, for so many sets.
    pub fn buy_get(buy: u32, get: u32, basis_points: u32, max_sets: u32, cap_minor: i64) -> Self {
        let cap = Some(cny(cap_minor));
        Self::of(Reward::BuyGet(v1::BuyGet { buy, get, basis_points, max_sets, cap }))
    }

    fn of(reward: Reward) -> Self {
        let window = |ms| Some(time_to_wire(UnixMillis(ms)));
        let terms = v1::Terms {
            requirements: vec![v1::Requirement {
                gtins: vec![],
                company_prefixes: vec![],
                need: Some(Need::Units(1)),
            }],
            reward: Some(reward),
            merchant_ids: vec![],
            starts_at: window(0),
            // 2100: after every story.
            ends_at: window(4_102_444_800_000),
            ..v1::Terms::default()
        };
        Self {
            terms,
            per_wallet_limit: 1,
            total_circulation: 0,
            budget_minor: 100_000,
            image_url: String::new(),
            gpc_code: 0,
        }
    }

    /// Coupons that all wallets together are allowed, ever.
    #[must_use]
    pub fn circulation(mut self, coupons: u32) -> Self {
        self.total_circulation = coupons;
        self
    }

    /// An item it holds for.
    #[must_use]
    pub fn on(mut self, gtin: &str) -> Self {
        self.terms.requirements[0].gtins.push(gtin.to_owned());
        self
    }

    /// Every item of a company.
    #[must_use]
    pub fn on_brand(mut self, company_prefix: &str) -> Self {
        self.terms.requirements[0].company_prefixes.push(company_prefix.to_owned());
        self
    }

    /// So many units of its items.
    #[must_use]
    pub fn needing(mut self, units: u32) -> Self {
        self.terms.requirements[0].need = Some(Need::Units(units));
        self
    }

    /// One more requirement: so many units of one item; how all go together; and the requirement (counted from 1) whose units
    /// are rewarded, 0 for all.
    #[must_use]
    pub fn with(mut self, how: v1::RequirementCombination, gtin: &str, units: u32, applies_to: u32) -> Self {
        self.terms.requirements.push(v1::Requirement {
            gtins: vec![gtin.to_owned()],
            company_prefixes: vec![],
            need: Some(Need::Units(units)),
        });
        self.terms.combination = how.into();
        self.terms.applies_to = applies_to;
        self
    }

    /// Which of its units are rewarded.
    #[must_use]
    pub fn picking(mut self, pick: v1::RewardPick) -> Self {
        self.terms.pick = pick.into();
        self
    }

    /// Where the whole basket comes to so much.
    #[must_use]
    pub fn in_baskets_from(mut self, minimum_minor: i64) -> Self {
        self.terms.basket_minimum = Some(cny(minimum_minor));
        self
    }

    /// A branch that honours it.
    #[must_use]
    pub fn at_branch(mut self, gln: &str) -> Self {
        self.terms.branch_glns.push(gln.to_owned());
        self
    }

    /// The hours at which it holds.
    #[must_use]
    pub fn at_hours(mut self, hours: v1::Hours) -> Self {
        self.terms.hours = Some(hours);
        self
    }

    /// One coupon of this group a purchase.
    #[must_use]
    pub fn in_group(mut self, group: &str) -> Self {
        self.terms.stacking = Some(v1::Stacking { group: group.to_owned(), exclusive: false });
        self
    }

    /// With no other coupon.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.terms.stacking = Some(v1::Stacking { group: String::new(), exclusive: true });
        self
    }

    /// A picture of it.
    #[must_use]
    pub fn shown_by(mut self, image_url: &str) -> Self {
        image_url.clone_into(&mut self.image_url);
        self
    }

    /// A shop that honours it; without any, all do.
    #[must_use]
    pub fn at(mut self, merchant_id: &str) -> Self {
        self.terms.merchant_ids.push(merchant_id.to_owned());
        self
    }

    /// What kind of goods it is for.
    #[must_use]
    pub fn kind(mut self, gpc_code: u32) -> Self {
        self.gpc_code = gpc_code;
        self
    }

    /// First instant at which it can no longer be redeemed.
    #[must_use]
    pub fn until(mut self, end: UnixMillis) -> Self {
        self.terms.ends_at = Some(time_to_wire(end));
        self
    }

    /// What becomes of a coupon whose goods come back.
    #[must_use]
    pub fn on_refund(mut self, policy: v1::RefundPolicy) -> Self {
        self.terms.refund_policy = policy.into();
        self
    }

    /// First instant at which it can be redeemed.
    #[must_use]
    pub fn from(mut self, start: UnixMillis) -> Self {
        self.terms.starts_at = Some(time_to_wire(start));
        self
    }

    /// Clips that one wallet is allowed, ever.
    #[must_use]
    pub fn clips(mut self, per_wallet_limit: u32) -> Self {
        self.per_wallet_limit = per_wallet_limit;
        self
    }

    /// Money behind it.
    #[must_use]
    pub fn budget(mut self, budget_minor: i64) -> Self {
        self.budget_minor = budget_minor;
        self
    }
}

impl Issuer {
    pub(super) fn new(channel: Channel, id: String, key: String) -> Self {
        Self { id, channel, key }
    }

    /// Makes, funds and activates a campaign: its offer number. The money must be in the issuer's account.
    pub async fn run(&self, title: &str, deal: Deal) -> u32 {
        let Deal { terms, per_wallet_limit, total_circulation, budget_minor, image_url, gpc_code } = deal;
        let title = v1::LocalizedText { en: title.to_owned(), zh: title.to_owned() };
        let request = v1::CreateCampaignRequest {
            image_url,
            title: Some(title),
            description: None,
            terms: Some(terms),
            per_wallet_limit,
            total_circulation,
            gpc_code,
        };
        let made = granted(self.client().create_campaign(signed(&self.key, request)).await);
        let offer_number = made.campaign.and_then(|c| c.offer).expect("a campaign").offer_number;
        let request = v1::FundCampaignRequest {
            offer_number,
            funding_id: Uuid::now_v7().to_string(),
            amount: Some(cny(budget_minor)),
        };
        granted(self.client().fund_campaign(signed(&self.key, request)).await);
        let request = v1::ActivateCampaignRequest { offer_number };
        granted(self.client().activate_campaign(signed(&self.key, request)).await);
        offer_number
    }

    /// Stops further clipping.
    pub async fn pause(&self, offer_number: u32) {
        let request = v1::PauseCampaignRequest { offer_number, return_budget: false };
        granted(self.client().pause_campaign(signed(&self.key, request)).await);
    }

    /// The same, with the money that nobody was promised back on its account.
    pub async fn stop(&self, offer_number: u32) {
        let request = v1::PauseCampaignRequest { offer_number, return_budget: true };
        granted(self.client().pause_campaign(signed(&self.key, request)).await);
    }

    /// Its office, for settling.
    pub fn office(&self) -> super::Office {
        super::Office::new(self.channel.clone(), self.key.clone())
    }

    /// A campaign's report, by days of UTC.
    pub async fn report(&self, offer_number: u32) -> v1::GetCampaignReportResponse {
        let request = v1::GetCampaignReportRequest { offer_number, utc_offset_minutes: 0 };
        granted(self.client().get_campaign_report(signed(&self.key, request)).await)
    }

    /// A campaign as it stands.
    pub async fn campaign(&self, offer_number: u32) -> v1::Campaign {
        let request = v1::GetCampaignRequest { offer_number };
        granted(self.client().get_campaign(signed(&self.key, request)).await).campaign.expect("a campaign")
    }

    /// What was redeemed, newest first.
    pub async fn redemptions(&self, offer_number: u32) -> Vec<v1::Redemption> {
        let request = v1::ListRedemptionsRequest { offer_number, page_size: 500, page_token: String::new() };
        granted(self.client().list_redemptions(signed(&self.key, request)).await).redemptions
    }

    /// The name of its account.
    pub fn account(&self) -> String {
        format!("issuer:{}", self.id)
    }

    fn client(&self) -> CampaignServiceClient<Channel> {
        CampaignServiceClient::new(self.channel.clone())
    }
}
