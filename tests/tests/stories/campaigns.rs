//! What a manufacturer can do with a campaign that runs.

use shared::reason::Reason;
use tests::{
    actors::{Deal, Sale},
    stage::Stage,
    world::SHAMPOO,
};

use crate::refused::completed;

#[tokio::test]
async fn a_campaign_that_is_stopped_gives_back_what_nobody_was_promised() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let before = world.books(&[&phone]).await;
    world.issuer.stop(offer).await;
    let after = world.books(&[&phone]).await;
    assert_eq!((after.budget(offer), after.reserved(offer)), (0, 500));
    let issuer = world.issuer.account();
    assert_eq!(after.balance(&issuer), before.balance(&issuer) + before.budget(offer));

    // What was clipped is honoured; nobody else can clip.
    let late = world.phone("0.00").await;
    assert_eq!(late.try_clip(offer).await.expect_err("it is stopped").reason(), Some(Reason::OfferNotActive));
    completed(till.pay(&Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500)).await);
    phone.expect_balance("75.00").await;
}

#[tokio::test]
async fn no_more_coupons_go_out_than_the_campaign_has() {
    let world = Stage::set().await;
    let offer = world.offer("Silk Shampoo", Deal::off_each(500, 1).on(SHAMPOO).circulation(2)).await;
    let (first, second, third) =
        (world.phone("0.00").await, world.phone("0.00").await, world.phone("0.00").await);
    let coupon = first.clip(offer).await;
    second.clip(offer).await;
    let refused = third.try_clip(offer).await.expect_err("they are all out");
    assert_eq!(refused.reason(), Some(Reason::OfferExhausted));
    // One that was given back is still its shopper's to clip again.
    first.unclip(&coupon.coupon_id).await;
    assert!(third.try_clip(offer).await.is_err());
    first.clip(offer).await;
    world.books(&[&first, &second]).await;
}
