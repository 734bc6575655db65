//! The code as a phone shows it, blurred, at half size, turned and askew: our till's reader and an unrelated one (zxing-cpp) read it.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::{env, fs, path::Path, process::Command};

use pos_agent::scanner::picture;
use tests::{
    actors::Deal,
    browser::{Look, Phone, wallet_dist},
    stage::Stage,
    world::SHAMPOO,
};

/// As many as the Pay screen puts in by itself.
const COUPONS: usize = 9;

#[tokio::test(flavor = "multi_thread")]
async fn by_day() {
    read_whatever_happens_to_it("day", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_night() {
    read_whatever_happens_to_it("night", true).await;
}

async fn read_whatever_happens_to_it(name: &str, dark: bool) {
    let world = Stage::with_wallet(&wallet_dist(), 10_000).await;
    let mut offers = Vec::new();
    for n in 0..COUPONS {
        let deal = Deal::off_each(500, 1).on(SHAMPOO);
        offers.push(world.offer(&format!("Silk Shampoo {n}"), deal).await);
    }
    let phone = Phone::open_as(&world.url(), Look { dark, screen: (360, 740), ..Look::default() }).await;
    phone.open_wallet().await;
    phone.read("balance", "100.00").await;
    phone.tap("tab-offers").await;
    for offer in offers {
        phone.tap(&format!("clip-{offer}")).await;
    }
    phone.tap("tab-pay").await;
    phone.see("pay-code").await;
    // The code with all coupons replaces the first one.
    phone.read("saves", "45.00").await;
    let screen = phone.screenshot(&format!("code-{name}")).await;
    phone.close().await;
    let text = picture::decode(&screen).expect("the plain screenshot is read");

    let folder = tempfile::tempdir().unwrap();
    let screenshot = folder.path().join("screen.png");
    fs::write(&screenshot, &screen).unwrap();
    for (file, read_by_zxing) in distorted(&screenshot, folder.path()) {
        let ours = picture::decode(&fs::read(folder.path().join(&file)).unwrap());
        assert_eq!(ours.as_deref(), Ok(text.as_str()), "our reader on {file} {name}");
        assert_eq!(read_by_zxing, [text.as_str()], "zxing-cpp on {file} {name}");
    }
}

/// The distorted pictures' file names, with what zxing-cpp reads in each.
fn distorted(screenshot: &Path, folder: &Path) -> Vec<(String, Vec<String>)> {
    let python =
        env::var("ONESCAN_PYTHON").expect("ONESCAN_PYTHON is not set: run the tests by `cargo xtask test`");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/distort_qr.py");
    let output = Command::new(python).arg(script).args([screenshot, folder]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
