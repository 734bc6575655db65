//! The last numbers given, as the tables show them at the start.

use diesel::{dsl::max, prelude::*};

use super::{
    StoreError,
    codes::{bytes, count, number},
    schema, settings,
};
use crate::engine::Sequences;

/// Numbers of parties begin after this, so that they look like numbers of parties.
const PARTIES_BEFORE: u32 = 1_000;
/// Offer numbers have six digits.
const OFFERS_BEFORE: u32 = 100_000;

macro_rules! last {
    ($conn:expr, $table:ident, $column:ident) => {
        schema::$table::table.select(max(schema::$table::$column)).first::<Option<i64>>($conn)?
    };
}

/// Reads them.
pub(crate) fn read(conn: &mut SqliteConnection) -> Result<Sequences, StoreError> {
    let party = |last: Option<i64>| last.map_or(Ok(PARTIES_BEFORE), number);
    let settled_through = settings::get(conn, settings::SETTLED_THROUGH)?;
    Ok(Sequences {
        wallet: party(last!(conn, wallets, id))?,
        merchant: party(last!(conn, merchants, id))?,
        terminal: party(last!(conn, terminals, id))?,
        issuer: party(last!(conn, issuers, id))?,
        offer: last!(conn, campaigns, offer_number).map_or(Ok(OFFERS_BEFORE), number)?,
        revision: count(last!(conn, campaigns, revision).unwrap_or(0))?,
        token: count(last!(conn, tokens, id).unwrap_or(0))?,
        entry: last!(conn, entries, id).unwrap_or(0),
        settled_through: settled_through.map_or(Ok(0), |value| bytes(&value).map(i64::from_be_bytes))?,
    })
}
