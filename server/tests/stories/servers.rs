//! Several servers on one PostgreSQL: what one of them does, the others know.

use std::sync::Arc;

use proto::v1::{self, PaymentState};
use server::{clock::ManualClock, config::Config};
use shared::reason::Reason;

use crate::{cluster::cluster, on_postgres::world::*};

/// Another server on the same database.
async fn another(world: &World) -> World {
    World::start(Arc::clone(&world.dir), world.clock.clone(), Config::default()).await
}

/// The till and the phone of one server, at another.
fn move_till(till: &Till, world: &World) -> Till {
    let client = v1::payment_service_client::PaymentServiceClient::new(world.channel.clone());
    Till { client, ..till.clone() }
}

async fn two() -> (World, World) {
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let first = World::start(dir, ManualClock::at(START), Config::default()).await;
    let second = another(&first).await;
    (first, second)
}

#[tokio::test]
async fn a_party_that_one_server_enrols_is_known_to_the_other_at_once() {
    let (mut first, second) = two().await;
    let till = first.till().await;
    let mut there = move_till(&till, &second);
    assert_eq!(refused(there.payment(&uuid::Uuid::now_v7().to_string()).await), Reason::PaymentNotFound);
}

#[tokio::test]
async fn a_purchase_begun_here_is_finished_and_undone_there() {
    let (mut first, mut second) = two().await;
    let (mut issuer, offer) = first.shampoo_offer().await;
    let till = first.till().await;
    let mut phone = first.phone(10_000).await;
    let coupon = phone.clip(offer).await.unwrap();
    let sale = Sale::of(&phone.code(&[&coupon]).await, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
    let (mut here, mut there) = (till.clone(), move_till(&till, &second));
    let paid = there.pay(&sale).await.unwrap();
    assert_eq!(here.pay(&sale).await.unwrap(), paid, "the same id is the same payment everywhere");
    assert_eq!(here.payment(sale.id()).await.unwrap(), paid);
    assert_eq!(phone.balance().await, 7_500);
    assert_eq!(issuer.campaign(offer).await.coupons_redeemed, 1);
    let shop = format!("merchant:{}", till.merchant);
    for world in [&mut first, &mut second] {
        assert_eq!(world.balance(shop.as_str()).await, 3_000);
        assert_eq!(world.balance("cash").await, -1_010_000);
    }
    assert_eq!(here.reverse(sale.id()).await.unwrap().state(), PaymentState::Reversed);
    assert_eq!(there.pay(&sale).await.unwrap().state(), PaymentState::Reversed);
    assert_eq!(second.balance(shop).await, 0);
    assert_eq!(issuer.campaign(offer).await.coupons_redeemed, 0);
}

#[tokio::test]
async fn a_wallet_and_a_till_watch_at_one_server_what_another_does() {
    let (mut first, second) = two().await;
    let till = first.till().await;
    let mut phone = first.phone(10_000).await;
    let request = with(&phone.session, v1::WatchWalletRequest {});
    let mut wallet = phone.client.watch_wallet(request).await.unwrap().into_inner();
    wallet.message().await.unwrap().unwrap();
    let sale = Sale::of(&phone.code(&[]).await, 3000);
    let mut here = till.clone();
    let watch = v1::WatchPaymentRequest { payment_id: sale.id().to_owned() };
    let mut payment = here.client.watch_payment(with(&till.key, watch)).await.unwrap().into_inner();

    let paid = move_till(&till, &second).pay(&sale).await.unwrap();
    let news = wallet.message().await.unwrap().unwrap();
    assert_eq!((minor(&news.wallet.unwrap().balance), news.payment), (7_000, Some(paid.clone())));
    assert_eq!(payment.message().await.unwrap().unwrap().payment, Some(paid));
}

#[tokio::test]
async fn a_key_that_was_replaced_at_one_server_is_dead_at_the_other() {
    let (mut first, second) = two().await;
    let till = first.till().await;
    let mut there = move_till(&till, &second);
    let unknown = uuid::Uuid::now_v7().to_string();
    assert_eq!(refused(there.payment(&unknown).await), Reason::PaymentNotFound);
    let request = v1::RotateKeyRequest { holder_id: till.id.clone() };
    first.operator.client.rotate_key(with(&first.operator.key, request)).await.unwrap();
    // As soon as the news are there.
    while refused(there.payment(&unknown).await) != Reason::Unauthenticated {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_device_that_was_revoked_at_one_server_is_dead_at_the_other() {
    let (mut first, mut second) = two().await;
    let mut phone = first.phone(1_000).await;
    let code = phone.pairing_code().await.unwrap();
    let mut lost = second.link(7, &code, "Lost").await.unwrap();
    let shown = lost.code(&[]).await;
    let request = with(&lost.session, v1::WatchWalletRequest {});
    let mut watching = lost.client.watch_wallet(request).await.unwrap().into_inner();
    watching.message().await.unwrap().unwrap();

    let id = phone.devices().await.unwrap()[1].device_id.clone();
    phone.revoke(&id).await.unwrap();
    let mut till = second.till().await;
    assert_eq!(refused(till.pay(&Sale::of(&shown, 100)).await), Reason::TokenRevoked, "whatever the news");
    // That the payment was refused may come before the news of the other server.
    let over = loop {
        match watching.message().await {
            Ok(Some(_)) => {}
            end => break end,
        }
    };
    assert_eq!(refused(over), Reason::DeviceRevoked);
    assert_eq!(refused(lost.devices().await), Reason::DeviceRevoked, "the news that ended the watching came");
}

/// PostgreSQL keeps a statement's plan from its sixth run on. One made for tables that are still empty must not read them whole when
/// they have grown.
#[tokio::test]
async fn a_new_provider_finds_the_rows_of_its_payments_by_their_keys() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    for _ in 0..8 {
        let sale = Sale::of(&phone.code(&[]).await, 100);
        till.pay(&sale).await.unwrap();
    }
    let name = database_name(world.dir.path());
    let ask = |sql: &str| cluster().sql(&name, sql).1;
    world.running.take().unwrap().shutdown().await;
    // A connection tells what it did when it ends.
    while ask("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") != "1" {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // To make the schema and to start may take a look at whole tables, a payment may not.
    let scans = ask("SELECT relname, seq_scan < 8, idx_scan >= 8 FROM pg_stat_user_tables \
                     WHERE relname IN ('accounts', 'tokens', 'wallets') ORDER BY relname");
    assert_eq!(scans, "accounts|t|t\ntokens|t|t\nwallets|t|t");
}
