//! Shops with a till each, and a manufacturer's campaigns.

use proto::v1::{
    self, campaign_service_client::CampaignServiceClient, operator_service_client::OperatorServiceClient,
};
use shared::gs1::check_digit;
use tonic::transport::Channel;
use uuid::Uuid;

use super::{OFF_MINOR, Offer, Size, all, cny, with};

/// Enough for every coupon that a run clips.
const BUDGET_MINOR: i64 = 10_000_000_000;
const PER_WALLET_LIMIT: u32 = 1_000;

pub(crate) struct Enrolled {
    pub till_keys: Vec<String>,
    pub offers: Vec<Offer>,
}

pub(crate) async fn enrol(channel: &Channel, operator_key: &str, size: Size) -> Enrolled {
    let till_keys = all(0..size.shops, |n| shop(channel.clone(), operator_key, n)).await;
    let mut operator = OperatorServiceClient::new(channel.clone());
    let issuer = v1::CreateIssuerRequest { name: "Silk AG".to_owned(), fee_rate: String::new() };
    let issuer = operator.create_issuer(with(operator_key, issuer)).await.unwrap().into_inner();
    let offers = all(0..size.campaigns, |n| campaign(channel.clone(), operator_key, &issuer, n)).await;
    Enrolled { till_keys, offers }
}

/// A shop: the key of its till.
async fn shop(channel: Channel, operator_key: &str, n: usize) -> String {
    let mut operator = OperatorServiceClient::new(channel);
    let merchant = v1::CreateMerchantRequest { name: format!("Corner Shop {n}"), fee_rate: String::new() };
    let merchant = operator.create_merchant(with(operator_key, merchant)).await.unwrap().into_inner();
    let terminal = v1::CreateTerminalRequest {
        branch_gln: String::new(),
        merchant_id: merchant.merchant_id,
        name: "Lane 1".to_owned(),
    };
    operator.create_terminal(with(operator_key, terminal)).await.unwrap().into_inner().key
}

async fn campaign(
    channel: Channel,
    operator_key: &str,
    issuer: &v1::CreateIssuerResponse,
    n: usize,
) -> Offer {
    let mut operator = OperatorServiceClient::new(channel.clone());
    let mut campaigns = CampaignServiceClient::new(channel);
    let deposit = v1::DepositRequest {
        deposit_id: Uuid::now_v7().to_string(),
        holder_id: issuer.issuer_id.clone(),
        amount: cny(BUDGET_MINOR),
    };
    operator.deposit(with(operator_key, deposit)).await.unwrap();
    let text =
        v1::LocalizedText { en: "Silk Shampoo 500 ml".to_owned(), zh: "丝滑洗发水500毫升".to_owned() };
    let create = v1::CreateCampaignRequest {
        title: Some(text),
        terms: Some(terms(n)),
        per_wallet_limit: PER_WALLET_LIMIT,
        ..v1::CreateCampaignRequest::default()
    };
    let made = campaigns.create_campaign(with(&issuer.key, create)).await.unwrap().into_inner();
    let offer = made.campaign.unwrap().offer.unwrap();
    let offer_number = offer.offer_number;
    let funding_id = Uuid::now_v7().to_string();
    let fund = v1::FundCampaignRequest { offer_number, funding_id, amount: cny(BUDGET_MINOR) };
    campaigns.fund_campaign(with(&issuer.key, fund)).await.unwrap();
    let activate = v1::ActivateCampaignRequest { offer_number };
    campaigns.activate_campaign(with(&issuer.key, activate)).await.unwrap();
    Offer::of(&offer)
}

/// So much off one unit of an item of its own.
fn terms(n: usize) -> v1::Terms {
    let body = 690_123_000_000 + u64::try_from(n).unwrap();
    let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    v1::Terms {
        requirements: vec![v1::Requirement {
            gtins: vec![format!("{body}{}", check_digit(body))],
            company_prefixes: Vec::new(),
            need: Some(v1::requirement::Need::Units(1)),
        }],
        reward: Some(v1::terms::Reward::AmountOffEach(v1::AmountOffEach {
            amount: cny(OFF_MINOR),
            max_units: 1,
        })),
        starts_at: time(0),
        ends_at: time(4_000_000_000),
        ..v1::Terms::default()
    }
}
