//! Every screen of the wallet and the states it can be in, on a small phone in both languages and both themes: nothing stands in
//! the way of a shopper who can't see or point well, and a picture of each stays in `target/screenshots` for people to look at.

use pos_agent::scanner::picture;
use tests::{
    actors::{Deal, Till},
    browser::{Look, Phone, wallet_dist},
    proxy::Proxy,
    stage::Stage,
    world::{SHAMPOO, SOAP},
};

const SMALL: Look<'_> = Look { language: "en-US", dark: false, screen: (360, 740) };

#[tokio::test(flavor = "multi_thread")]
async fn in_english() {
    tour("en-light", SMALL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_english_at_night() {
    tour("en-dark", Look { dark: true, ..SMALL }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_chinese() {
    tour("zh-light", Look { language: "zh-CN", ..SMALL }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_chinese_at_night() {
    tour("zh-dark", Look { language: "zh-CN", dark: true, ..SMALL }).await;
}

/// A phone that is shown around.
struct Tour {
    phone: Phone,
    folder: &'static str,
    seen: u32,
    found: Vec<String>,
}

impl Tour {
    /// Looks at the screen once it shows this.
    async fn look(&mut self, name: &str, at: &str) -> Vec<u8> {
        self.phone.see(at).await;
        self.seen += 1;
        let png = self.phone.screenshot(&format!("{}/{:02}-{name}", self.folder, self.seen)).await;
        let found = self.phone.inaccessible().await;
        self.found.extend(found.into_iter().map(|what| format!("{}/{name}: {what}", self.folder)));
        png
    }

    async fn tap(&self, name: &str) {
        self.phone.tap(name).await;
    }
}

async fn tour(folder: &'static str, look: Look<'_>) {
    let world = Stage::with_wallet(&wallet_dist(), 250_000).await;
    let till = Till::open(&world.url(), world.shop.till_key("Lane 1").await, world.time()).await;
    let network = Proxy::honest(world.address()).await.expect("a proxy");
    let phone = Phone::open_as(&network.url(), look).await;
    let mut tour = Tour { phone, folder, seen: 0, found: Vec::new() };

    tour.look("welcome", "open-wallet").await;
    tour.tap("open-wallet").await;
    tour.look("recovery-code", "recovery-code").await;
    tour.tap("recovery-later").await;
    tour.look("offers-none", "balance").await;
    let offer = world.shampoo_offer().await;
    world.offer("Lavender Soap 100 g", Deal::buy_get(2, 1, 10_000, 2, 2_000).on(SOAP)).await;
    tour.phone.reload().await;
    tour.look("offers", &format!("offer-{offer}")).await;
    tour.tap("tab-coupons").await;
    tour.look("coupons-none", "tab-coupons").await;
    tour.tap("tab-receipts").await;
    tour.look("receipts-none", "tab-receipts").await;
    tour.tap("tab-pay").await;
    tour.look("pay-without-coupons", "pay-code").await;
    tour.tap("tab-offers").await;
    tour.tap(&format!("clip-{offer}")).await;
    tour.tap("tab-coupons").await;
    tour.look("coupons", &format!("unclip-{offer}")).await;
    tour.tap("tab-pay").await;
    let code = tour.look("pay", "pay-code").await;
    let code = picture::decode(&code).expect("the code is read off the screen");
    till.refresh().await;
    let selling = till.start(&[(SHAMPOO, 40, 3000)], &code);
    tour.look("approve", "approve").await;
    tour.phone.hold("approve-yes", 1_500).await;
    tour.look("paid", "receipt").await;
    selling.clone().ended().await;
    tour.tap("done").await;
    tour.tap("tab-receipts").await;
    tour.look("receipts", "receipt-row").await;
    tour.tap("receipt-row").await;
    tour.look("receipt", "receipt").await;
    network.unplug();
    tour.phone.offline(true).await;
    tour.tap("tab-pay").await;
    tour.look("pay-offline", "offline").await;

    let found = std::mem::take(&mut tour.found);
    tour.phone.close().await;
    assert_eq!(found, [] as [String; 0], "{}", found.join("\n"));
}
