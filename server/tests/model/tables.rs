//! The system's tables, read past the server.

use std::collections::BTreeMap;

use diesel::RunQueryDsl;
use tempfile::TempDir;

use crate::book::{CouponState, Minor};

/// The tables, read past the server.
pub(crate) struct Books(diesel::SqliteConnection);

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
    pub(crate) fn open(dir: &TempDir) -> Self {
        let path = dir.path().join("onescan.sqlite");
        Self(diesel::Connection::establish(&path.to_string_lossy()).unwrap())
    }

    pub(crate) fn balances(&mut self) -> BTreeMap<String, Minor> {
        let sql = "SELECT kind, owner, SUM(balance_minor) AS minor FROM accounts GROUP BY kind, owner";
        let rows: Vec<Balance> = diesel::sql_query(sql).load(&mut self.0).unwrap();
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
        let rows: Vec<Held> = diesel::sql_query(sql).load(&mut self.0).unwrap();
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
