//! A network that cuts, delays and swallows.

use std::{sync::Arc, time::Duration};

use pos_agent::machine::{Machine, Outcome};
use proto::v1::PaymentState;
use tests::{
    actors::{Deal, RawTill, Sale, Shopper, Till, connect, minor, outcome},
    ledger_file::payments,
    proxy::{Fate, Proxy},
    seed::Seed,
    stage::Stage,
    world::SHAMPOO,
};

use crate::agreement::agree;

const TILLS: u64 = 6;
const PURCHASES_EACH: u64 = 12;
const BASKET: [(&str, u32, i64); 1] = [(SHAMPOO, 1, 3000)];

#[tokio::test(flavor = "multi_thread")]
async fn over_a_network_that_fails_all_the_time_each_purchase_is_made_once_or_not_at_all() {
    let world = Arc::new(Stage::set().await);
    let offer = world.offer("Silk Shampoo", Deal::off_each(500, 1).on(SHAMPOO).clips(1000)).await;
    let network = Proxy::faulty(world.address(), Seed::new(7)).await.expect("a proxy");

    let mut lanes = tokio::task::JoinSet::new();
    for lane in 0..TILLS {
        let mut phone = world.phone("1000.00").await;
        let key = world.shop.till_key(&format!("Lane {lane}")).await;
        // The offers come over the good line: what fails here is the paying.
        let till = Till::open(&world.url(), key, world.time()).await.behind(&network.url());
        lanes.spawn(async move {
            let spent_minor = sell(&till, &mut phone, offer).await;
            (till, phone, spent_minor)
        });
    }
    let lanes = lanes.join_all().await;

    for (_, phone, spent_minor) in &lanes {
        assert_eq!(phone.balance().await, minor("1000.00") - spent_minor, "{phone:?}");
    }
    let phones: Vec<_> = lanes.iter().map(|(_, phone, _)| phone).collect();
    let books = world.books(&phones).await;
    let journals: Vec<_> = lanes.iter().map(|(till, ..)| till.journal()).collect();
    let shop = world.shop.account();
    drop(lanes);
    let world = Arc::into_inner(world).expect("nobody else holds the world");
    let tally = agree(&journals, &payments(&world.shut_down().await.database()));
    println!("{tally:?} over a network with {} faults", network.faults());
    assert!(u64::from(network.faults()) >= TILLS * PURCHASES_EACH / 4, "it hardly failed");
    assert_eq!(books.balance(&shop), tally.paid * 3000);
    assert_eq!((tally.paid + tally.reversed).unsigned_abs(), TILLS * PURCHASES_EACH);
    assert!(tally.paid > 0);
}

/// Sells one bottle after the other; gives what the shopper has spent by the till's receipts.
async fn sell(till: &Till, phone: &mut Shopper, offer: u32) -> i64 {
    let mut spent_minor = 0;
    for _ in 0..PURCHASES_EACH {
        phone.clip(offer).await;
        let sold = till.pay(&BASKET, &phone.code().await).await;
        match sold.outcome {
            Outcome::Paid(payment) => spent_minor += payment.amount_due.map_or(0, |due| due.minor_units),
            Outcome::Reversed => {}
            other => panic!("neither paid nor taken back: {other:?}"),
        }
    }
    spent_minor
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_is_asked_for_again_and_is_the_same() {
    let world = Stage::set().await;
    let (offer, mut phone, _) = world.shampoo_at_the_till("100.00").await;
    let hold = Duration::from_millis(1500);
    let fates = [Fate::SwallowAnswers { after_bytes: 0, hold }];
    let network = Proxy::scripted(world.address(), fates).await.expect("a proxy");
    let till = RawTill::new(connect(&network.url()), world.shop.till_key("Lane 1").await);
    let sale = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);

    let (lost, ()) = tokio::join!(till.try_pay(&sale), async {
        // The request got through: while the till waits, the shopper has paid.
        while phone.balance().await != minor("75.00") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert!(lost.is_err(), "the first answer never arrives: {lost:?}");
    let answer = till.pay(&sale).await.expect("the answer, given again");
    assert_eq!(answer.state(), PaymentState::Completed);
    phone.expect_balance("75.00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_stays_dead_is_given_up_and_the_payment_taken_back_when_it_lives() {
    let world = Stage::set().await;
    let (_, mut phone, _) = world.shampoo_at_the_till("100.00").await;
    let before = world.books(&[&phone]).await;
    // The first request gets through, its answer does not, and then the line is dead.
    let fates = [Fate::SwallowAnswers { after_bytes: 0, hold: Duration::from_millis(700) }];
    let network = Proxy::scripted(world.address(), fates).await.expect("a proxy");
    let key = world.shop.till_key("Lane 1").await;
    let till = Till::open(&world.url(), key, world.time()).await.behind(&network.url());

    let mut running = till.start(&BASKET, &phone.code().await);
    while phone.balance().await != minor("75.00") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    network.unplug();
    assert!(matches!(running.decided().await, Machine::Reversing { .. }));
    phone.expect_balance("75.00").await;
    network.plug();
    assert_eq!(outcome(&mut running).await, Outcome::Reversed);
    assert_eq!(world.books(&[&phone]).await, before);
}
