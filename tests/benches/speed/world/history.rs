//! Years of trade in minutes: a provider's file in which one wallet has paid once is filled with copies of its rows, other keys in
//! them, so that they have the shape and the place of real ones. Amounts don't add up afterwards: this is for measuring only.

use std::{ops::Range, path::Path};

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Text},
};

use super::phone::public_key;

/// How much there is to be.
#[derive(Debug, Clone)]
pub(crate) struct Past {
    pub wallets: usize,
    /// Payments with two coupons each, wallet after wallet, over and over.
    pub payments: usize,
    /// Phones that have their key in one of the wallets, as far apart as can be.
    pub(crate) phones: Range<usize>,
}

/// A copy of one row or a few of a table, once for each number.
struct Copies {
    table: &'static str,
    /// Which rows.
    of: String,
    /// Columns that differ, as SQL over the number `i` and the row `r`.
    set: Vec<(&'static str, String)>,
    count: usize,
    /// What `i` is of the running number `n`: other orders, so that rows are written in the order of their key.
    i: String,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Fills the file; nothing may run on it.
pub(crate) fn grow(dir: &Path, past: Past) {
    let mut db = SqliteConnection::establish(&dir.join("onescan.sqlite").to_string_lossy()).unwrap();
    // The file is new: should the machine fail it is made again.
    let quick = "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; PRAGMA temp_store = FILE; PRAGMA wal_autocheckpoint = 100000;";
    db.batch_execute(quick).unwrap();
    let indexes = words(
        &mut db,
        "SELECT name || '|' || sql AS word FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    );
    let indexes: Vec<(&str, &str)> = indexes.iter().map(|index| index.split_once('|').unwrap()).collect();
    indexes.iter().for_each(|(name, _)| db.batch_execute(&format!("DROP INDEX {name}")).unwrap());
    let copies = copies(&mut db, &past);
    copies.into_iter().filter(|copies| copies.count > 0).for_each(|copies| copies.write(&mut db));
    let stretches = "INSERT OR IGNORE INTO redemption_stretches \
                     SELECT DISTINCT offer_number, entry_id - entry_id % 512, 0 FROM redemptions";
    db.batch_execute(stretches).unwrap();
    let clipped = format!("UPDATE campaigns SET coupons_clipped = coupons_clipped + {}", past.payments + 1);
    db.batch_execute(&clipped).unwrap();
    indexes.iter().for_each(|(_, sql)| db.batch_execute(sql).unwrap());
    give_keys(&mut db, &past);
    db.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

fn copies(db: &mut SqliteConnection, &Past { wallets, payments, .. }: &Past) -> Vec<Copies> {
    let one = |db: &mut SqliteConnection, what: &str| number(db, &format!("SELECT {what} AS number"));
    let wallet = one(db, "(SELECT max(id) FROM wallets)");
    let (token, entry) = (one(db, "(SELECT max(id) FROM tokens)"), one(db, "(SELECT max(id) FROM entries)"));
    let (shop, shops) =
        (one(db, "(SELECT min(id) FROM merchants)"), one(db, "(SELECT count(*) FROM merchants)"));
    let (offer, offers) =
        (one(db, "(SELECT min(offer_number) FROM offers)"), one(db, "(SELECT count(*) FROM offers)"));
    let ms = one(db, "(SELECT max(created_at_ms) FROM payments)");
    let first = one(db, "(SELECT min(offer_number) FROM coupons)");

    let of_wallet = format!("{wallet} + 1 + i % {wallets}");
    let device = one(db, "(SELECT max(id) FROM devices)");
    let of_device = format!("{device} + 1 + i % {wallets}");
    let of_shop = format!("{shop} + i % {shops}");
    let of_offer = |row: &str| {
        format!("{offer} + (i / {wallets} * 2 + i % {wallets} + (r.{row} <> {first})) % {offers}")
    };
    let id_of = |i: &str| {
        format!("unhex(printf('%012x7%03x8%015x', {ms} - {payments} - 1000 + {i}, {i} & 4095, {i}))")
    };
    let id = id_of("i");
    let (entry_id, sequence) = (format!("{entry} + 1 + i"), "2 + i".to_owned());
    let rounds = (payments / wallets).max(1);
    let by_wallet = format!("n % {rounds} * {wallets} + n / {rounds}");
    let plain = |table, of: String, set, count| Copies { table, of, set, count, i: "n".to_owned() };
    let last = "payment_id = (SELECT max(payment_id) FROM payments)";
    let payments = payments.min(rounds * wallets);
    // A wallet's payments are a chain that its account heads.
    let newest = id_of(&format!("(i + {})", payments.saturating_sub(wallets)));
    let newest = format!("CASE WHEN i < {payments} THEN {newest} END");
    let previous = format!("CASE WHEN i >= {wallets} THEN {} END", id_of(&format!("(i - {wallets})")));
    vec![
        plain(
            "wallets",
            format!("id = {wallet}"),
            vec![("id", of_wallet.clone()), ("recovery_hash", "randomblob(32)".to_owned())],
            wallets,
        ),
        plain(
            "devices",
            format!("id = {device}"),
            vec![
                ("id", of_device.clone()),
                ("wallet_id", of_wallet.clone()),
                ("public_key", "randomblob(32)".to_owned()),
            ],
            wallets,
        ),
        plain(
            "accounts",
            format!("kind = 1 AND owner = {wallet}"),
            vec![("owner", of_wallet.clone()), ("last_payment_id", newest)],
            wallets,
        ),
        plain(
            "tokens",
            format!("id = {token}"),
            vec![
                ("id", format!("{token} + 1 + i")),
                ("wallet_id", of_wallet.clone()),
                ("device_id", of_device),
            ],
            payments,
        ),
        Copies {
            i: by_wallet,
            ..plain(
                "coupons",
                last.to_owned(),
                vec![
                    ("wallet_id", of_wallet.clone()),
                    ("offer_number", of_offer("offer_number")),
                    ("sequence", sequence.clone()),
                    ("payment_id", id.clone()),
                ],
                payments,
            )
        },
        plain(
            "payments",
            last.to_owned(),
            vec![
                ("payment_id", id.clone()),
                ("merchant_id", of_shop.clone()),
                ("wallet_id", of_wallet.clone()),
                ("entry_id", entry_id.clone()),
                ("previous_payment_id", previous),
            ],
            payments,
        ),
        plain(
            "entries",
            last.to_owned(),
            vec![("id", entry_id.clone()), ("payment_id", id.clone()), ("merchant_id", of_shop.clone())],
            payments,
        ),
        plain(
            "postings",
            format!("entry_id = (SELECT id FROM entries WHERE {last} AND id <= {entry})"),
            vec![
                ("entry_id", entry_id.clone()),
                (
                    "owner",
                    format!(
                        "CASE kind WHEN 1 THEN {of_wallet} WHEN 2 THEN {of_shop} ELSE {} END",
                        of_offer("owner")
                    ),
                ),
            ],
            payments,
        ),
        plain(
            "redemptions",
            last.to_owned(),
            vec![
                ("offer_number", of_offer("offer_number")),
                ("entry_id", entry_id),
                ("sequence", sequence),
                ("payment_id", id),
            ],
            payments,
        ),
    ]
}

impl Copies {
    fn write(&self, db: &mut SqliteConnection) {
        let Self { table, of, set, count, i } = self;
        // Away from the table itself, which grows under the copying.
        db.batch_execute(&format!("CREATE TEMP TABLE model AS SELECT * FROM {table} WHERE {of}")).unwrap();
        let columns = words(db, &format!("SELECT name AS word FROM pragma_table_info('{table}')"));
        let value = |column: &String| {
            let other = set.iter().find(|(name, _)| name == column);
            other.map_or_else(|| format!("r.{column}"), |(_, value)| value.clone())
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        let insert = format!(
            "WITH RECURSIVE count(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n + 1 < {count}) \
             INSERT INTO {table} ({}) SELECT {} FROM (SELECT {i} AS i FROM count) CROSS JOIN temp.model AS r",
            columns.join(", "),
            values.join(", ")
        );
        db.batch_execute(&insert).unwrap_or_else(|error| panic!("{error}: {insert}"));
        db.batch_execute("DROP TABLE temp.model").unwrap();
    }
}

/// Gives every so many of the new wallets the key of a phone.
fn give_keys(db: &mut SqliteConnection, past: &Past) {
    let first = number(db, &format!("SELECT max(id) - {} AS number FROM wallets", past.wallets - 1));
    db.transaction(|db| {
        for (place, phone) in past.phones.clone().enumerate() {
            let wallet = first + i64::try_from(place * past.wallets / past.phones.len()).unwrap();
            sql_query("UPDATE devices SET public_key = ? WHERE wallet_id = ?")
                .bind::<diesel::sql_types::Binary, _>(public_key(phone))
                .bind::<BigInt, _>(wallet)
                .execute(db)?;
        }
        Ok::<(), diesel::result::Error>(())
    })
    .unwrap();
}

fn words(db: &mut SqliteConnection, query: &str) -> Vec<String> {
    sql_query(query).load::<Word>(db).unwrap().into_iter().map(|row| row.word).collect()
}

fn number(db: &mut SqliteConnection, query: &str) -> i64 {
    sql_query(query).get_result::<Number>(db).unwrap().number
}
