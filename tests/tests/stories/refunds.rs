//! Goods that come back.

use proto::{
    status::Failure,
    v1::{self, CouponOutcome, PaymentState, RefundPolicy},
};
use shared::reason::Reason;
use tests::{
    actors::{Deal, Goods, RawTill, Sale, Shopper},
    stage::Stage,
    world::{SHAMPOO, SOAP},
};

use crate::refused::completed;

fn minor(money: &Option<v1::Money>) -> i64 {
    money.as_ref().expect("an amount").minor_units
}

fn why<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> Reason {
    outcome.expect_err("must be refused").reason
}

/// Three bottles with 5.00 off each, and 7.00 of other goods: 82.00 paid of 97.00.
async fn three_bottles(world: &Stage, policy: RefundPolicy) -> (u32, Shopper, RawTill, Sale) {
    let deal = Deal::off_each(500, 3).on(SHAMPOO).on_refund(policy);
    let offer = world.offer("Silk Shampoo", deal).await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;
    let till = world.raw_till().await;
    let sale = Sale::of(&phone.code().await, 9700).redeems(offer, SHAMPOO, 3, 3000, 1500);
    completed(till.pay(&sale).await);
    phone.expect_balance("18.00").await;
    (offer, phone, till, sale)
}

#[tokio::test]
async fn goods_come_back_in_parts_and_all_is_as_before() {
    let world = Stage::set().await;
    let (offer, phone, till, sale) = three_bottles(&world, RefundPolicy::Restore).await;

    let one = Goods::of(sale.id()).units(offer, 1);
    let (refund, payment) = till.refund(&one).await.expect("a bottle comes back");
    assert_eq!((minor(&refund.gross_amount), minor(&refund.refunded_amount)), (3000, 2500));
    assert_eq!(
        (minor(&refund.coupons[0].amount), refund.coupons[0].outcome()),
        (500, CouponOutcome::Unspecified)
    );
    assert_eq!(payment.state(), PaymentState::PartiallyRefunded);
    phone.expect_balance("43.00").await;
    assert_eq!(till.refund(&one).await, Ok((refund, payment)), "the same request moves nothing again");
    phone.expect_balance("43.00").await;

    let (refund, _) = till.refund(&Goods::of(sale.id()).others(700)).await.expect("so do the other goods");
    assert_eq!(minor(&refund.refunded_amount), 700);
    let (rest, payment) = till.refund(&Goods::of(sale.id()).everything()).await.expect("and the rest");
    assert_eq!(rest.coupons[0].outcome(), CouponOutcome::Restored);
    assert_eq!((payment.state(), minor(&payment.refunded_amount)), (PaymentState::Refunded, 8200));
    phone.expect_balance("100.00").await;
    assert_eq!(phone.coupons().await.len(), 1, "the coupon is in the wallet again");
    let books = world.books(&[&phone]).await;
    assert_eq!(books.balance(&world.shop.account()), 0);
    assert_eq!(phone.receipts().await[0], payment, "phone and till have the same receipt");
    assert_eq!(till.payments().await, [payment]);

    assert_eq!(why(till.refund(&Goods::of(sale.id()).everything()).await), Reason::RefundExceedsPayment);
    assert_eq!(why(till.reverse(sale.id()).await), Reason::InvalidTransition);
}

#[tokio::test]
async fn no_more_comes_back_than_was_sold() {
    let world = Stage::set().await;
    let (offer, phone, till, sale) = three_bottles(&world, RefundPolicy::Restore).await;
    let before = world.books(&[&phone]).await;
    for goods in [
        Goods::of(sale.id()).units(offer, 4),
        Goods::of(sale.id()).units(offer, 2).units(offer, 2),
        Goods::of(sale.id()).others(701),
        Goods::of(sale.id()),
    ] {
        assert_eq!(why(till.refund(&goods).await), Reason::RefundExceedsPayment, "{goods:?}");
    }
    assert_eq!(why(till.refund(&Goods::of(sale.id()).units(offer + 1, 1)).await), Reason::InvalidArgument);
    let elsewhere = world.another_shop("Station Market").await.raw_till("Lane 1").await;
    assert_eq!(why(elsewhere.refund(&Goods::of(sale.id()).everything()).await), Reason::PaymentNotFound);
    assert_eq!(
        world.books(&[&phone]).await.balance(&world.shop.account()),
        before.balance(&world.shop.account())
    );
    phone.expect_balance("18.00").await;
}

#[tokio::test]
async fn what_becomes_of_the_coupon_is_the_offers_to_say() {
    for (policy, paused, expect) in [
        (RefundPolicy::Restore, true, CouponOutcome::Restored),
        (RefundPolicy::RestoreIfValid, false, CouponOutcome::Restored),
        (RefundPolicy::RestoreIfValid, true, CouponOutcome::OfferOver),
        (RefundPolicy::Burn, false, CouponOutcome::Burned),
    ] {
        let world = Stage::set().await;
        let (offer, phone, till, sale) = three_bottles(&world, policy).await;
        if paused {
            world.issuer.pause(offer).await;
        }
        let (refund, _) = till.refund(&Goods::of(sale.id()).everything()).await.expect("all comes back");
        assert_eq!(refund.coupons[0].outcome(), expect, "{policy:?}");
        phone.expect_balance("100.00").await;
        assert_eq!(phone.coupons().await.len(), usize::from(expect == CouponOutcome::Restored));
        world.books(&[&phone]).await;
    }
}

#[tokio::test]
async fn buying_more_to_reach_a_coupons_minimum_and_returning_it_gains_nothing() {
    // 10.00 off from 50.00: two items of 30.00 reach it, one of them comes back, 30.00 does not.
    let world = Stage::set().await;
    let offer = world.offer("Silk", Deal::off_spend(1000, 5000).on(SHAMPOO)).await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;
    let till = world.raw_till().await;
    let sale = Sale::of(&phone.code().await, 6000).redeems(offer, SHAMPOO, 2, 3000, 1000);
    completed(till.pay(&sale).await);
    let (refund, _) = till.refund(&Goods::of(sale.id()).units(offer, 1)).await.expect("one comes back");
    assert_eq!(minor(&refund.refunded_amount), 2000, "what is kept is paid without the discount");
    assert_eq!(minor(&refund.coupons[0].amount), 1000);
    phone.expect_balance("70.00").await;
    till.refund(&Goods::of(sale.id()).everything()).await.expect("the other too");
    phone.expect_balance("100.00").await;
    world.books(&[&phone]).await;
}

#[tokio::test]
async fn a_coupon_comes_back_once_its_campaign_has_its_money_back() {
    // 40.00 off from 50.00, and 2.50 off a soap of 3.00. One bottle and the soap come back: the 28.00 that the shop gives up
    // are less than the 42.50 that no longer hold, so the soap's campaign waits for its part.
    let world = Stage::set().await;
    let spend = world.offer("Silk", Deal::off_spend(4000, 5000).on(SHAMPOO)).await;
    let soap = Deal::off_each(250, 1).on(SOAP).on_refund(RefundPolicy::Restore);
    let soap = world.offer("Soap", soap).await;
    let mut phone = world.phone("100.00").await;
    phone.clip(spend).await;
    phone.clip(soap).await;
    let till = world.raw_till().await;
    let sale = Sale::of(&phone.code().await, 5300)
        .redeems(spend, SHAMPOO, 2, 2500, 4000)
        .redeems(soap, SOAP, 1, 300, 250);
    completed(till.pay(&sale).await);

    let both = Goods::of(sale.id()).units(spend, 1).units(soap, 1);
    let (refund, _) = till.refund(&both).await.expect("they come back");
    let parts = |refund: &v1::Refund| -> Vec<_> {
        refund.coupons.iter().map(|coupon| (minor(&coupon.amount), coupon.outcome())).collect()
    };
    assert_eq!(minor(&refund.refunded_amount), 0);
    assert_eq!(parts(&refund), [(2800, CouponOutcome::Unspecified), (0, CouponOutcome::Unspecified)]);
    assert!(phone.coupons().await.is_empty());

    let (refund, _) = till.refund(&Goods::of(sale.id()).everything()).await.expect("and the rest");
    assert_eq!(minor(&refund.refunded_amount), 1050);
    assert_eq!(parts(&refund), [(1200, CouponOutcome::Restored), (250, CouponOutcome::Restored)]);
    phone.expect_balance("100.00").await;
    assert_eq!(phone.coupons().await.len(), 2);
    world.books(&[&phone]).await;
}

#[tokio::test]
async fn a_refund_id_is_good_for_one_refund() {
    let world = Stage::set().await;
    let (offer, _, till, sale) = three_bottles(&world, RefundPolicy::Restore).await;
    let goods = Goods::of(sale.id());
    till.refund(&goods.clone().units(offer, 1)).await.expect("a bottle comes back");
    assert_eq!(why(till.refund(&goods.units(offer, 2)).await), Reason::RefundIdReused);
}
