//! What is kept between starts.

use std::path::Path;

use proto::v1::PaymentState;
use server::{
    clock::{ManualClock, Surroundings},
    config::Config,
    rotate_operator_key,
    store::{Store, StoreError},
};
use shared::{money::Currency, reason::Reason};

use super::{BACKEND, world::*};
use crate::Backend;

#[tokio::test]
async fn everything_is_as_before() {
    let mut world = World::new().await;
    let (issuer, offer) = world.shampoo_offer().await;
    let till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let coupon = phone.clip(offer).await.unwrap();
    let spare = phone.tokens(1).await[0];
    let sale = Sale::of(&phone.code(&[&coupon]).await, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
    let paid = {
        let mut till = till.clone();
        till.pay(&sale).await.unwrap()
    };

    let mut world = world.restart().await;
    let mut till = Till {
        client: proto::v1::payment_service_client::PaymentServiceClient::new(world.channel.clone()),
        ..till
    };
    assert_eq!(till.pay(&sale).await.unwrap(), paid);
    assert_eq!(till.payment(sale.id()).await.unwrap(), paid);
    let key = phone.key.clone();
    let mut phone = world.phone_with(key).await;
    assert_eq!(phone.balance().await, 7_500);
    assert_eq!(phone.payments().await, [paid]);
    assert_eq!(refused(phone.clip(offer).await), Reason::ClipLimitReached);
    // Tokens and ids go on where they were.
    let code = phone.sign(phone.unsigned(spare, &[]));
    assert_eq!(till.pay(&Sale::of(&code, 100)).await.unwrap().state(), PaymentState::Completed);
    assert_eq!(till.reverse(sale.id()).await.unwrap().state(), PaymentState::Reversed);
    let next = world.issuer(0).await;
    assert!(next.id > issuer.id);
    assert_ne!(world.phone(0).await.wallet_id, phone.wallet_id);
}

#[tokio::test]
async fn one_server_at_a_time_on_a_file_and_one_currency() {
    let world = World::new().await;
    let outside = Surroundings::system();
    let open = |dir: &Path, currency| Store::open_at(database(dir), dir, currency, &outside);
    match (BACKEND, open(world.dir.path(), Currency::CNY)) {
        (Backend::Sqlite, second) => assert!(matches!(second, Err(StoreError::Locked(_)))),
        (Backend::Postgres, second) => assert!(second.is_ok(), "many servers share a PostgreSQL"),
    }
    let World { running, dir, .. } = world;
    let running = running.unwrap();
    running.shutdown().await;
    let foreign = open(dir.path(), "EUR".parse().unwrap());
    assert!(matches!(foreign, Err(StoreError::OtherCurrency { .. })));

    // The operator lost the key.
    let old = operator_key(dir.path());
    let store = open(dir.path(), Currency::CNY).unwrap();
    let new = rotate_operator_key(store, &outside).unwrap();
    assert_eq!(operator_key(dir.path()), new);
    let mut world = World::start(dir, ManualClock::at(START), Config::default()).await;
    world.balance("cash").await;
    world.operator.key = old;
    assert_eq!(refused(world.operator.balance("cash").await), Reason::Unauthenticated);
}
