//! Payments that are too large to go through without the shopper's word.

use proto::v1::{CouponState, PaymentState};
use shared::{payment::approval::Answer, reason::Reason};
use tests::{
    actors::{Deal, Sale},
    stage::Stage,
    world::SHAMPOO,
};

use crate::refused::{completed, coupons_refused, no};

/// Over the provider's limit of 1,000.00 for one payment.
const LARGE: i64 = 120_000;
const SECOND_MS: i64 = 1000;

#[tokio::test]
async fn nothing_moves_until_the_shopper_says_yes() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("2000.00").await;
    let before = world.books(&[]).await;
    let sale = Sale::of(&phone.code().await, LARGE).redeems(offer, SHAMPOO, 1, 3000, 500);
    let asked = till.pay(&sale).await.expect("it is taken in");
    assert_eq!(asked.state(), PaymentState::PendingApproval);
    assert_eq!(till.pay(&sale).await, Ok(asked.clone()), "the same request gets the same answer");
    assert_eq!(world.books(&[]).await, before);
    assert!(phone.coupons().await.is_empty(), "the coupon is held for this payment");

    let mut news = till.watch(sale.id()).await;
    let seen = news.message().await.unwrap().unwrap().payment.unwrap();
    assert_eq!(seen.state(), PaymentState::PendingApproval);
    let paid = phone.answer(Answer::Approve).await.expect("it goes through");
    assert_eq!(paid.state(), PaymentState::Completed);
    let seen = news.message().await.unwrap().unwrap().payment.unwrap();
    assert_eq!(seen, paid, "the till sees it live");
    phone.expect_balance("805.00").await;
    world.books(&[&phone]).await;
    assert_eq!(phone.answer(Answer::Approve).await, Ok(paid), "saying it twice pays once");
}

#[tokio::test]
async fn a_shopper_who_says_no_has_the_coupon_back() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("2000.00").await;
    let before = world.books(&[&phone]).await;
    let code = phone.code().await;
    let sale = Sale::of(&code, LARGE).redeems(offer, SHAMPOO, 1, 3000, 500);
    till.pay(&sale).await.expect("it is taken in");
    assert_eq!(phone.answer(Answer::Reject).await.map(|p| p.state()), Ok(PaymentState::Rejected));
    assert_eq!(world.books(&[&phone]).await, before);
    assert_eq!(till.get(sale.id()).await.map(|p| p.state()), Ok(PaymentState::Rejected));
    let late = phone.answer(Answer::Approve).await.expect_err("what was rejected stays so");
    assert_eq!(late.reason(), Some(Reason::InvalidTransition));
    let again = Sale::of(&code, 1000);
    assert_eq!(no(till.pay(&again).await).reason, Reason::TokenAlreadyUsed, "its token is used up");
}

#[tokio::test]
async fn what_nobody_approves_expires() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("2000.00").await;
    let before = world.books(&[&phone]).await;
    let sale = Sale::of(&phone.code().await, LARGE).redeems(offer, SHAMPOO, 1, 3000, 500);
    till.pay(&sale).await.expect("it is taken in");
    world.clock.advance_ms(180 * SECOND_MS);
    assert_eq!(till.get(sale.id()).await.map(|p| p.state()), Ok(PaymentState::Expired), "at once");
    world.sweep().await;
    assert_eq!(world.books(&[&phone]).await, before);
    let late = phone.answer(Answer::Approve).await.expect_err("it is too late");
    assert_eq!(late.reason(), Some(Reason::InvalidTransition));
    assert_eq!(till.reverse(sale.id()).await.map(|p| p.state()), Ok(PaymentState::Reversed));
}

#[tokio::test]
async fn a_till_can_give_up_waiting() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("2000.00").await;
    let before = world.books(&[&phone]).await;
    let sale = Sale::of(&phone.code().await, LARGE).redeems(offer, SHAMPOO, 1, 3000, 500);
    till.pay(&sale).await.expect("it is taken in");
    assert_eq!(till.reverse(sale.id()).await.map(|p| p.state()), Ok(PaymentState::Reversed));
    assert_eq!(world.books(&[&phone]).await, before);
    let late = phone.answer(Answer::Approve).await.expect_err("the till has moved on");
    assert_eq!(late.reason(), Some(Reason::InvalidTransition));
}

#[tokio::test]
async fn a_coupon_that_is_held_pays_nowhere_else() {
    let world = Stage::set().await;
    let offer = world.offer("Silk Shampoo", Deal::off_each(500, 1).on(SHAMPOO).clips(3)).await;
    let mut phone = world.phone("2000.00").await;
    let coupon = phone.clip(offer).await;
    let till = world.raw_till().await;
    let other = phone.code().await;
    let sale = Sale::of(&phone.code().await, LARGE).redeems(offer, SHAMPOO, 1, 3000, 500);
    till.pay(&sale).await.expect("it is taken in");
    let elsewhere = Sale::of(&other, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    let refusal = (offer, shared::offer::Refusal::AlreadyRedeemed);
    coupons_refused(&world, &phone, &till, &elsewhere, &[refusal]).await;
    assert!(phone.try_unclip(&coupon.coupon_id).await.is_err());
    phone.answer(Answer::Reject).await.expect("it is given up");
    assert_eq!(phone.coupons().await[0].state(), CouponState::Clipped);
}

#[tokio::test]
async fn a_wallet_without_the_money_can_be_filled_and_asked_again() {
    let world = Stage::set().await;
    let mut phone = world.phone("1300.00").await;
    let till = world.raw_till().await;
    let first = Sale::of(&phone.code().await, LARGE);
    let (small, code) = (phone.code().await, phone.code().await);
    till.pay(&first).await.expect("it is taken in");
    completed(till.pay(&Sale::of(&small, 20_000)).await);
    let poor = phone.answer(Answer::Approve).await.expect_err("the money is gone");
    assert_eq!(poor.reason(), Some(Reason::InsufficientFunds));
    world.operator.deposit(&phone.wallet_id, 10_000).await;
    assert_eq!(phone.answer(Answer::Approve).await.map(|p| p.state()), Ok(PaymentState::Completed));
    assert_eq!(no(till.pay(&Sale::of(&code, 1)).await).reason, Reason::InsufficientFunds);
}

#[tokio::test]
async fn a_days_small_payments_add_up() {
    let world = Stage::set().await;
    let mut phone = world.phone("5000.00").await;
    let till = world.raw_till().await;
    for _ in 0..3 {
        completed(till.pay(&Sale::of(&phone.code().await, 100_000)).await);
    }
    let fourth = Sale::of(&phone.code().await, 1);
    assert_eq!(till.pay(&fourth).await.map(|p| p.state()), Ok(PaymentState::PendingApproval));
    world.clock.advance_ms(24 * 3600 * SECOND_MS);
    completed(till.pay(&Sale::of(&phone.code().await, 100_000)).await);
}

#[tokio::test]
async fn a_shopper_lowers_the_limits_and_never_raises_them_above_the_providers() {
    let world = Stage::set().await;
    let mut phone = world.phone("500.00").await;
    let till = world.raw_till().await;
    phone.set_limits(Some(5_000), None).await.expect("lower is fine");
    completed(till.pay(&Sale::of(&phone.code().await, 5_000)).await);
    let larger = Sale::of(&phone.code().await, 5_001);
    assert_eq!(till.pay(&larger).await.map(|p| p.state()), Ok(PaymentState::PendingApproval));
    let higher = phone.set_limits(Some(100_001), None).await.expect_err("higher is not");
    assert_eq!(higher.reason(), Some(Reason::InvalidArgument));
    let limits = phone.set_limits(None, None).await.expect("back to the provider's").approval_limits.unwrap();
    assert_eq!(limits.per_payment.unwrap().minor_units, 100_000);
}

#[tokio::test]
async fn only_the_wallets_own_key_approves() {
    let world = Stage::set().await;
    let mut phone = world.phone("2000.00").await;
    let thief = world.phone("0.00").await;
    let till = world.raw_till().await;
    let sale = Sale::of(&phone.code().await, LARGE);
    let waiting = till.pay(&sale).await.expect("it is taken in");
    let reason = |refused: Result<_, wallet_web::api::CallError>| refused.expect_err("refused").reason();
    assert_eq!(reason(thief.answer_to(&waiting, Answer::Approve).await), Some(Reason::PaymentNotFound));
    let cheaper = proto::v1::Payment { amount_due: Some(tests::actors::cny(1)), ..waiting };
    assert_eq!(reason(phone.answer_to(&cheaper, Answer::Approve).await), Some(Reason::SignatureInvalid));
    phone.expect_balance("2000.00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tills_agent_waits_for_the_shopper() {
    let world = Stage::live().await;
    let mut phone = world.phone("2000.00").await;
    let till = world.till().await;
    let basket = [(SHAMPOO, 40, 3000)];
    let selling = till.start(&basket, &phone.code().await);
    while phone.receipts().await.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    phone.answer(Answer::Approve).await.expect("it goes through");
    let end = selling.clone().ended().await;
    assert!(
        matches!(end, pos_agent::machine::Machine::Ended(pos_agent::machine::Outcome::Paid(_))),
        "{end:?}"
    );
    phone.expect_balance("800.00").await;
}
