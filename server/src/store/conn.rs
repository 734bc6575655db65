//! A connection, whichever database it leads to.
#![allow(missing_docs, unreachable_pub)]

use diesel::{PgConnection, SqliteConnection};

/// A connection. What both databases say alike goes through it as it is; where their words differ, or where speed counts
/// ([`super::select`], [`super::table`]), the code asks which one it is.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// The file.
    Sqlite(SqliteConnection),
    /// The server.
    Postgres(PgConnection),
}
