//! What hurts the users of other systems, each as reported there, and what happens here.

use proto::v1::{CouponOutcome, PaymentState, RefundPolicy};
use shared::reason::Reason;
use tests::{
    actors::{Deal, Goods, Sale, minor},
    stage::Stage,
    world::SHAMPOO,
};
use tokio::task::JoinSet;

use crate::refused::{completed, no};

/// odoo #74972, #75246: a retry after a lost connection charged twice. odoo #150102: an answer and its notice raced on one
/// row and charged three times.
#[tokio::test]
async fn pain_1_a_retry_after_a_lost_connection_charges_once() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let mut notices = till.watch("019a0000-0000-7000-8000-000000000001").await;
    let sale = Sale::of(&phone.code().await, 3000)
        .redeems(offer, SHAMPOO, 1, 3000, 500)
        .under("019a0000-0000-7000-8000-000000000001");
    // The answer to the first is lost; retries and a lookup come while it may still be under way.
    let mut tries = JoinSet::new();
    for _ in 0..8 {
        let (till, sale) = (till.clone(), sale.clone());
        tries.spawn(async move { till.pay(&sale).await });
    }
    for answer in tries.join_all().await {
        completed(answer);
    }
    let told = notices.message().await.expect("the notice comes").expect("one").payment.expect("a payment");
    assert_eq!(Ok(told), till.get(sale.id()).await, "notice and answer say the same");
    phone.expect_balance("75.00").await;
    world.books(&[&phone]).await;
}

/// odoo #288874: a cancel aborted another payment than the one meant, since polling had changed which one that was.
#[tokio::test]
async fn pain_2_a_cancel_takes_back_the_payment_that_it_names() {
    let world = Stage::set().await;
    let mut phone = world.phone("100.00").await;
    let till = world.raw_till().await;
    let first = Sale::of(&phone.code().await, 1000);
    let second = Sale::of(&phone.code().await, 2000);
    completed(till.pay(&first).await);
    completed(till.pay(&second).await);
    till.get(second.id()).await.expect("the till polls the other one");
    till.reverse(first.id()).await.expect("it takes back the first");
    assert_eq!(till.get(first.id()).await.map(|p| p.state()), Ok(PaymentState::Reversed));
    assert_eq!(till.get(second.id()).await.map(|p| p.state()), Ok(PaymentState::Completed));
    phone.expect_balance("80.00").await;
}

/// omnipay-alipay #132: paid at the provider, and the till never told. omnipay-wechatpay #29: no way to reverse.
#[tokio::test]
async fn pain_3_a_till_that_was_never_told_finds_out_or_takes_it_back() {
    let world = Stage::set().await;
    let mut phone = world.phone("100.00").await;
    let till = world.raw_till().await;
    let paid = Sale::of(&phone.code().await, 1000);
    completed(till.pay(&paid).await);
    // The till has only the id that it wrote down before it asked.
    assert_eq!(till.get(paid.id()).await.map(|p| p.state()), Ok(PaymentState::Completed));
    till.reverse(paid.id()).await.expect("and it can be taken back");
    till.reverse(paid.id()).await.expect("as often as it is asked");
    phone.expect_balance("100.00").await;
    // One that the provider never saw can be made impossible, so that it is not charged when it arrives after all.
    let late = Sale::of(&phone.code().await, 1000);
    till.reverse(late.id()).await.expect("what never arrived can be given up");
    assert_eq!(till.pay(&late).await.map(|p| p.state()), Ok(PaymentState::Reversed));
    phone.expect_balance("100.00").await;
}

/// vendure #4660, shopper #510, nopCommerce #6487: limits of coupons were raced past; locking when they were checked was not
/// enough.
#[tokio::test]
async fn pain_4_a_race_for_coupons_gives_out_no_more_than_there_are() {
    let world = Stage::set().await;
    // 20 coupons' worth of budget, and 32 shoppers at the same time, each of whom asks twice.
    let offer = world.offer("Silk", Deal::off_each(500, 1).on(SHAMPOO).budget(minor("100.00"))).await;
    let mut shoppers = Vec::new();
    for _ in 0..32 {
        shoppers.push(std::sync::Arc::new(world.phone("0.00").await));
    }
    let mut race = JoinSet::new();
    for shopper in shoppers.iter().chain(&shoppers) {
        let shopper = std::sync::Arc::clone(shopper);
        race.spawn(async move { shopper.try_clip(offer).await });
    }
    for refused in race.join_all().await.into_iter().filter_map(Result::err) {
        assert_eq!(refused.reason(), Some(Reason::OfferExhausted));
    }
    let mut holders = 0;
    for shopper in &shoppers {
        let coupons = shopper.coupons().await.len();
        assert!(coupons <= 1, "one a shopper");
        holders += coupons;
    }
    assert_eq!(holders, 20);
    let books = world.books(&[]).await;
    assert_eq!((books.budget(offer), books.reserved(offer)), (0, 10_000));
}

/// odoo #222372: a coupon counted twice on a retried confirmation. OCA/pos #185: and after a till had been offline.
#[tokio::test]
async fn pain_5_a_coupon_counts_once_however_often_its_sale_is_confirmed() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let sale = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    completed(till.pay(&sale).await);
    world.clock.advance_ms(8 * 3_600_000);
    completed(till.pay(&sale).await);
    assert_eq!(world.issuer.campaign(offer).await.coupons_redeemed, 1);
    assert_eq!(world.issuer.redemptions(offer).await.len(), 1);
    // The same coupon in another sale is refused.
    let again = Sale::of(&phone.claim(&[]).await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    assert_eq!(no(till.pay(&again).await).reason, Reason::CouponRefused);
    world.books(&[&phone]).await;
}

/// woocommerce #28436, vendure #2393 and #3885, EDD #8076, PrestaShop #42502: refunds after discounts did not add up.
#[tokio::test]
async fn pain_6_refunds_after_a_discount_add_up_to_the_minor_unit() {
    let world = Stage::set().await;
    // 10 % of 3 × 3.33 is 1.00 in all: it does not divide by three.
    let offer = world.offer("Silk", Deal::percent_off(1000, 10_000).on(SHAMPOO)).await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;
    let till = world.raw_till().await;
    let sale = Sale::of(&phone.code().await, 999).redeems(offer, SHAMPOO, 3, 333, 100);
    completed(till.pay(&sale).await);
    let mut refunded = Vec::new();
    for _ in 0..3 {
        let (refund, _) = till.refund(&Goods::of(sale.id()).units(offer, 1)).await.expect("one comes back");
        refunded.push(refund.refunded_amount.expect("an amount").minor_units);
    }
    assert_eq!(refunded, [300, 299, 300]);
    phone.expect_balance("100.00").await;
    world.books(&[&phone]).await;
}

/// smartlabsAT #177, odoo #257854: what is bought to reach a coupon's threshold was returned, and the discount kept.
#[tokio::test]
async fn pain_6_returning_what_reached_the_threshold_gains_nothing() {
    let world = Stage::set().await;
    let offer = world.offer("Silk", Deal::off_spend(1000, 5000).on(SHAMPOO)).await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;
    let till = world.raw_till().await;
    let sale = Sale::of(&phone.code().await, 6000).redeems(offer, SHAMPOO, 2, 3000, 1000);
    completed(till.pay(&sale).await);
    till.refund(&Goods::of(sale.id()).units(offer, 1)).await.expect("one comes back");
    // 30.00 is kept, and 30.00 is paid for it.
    phone.expect_balance("70.00").await;
    world.books(&[&phone]).await;
}

/// litemall #163: a coupon was gone after its goods had come back.
#[tokio::test]
async fn pain_6_a_coupon_is_back_when_its_goods_are() {
    let world = Stage::set().await;
    let deal = Deal::off_each(500, 1).on(SHAMPOO).on_refund(RefundPolicy::Restore);
    let offer = world.offer("Silk", deal).await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;
    let till = world.raw_till().await;
    let sale = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    completed(till.pay(&sale).await);
    let (refund, _) = till.refund(&Goods::of(sale.id()).everything()).await.expect("it comes back");
    assert_eq!(refund.coupons[0].outcome(), CouponOutcome::Restored);
    let second = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    completed(till.pay(&second).await);
    world.books(&[&phone]).await;
}
