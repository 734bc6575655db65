//! `kill -9` of the real server, at any moment of a purchase and while it starts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use pos_agent::machine::Outcome;
use tests::{
    actors::{Deal, Shopper, Till, connect, minor, system_time},
    ledger_file::payments,
    process::{ServerProcess, operator_key},
    proxy::Proxy,
    seed::Seed,
    stage::database,
    world::{SHAMPOO, World},
};
use tokio::task::JoinSet;

use crate::agreement::agree;

const ROUNDS: usize = 10;
const KILLS_A_ROUND: usize = 4;
const LANES: usize = 3;
const PURCHASES_A_ROUND: usize = 6;
/// The longest time from one kill to the next, about that of a few purchases.
const KILL_AFTER_MS: u64 = 60;
const BALANCE: &str = "9000.00";

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_at_any_moment_agrees_with_the_tills_in_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = ServerProcess::start(folder.path()).await;
    // The provider keeps its address, as behind a name, though the process has another port each time.
    let network = Proxy::honest(server.address()).await.expect("a proxy");
    let world = World::begin(connect(&network.url()), &operator_key(folder.path()), system_time()).await;
    let offer = world.offer("Silk Shampoo", Deal::off_each(500, 1).on(SHAMPOO).clips(1000)).await;
    let mut lanes = Vec::new();
    for lane in 0..LANES {
        let key = world.shop.till_key(&format!("Lane {lane}")).await;
        let till = Till::open(&network.url(), key, system_time()).await;
        lanes.push(Lane { till, phone: world.phone(BALANCE).await, spent_minor: 0 });
    }

    let (mut seed, under_way, mut hit) = (Seed::new(11), Arc::new(AtomicUsize::new(0)), 0);
    for _ in 0..ROUNDS {
        let mut selling = JoinSet::new();
        for mut lane in lanes.drain(..) {
            let (codes, under_way) = (lane.codes(offer).await, Arc::clone(&under_way));
            selling.spawn(async move {
                lane.sell(&codes, &under_way).await;
                lane
            });
        }
        for _ in 0..KILLS_A_ROUND {
            tokio::time::sleep(Duration::from_millis(seed.below(KILL_AFTER_MS))).await;
            hit += under_way.load(Ordering::Relaxed);
            server.kill().await;
            server = ServerProcess::start(folder.path()).await;
            network.retarget(server.address());
        }
        lanes = selling.join_all().await;
        world.operator.wait_for_the_provider().await;
    }

    let phones: Vec<_> = lanes.iter().map(|lane| &lane.phone).collect();
    let books = world.books(&phones).await;
    for Lane { phone, spent_minor, .. } in &lanes {
        assert_eq!(phone.balance().await, minor(BALANCE) - spent_minor, "{phone:?}");
    }
    // Each phone has at most one coupon that is not redeemed.
    assert!(books.reserved(offer) <= 500 * i64::try_from(LANES).expect("a few"));

    server.kill().await;
    let journals: Vec<_> = lanes.iter().map(|lane| lane.till.journal()).collect();
    let tally = agree(&journals, &payments(&database(folder.path())));
    println!("{tally:?} over {} kills of the server, which hit {hit} payments", ROUNDS * KILLS_A_ROUND);
    assert_eq!(books.balance(&world.shop.account()), tally.paid * 3000);
    assert!(hit >= ROUNDS, "hardly a payment was under way when the server was killed");
}

/// A till and the shopper at it.
struct Lane {
    till: Till,
    phone: Shopper,
    spent_minor: i64,
}

impl Lane {
    /// Codes for one round, the first with a coupon; phones need no network from here on.
    async fn codes(&mut self, offer: u32) -> Vec<String> {
        self.phone.clip(offer).await;
        let mut codes = vec![self.phone.code().await];
        while codes.len() < PURCHASES_A_ROUND {
            codes.push(self.phone.claim(&[]).await);
        }
        codes
    }

    async fn sell(&mut self, codes: &[String], under_way: &AtomicUsize) {
        for code in codes {
            under_way.fetch_add(1, Ordering::Relaxed);
            match self.till.pay(&[(SHAMPOO, 1, 3000)], code).await.outcome {
                Outcome::Paid(paid) => self.spent_minor += paid.amount_due.map_or(0, |due| due.minor_units),
                Outcome::Reversed => {}
                other => panic!("neither paid nor taken back: {other:?}"),
            }
            under_way.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
