//! A server that is killed in the middle of its work: what it has acknowledged is there, and nothing happened by half.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use proto::v1::{PaymentState, payment_service_client::PaymentServiceClient};
use server::clock::{Clock, ManualClock, SystemClock};
use server::store::Database;
use shared::reason::Reason;
use tempfile::TempDir;

use super::world::*;

const SALES: usize = 60;

async fn spawn(dir: &Arc<TempDir>) -> (Child, World) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    if let Database::Postgres { url, .. } = database(dir.path()) {
        command.env("ONESCAN_DATABASE_URL", url);
    }
    let mut child = command
        .args(["serve", "--welcome-minor", "100000", "--data-dir"])
        .arg(dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening ").unwrap();
    let world = World::at(url, Arc::clone(dir), ManualClock::at(SystemClock.now())).await;
    (child, world)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_the_kill() {
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let (mut child, mut world) = spawn(&dir).await;
    let mut issuer = world.issuer(10_000_000).await;
    let mut parts = each(&[SHAMPOO], 500, 1);
    parts.starts_at = world.now().plus_ms(-DAY_MS);
    parts.ends_at = world.now().plus_ms(DAY_MS);
    let offer = issuer.offer(parts, 1_000_000).await;
    let till = world.till().await;
    let mut sales = Vec::new();
    for _ in 0..SALES {
        let mut phone = world.phone(0).await;
        let coupon = phone.clip(offer).await.unwrap();
        sales.push(Sale::of(&phone.code(&[&coupon]).await, 3000).redeem(offer, SHAMPOO, 1, 3000, 500));
    }

    // All at once, and the kill somewhere among them.
    let paying: Vec<_> = sales
        .iter()
        .cloned()
        .map(|sale| {
            let mut till = till.clone();
            tokio::spawn(async move { till.pay(&sale).await.is_ok() })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(5)).await;
    child.kill().unwrap();
    child.wait().unwrap();
    let acknowledged: Vec<bool> =
        futures::future::join_all(paying).await.into_iter().map(Result::unwrap).collect();

    let (mut child, mut world) = spawn(&dir).await;
    let mut till = Till { client: PaymentServiceClient::new(world.channel.clone()), ..till };
    let mut completed = 0;
    for (place, (sale, acknowledged)) in sales.iter().zip(acknowledged).enumerate() {
        let found = till.payment(sale.id()).await;
        match &found {
            Ok(payment) => assert_eq!(payment.state(), PaymentState::Completed),
            Err(status) => assert_eq!(reason(status), Reason::PaymentNotFound),
        }
        assert!(found.is_ok() || !acknowledged, "an acknowledged payment was lost");
        // The till asks again or gives up; either way both agree, once.
        if place % 2 == 0 {
            assert_eq!(till.pay(sale).await.unwrap().state(), PaymentState::Completed);
            completed += 1;
        } else {
            assert_eq!(till.reverse(sale.id()).await.unwrap().state(), PaymentState::Reversed);
            assert_eq!(till.pay(sale).await.unwrap().state(), PaymentState::Reversed);
        }
    }
    assert_eq!(world.balance(format!("merchant:{}", till.merchant)).await, completed * 3_000);
    let held = i64::try_from(SALES).unwrap() - completed;
    assert_eq!(world.balance(format!("campaign_reserved:{offer}")).await, held * 500);
    child.kill().unwrap();
    child.wait().unwrap();
}
