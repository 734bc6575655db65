//! The purchase that OneScan is for: a shampoo at 30.00 with 5.00 off, one scan.

use proto::v1::PaymentState;
use shared::offer::Refusal;
use tests::{
    actors::{Deal, Sale, Till, minor},
    stage::Stage,
    world::{SHAMPOO, SOAP},
};

#[tokio::test]
async fn one_scan_pays_twenty_five_and_the_manufacturer_the_other_five() {
    let world = Stage::set().await;
    let offer = world.shampoo_offer().await;
    let mut phone = world.phone("100.00").await;
    let coupon = phone.clip(offer).await;
    let till = world.till().await;
    let before = world.books(&[&phone]).await;
    assert_eq!(before.reserved(offer), minor("5.00"), "a clipped coupon is covered");
    let mut phone_screen = phone.watch().await;
    phone_screen.next().await.expect("the stream stands").expect("the wallet as it stands");

    let sold = till.pay(&[(SHAMPOO, 1, 3000)], &phone.code().await).await;

    // The till: what it showed, and what the provider answered.
    assert_eq!(
        (sold.priced.gross.minor, sold.priced.discount.minor, sold.priced.due.minor),
        (3000, 500, 2500)
    );
    let receipt = sold.completed();
    assert_eq!(receipt.merchant_name, "Corner Market");
    let amounts = [&receipt.gross_amount, &receipt.discount_amount, &receipt.amount_due];
    assert_eq!(amounts.map(|m| m.as_ref().map(|m| m.minor_units)), [Some(3000), Some(500), Some(2500)]);

    // The phone: told by itself, and with the same receipt.
    let told = loop {
        let change = phone_screen.next().await.expect("the stream stands").expect("a change");
        if change.payment.is_some() {
            break change;
        }
    };
    assert_eq!(told.payment.as_ref(), Some(&receipt));
    assert_eq!(told.wallet.and_then(|w| w.balance).map(|b| b.minor_units), Some(7500));
    assert_eq!(told.coupons.iter().map(|c| &c.coupon_id).collect::<Vec<_>>(), [&coupon.coupon_id]);
    assert_eq!(phone.receipts().await, std::slice::from_ref(&receipt));

    // The shop's other programs can watch it too.
    let mut watch = world.raw_till().await.watch(&receipt.payment_id).await;
    let watched = watch.message().await.expect("the stream stands").and_then(|message| message.payment);
    assert_eq!(watched, Some(receipt.clone()));

    // The money: 25.00 from the shopper, 5.00 from the campaign, 30.00 to the shop.
    let after = world.books(&[&phone]).await;
    let moved = |account: &str| after.balance(account) - before.balance(account);
    assert_eq!(moved(&format!("wallet:{}", phone.wallet_id)), minor("-25.00"));
    assert_eq!(moved(&format!("campaign_reserved:{offer}")), minor("-5.00"));
    assert_eq!(moved(&world.shop.account()), minor("30.00"));
    assert_eq!(moved(&format!("campaign_budget:{offer}")), 0);

    // The manufacturer: which item, for which shop, at which price.
    let redemptions = world.issuer.redemptions(offer).await;
    let [redemption] = redemptions.as_slice() else { panic!("one line was redeemed: {redemptions:?}") };
    assert_eq!(redemption.gtin, format!("0{SHAMPOO}"));
    assert_eq!((redemption.units, redemption.coupon_id.as_str()), (1, coupon.coupon_id.as_str()));
    assert_eq!(redemption.payment_id, receipt.payment_id);
    assert_eq!(redemption.merchant_id, world.shop.id);
    assert_eq!(redemption.discount.as_ref().map(|m| m.minor_units), Some(500));
    assert_eq!(redemption.unit_price.as_ref().map(|m| m.minor_units), Some(3000));
}

#[tokio::test]
async fn a_watcher_that_comes_first_is_told_when_it_happens() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let sale = Sale::of(&phone.code().await, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    let mut watch = till.watch(sale.id()).await;
    till.pay(&sale).await.expect("paid");
    till.reverse(sale.id()).await.expect("undone");
    let mut states = Vec::new();
    while states.last() != Some(&PaymentState::Reversed) {
        let message = watch.message().await.expect("the stream stands").expect("a state");
        states.push(message.payment.expect("a payment").state());
    }
    assert!(matches!(
        states.as_slice(),
        [PaymentState::Completed, PaymentState::Reversed] | [PaymentState::Reversed]
    ));
}

#[tokio::test]
async fn of_two_bottles_one_is_discounted_and_the_rest_of_the_basket_is_paid_in_full() {
    let world = Stage::set().await;
    let offer = world.shampoo_offer().await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;
    let sold = world.till().await.pay(&[(SOAP, 3, 700), (SHAMPOO, 2, 3000)], &phone.code().await).await;
    assert_eq!(sold.completed().amount_due.map(|m| m.minor_units), Some(7600));
    phone.expect_balance("24.00").await;
}

#[tokio::test]
async fn without_the_item_the_coupon_stays_in_the_wallet() {
    let world = Stage::set().await;
    let offer = world.shampoo_offer().await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;
    let held = phone.coupons().await;
    let sold = world.till().await.pay(&[(SOAP, 1, 700)], &phone.code().await).await;
    assert!(sold.priced.applied.is_empty());
    let said: Vec<_> = sold.priced.refused.iter().map(|r| (r.offer_number.0, r.reason)).collect();
    assert_eq!(said, [(offer, Refusal::ItemMismatch)]);
    sold.completed();
    assert_eq!(phone.coupons().await, held);
    phone.expect_balance("93.00").await;
}

#[tokio::test]
async fn a_shop_that_the_offer_does_not_name_is_told_so_by_its_own_till() {
    let world = Stage::set().await;
    let other = world.another_shop("Station Market").await;
    let deal = Deal::off_each(500, 1).on(SHAMPOO).at(&other.id);
    let offer = world.offer("Silk Shampoo", deal).await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;

    let here = world.till().await.pay(&[(SHAMPOO, 1, 3000)], &phone.code().await).await;
    let said: Vec<_> = here.priced.refused.iter().map(|r| r.reason).collect();
    assert_eq!(said, [Refusal::WrongStore]);
    here.completed();
    phone.expect_balance("70.00").await;

    let there = Till::open(&world.url(), other.till_key("Lane 1").await, world.time()).await;
    there.pay(&[(SHAMPOO, 1, 3000)], &phone.code().await).await.completed();
    phone.expect_balance("45.00").await;
}
