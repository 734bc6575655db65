//! Statements that SQLite compiles once for all. Diesel's `IN` makes another statement for each number of keys, and its updates
//! are never kept; on the path of a payment both cost more than the work itself.

use std::{fmt::Write as _, marker::PhantomData};

use diesel::{
    QueryResult, RunQueryDsl, SqliteConnection,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{BigInt, Binary, Nullable, Text},
    sqlite::Sqlite,
};

/// A select over a set of keys: a statement with one `?`, the keys as a JSON array. `Columns` are the SQL types of what it
/// selects.
pub(super) struct Keyed<Columns> {
    before: &'static str,
    after: &'static str,
    keys: String,
    columns: PhantomData<Columns>,
}

impl<Columns> Keyed<Columns> {
    /// `sql` has exactly one `?`, as in `json_each(?)`.
    pub(super) fn new(sql: &'static str, keys: String) -> Self {
        let (before, after) = sql.split_once('?').expect("a keyed statement has a place for its keys");
        Self { before, after, keys, columns: PhantomData }
    }
}

impl<Columns> QueryId for Keyed<Columns> {
    // Not static: the statement is found again by its text.
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Columns> Query for Keyed<Columns> {
    type SqlType = Columns;
}

impl<Columns> RunQueryDsl<SqliteConnection> for Keyed<Columns> {}

impl<Columns> QueryFragment<Sqlite> for Keyed<Columns> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(self.before);
        out.push_bind_param::<Text, _>(&self.keys)?;
        out.push_sql(self.after);
        Ok(())
    }
}

/// Keys as a JSON array, each written by `write` once, in order. `None` where there are none.
pub(super) fn json<K: Ord + Copy>(keys: &[K], write: impl Fn(&mut String, K)) -> Option<String> {
    if keys.is_empty() {
        return None;
    }
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    let mut text = String::with_capacity(keys.len() * 12);
    for key in keys {
        text.push(if text.is_empty() { '[' } else { ',' });
        write(&mut text, key);
    }
    text.push(']');
    Some(text)
}

/// A number as JSON.
pub(super) fn push_number(text: &mut String, number: impl std::fmt::Display) {
    // Writing to a String can't fail.
    let _ = write!(text, "{number}");
}

/// A pair of numbers as JSON.
pub(super) fn push_pair(text: &mut String, (a, b): (i64, i64)) {
    let _ = write!(text, "[{a},{b}]");
}

/// Bytes as JSON, in hex.
pub(super) fn push_hex(text: &mut String, bytes: &[u8]) {
    text.push('"');
    text.push_str(&hex::encode(bytes));
    text.push('"');
}

/// A value for one `?` of an [`Update`].
pub(super) enum Bind<'a> {
    /// A number.
    Int(i64),
    /// A number that may be missing.
    MaybeInt(Option<i64>),
    /// Bytes that may be missing.
    MaybeBytes(Option<&'a [u8]>),
}

/// A statement that selects nothing, with one value for each of its `?`.
pub(super) struct Update<'a, const N: usize> {
    sql: &'static str,
    binds: [Bind<'a>; N],
}

impl<'a, const N: usize> Update<'a, N> {
    /// `sql` has `N` times `?`.
    pub(super) fn new(sql: &'static str, binds: [Bind<'a>; N]) -> Self {
        debug_assert_eq!(sql.matches('?').count(), N);
        Self { sql, binds }
    }
}

impl<const N: usize> QueryId for Update<'_, N> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<const N: usize> RunQueryDsl<SqliteConnection> for Update<'_, N> {}

impl<const N: usize> QueryFragment<Sqlite> for Update<'_, N> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let mut parts = self.sql.split('?');
        out.push_sql(parts.next().unwrap_or_default());
        for (bind, part) in self.binds.iter().zip(parts) {
            match bind {
                Bind::Int(value) => out.push_bind_param::<BigInt, _>(value)?,
                Bind::MaybeInt(value) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Bind::MaybeBytes(value) => out.push_bind_param::<Nullable<Binary>, _>(value)?,
            }
            out.push_sql(part);
        }
        Ok(())
    }
}
