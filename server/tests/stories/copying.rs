//! A shop that outgrows its file moves to a PostgreSQL and goes on where it was.

use std::sync::Arc;

use proto::v1::{PaymentState, payment_service_client::PaymentServiceClient};
use server::{
    clock::{ManualClock, Surroundings, SystemRandom},
    config::Config,
    serve,
    store::{Database, Store, StoreError, copy},
};
use shared::money::Currency;

use crate::{cluster::cluster, on_sqlite::world::*};

#[tokio::test]
async fn a_provider_moves_from_its_file_to_postgres() {
    let mut world = World::new().await;
    let (issuer, offer) = world.shampoo_offer().await;
    let till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let coupon = phone.clip(offer).await.unwrap();
    let sale = Sale::of(&phone.code(&[&coupon]).await, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
    let paid = till.clone().pay(&sale).await.unwrap();
    let to = Database::Postgres { url: cluster().database("copied"), serializable: false };
    assert!(matches!(copy(world.dir.path(), &to), Err(StoreError::Locked(_))), "its server runs still");
    let World { running, dir, .. } = world;
    running.unwrap().shutdown().await;

    let copied = copy(dir.path(), &to).unwrap();
    let rows = |table| copied.iter().find(|(name, _)| *name == table).unwrap().1;
    assert_eq!((rows("payments"), rows("coupons"), rows("wallets")), (1, 1, 1));
    assert!(matches!(copy(dir.path(), &to), Err(StoreError::Copy(_))), "only into an empty one");
    let (_, tables) = cluster().sql(
        "copied",
        "SELECT count(*) FROM information_schema.tables \
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'",
    );
    assert_eq!(copied.len().to_string(), tables, "every table is copied");

    let clock = ManualClock::at(START);
    let outside = Surroundings { clock: clock.clone(), random: Arc::new(SystemRandom) };
    let store = Store::open_at(to, dir.path(), Currency::CNY, &outside).unwrap();
    let running = serve(Config::default(), store, outside).await.unwrap();
    let url = running.url();
    let mut world = World { running: Some(running), ..World::at(&url, dir, clock).await };
    let mut till = Till { client: PaymentServiceClient::new(world.channel.clone()), ..till };
    assert_eq!(till.pay(&sale).await.unwrap(), paid);
    assert_eq!(till.reverse(sale.id()).await.unwrap().state(), PaymentState::Reversed);
    let key = phone.key.clone();
    assert_eq!(world.phone_with(key).await.balance().await, 10_000);
    // Numbers go on where they were.
    assert!(world.issuer(0).await.id > issuer.id);
    assert_ne!(world.phone(0).await.wallet_id, phone.wallet_id);
}
