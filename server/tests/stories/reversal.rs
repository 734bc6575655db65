//! Undoing a payment: everything goes back, whatever arrives in whatever order.

use proto::v1::{CouponState, PaymentState};
use shared::reason::Reason;
use uuid::Uuid;

use super::world::*;

#[tokio::test]
async fn money_and_coupons_go_back() {
    let mut world = World::new().await;
    let (mut issuer, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let coupon = phone.clip(offer).await.unwrap();
    let code = phone.code(&[&coupon]).await;
    let sale = Sale::of(&code, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
    till.pay(&sale).await.unwrap();

    world.clock.advance_ms(60_000);
    let reversed = till.reverse(sale.id()).await.unwrap();
    assert_eq!(reversed.state(), PaymentState::Reversed);
    assert_eq!(minor(&reversed.amount_due), 2500);
    assert_eq!(till.reverse(sale.id()).await.unwrap(), reversed, "repeating it changes nothing");
    assert_eq!(till.pay(&sale).await.unwrap(), reversed, "a late copy of the request moves nothing");

    assert_eq!(phone.balance().await, 10_000);
    assert_eq!(world.balance(format!("merchant:{}", till.merchant)).await, 0);
    let campaign = issuer.campaign(offer).await;
    assert_eq!((minor(&campaign.budget_available), minor(&campaign.budget_reserved)), (99_500, 500));
    assert_eq!(campaign.coupons_redeemed, 0);
    assert!(issuer.redemptions(offer).await[0].reversed);
    assert_eq!(phone.payments().await, [reversed]);

    // The coupon is back; the token stays used.
    let again = Sale::of(&code, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
    assert_eq!(refused(till.pay(&again).await), Reason::TokenAlreadyUsed);
    let restored = phone.coupons(CouponState::Clipped).await;
    let code = phone.code(&[&restored[0]]).await;
    let sale = Sale::of(&code, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
    assert_eq!(till.pay(&sale).await.unwrap().state(), PaymentState::Completed);
    assert_eq!(issuer.redemptions(offer).await.len(), 2);
}

#[tokio::test]
async fn reversed_before_it_arrives() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let sale = Sale::of(&phone.code(&[]).await, 3000);
    let tombstone = till.reverse(sale.id()).await.unwrap();
    assert_eq!(tombstone.state(), PaymentState::Reversed);
    assert_eq!((tombstone.gross_amount, tombstone.amount_due), (None, None));
    assert_eq!(till.pay(&sale).await.unwrap().state(), PaymentState::Reversed);
    assert_eq!(phone.balance().await, 10_000);
    assert!(phone.payments().await.is_empty());
    // The token was not touched.
    assert!(till.pay(&sale.again()).await.is_ok());
}

#[tokio::test]
async fn a_declined_payment_reversed() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    let mut phone = world.phone(100).await;
    let sale = Sale::of(&phone.code(&[]).await, 3000);
    assert_eq!(refused(till.pay(&sale).await), Reason::InsufficientFunds);
    assert_eq!(till.reverse(sale.id()).await.unwrap().state(), PaymentState::Reversed);
    assert_eq!(till.pay(&sale).await.unwrap().state(), PaymentState::Reversed);
    assert_eq!(phone.balance().await, 100);
}

#[tokio::test]
async fn another_shops_payment_is_as_if_it_did_not_exist() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    let mut other = world.till().await;
    let mut phone = world.phone(10_000).await;
    let sale = Sale::of(&phone.code(&[]).await, 3000);
    till.pay(&sale).await.unwrap();
    assert_eq!(refused(other.reverse(sale.id()).await), Reason::PaymentNotFound);
    assert_eq!(refused(other.payment(sale.id()).await), Reason::PaymentNotFound);
    assert_eq!(refused(other.pay(&sale).await), Reason::PaymentIdReused);
    // Another till of the same shop may.
    let mut second = world.till_of(&till.merchant).await;
    assert_eq!(second.reverse(sale.id()).await.unwrap().state(), PaymentState::Reversed);
}

#[tokio::test]
async fn too_late() {
    let mut world = World::new().await;
    let mut issuer = world.issuer(10_000).await;
    // Off two bottles, of which one is bought: the coupon holds as much again until the window is over.
    let offer = issuer.offer(each(&[SHAMPOO], 500, 2), 10_000).await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let coupon = phone.clip(offer).await.unwrap();
    let sale = Sale::of(&phone.code(&[&coupon]).await, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
    till.pay(&sale).await.unwrap();
    world.clock.advance_ms(DAY_MS + 1);
    assert_eq!(refused(till.reverse(sale.id()).await), Reason::ReversalTooLate);
    // What the sweep has given back to the campaign is no longer there, though the clock be set back.
    world.running().sweep().await.unwrap();
    world.clock.advance_ms(-DAY_MS);
    assert_eq!(refused(till.reverse(sale.id()).await), Reason::ReversalTooLate);
    assert_eq!(world.balance(format!("merchant:{}", till.merchant)).await, 3_000);
    assert_eq!(refused(till.payment(&Uuid::now_v7().to_string()).await), Reason::PaymentNotFound);
}

#[tokio::test]
async fn an_offer_that_ended_meanwhile() {
    let mut world = World::new().await;
    let (mut issuer, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let coupon = phone.clip(offer).await.unwrap();
    world.clock.advance_ms(30 * DAY_MS - 1);
    let key = phone.key.clone();
    let mut phone = world.phone_with(key).await;
    let sale = Sale::of(&phone.code(&[&coupon]).await, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
    till.pay(&sale).await.unwrap();
    world.clock.advance_ms(1);
    till.reverse(sale.id()).await.unwrap();
    assert_eq!(phone.balance().await, 10_000);
    assert_eq!(phone.coupons(CouponState::Expired).await.len(), 1);
    let campaign = issuer.campaign(offer).await;
    assert_eq!((minor(&campaign.budget_available), minor(&campaign.budget_reserved)), (100_000, 0));
}
