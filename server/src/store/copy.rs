//! Copies a provider from its file to a PostgreSQL that is still empty: for a shop that outgrows the file. One transaction, so it
//! is there as a whole or not at all; rows travel as JSON, columns by what the new database says that it has.

use std::path::Path;

use diesel::{
    Connection, PgConnection, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
    sql_types::{Array, BigInt, Text},
};

use super::{Conn, Database, StoreError, lock};
use crate::{directory::Directory, read::audit::audit};

/// Rows that travel at a time.
const ROWS_AT_ONCE: usize = 1_000;

/// Every table, those that others refer to first.
const TABLES: [&str; 20] = [
    "settings",
    "merchants",
    "terminals",
    "issuers",
    "keys",
    "wallets",
    "devices",
    "accounts",
    "tokens",
    "offers",
    "campaigns",
    "coupons",
    "payments",
    "refunds",
    "redemptions",
    "redemption_stretches",
    "entries",
    "postings",
    "batches",
    "transfer_requests",
];

/// The sequences, and where their last numbers are.
const SEQUENCES: [(&str, &str, &str); 8] = [
    ("wallet_numbers", "wallets", "id"),
    ("device_numbers", "devices", "id"),
    ("merchant_numbers", "merchants", "id"),
    ("terminal_numbers", "terminals", "id"),
    ("issuer_numbers", "issuers", "id"),
    ("offer_numbers", "offers", "offer_number"),
    ("token_numbers", "tokens", "id"),
    ("entry_numbers", "entries", "id"),
];

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Copies all of the file in `data_dir`, on which no server may run, and gives each table with its number of rows. The new
/// database is compared and audited before it counts.
pub fn copy(data_dir: &Path, to: &Database) -> Result<Vec<(&'static str, i64)>, StoreError> {
    let _lock = lock(data_dir)?;
    let from = Database::in_folder(data_dir);
    from.migrate()?;
    to.migrate()?;
    let (Conn::Sqlite(mut from), Conn::Postgres(to)) = (from.connect()?, to.connect()?) else {
        return Err(StoreError::Copy("the copy goes from a file to a PostgreSQL".to_owned()));
    };
    let mut to = Conn::Postgres(to);
    to.transaction(|conn| {
        let Conn::Postgres(to) = conn else { return Err(StoreError::Corrupt("a connection")) };
        let mut copied = Vec::new();
        for table in TABLES {
            if count(to, table)? > 0 {
                return Err(StoreError::Copy(format!("the new database is not empty: {table} has rows")));
            }
            copy_table(&mut from, to, table)?;
            let rows: i64 =
                sql_query(format!("SELECT count(*) AS n FROM {table}")).get_result::<Count>(&mut from)?.n;
            if count(to, table)? != rows {
                return Err(StoreError::Copy(format!("rows of {table} were lost")));
            }
            copied.push((table, rows));
        }
        for (sequence, table, column) in SEQUENCES {
            let set = format!(
                "SELECT setval('{sequence}', last) FROM (SELECT max({column}) AS last FROM {table}) AS t \
                 WHERE last IS NOT NULL"
            );
            sql_query(set).execute(to)?;
        }
        let balances = "SELECT kind || ' ' || owner || ' ' || balance_minor AS line FROM accounts \
                        ORDER BY kind, owner, stripe";
        let here: Vec<Line> = sql_query(balances).load(&mut from)?;
        let there: Vec<Line> = sql_query(balances).load(to)?;
        if !here.iter().map(|line| &line.line).eq(there.iter().map(|line| &line.line)) {
            return Err(StoreError::Copy("balances differ".to_owned()));
        }
        let directory = Directory::alone(conn)?;
        match audit(conn, &directory)?.findings.first() {
            None => Ok(copied),
            Some(finding) => Err(StoreError::Copy(format!("the copy does not pass the audit: {finding:?}"))),
        }
    })
}

fn count(conn: &mut PgConnection, table: &str) -> QueryResult<i64> {
    sql_query(format!("SELECT count(*) AS n FROM {table}")).get_result::<Count>(conn).map(|count| count.n)
}

fn copy_table(from: &mut SqliteConnection, to: &mut PgConnection, table: &str) -> Result<(), StoreError> {
    let columns: Vec<Column> = sql_query(
        "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position",
    )
    .bind::<Text, _>(table)
    .load(to)?;
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let read = columns.iter().map(|Column { name, kind }| match kind.as_str() {
        "bytea" => format!("CASE WHEN {name} IS NULL THEN NULL ELSE hex({name}) END"),
        _ => name.clone(),
    });
    let read = format!("SELECT json_array({}) AS line FROM {table}", read.collect::<Vec<_>>().join(", "));
    let write = columns.iter().enumerate().map(|(place, Column { kind, .. })| match kind.as_str() {
        "bytea" => format!("decode(line::json ->> {place}, 'hex')"),
        kind => format!("(line::json ->> {place})::{kind}"),
    });
    let write = format!(
        "INSERT INTO {table} ({}) SELECT {} FROM unnest($1) AS line",
        names.join(", "),
        write.collect::<Vec<_>>().join(", ")
    );
    let mut lines = Vec::new();
    let mut flush = |lines: &mut Vec<String>| {
        let lines = std::mem::take(lines);
        sql_query(&write).bind::<Array<Text>, _>(lines).execute(to)
    };
    for row in sql_query(read).load_iter::<Line, diesel::connection::DefaultLoadingMode>(from)? {
        lines.push(row?.line);
        if lines.len() == ROWS_AT_ONCE {
            flush(&mut lines)?;
        }
    }
    flush(&mut lines)?;
    Ok(())
}
