//! A PostgreSQL that goes away while the provider runs, and comes back.

use std::{sync::Arc, time::Duration};

use proto::{
    status::Failure,
    v1::{self, PaymentState},
};
use server::{clock::ManualClock, config::Config};
use shared::reason::Reason;
use tonic::Status;

use crate::{cluster::cluster, on_postgres::world::*};

/// Lets nobody in and throws everybody out, as a database does that is stopped.
fn stop(database: &str) {
    let (done, text) =
        cluster().sql("postgres", &format!("ALTER DATABASE {database} ALLOW_CONNECTIONS false"));
    assert!(done, "{text}");
    let thrown_out =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'");
    assert!(cluster().sql("postgres", &thrown_out).0);
}

fn start(database: &str) {
    let allow = format!("ALTER DATABASE {database} ALLOW_CONNECTIONS true");
    assert!(cluster().sql("postgres", &allow).0);
}

/// Refused for a reason that passes, with the delay after which to ask again.
#[track_caller]
fn passes<T>(result: Result<T, Status>) -> Duration {
    let failure = Failure::from_status(&result.err().expect("there is no database")).unwrap();
    assert_eq!(failure.reason, Reason::Overloaded, "{}", failure.message);
    failure.retry_after.expect("when to ask again")
}

#[tokio::test]
async fn a_database_that_was_away_is_taken_up_again_and_nothing_is_paid_twice() {
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let mut first = World::start(Arc::clone(&dir), ManualClock::at(START), Config::default()).await;
    let second = World::start(Arc::clone(&dir), first.clock.clone(), Config::default()).await;
    let database = database_name(dir.path());
    let mut till = first.till().await;
    let mut phone = first.phone(10_000).await;
    let before = Sale::of(&phone.code(&[]).await, 1_000);
    let during = Sale::of(&phone.code(&[]).await, 2_000);
    till.pay(&before).await.unwrap();

    stop(&database);
    for _ in 0..2 {
        passes(till.pay(&during).await);
        passes(till.payment(before.id()).await);
        let request = with(&phone.session, v1::GetWalletRequest {});
        passes(phone.client.get_wallet(request).await);
        // Perhaps another server has enrolled this till: who can't look it up does not turn it away.
        let request = with("osk_terminal_T9999_newcomer", v1::GetPaymentRequest::default());
        passes(till.client.get_payment(request).await);
    }
    start(&database);

    let paid = loop {
        match till.pay(&during).await {
            Ok(payment) => break payment,
            again => tokio::time::sleep(passes(again)).await,
        }
    };
    assert_eq!(paid.state(), PaymentState::Completed);
    assert_eq!(till.pay(&during).await.unwrap(), paid, "the same id is the same payment");
    assert_eq!(till.payment(before.id()).await.unwrap().state(), PaymentState::Completed);
    assert_eq!(phone.balance().await, 7_000);

    // Servers hear of one another again.
    let request = with(&phone.session, v1::WatchWalletRequest {});
    let mut watching = phone.client.watch_wallet(request).await.unwrap().into_inner();
    watching.message().await.unwrap().unwrap();
    let after = Sale::of(&phone.code(&[]).await, 3_000);
    let client = v1::payment_service_client::PaymentServiceClient::new(second.channel.clone());
    let mut there = Till { client, ..till.clone() };
    while let Err(again) = there.pay(&after).await {
        tokio::time::sleep(passes::<()>(Err(again))).await;
    }
    let heard = async {
        loop {
            let news = watching.message().await.unwrap().unwrap();
            if minor(&news.wallet.unwrap().balance) == 4_000 {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), heard).await.expect("news from the other server");
    first.operator.audit_is_clean().await;
}
