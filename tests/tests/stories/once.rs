//! Exactly once for each payment id, however often and late a request comes.

use proto::v1::PaymentState;
use shared::reason::Reason;
use tests::{actors::Sale, stage::Stage, world::SHAMPOO};

use crate::refused::{completed, no};

#[tokio::test]
async fn the_same_payment_sent_twice_is_made_once_with_one_answer() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let sale = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    let first = completed(till.pay(&sale).await);
    let after = world.books(&[&phone]).await;

    world.clock.advance_ms(3_600_000);
    assert_eq!(till.pay(&sale).await, Ok(first), "an hour later, long after the code has become stale");
    assert_eq!(world.books(&[&phone]).await, after);
    phone.expect_balance("75.00").await;
}

#[tokio::test]
async fn many_copies_at_the_same_time_are_one_payment() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let sale = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    let mut copies = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (till, sale) = (till.clone(), sale.clone());
        copies.spawn(async move { till.pay(&sale).await });
    }
    let mut answers: Vec<_> = copies.join_all().await.into_iter().map(completed).collect();
    answers.dedup();
    assert_eq!(answers.len(), 1, "every copy gets the same answer");
    phone.expect_balance("75.00").await;
}

#[tokio::test]
async fn one_code_at_many_tills_at_the_same_time_pays_at_one() {
    let world = Stage::set().await;
    let mut phone = world.phone("100.00").await;
    let code = phone.code().await;
    let mut tills = tokio::task::JoinSet::new();
    for lane in 0..8 {
        let (till, sale) = (world.shop.raw_till(&format!("Lane {lane}")).await, Sale::of(&code, 1000));
        tills.spawn(async move { till.pay(&sale).await });
    }
    let (paid, refused): (Vec<_>, Vec<_>) = tills.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(paid.len(), 1);
    assert!(refused.into_iter().all(|no_| no(no_).reason == Reason::TokenAlreadyUsed));
    phone.expect_balance("90.00").await;
}

#[tokio::test]
async fn another_request_under_the_same_id_is_a_fault_of_the_till() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let sale = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    let first = completed(till.pay(&sale).await);
    let after = world.books(&[&phone]).await;

    let other_code = sale.clone().with_code(&phone.code().await);
    let other_amount = Sale::of(&phone.code().await, 1000).under(sale.id());
    for other in [other_code, other_amount] {
        assert_eq!(no(till.pay(&other).await).reason, Reason::PaymentIdReused);
    }
    assert_eq!(world.books(&[&phone]).await, after);
    assert_eq!(till.get(sale.id()).await, Ok(first));
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let sale = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    // The till hangs up while the provider works; the payment may or may not have been made.
    let hung_up = tokio::time::timeout(std::time::Duration::ZERO, till.pay(&sale)).await;
    assert!(hung_up.is_err());
    let answer = completed(till.pay(&sale).await);
    assert_eq!(till.get(sale.id()).await, Ok(answer));
    phone.expect_balance("75.00").await;
}

#[tokio::test]
async fn another_shop_knows_nothing_of_a_payment() {
    let world = Stage::set().await;
    let mut phone = world.phone("100.00").await;
    let till = world.raw_till().await;
    let sale = Sale::of(&phone.code().await, 1000);
    completed(till.pay(&sale).await);

    let elsewhere = world.another_shop("Station Market").await.raw_till("Lane 1").await;
    assert_eq!(no(elsewhere.get(sale.id()).await).reason, Reason::PaymentNotFound);
    no(elsewhere.pay(&sale).await);
    no(elsewhere.reverse(sale.id()).await);
    assert_eq!(till.get(sale.id()).await.map(|p| p.state()), Ok(PaymentState::Completed));
    phone.expect_balance("90.00").await;
}
