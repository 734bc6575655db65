//! Shops and manufacturers settle with the provider.

use proto::v1::{self, BatchEntryKind, BatchState};
use shared::reason::Reason;
use tests::{
    actors::{Deal, Goods, RawTill, Sale, Shopper},
    stage::Stage,
    world::SHAMPOO,
};

use crate::refused::completed;

fn minor(money: &Option<v1::Money>) -> i64 {
    money.as_ref().expect("an amount").minor_units
}

/// Sells a bottle for 30.00 with 5.00 off: its payment id.
async fn bottle(phone: &mut Shopper, till: &RawTill, offer: u32) -> String {
    phone.clip(offer).await;
    let sale = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    completed(till.pay(&sale).await).payment_id
}

#[tokio::test]
async fn a_shops_day_from_the_till_to_the_bank() {
    let world = Stage::set().await;
    let shop = world.operator.enrol_shop_with_fee("Corner Shop", "0.006").await;
    let till = shop.raw_till("Lane 1").await;
    let offer = world.offer("Silk Shampoo", Deal::off_each(500, 1).on(SHAMPOO).clips(9)).await;
    let mut phone = world.phone("500.00").await;
    bottle(&mut phone, &till, offer).await;
    let undone = bottle(&mut phone, &till, offer).await;
    let returned = bottle(&mut phone, &till, offer).await;
    till.reverse(&undone).await.expect("it can be undone");
    till.refund(&Goods::of(&returned).everything()).await.expect("it comes back");

    let batch = shop.office.close().await;
    assert_eq!(batch.batch_id, format!("{}-1", shop.id));
    assert_eq!((batch.sales_count, minor(&batch.sales_amount)), (3, 9000));
    assert_eq!((batch.returns_count, minor(&batch.returns_amount)), (2, 6000));
    // 0.6 % of 30.00.
    assert_eq!(
        (minor(&batch.net_amount), minor(&batch.fee_amount), minor(&batch.payout_amount)),
        (3000, 18, 2982)
    );

    let lines = shop.office.lines(&batch.batch_id).await;
    let kinds: Vec<_> = lines.iter().map(v1::BatchEntry::kind).collect();
    use BatchEntryKind::{Payment, Refund, Reversal};
    assert_eq!(kinds, [Payment, Payment, Payment, Reversal, Refund]);
    assert_eq!(lines.iter().map(|line| minor(&line.amount)).sum::<i64>(), 3000);
    assert_eq!((minor(&lines[0].shopper_amount), minor(&lines[0].campaign_amount)), (2500, 500));
    let csv = shop.office.csv(&batch.batch_id).await;
    assert_eq!(csv.lines().count(), 6, "{csv}");
    assert!(csv.starts_with("entry_id,kind,at,payment_id,"), "{csv}");

    assert_eq!(world.operator.pay_out(&batch.batch_id).await, Ok(2982));
    let again = world.operator.pay_out(&batch.batch_id).await.expect_err("it is paid out");
    assert_eq!(again.reason, Reason::InvalidTransition);
    assert_eq!(world.operator.balance(&shop.account()).await, 0);
    assert_eq!(world.operator.balance("provider_fees").await, 18);
    let batch = shop.office.batch(&batch.batch_id).await.expect("it is there");
    assert_eq!(batch.state(), BatchState::PaidOut);
    assert!(world.operator.audit().await.clean);
}

#[tokio::test]
async fn what_is_settled_is_refunded_and_no_longer_reversed() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = {
        let offer = world.shampoo_offer().await;
        (offer, world.phone("100.00").await, world.raw_till().await)
    };
    let payment = bottle(&mut phone, &till, offer).await;
    world.shop.office.close().await;
    let late = till.reverse(&payment).await.expect_err("its batch is closed");
    assert_eq!(late.reason, Reason::ReversalTooLate);
    till.refund(&Goods::of(&payment).everything()).await.expect("it can be refunded");
    let second = world.shop.office.close().await;
    assert_eq!(
        (minor(&second.net_amount), minor(&second.fee_amount), minor(&second.payout_amount)),
        (-3000, 0, 0)
    );
    let numbers: Vec<_> = world.shop.office.batches().await.into_iter().map(|batch| batch.batch_id).collect();
    assert_eq!(numbers, [format!("{}-2", world.shop.id), format!("{}-1", world.shop.id)]);
    world.books(&[&phone]).await;
}

#[tokio::test]
async fn a_refund_waits_until_the_shops_account_can_pay_it() {
    let world = Stage::set().await;
    let offer = world.shampoo_offer().await;
    let mut phone = world.phone("100.00").await;
    let till = world.raw_till().await;
    let payment = bottle(&mut phone, &till, offer).await;
    let batch = world.shop.office.close().await;
    world.operator.pay_out(&batch.batch_id).await.expect("it goes out");
    let goods = Goods::of(&payment).everything();
    let poor = till.refund(&goods).await.expect_err("nothing is left on the account");
    assert_eq!(poor.reason, Reason::MerchantBalanceTooLow);
    completed(till.pay(&Sale::of(&phone.code().await, 3000)).await);
    till.refund(&goods).await.expect("the same request goes through now");
    world.books(&[&phone]).await;
}

#[tokio::test]
async fn a_manufacturer_sees_every_coupon_that_it_paid_for() {
    let world = Stage::set().await;
    let offer = world.offer("Silk Shampoo", Deal::off_each(500, 2).on(SHAMPOO).clips(9)).await;
    let mut phone = world.phone("500.00").await;
    let till = world.raw_till().await;
    bottle(&mut phone, &till, offer).await;
    let returned = bottle(&mut phone, &till, offer).await;
    till.refund(&Goods::of(&returned).everything()).await.expect("it comes back");

    let office = world.issuer.office();
    let batch = office.close().await;
    assert_eq!((minor(&batch.sales_amount), minor(&batch.returns_amount)), (1000, 500));
    let claims = office.lines(&batch.batch_id).await;
    let amounts: Vec<_> = claims.iter().map(|claim| minor(&claim.amount)).collect();
    assert_eq!(amounts, [-500, -500, 500]);
    assert_eq!((claims[0].gtin.as_str(), claims[0].units), ("06901234567892", 1));
    assert_eq!(
        (claims[0].coupon_id.as_str(), claims[0].merchant_id.as_str()),
        ("100001-1", world.shop.id.as_str())
    );
    assert!(!claims[2].refund_id.is_empty());
    assert!(world.shop.office.batch(&batch.batch_id).await.is_err(), "a shop does not see it");

    let report = world.issuer.report(offer).await;
    assert_eq!(minor(&report.spent), 500);
    let day = "2027-01-15".to_owned();
    assert_eq!(report.clipped, [v1::ClippedDay { day: day.clone(), coupons: 2 }]);
    let redeemed = v1::RedeemedDay {
        day,
        merchant_id: world.shop.id.clone(),
        coupons: 2,
        spent: Some(tests::actors::cny(1000)),
        returned: Some(tests::actors::cny(500)),
    };
    assert_eq!(report.redeemed, [redeemed]);
}

#[tokio::test]
async fn a_manufacturer_sees_its_coupons_however_much_others_did_in_between() {
    let world = Stage::set().await;
    let offer = world.offer("Silk Shampoo", Deal::off_each(500, 1).on(SHAMPOO).clips(9)).await;
    let mut phone = world.phone("500.00").await;
    let till = world.raw_till().await;
    let mut sold = Vec::new();
    for _ in 0..3 {
        sold.push(bottle(&mut phone, &till, offer).await);
        let others = (0..600).map(|_| world.operator.deposit(&world.issuer.id, 1));
        futures::future::join_all(others).await;
    }
    let listed = world.issuer.redemptions(offer).await;
    assert!(listed.iter().map(|redemption| &redemption.payment_id).eq(sold.iter().rev()), "newest first");
    let batch = world.issuer.office().close().await;
    let claims = world.issuer.office().lines(&batch.batch_id).await;
    assert!(claims.iter().map(|claim| &claim.payment_id).eq(&sold), "in the order of the journal");
    let report = world.issuer.report(offer).await;
    assert_eq!(report.redeemed.iter().map(|day| day.coupons).sum::<u32>(), 3);
    assert!(world.operator.audit().await.clean);
}

#[tokio::test]
async fn a_batch_is_closed_once_for_each_id() {
    let world = Stage::set().await;
    let id = tests::actors::payment_id();
    let first = world.shop.office.close_under(&id).await;
    assert_eq!(world.shop.office.close_under(&id).await, first);
    let other = world.issuer.office().close_under(&id).await.expect_err("it is another's");
    assert_eq!(other.reason, Reason::RequestIdReused);
}
