//! What the provider must not lose between starts.

use diesel::prelude::*;

use super::{StoreError, schema::settings::dsl};

/// 32 random bytes: sessions, challenges and token numbers are made under keys derived from it.
pub(crate) const SECRET: &str = "secret";
/// The currency of every account.
pub(crate) const CURRENCY: &str = "currency";
/// The journal entry up to which payments are settled.
pub(crate) const SETTLED_THROUGH: &str = "settled_through";

/// A value, where it was put.
pub(crate) fn get(conn: &mut SqliteConnection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(dsl::settings.find(name).select(dsl::value).first(conn).optional()?)
}

/// Puts a value in place of the one before.
pub(crate) fn put(conn: &mut SqliteConnection, name: &str, value: &[u8]) -> Result<(), StoreError> {
    diesel::replace_into(dsl::settings).values((dsl::name.eq(name), dsl::value.eq(value))).execute(conn)?;
    Ok(())
}
