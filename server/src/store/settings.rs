//! What the provider must not lose between starts.

use diesel::prelude::*;

use super::{
    Conn, StoreError,
    codes::bytes,
    schema::settings::dsl,
    statements::{execute, replace},
    values::Bind,
};

/// 32 random bytes: sessions, challenges and token numbers are made under keys derived from it.
pub(crate) const SECRET: &str = "secret";
/// The currency of every account.
pub(crate) const CURRENCY: &str = "currency";
/// The journal entry up to which the sweep has looked at payments, 8 bytes.
pub(crate) const SETTLED_THROUGH: &str = "settled_through";
/// The last revision given to a change of what tills see, 8 bytes. Whoever gives the next one holds this row until its commit,
/// so that revisions become visible in their own order and a till that asks from one on misses none.
pub(crate) const REVISION: &str = "revision";

/// A value, where it was put.
pub(crate) fn get(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(dsl::settings.find(name).select(dsl::value).get_result(conn).optional()?)
}

/// A number, where it was put; else 0.
pub(crate) fn number(conn: &mut Conn, name: &str) -> Result<i64, StoreError> {
    get(conn, name)?.map_or(Ok(0), |value| bytes(&value).map(i64::from_be_bytes))
}

/// Puts a value in place of the one before.
pub(crate) fn put(conn: &mut Conn, name: &str, value: &[u8]) -> Result<(), StoreError> {
    Ok(replace(conn, "settings", "name", "value", [Bind::Text(name), Bind::Bytes(value)])?)
}

/// Puts a number that only grows: a larger one that is there stays.
pub(crate) fn raise(conn: &mut Conn, name: &str, number: i64) -> Result<(), StoreError> {
    let value = number.to_be_bytes();
    let parts = [
        "INSERT INTO settings (name, value) VALUES (",
        ", ",
        ") ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.value > settings.value",
    ];
    execute(conn, &parts, &[Bind::Text(name), Bind::Bytes(&value)])?;
    Ok(())
}
