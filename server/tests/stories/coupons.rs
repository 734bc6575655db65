//! Clipping, giving back, limits, budgets, and the sweep.

use proto::v1::{CouponState, PaymentState};
use shared::{offer::Reward, reason::Reason};

use super::world::*;

#[tokio::test]
async fn a_coupon_is_clipped_once_and_can_be_given_back() {
    let mut world = World::new().await;
    let (mut issuer, offer) = world.shampoo_offer().await;
    let mut phone = world.phone(0).await;
    let coupon = phone.clip(offer).await.unwrap();
    assert_eq!(coupon.coupon_id, format!("{offer}-1"));
    assert_eq!(phone.clip(offer).await.unwrap(), coupon);
    assert_eq!(minor(&issuer.campaign(offer).await.budget_reserved), 500);

    let back = phone.unclip(&coupon.coupon_id).await.unwrap();
    assert_eq!(back.state(), CouponState::Unclipped);
    assert_eq!(phone.unclip(&coupon.coupon_id).await.unwrap(), back);
    assert_eq!(minor(&issuer.campaign(offer).await.budget_reserved), 0);

    // It comes to life again, and counts once.
    assert_eq!(phone.clip(offer).await.unwrap(), coupon);
    assert_eq!(issuer.campaign(offer).await.coupons_clipped, 1);

    let mut stranger = world.phone(0).await;
    assert_eq!(refused(stranger.unclip(&coupon.coupon_id).await), Reason::CouponNotFound);
    assert_eq!(refused(phone.clip(999_999).await), Reason::OfferNotFound);
}

#[tokio::test]
async fn a_wallet_has_its_share_and_no_more() {
    let mut world = World::new().await;
    let (_, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let coupon = phone.clip(offer).await.unwrap();
    let sale = Sale::of(&phone.code(&[&coupon]).await, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
    till.pay(&sale).await.unwrap();
    assert_eq!(refused(phone.clip(offer).await), Reason::ClipLimitReached);
    assert_eq!(refused(phone.unclip(&coupon.coupon_id).await), Reason::InvalidTransition);
    till.reverse(sale.id()).await.unwrap();
    assert_eq!(phone.clip(offer).await.unwrap().coupon_id, coupon.coupon_id);
}

#[tokio::test]
async fn a_campaign_is_never_overspent_however_many_clip_at_once() {
    let mut world = World::new().await;
    let mut issuer = world.issuer(10_000).await;
    let offer = issuer.offer(each(&[SHAMPOO], 500, 1), 2_500).await;
    let mut phones = Vec::new();
    for _ in 0..12 {
        phones.push(world.phone(0).await);
    }
    let clipped = futures::future::join_all(phones.iter_mut().map(|phone| phone.clip(offer))).await;
    assert_eq!(clipped.iter().filter(|result| result.is_ok()).count(), 5);
    for result in clipped.into_iter().filter(Result::is_err) {
        assert_eq!(refused(result), Reason::OfferExhausted);
    }
    let campaign = issuer.campaign(offer).await;
    assert_eq!((minor(&campaign.budget_available), minor(&campaign.budget_reserved)), (0, 2_500));
}

#[tokio::test]
async fn a_paused_offer_is_honoured_but_not_given_out() {
    let mut world = World::new().await;
    let (mut issuer, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let mut late = world.phone(0).await;
    let coupon = phone.clip(offer).await.unwrap();
    issuer.pause(offer).await.unwrap();
    assert_eq!(refused(late.clip(offer).await), Reason::OfferNotActive);
    let sale = Sale::of(&phone.code(&[&coupon]).await, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
    assert_eq!(till.pay(&sale).await.unwrap().state(), PaymentState::Completed);
}

#[tokio::test]
async fn coupons_end_with_their_offer_and_free_what_they_held() {
    let mut world = World::new().await;
    let (mut issuer, offer) = world.shampoo_offer().await;
    let mut phone = world.phone(0).await;
    phone.clip(offer).await.unwrap();
    let mut other = world.phone(0).await;
    other.clip(offer).await.unwrap();
    world.clock.advance_ms(30 * DAY_MS);
    let key = phone.key.clone();
    let mut phone = world.phone_with(key).await;
    // Seen as expired at once, settled by the sweep.
    assert_eq!(phone.coupons(CouponState::Expired).await.len(), 1);
    assert!(phone.coupons(CouponState::Clipped).await.is_empty());
    assert_eq!(minor(&issuer.campaign(offer).await.budget_reserved), 1_000);
    for _ in 0..2 {
        world.running().sweep().await.unwrap();
        let campaign = issuer.campaign(offer).await;
        assert_eq!((minor(&campaign.budget_available), minor(&campaign.budget_reserved)), (100_000, 0));
    }
    assert_eq!(phone.coupons(CouponState::Expired).await.len(), 1);
    assert_eq!(refused(phone.clip(offer).await), Reason::OfferNotActive);
}

#[tokio::test]
async fn what_a_redeemed_coupon_held_beyond_its_discount_is_freed_after_the_window() {
    let mut world = World::new().await;
    let mut issuer = world.issuer(100_000).await;
    let percent = Reward::PercentOff { basis_points: 1_000, cap_minor: 2_000 };
    let offer = issuer.offer(terms(&[SHAMPOO], percent), 50_000).await;
    let mut till = world.till().await;
    let mut sales = Vec::new();
    for _ in 0..2 {
        let mut phone = world.phone(10_000).await;
        let coupon = phone.clip(offer).await.unwrap();
        let sale = Sale::of(&phone.code(&[&coupon]).await, 3000).redeem(offer, SHAMPOO, 1, 3000, 300);
        till.pay(&sale).await.unwrap();
        sales.push(sale);
    }
    world.running().sweep().await.unwrap();
    assert_eq!(world.balance(format!("campaign_reserved:{offer}")).await, 3_400);
    till.reverse(sales[0].id()).await.unwrap();
    assert_eq!(world.balance(format!("campaign_reserved:{offer}")).await, 3_700);
    world.clock.advance_ms(DAY_MS + 1);
    world.running().sweep().await.unwrap();
    // The reversed one is a coupon again with its whole worst case; the other is settled.
    assert_eq!(world.balance(format!("campaign_reserved:{offer}")).await, 2_000);
    assert_eq!(world.balance(format!("campaign_budget:{offer}")).await, 47_700);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let mut world = World::new().await;
    let mut issuer = world.issuer(1_000_000).await;
    let mut phone = world.phone(0).await;
    let mut offers = Vec::new();
    for _ in 0..5 {
        let offer = issuer.offer(each(&[SHAMPOO], 500, 1), 1_000).await;
        phone.clip(offer).await.unwrap();
        offers.push(offer);
    }
    offers.reverse();
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let request = proto::v1::ListCouponsRequest { page_size: 2, page_token: token, state: 0 };
        let page = phone.client.list_coupons(with(&phone.session, request)).await.unwrap().into_inner();
        assert!(page.coupons.len() <= 2);
        seen.extend(page.coupons.iter().map(|c| c.offer.as_ref().unwrap().offer_number));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, offers);
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let request = proto::v1::WalletServiceListOffersRequest { page_size: 2, page_token: token };
        let page = phone.client.list_offers(with(&phone.session, request)).await.unwrap().into_inner();
        seen.extend(page.offers.iter().map(|offer| offer.offer_number));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, offers);
}
