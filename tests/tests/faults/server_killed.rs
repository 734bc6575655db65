//! `kill -9` of the real server, at any moment of a purchase, and again while it starts.

use std::time::Duration;

use pos_agent::machine::Outcome;
use tests::{
    actors::{Deal, Till, connect, minor, outcome, system_time},
    ledger_file::audit,
    process::{ServerProcess, operator_key},
    proxy::Proxy,
    seed::Seed,
    stage::database,
    world::{SHAMPOO, World},
};

use crate::agreement::agree;

const KILLS_MIN: u32 = 40;
const LANES: usize = 3;
/// About as long as a purchase takes.
const PURCHASE_MS: u64 = 30;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_at_any_moment_agrees_with_the_tills_in_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = ServerProcess::start(folder.path()).await;
    // The provider keeps its address, as behind a name, though the process has another port each time.
    let network = Proxy::honest(server.address()).await.expect("a proxy");
    let world =
        World::begin(connect(&network.url()), &operator_key(folder.path()), system_time()).await;
    let offer = world.offer("Silk Shampoo", Deal::off_each(500, 1).on(SHAMPOO).clips(1000)).await;
    let mut lanes = Vec::new();
    for lane in 0..LANES {
        let key = world.shop.till_key(&format!("Lane {lane}")).await;
        let till = Till::open(&network.url(), key, system_time()).await;
        lanes.push((till, world.phone("9000.00").await, 0_i64));
    }

    let (mut seed, mut kills) = (Seed::new(11), 0);
    while kills < KILLS_MIN {
        let mut running = Vec::new();
        for (till, phone, _) in &mut lanes {
            phone.clip(offer).await;
            let code = phone.code().await;
            running.push(till.start(&[(SHAMPOO, 1, 3000)], &code));
        }
        loop {
            tokio::time::sleep(Duration::from_millis(seed.below(PURCHASE_MS))).await;
            server.kill().await;
            kills += 1;
            server = ServerProcess::start(folder.path()).await;
            network.retarget(server.address());
            if !seed.chance(30) {
                break;
            }
        }
        for (payment, (_, _, spent_minor)) in running.iter_mut().zip(&mut lanes) {
            match outcome(payment).await {
                Outcome::Paid(paid) => *spent_minor += paid.amount_due.map_or(0, |due| due.minor_units),
                Outcome::Reversed => {}
                other => panic!("neither paid nor taken back: {other:?}"),
            }
        }
        world.operator.wait_for_the_provider().await;
    }

    let phones: Vec<_> = lanes.iter().map(|(_, phone, _)| phone).collect();
    let books = world.books(&phones).await;
    for (_, phone, spent_minor) in &lanes {
        let wallet = format!("wallet:{}", phone.wallet_id);
        assert_eq!(books.balance(&wallet), minor("9000.00") - spent_minor, "{phone:?}");
    }
    let live = phones.len(); // Their coupons that are not redeemed, at most one each.
    assert!(books.reserved(offer) <= 500 * i64::try_from(live).expect("a few"));

    server.kill().await;
    let journals: Vec<_> = lanes.iter().map(|(till, ..)| till.journal()).collect();
    let tally = agree(&journals, &audit(&database(folder.path())));
    println!("{tally:?} over {kills} kills of the server");
    assert_eq!(books.balance(&world.shop.account()), tally.paid * 3000);
    assert!(tally.paid > 0);
}
