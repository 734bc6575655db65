//! Rows as a batch writes them: many at a time, by statements that the databases compile once. Those are found again by their type,
//! for to say a statement's text only to find it costs as much as a small one's work. (Diesel's own inserts of many rows and its
//! updates are never kept.) SQLite inserts by the dozen and updates one by one. PostgreSQL gets one statement a table, whatever the
//! number of rows, since there each statement is a round trip: the values travel as one array a column.

use std::marker::PhantomData;

use diesel::{
    QueryResult, RunQueryDsl,
    backend::Backend,
    query_builder::{AstPass, QueryFragment, QueryId},
};

use super::{
    StoreError,
    conn::Conn,
    values::{Bind, Column},
};
use crate::engine::Rows;

/// A table, its columns in three parts. A row's values stand in this order, so an insert takes all of them, and an update
/// the first two parts.
pub(super) trait Table: Sized + 'static {
    /// Its name.
    const NAME: &'static str;
    /// What changes of a row.
    const CHANGING: &'static [&'static str] = &[];
    /// What an update finds the row by.
    const KEY: &'static [&'static str] = &[];
    /// All other columns.
    const FIXED: &'static [&'static str] = &[];
    /// A row that is to be inserted may be there already, the same: then nothing is done.
    const MAY_BE_THERE: bool = false;

    /// Inserts the rows that are new, and updates those that have changed.
    fn write<'a, K, V, const N: usize>(
        conn: &mut Conn,
        rows: &'a Rows<K, V>,
        values: impl Fn((&'a K, &'a V)) -> [Bind<'a>; N],
    ) -> Result<(), StoreError> {
        Self::insert(conn, rows.new_rows().map(&values))?;
        Self::update(conn, rows.changed_rows().map(&values))
    }

    /// Inserts rows.
    fn insert<'a, const N: usize>(
        conn: &mut Conn,
        rows: impl IntoIterator<Item = [Bind<'a>; N]>,
    ) -> QueryResult<()> {
        const { assert!(N == columns::<Self>()) };
        let mut values = rows.into_iter().flatten();
        match conn {
            Conn::Sqlite(conn) => {
                let mut some = Vec::new();
                loop {
                    some.clear();
                    some.extend(values.by_ref().take(MANY * N));
                    match insert_some::<Self>(conn, &some)? {
                        MANY => {}
                        _ => return Ok(()),
                    }
                }
            }
            Conn::Postgres(conn) => {
                let values: Vec<Bind<'_>> = values.collect();
                if !values.is_empty() {
                    Statement::<InsertAll<Self>, _>::of(&Column::all(N, &values)).execute(conn)?;
                }
                Ok(())
            }
        }
    }

    /// Updates rows. One that is not there would lose its change, so that is an error.
    fn update<'a, const N: usize>(
        conn: &mut Conn,
        rows: impl IntoIterator<Item = [Bind<'a>; N]>,
    ) -> Result<(), StoreError> {
        const { assert!(N == columns::<Self>() && !Self::KEY.is_empty()) };
        let used = Self::CHANGING.len() + Self::KEY.len();
        let (mut asked, mut met) = (0, 0);
        match conn {
            Conn::Sqlite(conn) => {
                for row in rows {
                    asked += 1;
                    met += Statement::<Update<Self>, _>::of(&row[..used]).execute(conn)?;
                }
            }
            Conn::Postgres(conn) => {
                let values: Vec<Bind<'_>> =
                    rows.into_iter().flat_map(|row| row.into_iter().take(used)).collect();
                asked = values.len() / used;
                if asked > 0 {
                    met = Statement::<UpdateAll<Self>, _>::of(&Column::all(used, &values)).execute(conn)?;
                }
            }
        }
        if met == asked { Ok(()) } else { Err(StoreError::Corrupt("an update that met no row")) }
    }
}

const fn columns<T: Table>() -> usize {
    T::CHANGING.len() + T::KEY.len() + T::FIXED.len()
}

/// Rows that one statement inserts into SQLite; the rest goes by [`FEW`] and one by one, so that few statements are kept.
const MANY: usize = 32;
const FEW: usize = 4;

/// Inserts up to [`MANY`] rows, and gives their number.
fn insert_some<T: Table>(conn: &mut diesel::SqliteConnection, values: &[Bind<'_>]) -> QueryResult<usize> {
    let width = columns::<T>();
    let mut left = values;
    while !left.is_empty() {
        let rows = match left.len() / width {
            MANY.. => MANY,
            FEW.. => FEW,
            _ => 1,
        };
        let (now, later) = left.split_at(rows * width);
        match rows {
            MANY => Statement::<Insert<T, MANY>, _>::of(now).execute(conn)?,
            FEW => Statement::<Insert<T, FEW>, _>::of(now).execute(conn)?,
            _ => Statement::<Insert<T, 1>, _>::of(now).execute(conn)?,
        };
        left = later;
    }
    Ok(values.len() / width)
}

/// The text around a statement's values.
trait Words: 'static {
    /// Says what stands before the value of this place; the place after the last value has what ends the statement.
    fn say_before(place: usize, values: usize, say: impl FnMut(&str));
}

fn say_list(names: impl IntoIterator<Item = &'static str>, link: &str, mut say: impl FnMut(&str)) {
    for (place, name) in names.into_iter().enumerate() {
        [if place == 0 { "" } else { link }, name].into_iter().for_each(&mut say);
    }
}

fn all_columns<T: Table>() -> impl Iterator<Item = &'static str> {
    T::CHANGING.iter().chain(T::KEY).chain(T::FIXED).copied()
}

/// `INSERT OR FAIL INTO t (a, b) VALUES (?, ?), (?, ?)`, or `OR IGNORE`. Where a row can't go in, those before it stay: the transaction
/// is given up as a whole anyway, and SQLite need not remember how to undo a part of it.
struct Insert<T, const ROWS: usize>(PhantomData<T>);

impl<T: Table, const ROWS: usize> Words for Insert<T, ROWS> {
    fn say_before(place: usize, values: usize, mut say: impl FnMut(&str)) {
        if place == 0 {
            let or_else = if T::MAY_BE_THERE { "IGNORE" } else { "FAIL" };
            ["INSERT OR ", or_else, " INTO ", T::NAME, " ("].into_iter().for_each(&mut say);
            say_list(all_columns::<T>(), ", ", &mut say);
            say(") VALUES (");
        } else if place == values {
            say(")");
        } else {
            say(if place.is_multiple_of(columns::<T>()) { "), (" } else { ", " });
        }
    }
}

/// `UPDATE t SET a = ?, b = ? WHERE k = ? AND l = ?`
struct Update<T>(PhantomData<T>);

impl<T: Table> Words for Update<T> {
    fn say_before(place: usize, values: usize, mut say: impl FnMut(&str)) {
        if place == values {
            return;
        }
        if place == 0 {
            ["UPDATE ", T::NAME, " SET "].into_iter().for_each(&mut say);
        }
        let (link, name) = match place.checked_sub(T::CHANGING.len()) {
            None => (if place == 0 { "" } else { ", " }, T::CHANGING[place]),
            Some(0) => (" WHERE ", T::KEY[0]),
            Some(place) => (" AND ", T::KEY[place]),
        };
        [link, name, " = "].into_iter().for_each(say);
    }
}

/// `INSERT INTO t (a, b) SELECT * FROM unnest($1, $2)`, and `ON CONFLICT DO NOTHING`
struct InsertAll<T>(PhantomData<T>);

impl<T: Table> Words for InsertAll<T> {
    fn say_before(place: usize, values: usize, mut say: impl FnMut(&str)) {
        if place == 0 {
            ["INSERT INTO ", T::NAME, " ("].into_iter().for_each(&mut say);
            say_list(all_columns::<T>(), ", ", &mut say);
            say(") SELECT * FROM unnest(");
        } else if place < values {
            say(", ");
        } else {
            say(if T::MAY_BE_THERE { ") ON CONFLICT DO NOTHING" } else { ")" });
        }
    }
}

/// `UPDATE t SET a = v.a FROM unnest($1, $2) AS v (a, k) WHERE t.k = v.k`
struct UpdateAll<T>(PhantomData<T>);

impl<T: Table> Words for UpdateAll<T> {
    fn say_before(place: usize, values: usize, mut say: impl FnMut(&str)) {
        if place == 0 {
            ["UPDATE ", T::NAME, " AS t SET "].into_iter().for_each(&mut say);
            for (place, name) in T::CHANGING.iter().enumerate() {
                [if place == 0 { "" } else { ", " }, name, " = v.", name].into_iter().for_each(&mut say);
            }
            say(" FROM unnest(");
        } else if place < values {
            say(", ");
        } else {
            say(") AS v (");
            say_list(T::CHANGING.iter().chain(T::KEY).copied(), ", ", &mut say);
            for (place, name) in T::KEY.iter().enumerate() {
                let link = if place == 0 { ") WHERE " } else { " AND " };
                [link, "t.", name, " = v.", name].into_iter().for_each(&mut say);
            }
        }
    }
}

struct Statement<'a, W, V> {
    values: &'a [V],
    words: PhantomData<W>,
}

impl<'a, W, V> Statement<'a, W, V> {
    fn of(values: &'a [V]) -> Self {
        Self { values, words: PhantomData }
    }
}

impl<W: Words, V> QueryId for Statement<'_, W, V> {
    type QueryId = W;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<W, V, C> RunQueryDsl<C> for Statement<'_, W, V> {}

impl<W: Words, V: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Statement<'_, W, V> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for place in 0..=self.values.len() {
            W::say_before(place, self.values.len(), |words| out.push_sql(words));
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

    struct Sample;

    impl Table for Sample {
        const NAME: &'static str = "t";
        const CHANGING: &'static [&'static str] = &["a", "b"];
        const KEY: &'static [&'static str] = &["k", "l"];
        const FIXED: &'static [&'static str] = &["f"];
    }

    struct Noted;

    impl Table for Noted {
        const NAME: &'static str = "n";
        const FIXED: &'static [&'static str] = &["a"];
        const MAY_BE_THERE: bool = true;
    }

    #[test]
    fn the_words_of_a_statement() {
        fn check<W: Words>(values: usize, expect: &str) {
            let mut said = String::new();
            for place in 0..=values {
                W::say_before(place, values, |words| said.push_str(words));
                said.push_str(if place < values { "?" } else { "" });
            }
            assert_eq!(said, expect);
        }
        let one = "INSERT OR FAIL INTO t (a, b, k, l, f) VALUES (?, ?, ?, ?, ?)";
        check::<Insert<Sample, 1>>(5, one);
        check::<Insert<Sample, 2>>(10, &format!("{one}, (?, ?, ?, ?, ?)"));
        check::<Update<Sample>>(4, "UPDATE t SET a = ?, b = ? WHERE k = ? AND l = ?");
        check::<InsertAll<Sample>>(5, "INSERT INTO t (a, b, k, l, f) SELECT * FROM unnest(?, ?, ?, ?, ?)");
        let all = "UPDATE t AS t SET a = v.a, b = v.b FROM unnest(?, ?, ?, ?) AS v (a, b, k, l) \
                   WHERE t.k = v.k AND t.l = v.l";
        check::<UpdateAll<Sample>>(4, all);
        check::<Insert<Noted, 2>>(2, "INSERT OR IGNORE INTO n (a) VALUES (?), (?)");
        check::<InsertAll<Noted>>(1, "INSERT INTO n (a) SELECT * FROM unnest(?) ON CONFLICT DO NOTHING");
    }
}
