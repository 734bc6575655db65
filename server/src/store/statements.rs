//! Single statements with values, in words that both databases know.

use diesel::{
    QueryResult, RunQueryDsl,
    backend::Backend,
    query_builder::{AstPass, QueryFragment, QueryId},
};

use super::{conn::Conn, values::Bind};

/// Runs a statement with values: `parts` is the text around them, one more than there are values. Gives the number of rows.
pub(super) fn execute(conn: &mut Conn, parts: &[&str], values: &[Bind<'_>]) -> QueryResult<usize> {
    let statement = Statement { parts, values };
    match conn {
        Conn::Sqlite(conn) => statement.execute(conn),
        Conn::Postgres(conn) => statement.execute(conn),
    }
}

/// Puts a row in place of the one with the same key, which is the first of the columns.
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

struct Statement<'a> {
    parts: &'a [&'a str],
    values: &'a [Bind<'a>],
}

impl QueryId for Statement<'_> {
    // Not static: the statement is found again by its text.
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Statement<'_> {}

impl<'a, DB: Backend> QueryFragment<DB> for Statement<'a>
where
    Bind<'a>: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for (place, words) in self.parts.iter().enumerate() {
            out.push_sql(words);
            if let Some(value) = self.values.get(place) {
                value.walk_ast(out.reborrow())?;
            }
        }
        Ok(())
    }
}
