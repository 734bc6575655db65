//! Somebody cheats: the wallet signs more than the offer gives, or the till takes more off, or asks for more.

use shared::{offer::Refusal, reason::Reason};
use tests::{actors::Sale, stage::Stage, world::SHAMPOO};

use crate::refused::{completed, coupons_refused, no, refused};

#[tokio::test]
async fn a_discount_raised_by_the_wallet_is_not_paid() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let raised = phone.forge(|claim| claim.discount_minor = 2000).await;
    let as_claimed = Sale::of(&raised, 3000).redeems(offer, SHAMPOO, 1, 3000, 2000);
    coupons_refused(&world, &phone, &till, &as_claimed, &[(offer, Refusal::DiscountMismatch)]).await;
    // Nor the true discount on the word of such a code: it does not state the offer.
    let as_offered = Sale::of(&raised, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    coupons_refused(&world, &phone, &till, &as_offered, &[(offer, Refusal::DiscountMismatch)]).await;

    let more_units = phone.forge(|claim| claim.units = 2).await;
    let two = Sale::of(&more_units, 6000).redeems(offer, SHAMPOO, 2, 3000, 1000);
    coupons_refused(&world, &phone, &till, &two, &[(offer, Refusal::DiscountMismatch)]).await;
}

#[tokio::test]
async fn a_discount_raised_by_the_till_is_not_paid() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let code = phone.code().await;
    for discount in [0, 499, 501, 3000] {
        let sale = Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, discount);
        coupons_refused(&world, &phone, &till, &sale, &[(offer, Refusal::DiscountMismatch)]).await;
    }
    completed(till.pay(&Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500)).await);
}

#[tokio::test]
async fn gross_less_discounts_is_what_is_due_and_nothing_else() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let code = phone.code().await;
    for due in [0, 2499, 2501, 3000] {
        let sale = Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500).due(due);
        refused(&world, &phone, &till, &sale, Reason::AmountMismatch).await;
    }
    // More redeemed than there is in the basket.
    let worth_more = Sale::of(&code, 2999).redeems(offer, SHAMPOO, 1, 3000, 500);
    refused(&world, &phone, &till, &worth_more, Reason::AmountMismatch).await;
}

#[tokio::test]
async fn one_coupon_named_twice_is_not_paid_twice() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let twice = Sale::of(&phone.code().await, 6000)
        .redeems(offer, SHAMPOO, 1, 3000, 500)
        .redeems(offer, SHAMPOO, 1, 3000, 500);
    let before = world.books(&[&phone]).await;
    no(till.pay(&twice).await);
    assert_eq!(world.books(&[&phone]).await, before);
}
