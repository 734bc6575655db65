//! The provider's payments as they lie on the disk after everything, read by nothing of the server's own code. Whether its ledger
//! is in order, the provider itself is asked before ([`Books`](crate::books::Books)).

use std::{collections::BTreeMap, path::Path};

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Binary, Text},
};
use uuid::Uuid;

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

/// State of each payment by id: "COMPLETED", "REVERSED" or "DECLINED", with the numbers of `server/src/store/codes.rs`.
pub fn payments(database: &Path) -> BTreeMap<String, &'static str> {
    let mut db = SqliteConnection::establish(&database.display().to_string()).expect("the database opens");
    // A provider that was shut down may be closing it still.
    db.batch_execute("PRAGMA busy_timeout = 5000").expect("the database can be waited for");
    let word: Word = sql_query("SELECT integrity_check AS word FROM pragma_integrity_check")
        .get_result(&mut db)
        .expect("the database can be checked");
    assert_eq!(word.word, "ok");
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
