//! The streams: till and phone see what happens by themselves.

use std::time::Duration;

use proto::v1::{self, PaymentState};
use shared::reason::Reason;
use tonic::Streaming;

use super::world::*;

async fn next<T>(stream: &mut Streaming<T>) -> T {
    let message = tokio::time::timeout(Duration::from_secs(10), stream.message()).await;
    message.expect("nothing came").unwrap().expect("the stream ended")
}

#[tokio::test]
async fn the_phone_sees_the_payment_and_its_reversal() {
    let mut world = World::new().await;
    let (_, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let coupon = phone.clip(offer).await.unwrap();
    let request = with(&phone.session, v1::WatchWalletRequest {});
    let mut stream = phone.client.watch_wallet(request).await.unwrap().into_inner();
    let first = next(&mut stream).await;
    assert_eq!((minor(&first.wallet.unwrap().balance), first.payment), (10_000, None));

    let sale = Sale::of(&phone.code(&[&coupon]).await, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
    let payment = till.pay(&sale).await.unwrap();
    let news = next(&mut stream).await;
    assert_eq!(minor(&news.wallet.unwrap().balance), 7_500);
    assert_eq!(news.payment, Some(payment));
    assert_eq!(news.coupons[0].state(), v1::CouponState::Redeemed);

    till.reverse(sale.id()).await.unwrap();
    let news = next(&mut stream).await;
    assert_eq!(minor(&news.wallet.unwrap().balance), 10_000);
    assert_eq!(news.payment.unwrap().state(), PaymentState::Reversed);
    assert_eq!(news.coupons[0].state(), v1::CouponState::Clipped);

    world.operator.deposit(&phone.wallet_id, 1).await.unwrap();
    assert_eq!(minor(&next(&mut stream).await.wallet.unwrap().balance), 10_001);
}

#[tokio::test]
async fn a_till_waits_for_a_payment_that_does_not_exist_yet() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let sale = Sale::of(&phone.code(&[]).await, 3000);
    let watch = v1::WatchPaymentRequest { payment_id: sale.id().to_owned() };
    let mut stream = till.client.watch_payment(with(&till.key, watch.clone())).await.unwrap().into_inner();
    let payment = till.pay(&sale).await.unwrap();
    assert_eq!(next(&mut stream).await.payment, Some(payment.clone()));
    let mut late = till.client.watch_payment(with(&till.key, watch.clone())).await.unwrap().into_inner();
    assert_eq!(next(&mut late).await.payment, Some(payment));
    till.reverse(sale.id()).await.unwrap();
    for stream in [&mut stream, &mut late] {
        assert_eq!(next(stream).await.payment.unwrap().state(), PaymentState::Reversed);
    }
    let mut other = world.till().await;
    let mut foreign = other.client.watch_payment(with(&other.key, watch)).await.unwrap().into_inner();
    assert_eq!(refused(foreign.message().await), Reason::PaymentNotFound);
}

#[tokio::test]
async fn watchers_are_sent_home_when_the_server_stops() {
    let mut world = World::new().await;
    let mut phone = world.phone(0).await;
    let request = with(&phone.session, v1::WatchWalletRequest {});
    let mut stream = phone.client.watch_wallet(request).await.unwrap().into_inner();
    next(&mut stream).await;
    let running = world.running.unwrap();
    tokio::time::timeout(Duration::from_secs(9), running.shutdown()).await.expect("a watcher held it up");
}
