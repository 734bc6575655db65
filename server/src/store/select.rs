//! Rows by their keys: one statement for all keys of a batch, on both databases. SQLite compiles each text once and keeps it
//! (diesel's `IN` makes another statement for each number of keys).

use std::marker::PhantomData;

use diesel::{
    QueryResult, RunQueryDsl,
    deserialize::FromSqlRow,
    expression::QueryMetadata,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    query_dsl::LoadQuery,
    sql_types::{self, Array, BigInt, Binary},
    sqlite::Sqlite,
};

use super::conn::Conn;

/// Keys of one kind, sorted, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeyList {
    /// Numbers, or pairs of 32 bits in one.
    Numbers(Vec<i64>),
    /// Bytes.
    Bytes(Vec<Vec<u8>>),
}

/// Numbers as keys.
pub(super) fn numbers<K: Copy>(keys: &[K], number: impl Fn(K) -> i64) -> KeyList {
    KeyList::Numbers(sorted(keys.iter().map(|key| number(*key))))
}

/// Bytes as keys.
pub(super) fn bytes<K: AsRef<[u8]>>(keys: &[K]) -> KeyList {
    KeyList::Bytes(sorted(keys.iter().map(|key| key.as_ref().to_vec())))
}

fn sorted<T: Ord>(keys: impl Iterator<Item = T>) -> Vec<T> {
    let mut keys: Vec<T> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A pair of numbers of 32 bits as one of 64, which the database takes apart again (`>> 32`, `& 4294967295`).
pub(super) fn pair(high: u32, low: u32) -> i64 {
    ((u64::from(high) << 32) | u64::from(low)).cast_signed()
}

impl KeyList {
    fn is_empty(&self) -> bool {
        match self {
            Self::Numbers(keys) => keys.is_empty(),
            Self::Bytes(keys) => keys.is_empty(),
        }
    }

    /// As a JSON array, bytes in hex.
    fn json(&self) -> String {
        match self {
            Self::Numbers(keys) => {
                let keys: Vec<String> = keys.iter().map(i64::to_string).collect();
                format!("[{}]", keys.join(","))
            }
            Self::Bytes(keys) => {
                let keys: Vec<String> = keys.iter().map(|key| format!("\"{}\"", hex::encode(key))).collect();
                format!("[{}]", keys.join(","))
            }
        }
    }
}

/// A select over a set of keys, in the words of each database: its text has exactly one `?`, the place of the keys, which
/// SQLite gets as JSON (`json_each(?)`) and PostgreSQL as an array (`= ANY(?)`).
#[derive(Clone, Copy)]
pub(super) struct Select {
    /// For SQLite.
    pub(super) sqlite: &'static str,
    /// For PostgreSQL; it also says what is locked, in the order of keys.
    pub(super) postgres: &'static str,
}

impl Select {
    /// The rows of `keys`; `Columns` are the SQL types of what is selected.
    pub(super) fn load<Columns, Row>(self, conn: &mut Conn, keys: KeyList) -> QueryResult<Vec<Row>>
    where
        Sqlite: QueryMetadata<Columns>,
        Pg: QueryMetadata<Columns>,
        Row: FromSqlRow<Columns, Sqlite> + FromSqlRow<Columns, Pg> + 'static,
        for<'q> Keyed<Columns, String>: LoadQuery<'q, diesel::SqliteConnection, Row>,
        for<'q> Keyed<Columns, KeyList>: LoadQuery<'q, diesel::PgConnection, Row>,
    {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        match conn {
            Conn::Sqlite(conn) => Keyed::new(self.sqlite, keys.json()).load(conn),
            Conn::Postgres(conn) => Keyed::new(self.postgres, keys).load(conn),
        }
    }
}

pub(super) struct Keyed<Columns, Keys> {
    before: &'static str,
    after: &'static str,
    keys: Keys,
    columns: PhantomData<Columns>,
}

impl<Columns, Keys> Keyed<Columns, Keys> {
    fn new(sql: &'static str, keys: Keys) -> Self {
        let (before, after) = sql.split_once('?').expect("a keyed statement has a place for its keys");
        Self { before, after, keys, columns: PhantomData }
    }
}

impl<Columns, Keys> QueryId for Keyed<Columns, Keys> {
    // Not static: the statement is found again by its text.
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Columns, Keys> Query for Keyed<Columns, Keys> {
    type SqlType = Columns;
}

impl<Columns, Keys, C> RunQueryDsl<C> for Keyed<Columns, Keys> {}

impl<Columns> QueryFragment<Sqlite> for Keyed<Columns, String> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(self.before);
        out.push_bind_param::<sql_types::Text, _>(&self.keys)?;
        out.push_sql(self.after);
        Ok(())
    }
}

impl<Columns> QueryFragment<Pg> for Keyed<Columns, KeyList> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.before);
        match &self.keys {
            KeyList::Numbers(keys) => out.push_bind_param::<Array<BigInt>, _>(keys)?,
            KeyList::Bytes(keys) => out.push_bind_param::<Array<Binary>, _>(keys)?,
        }
        out.push_sql(self.after);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_named_once() {
        assert_eq!(numbers(&[3_u32, 1, 3], i64::from).json(), "[1,3]");
        assert_eq!(bytes(&[[0xAB_u8], [0x01]]).json(), r#"["01","ab"]"#);
        assert_eq!(pair(1, 2), 4_294_967_298);
    }
}
