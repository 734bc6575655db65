//! A provider with one shop and one manufacturer, whichever way it runs, and who else joins in.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU8, Ordering},
};

use tonic::transport::Channel;

use crate::{
    actors::{Deal, Issuer, Now, Operator, RawTill, Shop, Shopper, minor},
    books::{Books, Known},
};

/// The shampoo of the patent's example.
pub const SHAMPOO: &str = "6901234567892";
/// Another item, with no offer unless the story makes one.
pub const SOAP: &str = "6922222222227";

/// A provider and those who deal with it.
pub struct World {
    /// The provider's operator.
    pub operator: Operator,
    /// The shop.
    pub shop: Shop,
    /// The manufacturer, with 10,000.00 in its account.
    pub issuer: Issuer,
    channel: Channel,
    now: Now,
    phones: AtomicU8,
    known: Mutex<Known>,
}

impl World {
    /// Enrols shop and manufacturer at a provider that is still empty.
    pub async fn begin(channel: Channel, operator_key: &str, now: Now) -> Self {
        let operator = Operator::new(channel.clone(), operator_key);
        let shop = operator.enrol_shop("Corner Market").await;
        let issuer = operator.enrol_issuer("Silk").await;
        operator.deposit(&issuer.id, minor("10000.00")).await;
        let mut known = Known::default();
        known.accounts.extend([shop.account(), issuer.account()]);
        let known = Mutex::new(known);
        Self { operator, shop, issuer, channel, now, phones: AtomicU8::new(1), known }
    }

    /// A new phone with a wallet that holds so much.
    pub async fn phone(&self, balance: &str) -> Shopper {
        let number = self.phones.fetch_add(1, Ordering::Relaxed);
        let phone = Shopper::open(self.channel.clone(), self.now.clone(), [number; 32]).await;
        self.know(|known| known.accounts.push(format!("wallet:{}", phone.wallet_id)));
        if minor(balance) > 0 {
            self.operator.deposit(&phone.wallet_id, minor(balance)).await;
        }
        phone
    }

    /// A campaign of the manufacturer, funded and active: its offer number.
    pub async fn offer(&self, title: &str, deal: Deal) -> u32 {
        let offer = self.issuer.run(title, deal).await;
        self.know(|known| known.offers.push(offer));
        offer
    }

    /// The offer of the patent's example: 5.00 off a bottle of shampoo, one bottle.
    pub async fn shampoo_offer(&self) -> u32 {
        self.offer("Silk Shampoo", Deal::off_each(minor("5.00"), 1).on(SHAMPOO)).await
    }

    /// Another shop.
    pub async fn another_shop(&self, name: &str) -> Shop {
        let shop = self.operator.enrol_shop(name).await;
        self.know(|known| known.accounts.push(shop.account()));
        shop
    }

    /// A till of the shop that sends what it is told to.
    pub async fn raw_till(&self) -> RawTill {
        self.shop.raw_till("Lane 1").await
    }

    /// A phone with so much and the shampoo coupon, and a till: where most stories begin.
    pub async fn shampoo_at_the_till(&self, balance: &str) -> (u32, Shopper, RawTill) {
        let offer = self.shampoo_offer().await;
        let phone = self.phone(balance).await;
        phone.clip(offer).await;
        (offer, phone, self.raw_till().await)
    }

    /// Balances, campaigns and this phone's coupons as they stand; checks the ledger's rules on the way.
    pub async fn books(&self, phones: &[&Shopper]) -> Books {
        let known = self.know(|known| known.clone());
        let books = Books::read(&self.operator, &self.issuer, &known, phones).await;
        books.assert_sound();
        books
    }

    /// The time as the phones know it.
    pub fn now(&self) -> shared::time::UnixMillis {
        (self.now)()
    }

    /// Where everybody here reads the time.
    pub fn time(&self) -> Now {
        self.now.clone()
    }

    /// What carries the calls.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    fn know<R>(&self, with: impl FnOnce(&mut Known) -> R) -> R {
        with(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
