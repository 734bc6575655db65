//! The statements of a batch, set-based on both databases: rows by their keys, inserts and updates of many rows. SQLite compiles
//! each text once and keeps it (diesel's `IN` makes another statement for each number of keys, and its updates are never
//! kept; on the path of a payment both cost more than the work itself). PostgreSQL gets one statement a table, whatever the
//! number of rows, since there each statement is a round trip: the values travel as one array a column.

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

use super::{
    StoreError,
    conn::Conn,
    values::{Bind, Column},
};

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

/// Rows that one statement inserts into SQLite; the rest goes by [`FEW`] and one by one, so that few statements are kept.
const MANY: usize = 32;
const FEW: usize = 4;

/// Inserts rows: `into` is `table (column, ...)`, `values` are the rows one after the other, `columns` values each.
pub(super) fn insert(
    conn: &mut Conn,
    into: &str,
    columns: usize,
    mut values: &[Bind<'_>],
) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(conn) => {
            while !values.is_empty() {
                let rows = match values.len() / columns {
                    MANY.. => MANY,
                    FEW.. => FEW,
                    _ => 1,
                };
                let (now, later) = values.split_at(rows * columns);
                Statement { words: Words::Insert { into, columns }, values: now }.execute(conn)?;
                values = later;
            }
        }
        Conn::Postgres(conn) if !values.is_empty() => {
            let before = format!("INSERT INTO {into} SELECT * FROM unnest(");
            let words = Words::List { before: &before, after: ")" };
            Statement { words, values: &Column::all(columns, values) }.execute(conn)?;
        }
        Conn::Postgres(_) => {}
    }
    Ok(())
}

/// Updates rows of `table`: the values of each are those of the columns `set`, then those of the columns `key`. A row that an
/// update does not meet would lose a change, so it is an error.
pub(super) fn update(
    conn: &mut Conn,
    table: &str,
    set: &[&str],
    key: &[&str],
    values: &[Bind<'_>],
) -> Result<(), StoreError> {
    let columns = set.len() + key.len();
    let rows = values.len() / columns;
    if rows == 0 {
        return Ok(());
    }
    let met = match conn {
        Conn::Sqlite(conn) => {
            let mut met = 0;
            for row in values.chunks(columns) {
                met += Statement { words: Words::Update { table, set, key }, values: row }.execute(conn)?;
            }
            met
        }
        Conn::Postgres(conn) => {
            let assign: Vec<String> = set.iter().map(|name| format!("{name} = v.{name}")).collect();
            let find: Vec<String> = key.iter().map(|name| format!("t.{name} = v.{name}")).collect();
            let before = format!("UPDATE {table} AS t SET {} FROM unnest(", assign.join(", "));
            let names = [set, key].concat().join(", ");
            let after = format!(") AS v ({names}) WHERE {}", find.join(" AND "));
            let words = Words::List { before: &before, after: &after };
            Statement { words, values: &Column::all(columns, values) }.execute(conn)?
        }
    };
    if met == rows { Ok(()) } else { Err(StoreError::Corrupt("an update that met no row")) }
}

/// Runs a statement with values: `parts` is the text around them, one more than there are values. Gives the number of rows.
pub(super) fn execute(conn: &mut Conn, parts: &[&str], values: &[Bind<'_>]) -> QueryResult<usize> {
    let statement = Statement { words: Words::Parts(parts), values };
    match conn {
        Conn::Sqlite(conn) => statement.execute(conn),
        Conn::Postgres(conn) => statement.execute(conn),
    }
}

/// Puts a row in place of the one with the same key, which is the first of the columns: on both databases alike.
pub(super) fn replace(
    conn: &mut Conn,
    table: &str,
    key: &str,
    value: &str,
    row: [Bind<'_>; 2],
) -> QueryResult<()> {
    let before = format!("INSERT INTO {table} ({key}, {value}) VALUES (");
    let after = format!(") ON CONFLICT ({key}) DO UPDATE SET {value} = excluded.{value}");
    execute(conn, &[&before, ", ", &after], &row).map(drop)
}

struct Statement<'a, V> {
    words: Words<'a>,
    values: &'a [V],
}

/// The text around a statement's values: said piece by piece, since it is needed anew for each statement of each batch, if only to
/// find the compiled one again.
#[derive(Clone, Copy)]
enum Words<'a> {
    /// `INSERT INTO t (a, b) VALUES (?, ?), (?, ?)`; `into` is `t (a, b)`.
    Insert { into: &'a str, columns: usize },
    /// `UPDATE t SET a = ?, b = ? WHERE k = ? AND l = ?`
    Update { table: &'a str, set: &'a [&'a str], key: &'a [&'a str] },
    /// `before`, then the values with commas between, then `after`.
    List { before: &'a str, after: &'a str },
    /// One part before each value, and one after the last.
    Parts(&'a [&'a str]),
}

impl Words<'_> {
    /// Says what stands before the value of this place; the place after the last value has what ends the statement.
    fn say_before(&self, place: usize, values: usize, mut say: impl FnMut(&str)) {
        let (first, end) = (place == 0, place == values);
        match *self {
            Words::Insert { into, .. } if first => {
                ["INSERT INTO ", into, " VALUES ("].into_iter().for_each(say);
            }
            Words::Insert { .. } if end => say(")"),
            Words::Insert { columns, .. } => say(if place.is_multiple_of(columns) { "), (" } else { ", " }),
            Words::Update { .. } if end => {}
            Words::Update { table, set, .. } if first => {
                ["UPDATE ", table, " SET ", set[0], " = "].into_iter().for_each(say);
            }
            Words::Update { set, key, .. } => {
                let (link, name) = match place.checked_sub(set.len()) {
                    None => (", ", set[place]),
                    Some(0) => (" WHERE ", key[0]),
                    Some(place) => (" AND ", key[place]),
                };
                [link, name, " = "].into_iter().for_each(say);
            }
            Words::List { before, .. } if first => say(before),
            Words::List { after, .. } if end => say(after),
            Words::List { .. } => say(", "),
            Words::Parts(parts) => say(parts[place]),
        }
    }
}

impl<V> QueryId for Statement<'_, V> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<V, C> RunQueryDsl<C> for Statement<'_, V> {}

impl<V: QueryFragment<DB>, DB: diesel::backend::Backend> QueryFragment<DB> for Statement<'_, V> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for place in 0..=self.values.len() {
            self.words.say_before(place, self.values.len(), |words| out.push_sql(words));
            if let Some(value) = self.values.get(place) {
                value.walk_ast(out.reborrow())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_statement() {
        let check = |words: Words<'_>, values, expect: &str| {
            let mut said = String::new();
            for place in 0..=values {
                words.say_before(place, values, |words| said.push_str(words));
                said.push_str(if place < values { "?" } else { "" });
            }
            assert_eq!(said, expect);
        };
        let insert = Words::Insert { into: "t (a, b)", columns: 2 };
        check(insert, 4, "INSERT INTO t (a, b) VALUES (?, ?), (?, ?)");
        let update = Words::Update { table: "t", set: &["a", "b"], key: &["k", "l"] };
        check(update, 4, "UPDATE t SET a = ?, b = ? WHERE k = ? AND l = ?");
        check(Words::List { before: "f(", after: ")" }, 3, "f(?, ?, ?)");
        check(Words::Parts(&["a = ", " AND b = ", ""]), 2, "a = ? AND b = ?");
    }

    #[test]
    fn keys_are_sorted_and_named_once() {
        assert_eq!(numbers(&[3_u32, 1, 3], i64::from).json(), "[1,3]");
        assert_eq!(bytes(&[[0xAB_u8], [0x01]]).json(), r#"["01","ab"]"#);
        assert_eq!(pair(1, 2), 4_294_967_298);
    }
}
