//! One purchase, to the cent.

use proto::v1::{CouponState, PaymentState};

use super::world::*;

#[tokio::test]
async fn the_patents_own_example() {
    let mut world = World::new().await;
    let (mut issuer, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;

    let coupon = phone.clip(offer).await.unwrap();
    assert_eq!(coupon.state(), CouponState::Clipped);
    let campaign = issuer.campaign(offer).await;
    assert_eq!((minor(&campaign.budget_available), minor(&campaign.budget_reserved)), (99_500, 500));

    let code = phone.code(&[&coupon]).await;
    let sale = Sale::of(&code, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
    let payment = till.pay(&sale).await.unwrap();

    assert_eq!(payment.state(), PaymentState::Completed);
    assert_eq!(minor(&payment.gross_amount), 3000);
    assert_eq!(minor(&payment.discount_amount), 500);
    assert_eq!(minor(&payment.amount_due), 2500);
    assert_eq!(payment.merchant_name, "Corner Shop");
    assert_eq!(payment.redemptions[0].title.as_ref().unwrap().en, "Silk Shampoo 500 ml");
    assert_eq!(payment.redemptions[0].lines[0].gtin, SHAMPOO);
    assert_eq!(payment.merchant_reference, "R-1");

    assert_eq!(phone.balance().await, 7_500);
    assert_eq!(world.balance(format!("merchant:{}", till.merchant)).await, 3_000);
    let campaign = issuer.campaign(offer).await;
    assert_eq!((minor(&campaign.budget_available), minor(&campaign.budget_reserved)), (99_500, 0));
    assert_eq!((campaign.coupons_clipped, campaign.coupons_redeemed), (1, 1));

    let redemptions = issuer.redemptions(offer).await;
    assert_eq!(redemptions.len(), 1);
    assert_eq!(redemptions[0].gtin, format!("0{SHAMPOO}"));
    assert_eq!(redemptions[0].payment_id, sale.id());
    assert_eq!(redemptions[0].coupon_id, coupon.coupon_id);
    assert_eq!(minor(&redemptions[0].discount), 500);
    assert!(!redemptions[0].reversed);

    let coupons = phone.coupons(CouponState::Redeemed).await;
    assert_eq!(coupons[0].payment_id, sale.id());
    assert_eq!(phone.payments().await, std::slice::from_ref(&payment));
    assert_eq!(till.payment(sale.id()).await.unwrap(), payment);
}

#[tokio::test]
async fn all_the_money_is_somewhere() {
    let mut world = World::new().await;
    let (issuer, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let coupon = phone.clip(offer).await.unwrap();
    let code = phone.code(&[&coupon]).await;
    till.pay(&Sale::of(&code, 3000).redeem(offer, SHAMPOO, 1, 3000, 500)).await.unwrap();

    let accounts = [
        "cash".to_owned(),
        "provider_fees".to_owned(),
        format!("wallet:{}", phone.wallet_id),
        format!("merchant:{}", till.merchant),
        format!("issuer:{}", issuer.id),
        format!("campaign_budget:{offer}"),
        format!("campaign_reserved:{offer}"),
    ];
    let mut sum = 0;
    for account in accounts {
        sum += world.balance(account).await;
    }
    assert_eq!(sum, 0);
    assert_eq!(world.balance("cash").await, -1_010_000);
}

#[tokio::test]
async fn several_coupons_of_all_kinds_in_one_scan() {
    let mut world = World::new().await;
    let mut issuer = world.issuer(1_000_000).await;
    let percent = shared::offer::Reward::PercentOff { basis_points: 1500, cap_minor: 300 };
    let spend = shared::offer::Reward::AmountOff { amount_minor: 200 };
    let shampoo = issuer.offer(each(&[SHAMPOO], 500, 2), 10_000).await;
    let soap = issuer.offer(terms(&[SOAP], percent), 10_000).await;
    let tea = issuer
        .offer(terms(&["6901111111118"], spend).needing(shared::offer::Need::Spend(1000)), 10_000)
        .await;
    let mut till = world.till().await;
    let mut phone = world.phone(20_000).await;
    let mut coupons = Vec::new();
    for offer in [shampoo, soap, tea] {
        coupons.push(phone.clip(offer).await.unwrap());
    }
    let code = phone.code(&coupons.iter().collect::<Vec<_>>()).await;
    let sale = Sale::of(&code, 6_000 + 1_000 + 1_200)
        .redeem(shampoo, SHAMPOO, 2, 3_000, 1_000)
        .redeem(soap, SOAP, 2, 500, 150)
        .redeem(tea, "6901111111118", 1, 1_200, 200);
    let payment = till.pay(&sale).await.unwrap();
    assert_eq!(minor(&payment.amount_due), 8_200 - 1_350);
    assert_eq!(world.balance(format!("merchant:{}", till.merchant)).await, 8_200);
    // The percentage reserved 3.00 and gave 1.50: the rest stays with the coupon for as long as it may be reversed.
    assert_eq!(world.balance(format!("campaign_reserved:{soap}")).await, 150);
}

#[tokio::test]
async fn a_basket_that_the_coupon_pays_in_full() {
    let mut world = World::new().await;
    let (_, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut phone = world.phone(0).await;
    let coupon = phone.clip(offer).await.unwrap();
    let code = phone.code(&[&coupon]).await;
    let payment = till.pay(&Sale::of(&code, 450).redeem(offer, SHAMPOO, 1, 450, 450)).await.unwrap();
    assert_eq!(minor(&payment.amount_due), 0);
    assert_eq!(
        phone.payments().await.len(),
        1,
        "the shopper has the receipt though no money of theirs moved"
    );
}

#[tokio::test]
async fn the_same_request_twice_moves_money_once() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let sale = Sale::of(&phone.code(&[]).await, 3000);
    let first = till.pay(&sale).await.unwrap();
    world.clock.advance_ms(10 * 60_000);
    assert_eq!(till.pay(&sale).await.unwrap(), first, "also when the code is stale by now");
    assert_eq!(phone.balance().await, 7_000);

    let mut other = sale.clone();
    other.0.merchant_reference = "R-2".to_owned();
    assert_eq!(refused(till.pay(&other).await), shared::reason::Reason::PaymentIdReused);
    assert_eq!(phone.balance().await, 7_000);
}

#[tokio::test]
async fn many_tills_at_once() {
    let mut world = World::new().await;
    let (mut issuer, offer) = world.shampoo_offer().await;
    let till = world.till().await;
    let mut sales = Vec::new();
    let mut phones = Vec::new();
    for _ in 0..40 {
        let mut phone = world.phone(3_000).await;
        let coupon = phone.clip(offer).await.unwrap();
        sales.push(Sale::of(&phone.code(&[&coupon]).await, 3000).redeem(offer, SHAMPOO, 1, 3000, 500));
        phones.push(phone);
    }
    // Each sale twice at the same time: same id, same request.
    let calls = sales.iter().chain(&sales).map(|sale| {
        let mut till = till.clone();
        async move { till.pay(sale).await.unwrap() }
    });
    let paid = futures::future::join_all(calls).await;
    assert_eq!(paid[..40], paid[40..]);
    assert_eq!(world.balance(format!("merchant:{}", till.merchant)).await, 40 * 3_000);
    assert_eq!(issuer.campaign(offer).await.coupons_redeemed, 40);
    for phone in &mut phones {
        assert_eq!(phone.balance().await, 500);
    }
}
