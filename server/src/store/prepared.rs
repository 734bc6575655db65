//! Statements that SQLite compiles once for all. Diesel's `IN` makes another statement for each number of keys, and its updates
//! are never kept; on the path of a payment both cost more than the work itself.

use std::{fmt::Write as _, marker::PhantomData};

use diesel::{
    QueryResult, RunQueryDsl, SqliteConnection,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{self, Nullable},
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
        out.push_bind_param::<sql_types::Text, _>(&self.keys)?;
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

/// A pair of numbers of 32 bits as one of 64, which SQLite takes apart again (`>> 32`, `& 4294967295`) for less than an array.
pub(crate) fn push_pair(text: &mut String, high: u32, low: u32) {
    push_number(text, ((u64::from(high) << 32) | u64::from(low)).cast_signed());
}

/// Bytes as JSON, in hex.
pub(super) fn push_hex(text: &mut String, bytes: &[u8]) {
    text.push('"');
    text.push_str(&hex::encode(bytes));
    text.push('"');
}

/// A value of a statement.
pub(crate) enum Bind<'a> {
    /// A number.
    Int(i64),
    /// A number that may be missing.
    MaybeInt(Option<i64>),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Bytes that may be missing.
    MaybeBytes(Option<&'a [u8]>),
    /// Text.
    Text(&'a str),
    /// Text that may be missing.
    MaybeText(Option<&'a str>),
}

impl QueryFragment<Sqlite> for Bind<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        match self {
            Bind::Int(value) => out.push_bind_param::<sql_types::BigInt, _>(value),
            Bind::MaybeInt(value) => out.push_bind_param::<Nullable<sql_types::BigInt>, _>(value),
            Bind::Bytes(value) => out.push_bind_param::<sql_types::Binary, _>(value),
            Bind::MaybeBytes(value) => out.push_bind_param::<Nullable<sql_types::Binary>, _>(value),
            Bind::Text(value) => out.push_bind_param::<sql_types::Text, _>(value),
            Bind::MaybeText(value) => out.push_bind_param::<Nullable<sql_types::Text>, _>(value),
        }
    }
}

/// An update: each part of its text is followed by a value.
pub(crate) struct Update<'a, const N: usize>(pub(crate) [(&'static str, Bind<'a>); N]);

impl<const N: usize> QueryId for Update<'_, N> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<const N: usize> RunQueryDsl<SqliteConnection> for Update<'_, N> {}

impl<const N: usize> QueryFragment<Sqlite> for Update<'_, N> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        for (text, bind) in &self.0 {
            out.push_sql(text);
            bind.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}

/// Rows that one statement inserts; the rest goes by [`FEW`] and one by one, so that few statements are kept.
const MANY: usize = 32;
const FEW: usize = 4;

/// Inserts rows of `columns` values each, many with one statement. `into` is `INSERT INTO table (columns)`.
pub(crate) fn insert(
    conn: &mut SqliteConnection,
    into: &'static str,
    columns: usize,
    mut values: &[Bind<'_>],
) -> QueryResult<()> {
    while !values.is_empty() {
        let rows = match values.len() / columns {
            MANY.. => MANY,
            FEW.. => FEW,
            _ => 1,
        };
        let (now, later) = values.split_at(rows * columns);
        Insert { into, columns, values: now }.execute(conn)?;
        values = later;
    }
    Ok(())
}

struct Insert<'a> {
    into: &'static str,
    columns: usize,
    values: &'a [Bind<'a>],
}

impl QueryId for Insert<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<SqliteConnection> for Insert<'_> {}

impl QueryFragment<Sqlite> for Insert<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(self.into);
        for (place, value) in self.values.iter().enumerate() {
            out.push_sql(match place {
                0 => " VALUES (",
                _ if place % self.columns == 0 => "), (",
                _ => ", ",
            });
            value.walk_ast(out.reborrow())?;
        }
        out.push_sql(")");
        Ok(())
    }
}
