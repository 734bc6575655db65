//! Payments that are undone, or given up before they arrive.

use proto::v1::PaymentState;
use shared::{offer::Refusal, reason::Reason};
use tests::{
    actors::{Deal, Sale, claim_of, payment_id},
    stage::Stage,
    world::SHAMPOO,
};

use crate::refused::{completed, coupons_refused, no, refused};

#[tokio::test]
async fn a_reversal_gives_money_and_coupon_back_but_the_token_stays_used() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let before = world.books(&[&phone]).await;
    let code = phone.code().await;
    let sale = Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    completed(till.pay(&sale).await);

    let undone = till.reverse(sale.id()).await.expect("it can be undone");
    assert_eq!(undone.state(), PaymentState::Reversed);
    assert_eq!(world.books(&[&phone]).await, before, "all is as before the payment");
    assert_eq!(till.reverse(sale.id()).await, Ok(undone.clone()), "undoing it again changes nothing");
    assert_eq!(till.pay(&sale).await, Ok(undone), "a late copy of the request moves nothing");
    let redemptions = world.issuer.redemptions(offer).await;
    assert!(redemptions.iter().all(|r| r.reversed) && redemptions.len() == 1, "{redemptions:?}");

    let same_code = Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    refused(&world, &phone, &till, &same_code, Reason::TokenAlreadyUsed).await;
    let new_code = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    completed(till.pay(&new_code).await);
    phone.expect_balance("75.00").await;
}

#[tokio::test]
async fn what_is_reversed_before_it_arrives_moves_nothing_when_it_does() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let before = world.books(&[&phone]).await;
    let code = phone.code().await;
    let id = payment_id();
    let tombstone = till.reverse(&id).await.expect("what never arrived can be given up");
    assert_eq!((tombstone.state(), tombstone.payment_id.as_str()), (PaymentState::Reversed, id.as_str()));

    let late = Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500).under(&id);
    assert_eq!(till.pay(&late).await.map(|p| p.state()), Ok(PaymentState::Reversed));
    assert_eq!(till.get(&id).await.map(|p| p.state()), Ok(PaymentState::Reversed));
    assert_eq!(world.books(&[&phone]).await, before);

    // Token and coupon were never touched: the shopper can pay with them.
    completed(till.pay(&Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500)).await);
    phone.expect_balance("75.00").await;
}

#[tokio::test]
async fn what_was_refused_can_be_reversed_too() {
    let world = Stage::set().await;
    let mut phone = world.phone("1.00").await;
    let till = world.raw_till().await;
    let sale = Sale::of(&phone.code().await, 1000);
    refused(&world, &phone, &till, &sale, Reason::InsufficientFunds).await;
    let before = world.books(&[&phone]).await;
    assert_eq!(till.reverse(sale.id()).await.map(|p| p.state()), Ok(PaymentState::Reversed));
    assert_eq!(world.books(&[&phone]).await, before);
}

#[tokio::test]
async fn after_a_day_it_is_too_late() {
    let world = Stage::set().await;
    let mut phone = world.phone("100.00").await;
    let till = world.raw_till().await;
    let sale = Sale::of(&phone.code().await, 1000);
    completed(till.pay(&sale).await);
    world.clock.advance_ms(24 * 3_600_000 + 1);
    let before = world.books(&[&phone]).await;
    assert_eq!(no(till.reverse(sale.id()).await).reason, Reason::ReversalTooLate);
    assert_eq!(world.books(&[&phone]).await, before);
}

#[tokio::test]
async fn a_coupon_that_ended_meanwhile_comes_back_expired() {
    let world = Stage::set().await;
    let ends = world.now().plus_ms(60_000);
    let deal = Deal::off_each(500, 1).on(SHAMPOO).until(ends);
    let offer = world.offer("Silk Shampoo", deal).await;
    let mut phone = world.phone("100.00").await;
    let coupon = phone.clip(offer).await;
    let till = world.raw_till().await;
    let sale = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    completed(till.pay(&sale).await);

    world.clock.set(ends);
    till.reverse(sale.id()).await.expect("it can be undone");
    phone.expect_balance("100.00").await;
    assert!(phone.coupons().await.is_empty(), "an ended coupon is not to be clipped again");
    let claims = [claim_of(&coupon.offer.expect("the offer"))];
    let again = Sale::of(&phone.claim(&claims).await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    coupons_refused(&world, &phone, &till, &again, &[(offer, Refusal::Expired)]).await;
}

#[tokio::test]
async fn what_a_coupon_did_not_need_is_free_again_once_nothing_can_be_reversed() {
    let world = Stage::set().await;
    let offer = world.offer("Silk Shampoo", Deal::percent_off(1000, 500).on(SHAMPOO)).await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;
    let before = world.books(&[&phone]).await;
    let sale = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 300);
    completed(world.raw_till().await.pay(&sale).await);
    world.sweep().await;
    assert_eq!(world.books(&[&phone]).await.reserved(offer), 200, "a reversal could need it");

    world.clock.advance_ms(24 * 3_600_000 + 1);
    world.sweep().await;
    let after = world.books(&[&phone]).await;
    assert_eq!(after.reserved(offer), 0);
    assert_eq!(after.budget(offer), before.budget(offer) + 200);
}

#[tokio::test]
async fn what_an_ended_coupon_held_is_free_again() {
    let world = Stage::set().await;
    let ends = world.now().plus_ms(60_000);
    let offer = world.offer("Silk Shampoo", Deal::off_each(500, 2).on(SHAMPOO).until(ends)).await;
    let phone = world.phone("0.00").await;
    let budget = world.books(&[&phone]).await.budget(offer);
    phone.clip(offer).await;
    assert_eq!(world.books(&[&phone]).await.reserved(offer), 1000);
    world.clock.set(ends);
    world.sweep().await;
    let after = world.books(&[&phone]).await;
    assert_eq!((after.reserved(offer), after.budget(offer)), (0, budget));
}
