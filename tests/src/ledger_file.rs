//! The provider's database as it lies on the disk after everything, read by nothing of the server's own code.

use std::{collections::BTreeMap, path::Path};

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Binary, Text},
};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Decided {
    #[diesel(sql_type = Binary)]
    payment_id: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    state: i64,
}

/// Each rule with the query that finds what breaks it; states and kinds as in `server/src/store/codes.rs`.
const RULES: [(&str, &str); 8] = [
    (
        "an entry's postings sum to zero",
        "SELECT count(*) AS n FROM (SELECT entry_id FROM postings GROUP BY entry_id HAVING sum(amount_minor) <> 0)",
    ),
    (
        "a balance is the sum of its postings",
        "SELECT count(*) AS n FROM accounts a WHERE balance_minor <> (SELECT coalesce(sum(amount_minor), 0)
         FROM postings p WHERE p.kind = a.kind AND p.owner = a.owner)",
    ),
    (
        "every posting is to an account",
        "SELECT count(*) AS n FROM postings p WHERE NOT EXISTS
         (SELECT 1 FROM accounts a WHERE a.kind = p.kind AND a.owner = p.owner)",
    ),
    (
        "what is held for a campaign is what its coupons hold",
        "SELECT count(*) AS n FROM accounts a WHERE kind = 5 AND balance_minor <>
         (SELECT coalesce(sum(reserved_minor), 0) FROM coupons c WHERE c.offer_number = a.owner)",
    ),
    (
        "a completed payment has its one entry, a reversed one that was made also the one that undoes it",
        "SELECT count(*) AS n FROM payments p LEFT JOIN (SELECT payment_id, sum(kind = 5) AS paid,
         sum(kind = 6) AS undone FROM entries WHERE payment_id IS NOT NULL GROUP BY payment_id) e USING (payment_id)
         WHERE CASE p.state WHEN 1 THEN coalesce(paid, 0) <> 1 OR undone <> 0
         WHEN 2 THEN coalesce(paid, 0) > 1 OR coalesce(paid, 0) <> coalesce(undone, 0)
         ELSE e.payment_id IS NOT NULL END",
    ),
    (
        "an entry of a payment belongs to one that is stored",
        "SELECT count(*) AS n FROM entries e WHERE payment_id IS NOT NULL AND NOT EXISTS
         (SELECT 1 FROM payments p WHERE p.payment_id = e.payment_id)",
    ),
    (
        "a redeemed coupon names a completed payment, and no other does",
        "SELECT count(*) AS n FROM coupons c LEFT JOIN payments p USING (payment_id)
         WHERE (c.state = 2) <> (c.payment_id IS NOT NULL AND coalesce(p.state, 0) = 1)",
    ),
    (
        "a campaign counts its redeemed coupons",
        "SELECT count(*) AS n FROM campaigns g WHERE
         (SELECT sum(coupons_redeemed) FROM accounts a WHERE a.kind = 5 AND a.owner = g.offer_number) <>
         (SELECT count(*) FROM coupons c WHERE c.offer_number = g.offer_number AND c.state = 2)",
    ),
];

/// State of each payment by id: "COMPLETED", "REVERSED" or "DECLINED". Checks every rule of the ledger on the way.
pub fn audit(database: &Path) -> BTreeMap<String, &'static str> {
    let mut db = open(database);
    let word: Word = sql_query("SELECT integrity_check AS word FROM pragma_integrity_check")
        .get_result(&mut db)
        .expect("the database can be checked");
    assert_eq!(word.word, "ok");
    assert_eq!(broken(&mut db), [] as [&str; 0]);
    let decided: Vec<Decided> =
        sql_query("SELECT payment_id, state FROM payments").load(&mut db).expect("the payments are read");
    decided
        .into_iter()
        .map(|Decided { payment_id, state }| {
            let id = Uuid::from_slice(&payment_id).expect("a payment id is a UUID").to_string();
            let state = match state {
                1 => "COMPLETED",
                2 => "REVERSED",
                3 => "DECLINED",
                other => panic!("a payment in state {other}"),
            };
            (id, state)
        })
        .collect()
}

fn open(database: &Path) -> SqliteConnection {
    let mut db = SqliteConnection::establish(&database.display().to_string()).expect("the database opens");
    // A provider that was shut down may be closing it still.
    db.batch_execute("PRAGMA busy_timeout = 5000").expect("the database can be waited for");
    db
}

/// The rules to which there are exceptions.
fn broken(db: &mut SqliteConnection) -> Vec<&'static str> {
    let mut has_exceptions = |query: &str| {
        let Count { n } = sql_query(query).get_result(db).expect("the rule's query runs");
        n > 0
    };
    RULES.into_iter().filter(|(_, query)| has_exceptions(query)).map(|(rule, _)| rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{actors::Sale, stage::Stage, world::SHAMPOO};

    #[tokio::test]
    async fn each_rule_is_seen_to_be_broken() {
        let world = Stage::set().await;
        let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
        let sale = |code: &str| Sale::of(code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
        let undone = sale(&phone.code().await);
        till.pay(&undone).await.unwrap();
        till.reverse(undone.id()).await.unwrap();
        till.pay(&sale(&phone.code().await)).await.unwrap();
        let remains = world.shut_down().await;
        let mut db = open(&remains.database());
        assert_eq!(audit(&remains.database()).len(), 2);

        // Each tampering is taken back, so that the next one stands alone; what else it breaks does not matter.
        let mut check = |tamper: &str, rule: usize| {
            db.batch_execute(&format!("BEGIN; {tamper};")).unwrap();
            let found = broken(&mut db);
            assert!(found.contains(&RULES[rule].0), "{tamper}: {found:?}");
            db.batch_execute("ROLLBACK").unwrap();
        };
        check("UPDATE postings SET amount_minor = amount_minor + 1 WHERE kind = 1", 0);
        check("UPDATE accounts SET balance_minor = balance_minor + 1 WHERE kind = 2", 1);
        check("DELETE FROM accounts WHERE kind = 2", 2);
        check("UPDATE coupons SET reserved_minor = reserved_minor + 1", 3);
        check("UPDATE payments SET state = 2 WHERE state = 1", 4);
        check("UPDATE payments SET state = 1 WHERE state = 2", 4);
        check("UPDATE payments SET state = 3 WHERE state = 2", 4);
        check("DELETE FROM entries WHERE kind = 5", 4);
        check("DELETE FROM payments", 5);
        check("UPDATE coupons SET state = 1, payment_id = NULL; UPDATE coupons SET state = 2", 6);
        check("UPDATE accounts SET coupons_redeemed = coupons_redeemed + 1", 7);
    }
}
