//! A database in which somebody changed one thing, and the first entry that shows it.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use diesel::{Connection, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_types::BigInt};
use proto::v1::PaymentState;
use server::{clock::Surroundings, config::Config, serve, store::Store};
use shared::money::Currency;
use tempfile::TempDir;
use tests::{
    actors::{Deal, Goods, Sale},
    stage::{Stage, database},
    world::SHAMPOO,
};

#[derive(diesel::QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// A provider's folder after a day with a payment, a reversal, a refund, an approval and two batches.
async fn a_day() -> TempDir {
    let world = Stage::set().await;
    let offer = world.offer("Silk Shampoo", Deal::off_each(500, 3).on(SHAMPOO).clips(9)).await;
    let mut phone = world.phone("5000.00").await;
    let till = world.raw_till().await;
    let mut sold = Vec::new();
    for gross in [3000, 3000, 3700] {
        phone.clip(offer).await;
        let sale = Sale::of(&phone.code().await, gross).redeems(offer, SHAMPOO, 1, 3000, 500);
        sold.push(till.pay(&sale).await.expect("it is paid").payment_id);
    }
    till.reverse(&sold[1]).await.expect("it can be undone");
    till.refund(&Goods::of(&sold[2]).others(700)).await.expect("it comes back");
    phone.clip(offer).await;
    let large = Sale::of(&phone.code().await, 150_000).redeems(offer, SHAMPOO, 1, 3000, 500);
    let waiting = till.pay(&large).await.expect("it waits");
    assert_eq!(waiting.state(), PaymentState::PendingApproval);
    world.shop.office.close().await;
    world.issuer.office().close().await;
    assert!(world.operator.audit().await.clean);
    let remains = world.shut_down().await;
    let copy = tempfile::tempdir().unwrap();
    // A snapshot: the last readers of the server may still be closing the files.
    let mut conn = SqliteConnection::establish(&remains.database().to_string_lossy()).unwrap();
    conn.batch_execute(&format!(
        "PRAGMA busy_timeout = 5000; VACUUM INTO '{}'",
        database(copy.path()).display()
    ))
    .unwrap();
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// The number that a query gives.
fn number(folder: &Path, sql: &str) -> i64 {
    let mut conn = SqliteConnection::establish(&database(folder).to_string_lossy()).unwrap();
    diesel::sql_query(sql).get_result::<Id>(&mut conn).unwrap().id
}

/// What the audit finds first in a copy on which `sql` was run.
async fn first_finding(day: &Path, sql: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(day, folder.path());
    let mut conn = SqliteConnection::establish(&database(folder.path()).to_string_lossy()).unwrap();
    conn.batch_execute("PRAGMA ignore_check_constraints = ON").unwrap();
    conn.batch_execute(sql).unwrap();
    drop(conn);
    let outside = Surroundings::system();
    let store = Store::open(folder.path(), Currency::CNY, &outside).unwrap();
    let running = serve(Config::default(), store, outside).await.unwrap();
    let findings = running.audit().await.unwrap();
    running.shutdown().await;
    findings.first().cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_rule_is_named_with_its_first_entry() {
    let day = a_day().await;
    let folder = day.path();
    let entry = |kind: i64, place: &str| {
        number(folder, &format!("SELECT id FROM entries WHERE kind = {kind} ORDER BY id {place} LIMIT 1"))
    };
    let (clip, payment, reversal, refund) = (entry(3, ""), entry(5, ""), entry(6, ""), entry(7, ""));
    let check = async |sql: &str, expect: String| {
        let found = first_finding(folder, sql).await;
        assert!(found.starts_with(&expect), "{sql}\nmust show {expect}\nand shows {found}");
    };
    let at = |invariant: &str, entry: i64| format!("{invariant} Some({entry})");

    check("SELECT 1", String::new()).await;
    check(
        &format!("UPDATE postings SET amount_minor = amount_minor + 1 WHERE entry_id = {clip} AND kind = 5"),
        at("BALANCED", clip),
    )
    .await;
    check(&format!("DELETE FROM postings WHERE entry_id = {payment} AND kind = 1"), at("BALANCED", payment))
        .await;
    check(
        &format!("DELETE FROM postings WHERE entry_id = {clip}; DELETE FROM entries WHERE id = {clip}"),
        at("NO-OVERDRAFT", payment),
    )
    .await;
    check(
        "UPDATE accounts SET balance_minor = balance_minor + 1 WHERE kind = 2",
        "BALANCED None merchant:".into(),
    )
    .await;
    check(
        &format!("UPDATE payments SET entry_id = entry_id + 1000 WHERE entry_id = {payment}"),
        at("ONCE", payment),
    )
    .await;
    check(
        &format!("UPDATE payments SET due_minor = due_minor - 1 WHERE entry_id = {payment}"),
        at("ONCE", payment),
    )
    .await;
    check("UPDATE payments SET state = 1 WHERE state = 2", at("ONCE", reversal)).await;
    check("UPDATE refunds SET shopper_minor = shopper_minor - 1", at("ONCE", refund)).await;
    check("DELETE FROM refunds", at("ONCE", refund)).await;
    check(&format!("UPDATE payments SET entry_id = NULL WHERE entry_id = {payment}"), at("ONCE", payment))
        .await;
    check(
        "UPDATE coupons SET reserved_minor = reserved_minor - 1 WHERE state = 5",
        "HONOURED None coupon".into(),
    )
    .await;
    check("DELETE FROM coupons WHERE state = 5", "RESERVED None campaign_reserved:".into()).await;
    check(
        &format!("UPDATE redemptions SET payment_id = zeroblob(16) WHERE entry_id = {payment}"),
        at("REDEEMED-ONCE", payment),
    )
    .await;
    check("DELETE FROM redemption_stretches", at("REDEEMED-ONCE", payment)).await;
    check("UPDATE batches SET sales_minor = sales_minor + 1 WHERE kind = 2", "SETTLED".into()).await;
    check("UPDATE batches SET returns_minor = returns_minor + 1 WHERE kind = 3", "SETTLED".into()).await;
}
