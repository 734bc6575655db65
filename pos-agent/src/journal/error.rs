//! Why the journal can't be used, in words for the shop's IT.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use thiserror::Error;

/// Why the journal can't be used.
#[derive(Debug, Clone, Error)]
pub enum JournalError {
    /// Another program holds it.
    #[error("another till program is using {}; stop that one, or give this one a data folder of its own", .0.display())]
    InUse(PathBuf),
    /// What is on the disk is not what was written.
    #[error("{} is damaged ({problem}); keep a copy of it for support before anything is deleted", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// No place on the disk.
    #[error("the disk of {} is full; make room, the till goes on by itself", .0.display())]
    Full(PathBuf),
    /// Nothing can be written there.
    #[error("{} can't be written; give the till's user the right to write there", .0.display())]
    ReadOnly(PathBuf),
    /// The disk, or the folder.
    #[error("{}: {error}", path.display())]
    Io {
        /// What could not be read or written.
        path: PathBuf,
        /// Why.
        error: Arc<io::Error>,
    },
    /// Anything else that the database says.
    #[error("{}: {problem}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Its words.
        problem: String,
    },
    /// The task that writes has ended.
    #[error("the journal is closed")]
    Closed,
}

impl JournalError {
    pub(super) fn io(path: &Path, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull => Self::Full(path.to_owned()),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly(path.to_owned())
            }
            _ => Self::Io { path: path.to_owned(), error: Arc::new(error) },
        }
    }

    /// From SQLite's words, since diesel does not hand on its codes.
    pub(super) fn database(path: &Path, problem: impl ToString) -> Self {
        let (path, problem) = (path.to_owned(), problem.to_string());
        let says = |words: &[&str]| words.iter().any(|word| problem.contains(word));
        if says(&["disk is full"]) {
            Self::Full(path)
        } else if says(&["readonly database", "unable to open database"]) {
            Self::ReadOnly(path)
        } else if says(&["malformed", "not a database"]) {
            Self::Damaged { path, problem }
        } else {
            Self::Database { path, problem }
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::{Connection, RunQueryDsl, SqliteConnection, sql_query};

    use super::*;

    #[test]
    fn what_sqlite_says_becomes_what_to_do() {
        let problem = |statements: &[&str]| {
            let mut conn = SqliteConnection::establish(":memory:").unwrap();
            let mut run = |statement: &&str| sql_query(*statement).execute(&mut conn).map(drop);
            let error = statements.iter().try_for_each(&mut run).unwrap_err();
            JournalError::database(Path::new("journal.db"), error)
        };
        let full = problem(&[
            "CREATE TABLE t (x BLOB)",
            "PRAGMA max_page_count = 3",
            "INSERT INTO t VALUES (zeroblob(100000))",
        ]);
        assert_eq!(full.to_string(), "the disk of journal.db is full; make room, the till goes on by itself");
        let read_only = problem(&["PRAGMA query_only = ON", "CREATE TABLE t (x BLOB)"]);
        assert!(matches!(read_only, JournalError::ReadOnly(_)), "{read_only:?}");
    }
}
