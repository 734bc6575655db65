//! The system's tables, read past the server.

use std::{collections::BTreeMap, path::PathBuf};

use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection};
use server::store::Database;

use crate::book::{CouponState, Minor};

/// Where they are.
pub(crate) enum Tables {
    File(PathBuf),
    Postgres(String),
}

/// A connection to them.
pub(crate) enum Books {
    File(SqliteConnection),
    Postgres(PgConnection),
}

impl Tables {
    pub(crate) fn database(&self) -> Database {
        match self {
            Self::File(path) => Database::in_folder(path.parent().unwrap()),
            Self::Postgres(url) => Database::Postgres { url: url.clone(), serializable: false },
        }
    }

    pub(crate) fn read(&self) -> Books {
        match self {
            Self::File(path) => Books::File(Connection::establish(&path.to_string_lossy()).unwrap()),
            Self::Postgres(url) => Books::Postgres(Connection::establish(url).unwrap()),
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Balance {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    kind: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    owner: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    minor: i64,
}

#[derive(diesel::QueryableByName)]
struct Held {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    wallet_id: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    offer_number: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    sequence: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    state: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    reserved_minor: i64,
}

impl Books {
    fn rows<T>(&mut self, sql: &str) -> Vec<T>
    where
        T: diesel::deserialize::QueryableByName<diesel::sqlite::Sqlite>
            + diesel::deserialize::QueryableByName<diesel::pg::Pg>
            + 'static,
    {
        match self {
            Self::File(conn) => diesel::sql_query(sql).load(conn).unwrap(),
            Self::Postgres(conn) => diesel::sql_query(sql).load(conn).unwrap(),
        }
    }

    pub(crate) fn balances(&mut self) -> BTreeMap<String, Minor> {
        let sql = "SELECT kind, owner, CAST(SUM(balance_minor) AS BIGINT) AS minor FROM accounts GROUP BY kind, owner";
        let rows: Vec<Balance> = self.rows(sql);
        let kinds = ["wallet:W", "merchant:M", "issuer:I", "campaign_budget:", "campaign_reserved:"];
        let name = |row: &Balance| match row.kind {
            6 => "provider_fees".to_owned(),
            7 => "cash".to_owned(),
            kind => format!("{}{}", kinds[usize::try_from(kind).unwrap() - 1], row.owner),
        };
        rows.iter().map(|row| (name(row), row.minor)).collect()
    }

    pub(crate) fn coupons(&mut self) -> BTreeMap<(u32, u32, usize), (CouponState, Minor)> {
        let sql = "SELECT wallet_id, offer_number, sequence, state, reserved_minor FROM coupons";
        let rows: Vec<Held> = self.rows(sql);
        let number = |n: i64| u32::try_from(n).unwrap();
        let states = [
            CouponState::Clipped,
            CouponState::Redeemed,
            CouponState::Unclipped,
            CouponState::Expired,
            CouponState::Held,
        ];
        rows.iter()
            .map(|row| {
                let key = (number(row.wallet_id), number(row.offer_number), number(row.sequence) as usize);
                (key, (states[number(row.state) as usize - 1], row.reserved_minor))
            })
            .collect()
    }
}
