//! The wallet by the keyboard alone: everything is reached by Tab, says that it is, and is done by Enter.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use pos_agent::scanner::picture;
use serde_json::Value;
use tests::{
    actors::Sale,
    browser::{Phone, wallet_dist},
    stage::Stage,
};

const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";
/// No page has more to stop at on the way to what is looked for.
const STOPS_MAX: usize = 60;
/// What has the focus, by its name in the tests.
const FOCUSED: &str = "return document.activeElement.dataset.test ?? ''";

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_is_opened_a_coupon_clipped_and_a_payment_approved_without_a_finger() {
    let world = Stage::with_wallet(&wallet_dist(), 250_000).await;
    let offer = world.shampoo_offer().await;
    let phone = Phone::open(&world.url(), "en-US").await;
    phone.see("open-wallet").await;
    choose(&phone, "open-wallet").await;
    phone.see("recovery-later").await;
    choose(&phone, "recovery-later").await;
    phone.see(&format!("open-{offer}")).await;
    choose(&phone, &format!("open-{offer}")).await;
    phone.see("sheet-clip").await;
    assert_eq!(phone.evaluate("return document.activeElement.closest('dialog') !== null").await, true);
    choose(&phone, "sheet-clip").await;
    phone.see("sheet-unclip").await;
    phone.press(ESCAPE).await;
    phone.read(&format!("clip-{offer}"), "Clipped").await;
    assert_eq!(phone.evaluate(FOCUSED).await, format!("open-{offer}"), "back where one was");

    choose(&phone, "tab-pay").await;
    phone.read("saves", "5.00").await;
    phone.evaluate("scrollTo(0, 0)").await;
    let code = picture::decode(&phone.screenshot("app/keyboard").await).unwrap();
    world.raw_till().await.pay(&Sale::of(&code, 120_000)).await.unwrap();
    phone.see("approve").await;
    let asks = "return document.activeElement.closest('[role=alertdialog]') !== null";
    assert_eq!(phone.evaluate(asks).await, true, "the question has the focus");
    choose(&phone, "approve-yes").await;
    phone.read("receipt-paid", "1200.00").await;
    choose(&phone, "done").await;
    phone.see("pay-code").await;
    phone.close().await;
}

/// Goes to it by Tab and presses Enter. Each stop on the way shows that it has the focus.
async fn choose(phone: &Phone, name: &str) {
    let shows = "const at = document.activeElement.closest('.search') ?? document.activeElement;
        const style = getComputedStyle(at);
        return at === document.body || style.outlineStyle !== 'none' || style.boxShadow !== 'none'";
    for _ in 0..STOPS_MAX {
        if phone.evaluate(FOCUSED).await == name {
            return phone.press(ENTER).await;
        }
        phone.press(TAB).await;
        let at: Value = phone.evaluate(FOCUSED).await;
        assert_eq!(phone.evaluate(shows).await, true, "{at} shows that it has the focus");
    }
    panic!("{name} is not reached by Tab");
}
