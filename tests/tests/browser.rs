//! The real wallet in a real browser of a phone's size, the code read off its screen as a till's scanner would.
//! Screenshots stay in `target/screenshots`.

use pos_agent::{
    machine::{Machine, Outcome},
    scanner::picture,
};
use tests::{
    actors::{Goods, Till, minor},
    browser::{Phone, wallet_dist},
    proxy::Proxy,
    stage::Stage,
    world::SHAMPOO,
};

const WELCOME_MINOR: i64 = 10_000;
const SHAMPOO_AT_30: [(&str, u32, i64); 1] = [(SHAMPOO, 1, 3000)];

#[tokio::test(flavor = "multi_thread")]
async fn the_wallet_opens_clips_shows_and_sees_the_payment_by_itself() {
    let world = Stage::with_wallet(&wallet_dist(), WELCOME_MINOR).await;
    let offer = world.shampoo_offer().await;
    let till = till(&world).await;
    let phone = Phone::open(&world.url(), "en-US").await;
    phone.see("open-wallet").await;
    phone.screenshot("1-welcome").await;
    open_and_clip(&phone, offer).await;
    phone.screenshot("2-clipped").await;

    let code = show(&phone, "3-pay").await;
    till.pay(&SHAMPOO_AT_30, &code).await.completed();
    phone.see("receipt").await;
    phone.read("receipt-paid", "25.00").await;
    phone.screenshot("4-receipt").await;
    phone.tap("done").await;
    phone.tap("tab-offers").await;
    phone.read("balance", "75.00").await;
    assert_paid(&world).await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wallet_pays_with_the_network_cut_off_before_the_pay_screen() {
    let world = Stage::with_wallet(&wallet_dist(), WELCOME_MINOR).await;
    let offer = world.shampoo_offer().await;
    let till = till(&world).await;
    // The phone has a cable of its own, so that it is cut off whatever the browser believes.
    let network = Proxy::honest(world.address()).await.expect("a proxy");
    let phone = Phone::open(&network.url(), "zh-CN").await;
    open_and_clip(&phone, offer).await;
    let kept = "return navigator.serviceWorker.ready.then(worker => worker.active !== null)";
    assert_eq!(phone.evaluate(kept).await, true, "the wallet keeps itself on the phone");

    network.unplug();
    phone.offline(true).await;
    // The shopper comes back to it in the shop.
    phone.reload().await;
    let code = show(&phone, "5-pay-offline").await;
    phone.see("offline").await;
    till.pay(&SHAMPOO_AT_30, &code).await.completed();
    assert!(!phone.shows_now("receipt").await, "it can't know yet");

    network.plug();
    phone.offline(false).await;
    phone.see("receipt").await;
    phone.read("receipt-paid", "25.00").await;
    phone.screenshot("6-receipt-after-offline").await;
    assert_paid(&world).await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_payment_is_approved_on_the_phone_and_a_part_of_it_comes_back() {
    let world = Stage::with_wallet(&wallet_dist(), 250_000).await;
    let till = till(&world).await;
    let phone = Phone::open(&world.url(), "en-US").await;
    phone.open_wallet().await;
    phone.read("balance", "2500.00").await;
    let code = show(&phone, "7-pay-large").await;
    let selling = till.start(&[(SHAMPOO, 40, 3000)], &code);
    phone.see("approve").await;
    phone.read("approve-due", "1200.00").await;
    phone.screenshot("8-approve").await;
    phone.hold("approve-yes", 1_500).await;
    phone.see("receipt").await;
    let end = selling.clone().ended().await;
    assert!(matches!(end, Machine::Ended(Outcome::Paid(_))), "{end:?}");

    let office = world.raw_till().await;
    let goods = Goods::of(&selling.payment_id).others(3000);
    office.refund(&goods).await.expect("one comes back");
    phone.tap("done").await;
    phone.tap("tab-receipts").await;
    phone.read("receipt-row", "Partly refunded").await;
    phone.tap("receipt-row").await;
    phone.read("receipt", "Refunded to you").await;
    phone.screenshot("9-receipt-refunded").await;
    phone.close().await;
}

async fn open_and_clip(phone: &Phone, offer: u32) {
    phone.open_wallet().await;
    phone.read("balance", "100.00").await;
    phone.see(&format!("offer-{offer}")).await;
    phone.tap(&format!("clip-{offer}")).await;
    phone.tap("tab-coupons").await;
    phone.see(&format!("unclip-{offer}")).await;
}

/// Opens the Pay screen and reads the code off a screenshot of the whole screen.
async fn show(phone: &Phone, name: &str) -> String {
    phone.tap("tab-pay").await;
    phone.see("pay-code").await;
    let screen = phone.screenshot(name).await;
    picture::decode(&screen).unwrap_or_else(|error| panic!("{error}: see target/screenshots/{name}.png"))
}

async fn till(world: &Stage) -> Till {
    Till::open(&world.url(), world.shop.till_key("Lane 1").await, world.time()).await
}

async fn assert_paid(world: &Stage) {
    assert_eq!(world.operator.balance(&world.shop.account()).await, minor("30.00"));
}
