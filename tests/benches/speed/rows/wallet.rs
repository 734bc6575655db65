//! Row 8: the wallet: what its first screen weighs, and how long after a tap it shows a code, with no network on a slow phone.

use std::path::Path;

use tests::{
    actors::{Deal, minor},
    browser::{Look, Phone, wallet_dist},
    stage::Stage,
    weight,
    world::{SHAMPOO, SOAP},
};

use crate::{
    bench::Bench,
    figures::{Goal, Row},
};

const WELCOME_MINOR: i64 = 250_000;
const SCREEN: Look<'_> = Look { language: "en-US", dark: false, screen: (360, 740) };
const NOWHERE: &str = "about:blank";
/// How many times slower than this machine the phone is.
const SLOWED: u32 = 4;
const OPENED: usize = 9;
/// Parts of the way to a code, in the order in which they end; the last is when it is seen.
const PARTS: [&str; 5] =
    ["page is there", "program compiled", "storage read and written", "code signed", "code drawn"];
const MARKS: &str = include_str!("wallet.js");
/// When each part ended, in ms from the tap; waits for the last.
const ENDS: &str = "return (async () => {
    const ended = (name) => performance.getEntriesByName('code:' + name)[0]?.startTime;
    while (ended('shown') === undefined) await new Promise((done) => setTimeout(done, 100));
    const page = performance.getEntriesByType('navigation')[0].responseEnd;
    return [page, ...['program', 'stored', 'signed', 'shown'].map(ended)];
})()";

/// When each part ended, in ms from the tap, each time.
type Ends = [Vec<f64>; PARTS.len()];

pub(crate) fn row(bench: &Bench) -> Row {
    let mut row = Row {
        name: "wallet",
        title: "The wallet",
        says: "Bytes are those of the files as they travel, compressed with brotli. Time: headless Chromium at 360 x 740 pixels, its CPU \
               slowed 4 times, a wallet with 2 coupons whose files the service worker keeps; the provider is stopped. From the start of the \
               navigation until the frame with the code is painted. Cold: the browser was closed and started again on its folder. \
               Warm: the page is opened again in the same browser. The table says when each part was over, counted from the tap.",
        ..Row::default()
    };
    let dist = wallet_dist();
    weigh(&mut row, &dist);
    let [cold, warm] = tokio::runtime::Runtime::new().unwrap().block_on(times(bench, &dist));
    for (name, ends) in [("cold", &cold), ("warm", &warm)] {
        let [.., shown] = ends;
        row.aim(format!("tap to code, offline, {name}"), "ms", Goal::AtMost(1_000.0), shown.clone());
    }
    for (name, ends) in [("cold", &cold), ("warm", &warm)] {
        for (part, times) in PARTS.iter().zip(ends) {
            row.put(*part, name, "ms", times.clone());
        }
    }
    row
}

fn weigh(row: &mut Row, dist: &Path) {
    let float = |bytes: u64| f64::from(u32::try_from(bytes).unwrap());
    let first = float(weight::bytes(dist, &weight::first_screen(dist)));
    let later = float(weight::bytes(dist, &weight::later(dist)));
    row.aim("first screen", "bytes", Goal::AtMost(100_000.0), vec![first]);
    row.put("loaded after it", "size", "bytes", vec![later]);
}

/// Of a wallet opened often: cold and warm.
async fn times(bench: &Bench, dist: &Path) -> [Ends; 2] {
    let profile = bench.folder("profile");
    let mut world = Stage::with_wallet(dist, WELCOME_MINOR).await;
    let url = world.url();
    install(&world, &url, &profile).await;
    world.stop().await;

    let mut times = [Ends::default(), Ends::default()];
    for _ in 0..if bench.quick { 1 } else { OPENED } {
        let phone = Phone::open_with(NOWHERE, SCREEN, &profile).await;
        phone.slow_down(SLOWED).await;
        phone.run_first(MARKS).await;
        for ends in &mut times {
            phone.go(&url).await;
            let opened: [f64; PARTS.len()] = serde_json::from_value(phone.evaluate(ENDS).await).unwrap();
            ends.iter_mut().zip(opened).for_each(|(times, time)| times.push(time));
            phone.go(NOWHERE).await;
        }
        phone.close().await;
    }
    times
}

/// Opens a wallet, clips two coupons and leaves with all on the phone that it needs to pay.
async fn install(world: &Stage, url: &str, profile: &Path) {
    let phone = Phone::open_with(url, SCREEN, profile).await;
    phone.open_wallet().await;
    for gtin in [SHAMPOO, SOAP] {
        let offer = world.offer(gtin, Deal::off_each(minor("5.00"), 1).on(gtin)).await;
        phone.reload().await;
        phone.tap("tab-offers").await;
        phone.tap(&format!("clip-{offer}")).await;
        phone.tap("tab-coupons").await;
        phone.see(&format!("unclip-{offer}")).await;
    }
    phone.tap("tab-pay").await;
    phone.read("saves", "10.00").await;
    let kept = "return navigator.serviceWorker.ready.then(worker => worker.active !== null)";
    assert_eq!(phone.evaluate(kept).await, true);
    phone.close().await;
}
