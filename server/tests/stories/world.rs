//! The world of a story: a provider, its operator, shops with tills, manufacturers, shoppers with phones.

use std::{path::Path, sync::Arc};

use ed25519_dalek::{Signer, SigningKey};
use prost::Message;
use proto::{
    claims, convert,
    status::Failure,
    v1::{
        self, campaign_service_client::CampaignServiceClient, operator_service_client::OperatorServiceClient,
        payment_service_client::PaymentServiceClient, wallet_service_client::WalletServiceClient,
    },
};
use server::{
    OPERATOR_KEY_FILE, Running,
    clock::{Clock, ManualClock, Surroundings, SystemRandom},
    config::{Config, Rules},
    serve,
    store::{Database, Store},
};
use shared::{
    code::{Language, TokenNumber, UnsignedCode},
    gs1::Gtin,
    money::{Currency, Money},
    offer::{Reward, Terms, TermsParts},
    reason::Reason,
    time::UnixMillis,
};
use tempfile::TempDir;
use tonic::{Request, Status, transport::Channel};
use uuid::Uuid;

use crate::{Backend, cluster::cluster};

pub(crate) const START: UnixMillis = UnixMillis(1_790_000_000_000);
pub(crate) const DAY_MS: i64 = 24 * 3_600_000;
pub(crate) const SHAMPOO: &str = "6901234567892";
pub(crate) const SOAP: &str = "6909876543212";

pub(crate) struct World {
    /// None where the server is a process of its own.
    pub running: Option<Running>,
    pub clock: Arc<ManualClock>,
    pub channel: Channel,
    pub dir: Arc<TempDir>,
    pub operator: Operator,
}

/// An operator's calls.
#[derive(Clone)]
pub(crate) struct Operator {
    pub client: OperatorServiceClient<Channel>,
    pub key: String,
}

pub(crate) struct Issuer {
    pub id: String,
    pub client: CampaignServiceClient<Channel>,
    pub key: String,
}

#[derive(Clone)]
pub(crate) struct Till {
    pub merchant: String,
    pub id: String,
    pub client: PaymentServiceClient<Channel>,
    pub key: String,
}

pub(crate) struct Phone {
    pub key: SigningKey,
    pub client: WalletServiceClient<Channel>,
    pub wallet_id: String,
    pub session: String,
    pub clock: Arc<ManualClock>,
}

/// A request with a bearer.
pub(crate) fn with<T>(key: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
    request
}

pub(crate) fn cny(minor: i64) -> Option<v1::Money> {
    Some(convert::money_to_wire(Money::new(Currency::CNY, minor)))
}

pub(crate) fn minor(money: &Option<v1::Money>) -> i64 {
    money.as_ref().unwrap().minor_units
}

pub(crate) fn reason(status: &Status) -> Reason {
    Failure::from_status(status).unwrap_or_else(|| panic!("no reason in {status:?}")).reason
}

/// A result that must be refused.
#[track_caller]
pub(crate) fn refused<T>(result: Result<T, Status>) -> Reason {
    reason(&result.err().expect("should have been refused"))
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_rules(Rules::default()).await
    }

    pub(crate) async fn with_rules(rules: Rules) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        Self::start(dir, ManualClock::at(START), Config { rules, ..Config::default() }).await
    }

    pub(crate) async fn start(dir: Arc<TempDir>, clock: Arc<ManualClock>, config: Config) -> Self {
        let outside = Surroundings { clock: clock.clone(), random: Arc::new(SystemRandom) };
        let store = Store::open_at(database(dir.path()), dir.path(), config.rules.currency, &outside).unwrap();
        let running = serve(config, store, outside).await.unwrap();
        let url = running.url();
        Self { running: Some(running), ..Self::at(&url, dir, clock).await }
    }

    /// The world of a server that runs already.
    pub(crate) async fn at(url: &str, dir: Arc<TempDir>, clock: Arc<ManualClock>) -> Self {
        let channel = Channel::from_shared(url.to_owned()).unwrap().connect().await.unwrap();
        let operator =
            Operator { client: OperatorServiceClient::new(channel.clone()), key: operator_key(dir.path()) };
        Self { running: None, clock, channel, dir, operator }
    }

    pub(crate) fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// Stops the server in good order and starts another on the same data.
    pub(crate) async fn restart(self) -> Self {
        let Self { running, clock, dir, .. } = self;
        running.unwrap().shutdown().await;
        Self::start(dir, clock, Config::default()).await
    }

    pub(crate) async fn till(&mut self) -> Till {
        let merchant = self.operator.create_merchant("Corner Shop").await;
        self.till_of(&merchant).await
    }

    pub(crate) async fn till_of(&mut self, merchant: &str) -> Till {
        let request = v1::CreateTerminalRequest {
            branch_gln: String::new(),
            merchant_id: merchant.to_owned(),
            name: "Lane 1".to_owned(),
        };
        let made = self.operator.client.create_terminal(with(&self.operator.key, request)).await.unwrap();
        let v1::CreateTerminalResponse { terminal_id, key, .. } = made.into_inner();
        let client = PaymentServiceClient::new(self.channel.clone());
        Till { merchant: merchant.to_owned(), id: terminal_id, client, key }
    }

    /// A manufacturer with this much money.
    pub(crate) async fn issuer(&mut self, deposit_minor: i64) -> Issuer {
        let request = v1::CreateIssuerRequest { name: "Silk AG".to_owned(), fee_rate: String::new() };
        let made = self.operator.client.create_issuer(with(&self.operator.key, request)).await.unwrap();
        let v1::CreateIssuerResponse { issuer_id, key } = made.into_inner();
        if deposit_minor > 0 {
            self.operator.deposit(&issuer_id, deposit_minor).await.unwrap();
        }
        let client = CampaignServiceClient::new(self.channel.clone());
        Issuer { id: issuer_id, client, key }
    }

    /// A phone whose wallet holds this much.
    pub(crate) async fn phone(&mut self, balance_minor: i64) -> Phone {
        let mut secret = [0; 32];
        server::clock::Random::fill(&SystemRandom, &mut secret);
        let phone = self.phone_with(SigningKey::from_bytes(&secret)).await;
        if balance_minor > 0 {
            self.operator.deposit(&phone.wallet_id, balance_minor).await.unwrap();
        }
        phone
    }

    pub(crate) async fn phone_with(&mut self, key: SigningKey) -> Phone {
        let mut client = WalletServiceClient::new(self.channel.clone());
        let challenge = client.create_challenge(v1::CreateChallengeRequest {}).await.unwrap().into_inner();
        let request = open_request(&key, challenge.challenge);
        let opened = client.open_wallet(request).await.unwrap().into_inner();
        let (wallet_id, session) = (opened.wallet.unwrap().wallet_id, opened.session_token);
        Phone { key, client, wallet_id, session, clock: self.clock.clone() }
    }

    pub(crate) async fn balance(&mut self, account: impl Into<String>) -> i64 {
        self.operator.balance(account).await.unwrap()
    }

    /// The patent's own offer: 5.00 off a bottle, one bottle, every shop, for 30 days, with budget for many.
    pub(crate) async fn shampoo_offer(&mut self) -> (Issuer, u32) {
        let mut issuer = self.issuer(1_000_000).await;
        let offer = issuer.offer(each(&[SHAMPOO], 500, 1), 100_000).await;
        (issuer, offer)
    }

    pub(crate) fn now(&self) -> UnixMillis {
        self.clock.now()
    }
}

/// The database of the provider in this folder: the file there, or one in the tests' cluster that is named after it.
pub(crate) fn database(dir: &Path) -> Database {
    match super::BACKEND {
        Backend::Sqlite => Database::in_folder(dir),
        Backend::Postgres => {
            let url = cluster().database(&database_name(dir));
            Database::Postgres { url, serializable: false }
        }
    }
}

pub(crate) fn database_name(dir: &Path) -> String {
    format!("w{}", hex::encode(dir.file_name().unwrap().as_encoded_bytes()))
}

/// The offers of a till's answer.
pub(crate) fn offers_of(page: &v1::PaymentServiceListOffersResponse) -> Vec<v1::Offer> {
    page.signed_offers.iter().map(|signed| v1::Offer::decode(signed.offer.as_slice()).unwrap()).collect()
}

pub(crate) fn operator_key(dir: &Path) -> String {
    std::fs::read_to_string(dir.join(OPERATOR_KEY_FILE)).unwrap().trim().to_owned()
}

pub(crate) fn open_request(key: &SigningKey, challenge: Vec<u8>) -> v1::OpenWalletRequest {
    let signature = key.sign(&[b"onescan session v1".as_slice(), &challenge].concat());
    v1::OpenWalletRequest {
        public_key: key.verifying_key().to_bytes().to_vec(),
        challenge,
        signature: signature.to_bytes().to_vec(),
        device_name: "Phone".to_owned(),
    }
}

/// Terms with this reward, from the start for 30 days.
pub(crate) fn terms(gtins: &[&str], reward: Reward) -> TermsParts {
    let items: Vec<Gtin> = gtins.iter().map(|gtin| Gtin::parse(gtin).unwrap()).collect();
    TermsParts::new(Currency::CNY, items, reward, START, START.plus_ms(30 * DAY_MS))
}

pub(crate) fn each(gtins: &[&str], amount_minor: i64, max_units: u32) -> TermsParts {
    terms(gtins, Reward::AmountOffEach { amount_minor, max_units })
}

impl Operator {
    pub(crate) async fn create_merchant(&mut self, name: &str) -> String {
        let request = v1::CreateMerchantRequest { name: name.to_owned(), fee_rate: String::new() };
        self.client.create_merchant(with(&self.key, request)).await.unwrap().into_inner().merchant_id
    }

    pub(crate) async fn deposit(&mut self, holder: &str, amount: i64) -> Result<i64, Status> {
        self.deposit_as(Uuid::now_v7(), holder, amount).await
    }

    pub(crate) async fn deposit_as(&mut self, id: Uuid, holder: &str, amount: i64) -> Result<i64, Status> {
        let request = v1::DepositRequest {
            deposit_id: id.to_string(),
            holder_id: holder.to_owned(),
            amount: cny(amount),
        };
        Ok(minor(&self.client.deposit(with(&self.key, request)).await?.into_inner().balance))
    }

    pub(crate) async fn balance(&mut self, account: impl Into<String>) -> Result<i64, Status> {
        let request = v1::GetBalanceRequest { account: account.into() };
        Ok(minor(&self.client.get_balance(with(&self.key, request)).await?.into_inner().balance))
    }

    pub(crate) async fn freeze(&mut self, wallet: &str, frozen: bool) {
        let request = v1::FreezeWalletRequest { wallet_id: wallet.to_owned(), frozen };
        self.client.freeze_wallet(with(&self.key, request)).await.unwrap();
    }
}

impl Issuer {
    pub(crate) async fn create(&mut self, parts: TermsParts, per_wallet_limit: u32) -> Result<u32, Status> {
        let text = |en: &str, zh: &str| Some(v1::LocalizedText { en: en.to_owned(), zh: zh.to_owned() });
        let request = v1::CreateCampaignRequest {
            image_url: String::new(),
            title: text("Silk Shampoo 500 ml", "丝滑洗发水500毫升"),
            description: None,
            terms: Some(convert::terms_to_wire(&Terms::try_from(parts).unwrap())),
            per_wallet_limit,
            total_circulation: 0,
            gpc_code: 0,
        };
        let made = self.client.create_campaign(with(&self.key, request)).await?.into_inner();
        Ok(made.campaign.unwrap().offer.unwrap().offer_number)
    }

    pub(crate) async fn fund(&mut self, offer: u32, id: Uuid, amount: i64) -> Result<v1::Campaign, Status> {
        let request =
            v1::FundCampaignRequest { offer_number: offer, funding_id: id.to_string(), amount: cny(amount) };
        Ok(self.client.fund_campaign(with(&self.key, request)).await?.into_inner().campaign.unwrap())
    }

    pub(crate) async fn activate(&mut self, offer: u32) -> Result<v1::Campaign, Status> {
        let request = v1::ActivateCampaignRequest { offer_number: offer };
        Ok(self.client.activate_campaign(with(&self.key, request)).await?.into_inner().campaign.unwrap())
    }

    pub(crate) async fn pause(&mut self, offer: u32) -> Result<v1::Campaign, Status> {
        let request = v1::PauseCampaignRequest { offer_number: offer, return_budget: false };
        Ok(self.client.pause_campaign(with(&self.key, request)).await?.into_inner().campaign.unwrap())
    }

    /// A campaign that can be clipped.
    pub(crate) async fn offer(&mut self, parts: TermsParts, budget: i64) -> u32 {
        let offer = self.create(parts, 1).await.unwrap();
        self.fund(offer, Uuid::now_v7(), budget).await.unwrap();
        self.activate(offer).await.unwrap();
        offer
    }

    pub(crate) async fn campaign(&mut self, offer: u32) -> v1::Campaign {
        let request = v1::GetCampaignRequest { offer_number: offer };
        self.client.get_campaign(with(&self.key, request)).await.unwrap().into_inner().campaign.unwrap()
    }

    pub(crate) async fn redemptions(&mut self, offer: u32) -> Vec<v1::Redemption> {
        let request = v1::ListRedemptionsRequest { offer_number: offer, ..Default::default() };
        self.client.list_redemptions(with(&self.key, request)).await.unwrap().into_inner().redemptions
    }
}

impl Phone {
    pub(crate) async fn clip(&mut self, offer: u32) -> Result<v1::Coupon, Status> {
        let request = v1::ClipOfferRequest { offer_number: offer };
        Ok(self.client.clip_offer(with(&self.session, request)).await?.into_inner().coupon.unwrap())
    }

    pub(crate) async fn unclip(&mut self, coupon: &str) -> Result<v1::Coupon, Status> {
        let request = v1::UnclipCouponRequest { coupon_id: coupon.to_owned() };
        Ok(self.client.unclip_coupon(with(&self.session, request)).await?.into_inner().coupon.unwrap())
    }

    pub(crate) async fn coupons(&mut self, state: v1::CouponState) -> Vec<v1::Coupon> {
        let request = v1::ListCouponsRequest { state: state.into(), ..Default::default() };
        self.client.list_coupons(with(&self.session, request)).await.unwrap().into_inner().coupons
    }

    pub(crate) async fn tokens(&mut self, count: u32) -> Vec<TokenNumber> {
        let request = v1::IssuePaymentTokensRequest { count };
        let issued =
            self.client.issue_payment_tokens(with(&self.session, request)).await.unwrap().into_inner();
        issued.tokens.iter().map(|token| TokenNumber::parse(&token.token_number).unwrap()).collect()
    }

    pub(crate) async fn wallet(&mut self) -> v1::Wallet {
        let request = with(&self.session, v1::GetWalletRequest {});
        self.client.get_wallet(request).await.unwrap().into_inner().wallet.unwrap()
    }

    pub(crate) async fn balance(&mut self) -> i64 {
        minor(&self.wallet().await.balance)
    }

    pub(crate) async fn payments(&mut self) -> Vec<v1::Payment> {
        let request = with(&self.session, v1::ListPaymentsRequest::default());
        self.client.list_payments(request).await.unwrap().into_inner().payments
    }

    /// What the phone is about to sign: a token and these coupons.
    pub(crate) fn unsigned(&self, token: TokenNumber, coupons: &[&v1::Coupon]) -> UnsignedCode {
        let claims: Vec<_> = coupons
            .iter()
            .map(|coupon| {
                let offer = coupon.offer.as_ref().unwrap();
                let terms = convert::terms_from_wire(offer.terms.as_ref().unwrap()).unwrap();
                terms.claim(shared::ids::OfferNumber(offer.offer_number))
            })
            .collect();
        UnsignedCode {
            token,
            language: Some(Language::parse("zhen").unwrap()),
            issued_at: u32::try_from(self.clock.now().seconds()).unwrap(),
            claims: claims::encode(&claims),
        }
    }

    pub(crate) fn sign(&self, code: UnsignedCode) -> String {
        let signature = self.key.sign(&code.signing_input()).to_bytes();
        code.sign_with(signature).encode()
    }

    /// The code on the screen: a fresh token and these coupons.
    pub(crate) async fn code(&mut self, coupons: &[&v1::Coupon]) -> String {
        let token = self.tokens(1).await[0];
        self.sign(self.unsigned(token, coupons))
    }
}

/// A purchase as the till asks for it.
#[derive(Debug, Clone)]
pub(crate) struct Sale(pub v1::CreatePaymentRequest);

impl Sale {
    /// Gross and no coupon.
    pub(crate) fn of(code: &str, gross: i64) -> Self {
        Self(v1::CreatePaymentRequest {
            payment_id: Uuid::now_v7().to_string(),
            code: code.to_owned(),
            gross_amount: cny(gross),
            amount_due: cny(gross),
            redemptions: Vec::new(),
            merchant_reference: "R-1".to_owned(),
            token_number: String::new(),
        })
    }

    /// With a coupon on one line.
    pub(crate) fn redeem(mut self, offer: u32, gtin: &str, units: u32, price: i64, discount: i64) -> Self {
        let line = v1::RedeemedLine {
            gtin: gtin.to_owned(),
            units,
            unit_price: cny(price),
            discount: cny(discount),
            grams: 0,
        };
        self.0.redemptions.push(v1::CouponRedemption { offer_number: offer, lines: vec![line], ..Default::default() });
        self.0.amount_due = cny(minor(&self.0.amount_due) - discount);
        self
    }

    /// The same sale under a new id.
    pub(crate) fn again(&self) -> Self {
        Self(v1::CreatePaymentRequest { payment_id: Uuid::now_v7().to_string(), ..self.0.clone() })
    }

    pub(crate) fn id(&self) -> &str {
        &self.0.payment_id
    }
}

impl Till {
    pub(crate) async fn pay(&mut self, sale: &Sale) -> Result<v1::Payment, Status> {
        let paid = self.client.create_payment(with(&self.key, sale.0.clone())).await?;
        Ok(paid.into_inner().payment.unwrap())
    }

    pub(crate) async fn payment(&mut self, id: &str) -> Result<v1::Payment, Status> {
        let request = v1::GetPaymentRequest { payment_id: id.to_owned() };
        Ok(self.client.get_payment(with(&self.key, request)).await?.into_inner().payment.unwrap())
    }

    pub(crate) async fn reverse(&mut self, id: &str) -> Result<v1::Payment, Status> {
        let request = v1::ReversePaymentRequest { payment_id: id.to_owned() };
        Ok(self.client.reverse_payment(with(&self.key, request)).await?.into_inner().payment.unwrap())
    }

    pub(crate) async fn offers(&mut self, since_revision: u64) -> v1::PaymentServiceListOffersResponse {
        let request = v1::PaymentServiceListOffersRequest { since_revision, ..Default::default() };
        self.client.list_offers(with(&self.key, request)).await.unwrap().into_inner()
    }
}
