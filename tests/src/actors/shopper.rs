//! A shopper's phone: the wallet's own client code with a key in memory.

use std::fmt;

use proto::{
    claims,
    convert::{terms_from_wire, time_from_wire},
    v1,
};
use shared::{
    code::{Language, TokenNumber},
    ids::OfferNumber,
    offer::Claim,
    payment::approval::Answer,
    time::UnixMillis,
};
use tonic::transport::Channel;
use wallet_web::{
    api::{CallError, Changes, Provider, TOKENS_PER_CALL_MAX},
    keys::SoftwareKey,
    pay::{Choices, Plan, Room, plan, sign},
    stock::{Stock, Token},
};

use super::Now;

/// A phone with a wallet.
pub struct Shopper {
    /// What the operator knows the wallet by.
    pub wallet_id: String,
    provider: Provider<Channel, SoftwareKey>,
    key: SoftwareKey,
    stock: Stock,
    now: Now,
}

impl fmt::Debug for Shopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shopper").field(&self.wallet_id).finish()
    }
}

impl Shopper {
    /// Opens a wallet with a device key made from `seed`, and fetches tokens.
    pub async fn open(channel: Channel, now: Now, seed: [u8; 32]) -> Self {
        let key = SoftwareKey::from_seed(seed);
        let provider = Provider::new(channel, key.clone());
        let account = provider.open("").await.expect("the wallet opens").account;
        let mut phone =
            Self { wallet_id: account.wallet.wallet_id, provider, key, stock: Stock::default(), now };
        phone.fetch_tokens().await;
        phone
    }

    /// Fills the stock of tokens.
    pub async fn fetch_tokens(&mut self) {
        let tokens =
            self.provider.issue_tokens(TOKENS_PER_CALL_MAX).await.expect("the provider gives tokens");
        self.stock.add(tokens.iter().map(|token| Token {
            number: TokenNumber::parse(&token.token_number).expect("a token number"),
            expires_at: time_from_wire("expires_at", token.expires_at.as_ref()).expect("a time"),
        }));
    }

    /// Puts an offer's coupon into the wallet.
    pub async fn clip(&self, offer_number: u32) -> v1::Coupon {
        self.try_clip(offer_number).await.expect("the offer can be clipped")
    }

    /// The same, where the provider may say no.
    pub async fn try_clip(&self, offer_number: u32) -> Result<v1::Coupon, CallError> {
        self.provider.clip(offer_number).await
    }

    /// Gives a coupon back.
    pub async fn unclip(&self, coupon_id: &str) {
        self.provider.unclip(coupon_id).await.expect("the coupon can be given back");
    }

    /// A new code with every coupon of the wallet, as the Pay screen shows it on a new visit.
    pub async fn code(&mut self) -> String {
        let plan = self.plan().await;
        let now = (self.now)();
        self.sign(&plan, now).await
    }

    /// A code of a phone whose clock is wrong by so much, or that was made so long ago.
    pub async fn code_made(&mut self, offset_ms: i64) -> String {
        let plan = self.plan().await;
        let now = (self.now)().plus_ms(offset_ms);
        self.sign(&plan, now).await
    }

    /// A correctly signed code with other claims than the offers make, as a tampered wallet would show.
    pub async fn forge(&mut self, change: impl Fn(&mut Claim)) -> String {
        let mut claims = claims::decode(&self.plan().await.claims).expect("the plan's claims");
        claims.iter_mut().for_each(change);
        self.claim(&claims).await
    }

    /// A correctly signed code that claims offers whether or not they are in the wallet.
    pub async fn claim(&mut self, claims: &[Claim]) -> String {
        let now = (self.now)();
        self.sign(&Plan { claims: claims::encode(claims), ..Plan::default() }, now).await
    }

    async fn plan(&self) -> Plan {
        let coupons = self.provider.coupons().await.expect("the coupons are listed");
        plan(&coupons, &Choices::new(), language(), Room::default(), (self.now)())
    }

    async fn sign(&mut self, plan: &Plan, now: UnixMillis) -> String {
        self.stock.end_visit();
        if self.stock.wanted(now) > 0 {
            self.fetch_tokens().await;
        }
        let token = self.stock.take(now).expect("the stock was filled");
        let code = sign(plan, token.number, language(), now, &self.key).await.expect("the key signs");
        code.text
    }

    /// What is in the wallet, in minor units.
    pub async fn balance(&self) -> i64 {
        let account = self.provider.account().await.expect("the wallet is shown");
        account.wallet.balance.expect("a balance").minor_units
    }

    /// Looks at the balance.
    pub async fn expect_balance(&self, amount: &str) {
        assert_eq!(self.balance().await, super::minor(amount), "balance of {}", self.wallet_id);
    }

    /// The offers that could be clipped now.
    pub async fn offers(&self) -> Vec<v1::Offer> {
        self.provider.offers().await.expect("the offers are listed")
    }

    /// The coupons in the wallet.
    pub async fn coupons(&self) -> Vec<v1::Coupon> {
        self.provider.coupons().await.expect("the coupons are listed")
    }

    /// The receipts, newest first.
    pub async fn receipts(&self) -> Vec<v1::Payment> {
        self.provider.payments().await.expect("the receipts are listed")
    }

    /// Answers the payment that waits for approval.
    pub async fn answer(&self, answer: Answer) -> Result<v1::Payment, CallError> {
        let receipts = self.receipts().await;
        let waiting = receipts.iter().find(|payment| payment.approval_expires_at.is_some());
        self.provider.answer(waiting.expect("a payment waits"), answer).await
    }

    /// Answers whatever it is shown.
    pub async fn answer_to(&self, payment: &v1::Payment, answer: Answer) -> Result<v1::Payment, CallError> {
        self.provider.answer(payment, answer).await
    }

    /// Chooses from where on to be asked, in minor units.
    pub async fn set_limits(
        &self,
        per_payment: Option<i64>,
        per_day: Option<i64>,
    ) -> Result<v1::Wallet, CallError> {
        let limit = |minor: Option<i64>| minor.map(super::cny);
        let limits = v1::ApprovalLimits { per_payment: limit(per_payment), per_day: limit(per_day) };
        self.provider.set_approval_limits(limits).await
    }

    /// Gives a coupon back, where the provider may say no.
    pub async fn try_unclip(&self, coupon_id: &str) -> Result<v1::Coupon, CallError> {
        self.provider.unclip(coupon_id).await
    }

    /// Everything that changes from now on.
    pub async fn watch(&self) -> Changes {
        self.provider.watch().await.expect("the wallet can be watched")
    }
}

/// What an honest wallet claims of an offer.
pub fn claim_of(offer: &v1::Offer) -> Claim {
    let terms = terms_from_wire(offer.terms.as_ref().expect("terms")).expect("terms that can be read");
    terms.claim(OfferNumber(offer.offer_number))
}

fn language() -> Option<Language> {
    Language::parse("zhen").ok()
}
