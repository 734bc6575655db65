//! The provider's database as it lies on the disk after everything, read by nothing of the server's own code.

use std::{collections::BTreeMap, path::Path};

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
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
        "SELECT count(*) AS n FROM campaigns g WHERE coupons_redeemed <>
         (SELECT count(*) FROM coupons c WHERE c.offer_number = g.offer_number AND c.state = 2)",
    ),
];

/// State of each payment by id: "COMPLETED", "REVERSED" or "DECLINED". Checks every rule of the ledger on the way.
pub fn audit(database: &Path) -> BTreeMap<String, &'static str> {
    let mut db = SqliteConnection::establish(&database.display().to_string()).expect("the database opens");
    let word: Word = sql_query("SELECT integrity_check AS word FROM pragma_integrity_check")
        .get_result(&mut db)
        .expect("the database can be checked");
    assert_eq!(word.word, "ok");
    for (rule, exceptions) in RULES {
        let Count { n } = sql_query(exceptions).get_result(&mut db).expect("the rule's query runs");
        assert_eq!(n, 0, "{n} exceptions to: {rule}");
    }
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
