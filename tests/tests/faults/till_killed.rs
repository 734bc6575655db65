//! `kill -9` of the real agent, at any moment of a checkout.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use proto::v1::PaymentState;
use tests::{
    actors::{Deal, Shopper, journal, minor, recover},
    ledger_file::payments,
    process::Checkout,
    seed::Seed,
    stage::Stage,
    world::SHAMPOO,
};

use crate::agreement::agree;

const KILLS_MIN: u32 = 40;

#[tokio::test(flavor = "multi_thread")]
async fn a_till_killed_at_any_moment_agrees_with_the_server_in_the_end() {
    let world = Stage::live().await;
    let offer = world.offer("Silk Shampoo", Deal::off_each(500, 1).on(SHAMPOO).clips(1000)).await;
    let mut phone = world.phone("9000.00").await;
    let folder = tempfile::tempdir().expect("a folder");
    let lane = Lane::new(world.url(), world.shop.till_key("Lane 1").await, folder.path());

    // One that nobody kills tells how long the others have.
    let started = Instant::now();
    let status = lane.checkout(&mut phone, offer).await.ended().await;
    assert!(status.success(), "a checkout that nobody kills: {status}");
    let whole = started.elapsed();

    let (mut seed, mut kills) = (Seed::new(13), 0);
    while kills < KILLS_MIN {
        let checkout = lane.checkout(&mut phone, offer).await;
        let share = u32::try_from(seed.below(110)).expect("a percentage");
        tokio::time::sleep(whole * share / 100).await;
        // One that was done before is killed too late to count.
        kills += u32::from(checkout.kill().await.code().is_none());
    }

    recover(&world.url(), &lane.key, &lane.data_dir, world.time()).await;
    let (books, shop) = (world.books(&[&phone]).await, world.shop.account());
    let receipts = phone.receipts().await;
    let paid = receipts.iter().filter(|receipt| receipt.state() == PaymentState::Completed);
    // Most with the coupon; without it where the last one was still being redeemed.
    let spent: i64 = paid.filter_map(|receipt| receipt.amount_due.as_ref()).map(|due| due.minor_units).sum();
    let ledger = payments(&world.shut_down().await.database());
    let tally = agree(&[journal(&lane.data_dir)], &ledger);
    println!("{tally:?} over {kills} kills of the till");
    assert_eq!(tally.declined, 0);
    assert_eq!(books.balance(&shop), tally.paid * 3000);
    assert_eq!(books.balance(&format!("wallet:{}", phone.wallet_id)), minor("9000.00") - spent);
}

/// A till as its programs see it.
struct Lane {
    url: String,
    key: String,
    data_dir: PathBuf,
    basket: PathBuf,
    code: PathBuf,
}

impl Lane {
    fn new(url: String, key: String, folder: &Path) -> Self {
        let basket = folder.join("basket.json");
        let line = serde_json::json!({ "gtin": SHAMPOO, "units": 1, "unit_price_minor": 3000 });
        fs::write(&basket, serde_json::json!({ "lines": [line] }).to_string())
            .expect("the basket is written");
        Self { url, key, data_dir: folder.join("till"), basket, code: folder.join("code.txt") }
    }

    /// Starts a checkout of one bottle with a fresh code.
    async fn checkout(&self, phone: &mut Shopper, offer: u32) -> Checkout {
        phone.clip(offer).await;
        fs::write(&self.code, phone.code().await).expect("the code is written");
        Checkout::start(&self.url, &self.key, &self.data_dir, &self.basket, &self.code)
    }
}
