//! Coupons that don't hold: for this basket, in this shop, at this time.

use shared::offer::Refusal;
use tests::{
    actors::{Deal, Sale, claim_of, minor},
    stage::Stage,
    world::{SHAMPOO, SOAP},
};

use crate::refused::{completed, coupons_refused};

const PRICE: i64 = 3000;

#[tokio::test]
async fn of_two_bottles_the_offer_pays_for_one() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let both = Sale::of(&phone.code().await, 2 * PRICE).redeems(offer, SHAMPOO, 2, PRICE, 1000);
    coupons_refused(&world, &phone, &till, &both, &[(offer, Refusal::DiscountMismatch)]).await;

    let one = Sale::of(&phone.code().await, 2 * PRICE).redeems(offer, SHAMPOO, 1, PRICE, 500);
    completed(till.pay(&one).await);
    phone.expect_balance("45.00").await;
    assert_eq!(world.books(&[&phone]).await.balance(&world.shop.account()), 2 * PRICE);
}

#[tokio::test]
async fn another_item_does_not_qualify() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let soap = Sale::of(&phone.code().await, PRICE).redeems(offer, SOAP, 1, PRICE, 500);
    coupons_refused(&world, &phone, &till, &soap, &[(offer, Refusal::ItemMismatch)]).await;
}

#[tokio::test]
async fn a_coupon_of_another_shop_is_not_taken() {
    let world = Stage::set().await;
    let other = world.another_shop("Station Market").await;
    let offer = world.offer("Silk Shampoo", Deal::off_each(500, 1).on(SHAMPOO).at(&other.id)).await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;
    let code = phone.code().await;
    let sale = Sale::of(&code, PRICE).redeems(offer, SHAMPOO, 1, PRICE, 500);
    coupons_refused(&world, &phone, &world.raw_till().await, &sale, &[(offer, Refusal::WrongStore)]).await;

    let there = other.raw_till("Lane 1").await;
    completed(there.pay(&Sale::of(&code, PRICE).redeems(offer, SHAMPOO, 1, PRICE, 500)).await);
    phone.expect_balance("75.00").await;
}

#[tokio::test]
async fn an_offer_holds_from_its_start_until_its_end() {
    let world = Stage::set().await;
    let (starts, ends) = (world.now().plus_ms(60_000), world.now().plus_ms(120_000));
    let offer =
        world.offer("Silk Shampoo", Deal::off_each(500, 1).on(SHAMPOO).from(starts).until(ends)).await;
    let mut phone = world.phone("100.00").await;
    let coupon = phone.clip(offer).await;
    let till = world.raw_till().await;
    let claims = [claim_of(&coupon.offer.expect("the offer"))];
    // The wallet leaves out what does not hold; this one puts it in all the same.
    let sale = |code: String| Sale::of(&code, PRICE).redeems(offer, SHAMPOO, 1, PRICE, 500);

    let early = sale(phone.claim(&claims).await);
    coupons_refused(&world, &phone, &till, &early, &[(offer, Refusal::NotStarted)]).await;
    world.clock.set(ends);
    let late = sale(phone.claim(&claims).await);
    coupons_refused(&world, &phone, &till, &late, &[(offer, Refusal::Expired)]).await;
    world.clock.set(ends.plus_ms(-1));
    completed(till.pay(&sale(phone.claim(&claims).await)).await);
    phone.expect_balance("75.00").await;
}

#[tokio::test]
async fn a_coupon_that_is_not_in_the_wallet_is_not_taken() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let held = phone.coupons().await.remove(0);
    let with_coupon = phone.code().await;
    phone.unclip(&held.coupon_id).await;
    let given_back = Sale::of(&with_coupon, PRICE).redeems(offer, SHAMPOO, 1, PRICE, 500);
    coupons_refused(&world, &phone, &till, &given_back, &[(offer, Refusal::NotClipped)]).await;
}

#[tokio::test]
async fn a_coupon_that_the_shopper_left_out_of_the_code_is_not_taken() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let without = phone.claim(&[]).await;
    let sale = Sale::of(&without, PRICE).redeems(offer, SHAMPOO, 1, PRICE, 500);
    coupons_refused(&world, &phone, &till, &sale, &[(offer, Refusal::NotClipped)]).await;
}

#[tokio::test]
async fn a_coupon_works_once() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let (first, second) = (phone.code().await, phone.code().await);
    completed(till.pay(&Sale::of(&first, PRICE).redeems(offer, SHAMPOO, 1, PRICE, 500)).await);
    let again = Sale::of(&second, PRICE).redeems(offer, SHAMPOO, 1, PRICE, 500);
    coupons_refused(&world, &phone, &till, &again, &[(offer, Refusal::AlreadyRedeemed)]).await;
}

#[tokio::test]
async fn every_refused_coupon_is_named_and_the_others_can_go_on_without_them() {
    let world = Stage::set().await;
    let (shampoo, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let soap = world.offer("Soap", Deal::percent_off(2000, minor("3.00")).on(SOAP)).await;
    let spend = world.offer("Big shop", Deal::off_spend(600, 10_000).on(SHAMPOO)).await;
    phone.clip(soap).await;
    phone.clip(spend).await;

    let code = phone.code().await;
    let all = Sale::of(&code, 4000)
        .redeems(spend, SHAMPOO, 1, PRICE, 600)
        .redeems(soap, SOAP, 1, 1000, 200)
        .redeems(shampoo, SOAP, 1, 0, 0);
    coupons_refused(
        &world,
        &phone,
        &till,
        &all,
        &[(spend, Refusal::RequirementNotMet), (shampoo, Refusal::ItemMismatch)],
    )
    .await;

    // The same code, a new payment id: a refusal does not use the token up.
    let rest =
        Sale::of(&code, 4000).redeems(shampoo, SHAMPOO, 1, PRICE, 500).redeems(soap, SOAP, 1, 1000, 200);
    completed(till.pay(&rest).await);
    phone.expect_balance("67.00").await;
}
