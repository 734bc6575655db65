//! The wallet's pages in real browsers: finding offers, reading receipts, two devices on one wallet, a lost phone, the end of a
//! wallet.

#![allow(clippy::unwrap_used)]

use std::{path::Path, time::Duration};

use pos_agent::scanner::picture;
use tests::{
    actors::{Deal, Till},
    browser::{Phone, wallet_dist},
    stage::Stage,
    world::{SHAMPOO, SOAP},
};

const WELCOME_MINOR: i64 = 10_000;
/// Of GS1's product classification: food and drink.
const FOOD: u32 = 50_000_000;
/// The same: beauty and personal care.
const CARE: u32 = 53_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn of_many_offers_the_shopper_finds_the_one_and_reads_its_terms() {
    let world = stage().await;
    for number in 1..=120 {
        let deal = Deal::off_each(100 + number, 1).on(SOAP).kind(FOOD).budget(1_000);
        world.offer(&format!("Green Tea {number:03}"), deal).await;
    }
    let shampoo = Deal::off_each(500, 2).on(SHAMPOO).kind(CARE).at(&world.shop.id);
    let shampoo = world.offer("Silk Shampoo 500 ml", shampoo).await;

    let phone = Phone::open(&world.url(), "en-US").await;
    phone.open_wallet().await;
    phone.read("offers-found", "121 offers").await;
    let drawn = "document.querySelectorAll('.long-list > li[aria-posinset]').length";
    let last = "document.querySelector('.long-list > li[aria-posinset=\"121\"]') !== null";
    let rows = phone.evaluate(&format!("return {drawn}")).await;
    assert!(rows.as_u64().unwrap() <= 50, "{rows} rows are drawn of 121");
    phone.evaluate("window.scrollTo(0, document.body.scrollHeight)").await;
    phone.until(&format!("return {last} && {drawn} <= 50")).await;
    phone.screenshot("pages/offers-at-the-end").await;

    phone.type_in("search-offers", "shampoo").await;
    phone.read("offers-found", "1 offer").await;
    phone.type_in("search-offers", "nothing like it").await;
    phone.tap("show-all").await;
    phone.tap("category-Some(Care)").await;
    phone.read("offers-found", "1 offer").await;
    phone.screenshot("pages/offers-by-category").await;
    phone.tap(&format!("open-{shampoo}")).await;
    for part in
        ["¥5 off each item, for up to 2 items.", "Only in Corner Market.", "1 or more of item 6901234567892."]
    {
        phone.read("terms", part).await;
    }
    phone.screenshot("pages/offer").await;
    phone.tap("sheet-clip").await;
    phone.see("sheet-unclip").await;
    phone.tap("sheet-close").await;
    phone.until("return document.querySelector('dialog') === null && location.hash === '#offers'").await;
    phone.read(&format!("clip-{shampoo}"), "Clipped").await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_says_who_paid_what_was_not_used_and_why_and_is_exported_without_a_network() {
    let world = stage().await;
    let shampoo = world.shampoo_offer().await;
    let soap = world.offer("Lavender Soap", Deal::off_each(200, 1).on(SOAP)).await;
    let till = Till::open(&world.url(), world.shop.till_key("Lane 1").await, world.time()).await;
    let phone = Phone::open(&world.url(), "en-US").await;
    phone.open_wallet().await;
    phone.tap(&format!("clip-{shampoo}")).await;
    phone.read(&format!("clip-{shampoo}"), "Clipped").await;
    phone.tap(&format!("clip-{soap}")).await;
    phone.read(&format!("clip-{soap}"), "Clipped").await;
    till.pay(&[(SHAMPOO, 1, 3000)], &shown(&phone).await).await.completed();
    phone.read("receipt", "paid by Silk").await;
    phone.tap("done").await;
    phone.tap("tab-receipts").await;
    phone.tap("receipt-row").await;
    phone.read("unused", "1 coupon not used").await;
    phone.evaluate("document.querySelector('[data-test=unused] summary').click()").await;
    phone.read("unused", "Lavender Soap").await;
    phone.read("unused", "Not enough of its items in the basket.").await;
    phone.screenshot("pages/receipt-with-unused").await;

    phone.tap("tab-coupons").await;
    phone.read("saved-so-far", "5.00").await;
    phone.screenshot("pages/saved").await;
    phone.tap("tab-receipts").await;
    phone.type_in("search-receipts", "no such shop").await;
    phone.see("nothing-found").await;
    phone.type_in("search-receipts", "corner").await;
    phone.see("receipt-row").await;

    let folder = tempfile::tempdir().unwrap();
    phone.download_to(folder.path()).await;
    phone.offline(true).await;
    phone.tap("export").await;
    let table = file_in(folder.path()).await;
    let lines: Vec<&str> = table.trim_start_matches('\u{FEFF}').lines().collect();
    assert_eq!(lines.len(), 2, "{table}");
    assert!(lines[1].contains(",Corner Market,Paid,30.00,5.00,25.00,0.00,CNY,"), "{table}");
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_pay_with_one_wallet_until_one_is_removed() {
    let world = stage().await;
    let offer = world.shampoo_offer().await;
    let till = Till::open(&world.url(), world.shop.till_key("Lane 1").await, world.time()).await;
    let first = Phone::open(&world.url(), "en-US").await;
    first.open_wallet().await;
    first.tap(&format!("clip-{offer}")).await;
    first.tap("tab-receipts").await;
    first.tap("settings").await;
    first.tap("devices").await;
    first.see("this-device").await;
    first.tap("pair").await;
    let code = first.text_of("pairing-code").await;
    first.screenshot("pages/pairing").await;

    let second = Phone::open(&world.url(), "en-US").await;
    second.tap("have-wallet").await;
    second.type_in("join-code", "WRNG-C0DE").await;
    second.tap("join").await;
    second.read("welcome-problem", "That pairing code isn’t valid.").await;
    second.screenshot("pages/link-wrong").await;
    second.type_in("join-code", &code.to_lowercase().replace('-', " ")).await;
    second.tap("join").await;
    second.read("balance", "100.00").await;
    // The first sees by itself that it has worked.
    first.see("pair").await;
    first.screenshot("pages/devices").await;

    till.pay(&[(SHAMPOO, 1, 3000)], &shown(&second).await).await.completed();
    second.see("receipt").await;
    first.read("balance", "75.00").await;
    first.tap("tab-coupons").await;
    first.read("balance", "75.00").await;
    assert!(!first.shows_now(&format!("unclip-{offer}")).await, "the coupon is used");

    first.tap("tab-receipts").await;
    first.tap("settings").await;
    first.tap("devices").await;
    let other = "[...document.querySelectorAll('[data-test^=\"remove-D\"]')].map(b => b.dataset.test).pop()";
    first.until(&format!("return {other} !== undefined")).await;
    let remove = first.evaluate(&format!("return {other}")).await;
    first.tap(remove.as_str().unwrap()).await;
    first.screenshot("pages/removing").await;
    first.tap("remove-yes").await;
    second.read("welcome-problem", "This device was removed from the wallet.").await;
    second.screenshot("pages/removed").await;
    second.close().await;
    first.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanned_pairing_code_fills_itself_in_and_leaves_the_address() {
    let world = stage().await;
    let phone = Phone::open(&format!("{}/#link/K7Q29XMD", world.url()), "zh-CN").await;
    phone.until("return document.querySelector('[data-test=join-code]')?.value === 'K7Q29XMD'").await;
    phone.until("return location.hash === '#link'").await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_wallet_comes_back_by_its_recovery_code_and_the_lost_phone_has_nothing() {
    let world = stage().await;
    let offer = world.shampoo_offer().await;
    let lost = Phone::open(&world.url(), "en-US").await;
    lost.tap("open-wallet").await;
    let paper = lost.text_of("recovery-code").await.split_whitespace().collect::<Vec<_>>().join("-");
    lost.type_in("recovery-typed", "????").await;
    lost.tap("recovery-kept").await;
    lost.screenshot("pages/recovery-wrong").await;
    lost.type_in("recovery-typed", &paper[paper.len() - 4..]).await;
    lost.tap("recovery-kept").await;
    lost.tap(&format!("clip-{offer}")).await;
    lost.read(&format!("clip-{offer}"), "Clipped").await;
    assert!(!lost.shows_now("reminder").await, "it is on paper");

    let new = Phone::open(&world.url(), "en-US").await;
    new.tap("have-wallet").await;
    new.tap("recover").await;
    new.type_in("join-code", &paper).await;
    new.screenshot("pages/recover").await;
    new.tap("join").await;
    let fresh = new.text_of("recovery-code").await;
    assert_ne!(fresh.split_whitespace().collect::<Vec<_>>().join("-"), paper, "the old code is used up");
    new.tap("recovery-later").await;
    new.read("balance", "100.00").await;
    new.tap("tab-coupons").await;
    new.see(&format!("unclip-{offer}")).await;
    new.tap("tab-offers").await;
    new.see("reminder").await;
    lost.read("welcome-problem", "This device was removed from the wallet.").await;
    lost.close().await;
    new.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_is_closed_for_good_and_another_is_opened_on_the_same_phone() {
    let world = stage().await;
    let phone = Phone::open(&world.url(), "en-US").await;
    phone.open_wallet().await;
    phone.tap("tab-receipts").await;
    phone.tap("settings").await;
    phone.screenshot("pages/account").await;
    let before = phone.text_of("wallet-id").await;
    phone.tap("closing").await;
    phone.tap("close").await;
    phone.screenshot("pages/closing").await;
    phone.tap("close-no").await;
    phone.tap("close").await;
    phone.tap("close-yes").await;
    phone.read("closed", "¥100.00 is left. It stays yours").await;
    phone.screenshot("pages/closed").await;
    phone.tap("start-over").await;
    phone.open_wallet().await;
    phone.tap("tab-receipts").await;
    phone.tap("settings").await;
    assert_ne!(phone.text_of("wallet-id").await, before);
    phone.close().await;
}

async fn stage() -> Stage {
    Stage::with_wallet(&wallet_dist(), WELCOME_MINOR).await
}

/// The code on the Pay screen.
async fn shown(phone: &Phone) -> String {
    phone.tap("tab-pay").await;
    phone.see("pay-code").await;
    picture::decode(&phone.screenshot("pages/pay").await).expect("the code is read off the screen")
}

/// The one file that comes into a folder.
async fn file_in(folder: &Path) -> String {
    for _ in 0..100 {
        let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
        let done = files.filter(|path| path.extension().is_some_and(|extension| extension == "csv"));
        if let Some(path) = done.last() {
            return std::fs::read_to_string(path).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no file came");
}
