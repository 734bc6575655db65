//! What a payment app must not lose: the browser is closed and opened with no network, the provider stops in the middle of a
//! payment, a new version arrives while one is waiting. And what it must not give away.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::{env, fs, path::Path, process::Command};

use pos_agent::{
    machine::{Machine, Outcome},
    scanner::picture,
};
use proto::v1::PaymentState;
use serde_json::{Value, json};
use tests::{
    actors::{Sale, Till, minor},
    browser::{Look, Phone, wallet_dist},
    proxy::Proxy,
    stage::Stage,
    world::SHAMPOO,
};

const WELCOME_MINOR: i64 = 250_000;
const SMALL: Look<'_> = Look { language: "en-US", dark: false, screen: (360, 740) };
/// Longer than a button must be held.
const HOLD_MS: u32 = 1_500;

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_is_closed_and_the_shopper_pays_with_no_network() {
    let world = Stage::with_wallet(&wallet_dist(), WELCOME_MINOR).await;
    let offer = world.shampoo_offer().await;
    let till = till(&world).await;
    let network = Proxy::honest(world.address()).await.unwrap();
    let profile = tempfile::tempdir().unwrap();
    let phone = Phone::open_with(&network.url(), SMALL, profile.path()).await;
    open_wallet(&phone).await;
    phone.tap("tab-offers").await;
    phone.tap(&format!("clip-{offer}")).await;
    phone.tap("tab-coupons").await;
    phone.see(&format!("unclip-{offer}")).await;
    phone.see("tab-pay").await;
    let kept = "return navigator.serviceWorker.ready.then(worker => worker.active !== null)";
    assert_eq!(phone.evaluate(kept).await, true, "the wallet keeps itself on the phone");
    phone.close().await;

    network.unplug();
    let phone = Phone::open_with(&network.url(), SMALL, profile.path()).await;
    let code = code(&phone, "app/offline-after-restart").await;
    phone.see("offline").await;
    phone.read("pay-note", "Your code still works, for 15 payments.").await;
    till.pay(&[(SHAMPOO, 1, 3000)], &code).await.completed();

    network.plug();
    phone.see("receipt").await;
    phone.read("receipt-paid", "25.00").await;
    phone.close().await;
    assert_eq!(world.operator.balance(&world.shop.account()).await, minor("30.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_stops_while_a_payment_waits_and_the_answer_is_not_lost() {
    let mut world = Stage::with_wallet(&wallet_dist(), WELCOME_MINOR).await;
    let till = till(&world).await;
    let phone = Phone::open_as(&world.url(), SMALL).await;
    open_wallet(&phone).await;
    phone.tap("tab-pay").await;
    let code = code(&phone, "app/before-the-stop").await;
    let selling = till.start(&[(SHAMPOO, 40, 3000)], &code);
    phone.see("approve").await;

    world.stop().await;
    phone.hold("approve-yes", HOLD_MS).await;
    phone.read("approve", "Your answer is sent as soon as it is back").await;
    phone.screenshot("app/answer-not-sent").await;
    world.go_on().await;
    phone.see("receipt").await;
    phone.read("receipt-paid", "1200.00").await;
    let end = selling.clone().ended().await;
    assert!(matches!(end, Machine::Ended(Outcome::Paid(_))), "{end:?}");
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_arrives_while_a_payment_waits_and_takes_over_afterwards() {
    let site = tempfile::tempdir().unwrap();
    copy(&wallet_dist(), site.path());
    let world = Stage::with_wallet(site.path(), WELCOME_MINOR).await;
    let till = till(&world).await;
    let phone = Phone::open_as(&world.url(), SMALL).await;
    open_wallet(&phone).await;
    let worker = "return navigator.serviceWorker.ready.then(worker => worker.active !== null)";
    assert_eq!(phone.evaluate(worker).await, true);
    phone.tap("tab-pay").await;
    let code = code(&phone, "app/before-the-version").await;
    let selling = till.start(&[(SHAMPOO, 40, 3000)], &code);
    phone.see("approve").await;

    release(site.path());
    let arrived = "return navigator.serviceWorker.getRegistration().then(async (all) => {
        await all.update();
        while (!all.waiting) await new Promise((done) => setTimeout(done, 50));
        return true;
    })";
    assert_eq!(phone.evaluate(arrived).await, true);
    phone.hold("approve-yes", HOLD_MS).await;
    phone.see("receipt").await;
    let end = selling.clone().ended().await;
    assert!(matches!(end, Machine::Ended(Outcome::Paid(_))), "{end:?}");
    assert_eq!(edition(&phone).await, "first", "nothing changes under the shopper's eyes");

    phone.see("version").await;
    phone.screenshot("app/version").await;
    phone.tap("version-take").await;
    phone.read("notice", "up to date").await;
    assert_eq!(edition(&phone).await, "second");
    phone.tap("tab-receipts").await;
    phone.read("receipt-row", "1200.00").await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_that_reads_barcodes_only_takes_the_digits_and_the_shopper_approves() {
    let world = Stage::with_wallet(&wallet_dist(), WELCOME_MINOR).await;
    let offer = world.shampoo_offer().await;
    let phone = Phone::open_as(&world.url(), SMALL).await;
    open_wallet(&phone).await;
    phone.tap("tab-offers").await;
    phone.tap(&format!("clip-{offer}")).await;
    phone.tap("tab-pay").await;
    phone.read("saves", "5.00").await;
    phone.tap("turn-code").await;
    let digits = phone.see("digits").await.text().await.unwrap().replace(' ', "");
    // 0.45 mm for each of its 176 modules; a phone's CSS pixel is 1/160 inch.
    let long = phone
        .evaluate("return document.querySelector('.bars-symbol').getBoundingClientRect().height * 25.4 / 160")
        .await;
    assert!(long.as_f64().unwrap() >= 176.0 * 0.45, "{long} mm");
    let screen = phone.screenshot("app/barcode").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("screen.png");
    fs::write(&file, screen).unwrap();
    assert_eq!(read_by_zxing(&file), json!([digits]));

    let sale = Sale::by_digits(&digits, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    let payment = world.raw_till().await.pay(&sale).await.unwrap();
    assert_eq!(payment.state(), PaymentState::PendingApproval, "however small");
    phone.read("approve-due", "25.00").await;
    phone.read("approve-coupons", "Silk Shampoo").await;
    phone.screenshot("app/approve-with-coupon").await;
    phone.hold("approve-yes", HOLD_MS).await;
    phone.read("receipt-paid", "25.00").await;
    phone.close().await;
    assert_eq!(world.operator.balance(&world.shop.account()).await, minor("30.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_can_be_had_from_the_page() {
    let world = Stage::with_wallet(&wallet_dist(), WELCOME_MINOR).await;
    let phone = Phone::open_as(&world.url(), SMALL).await;
    open_wallet(&phone).await;
    phone.tap("tab-pay").await;
    phone.see("pay-code").await;
    let check =
        async |script: &str, expect: Value| assert_eq!(phone.evaluate(script).await, expect, "{script}");
    check(
        "const script = document.createElement('script'); script.textContent = 'window.injected = 1';
         document.head.append(script); return window.injected === undefined",
        json!(true),
    )
    .await;
    check("return fetch('http://127.0.0.1:9/').then(() => 'fetched', () => 'refused')", json!("refused"))
        .await;
    check("return [location.search, location.hash, document.cookie]", json!(["", "#pay", ""])).await;
    check("return [Object.keys(localStorage), Object.keys(sessionStorage)]", json!([[], []])).await;
    // The key signs, and can't be read: not even by the page that keeps it.
    check(
        "return new Promise((done) => {
            const opening = indexedDB.open('onescan-wallet');
            opening.onsuccess = () => {
                const all = opening.result.transaction('wallet').objectStore('wallet').get('device-key');
                all.onsuccess = () => crypto.subtle.exportKey('pkcs8', all.result.secret)
                    .then(() => done('exported'), () => done([all.result.secret.extractable, all.result.secret.type]));
            };
        })",
        json!([false, "private"]),
    )
    .await;
    check(
        "return performance.getEntriesByType('resource').every((entry) => new URL(entry.name).origin === location.origin)",
        json!(true),
    )
    .await;
    phone.close().await;
}

async fn open_wallet(phone: &Phone) {
    phone.open_wallet().await;
    phone.read("balance", "2500.00").await;
}

/// The code as a till reads it off the screen.
async fn code(phone: &Phone, name: &str) -> String {
    phone.see("pay-code").await;
    let screen = phone.screenshot(name).await;
    picture::decode(&screen).unwrap_or_else(|error| panic!("{error}: see target/screenshots/{name}.png"))
}

async fn till(world: &Stage) -> Till {
    Till::open(&world.url(), world.shop.till_key("Lane 1").await, world.time()).await
}

/// Copies the wallet's files, without those compressed beforehand: what is changed here would not reach them.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else if entry.path().extension().is_none_or(|extension| extension != "br") {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Puts a second edition of the wallet in the place of the first.
fn release(site: &Path) {
    let change = |file: &str, from: &str, to: &str| {
        let path = site.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    change("index.html", "<body>", "<body data-edition=\"second\">");
    change("sw.js", "\"onescan-", "\"onescan-second-");
}

async fn edition(phone: &Phone) -> Value {
    phone.evaluate("return document.body.dataset.edition ?? 'first'").await
}

fn read_by_zxing(file: &Path) -> Value {
    let python =
        env::var("ONESCAN_PYTHON").expect("ONESCAN_PYTHON is not set: run the tests by `cargo xtask test`");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/read_qr.py");
    let output = Command::new(python).arg(script).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
