//! The database: SQLite in one file, or a PostgreSQL that many servers share. Everything that knows it is in here.

pub(crate) mod accounts;
pub(crate) mod batches;
pub(crate) mod codes;
mod conn;
mod copy;
mod database;
mod holders;
pub(crate) mod load;
pub(crate) mod numbers;
pub(crate) mod parties;
mod readers;
pub(crate) mod refunds;
pub(crate) mod rows;
pub(crate) mod schema;
mod select;
pub(crate) mod settings;
mod statements;
pub(crate) mod stretches;
pub(crate) mod stripes;
mod table;
mod values;
pub(crate) mod wallets;
pub(crate) mod write;
mod writer;

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use diesel::{PgConnection, result::DatabaseErrorKind};
use shared::money::Currency;
use thiserror::Error;

pub(crate) use conn::{Conn, MultiBackend};
pub use copy::copy;
pub use database::Database;
pub(crate) use holders::holders;
pub(crate) use readers::Readers;
pub(crate) use stripes::Stripe;
pub use writer::StoreWriter;

use crate::clock::Surroundings;

/// What can go wrong with the database.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database says no.
    #[error("database: {0}")]
    Query(#[from] diesel::result::Error),
    /// The database can't be opened.
    #[error("database: {0}")]
    Connect(#[from] diesel::ConnectionError),
    /// The schema can't be brought up to date.
    #[error("migrations: {0}")]
    Migrate(String),
    /// A value that can't stand there.
    #[error("the database holds {0} that can't be read")]
    Corrupt(&'static str),
    /// The folder or a file in it.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        error: io::Error,
    },
    /// Another server has it.
    #[error("{0} is in use by another server")]
    Locked(PathBuf),
    /// The database was made for another currency.
    #[error("this data is in {is}, not {asked}")]
    OtherCurrency {
        /// Its currency.
        is: String,
        /// The one of the settings.
        asked: Currency,
    },
    /// Another server has changed what this batch builds on.
    #[error("{0}")]
    Conflict(&'static str),
    /// A provider can't be copied.
    #[error("{0}")]
    Copy(String),
    /// More reads wait than are allowed to.
    #[error("too many reads are waiting")]
    Busy,
    /// The database does not answer.
    #[error("the database does not answer")]
    Lost,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopped,
}

impl StoreError {
    /// Whether another server was in the way, so that the same may succeed the next time.
    pub(crate) fn is_conflict(&self) -> bool {
        match self {
            Self::Conflict(_) => true,
            Self::Query(error) => Self::is_conflict_of(error),
            _ => false,
        }
    }

    /// The same of the database's own error: serialization failure (40001), a lost race on an id (23505), deadlock (40P01, which
    /// diesel gives no kind and no code: its words are English, see `database.rs`).
    pub(crate) fn is_conflict_of(error: &diesel::result::Error) -> bool {
        let diesel::result::Error::DatabaseError(kind, information) = error else { return false };
        match kind {
            DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation => true,
            _ => information.message().contains("deadlock"),
        }
    }
}

/// An opened database. Of SQLite one server at a time has it.
pub struct Store {
    pub(crate) database: Database,
    pub(crate) writer: StoreWriter,
    pub(crate) readers: Readers,
    pub(crate) secret: [u8; 32],
    pub(crate) data_dir: PathBuf,
    /// Holds the folder of a file.
    pub(crate) lock: Option<File>,
    /// Holds this server's stripe of a PostgreSQL, and carries news between servers.
    pub(crate) news: Option<PgConnection>,
}

impl Store {
    /// Opens the database in `data_dir`, makes it where there is none, and brings its schema up to date.
    pub fn open(data_dir: &Path, currency: Currency, outside: &Surroundings) -> Result<Self, StoreError> {
        Self::open_at(Database::in_folder(data_dir), data_dir, currency, outside)
    }

    /// Opens a database and brings its schema up to date; `data_dir` is for the server's own files.
    pub fn open_at(
        database: Database,
        data_dir: &Path,
        currency: Currency,
        outside: &Surroundings,
    ) -> Result<Self, StoreError> {
        fs::create_dir_all(data_dir).map_err(file_error(data_dir))?;
        let lock = match &database {
            Database::File(_) => Some(lock(data_dir)?),
            Database::Postgres { .. } => None,
        };
        let (mut conn, secret) = database.prepare(currency, outside)?;
        let mut news = database.connect_postgres()?;
        let stripe = news.as_mut().map_or(Ok(0), stripes::take)?;
        if stripe > 0 {
            for account in [shared::ledger::Account::Cash, shared::ledger::Account::ProviderFees] {
                stripes::make(&mut conn, account, stripe)?;
            }
        }
        let readers = Readers::start(&database)?;
        let writer = StoreWriter::new(conn, database.clone(), stripe);
        Ok(Self { database, writer, readers, secret, data_dir: data_dir.to_owned(), lock, news })
    }
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |error| StoreError::File { path, error }
}

/// One server at a time has a folder.
fn lock(data_dir: &Path) -> Result<File, StoreError> {
    let path = data_dir.join("lock");
    let lock = File::create(&path).map_err(file_error(&path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(data_dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(file_error(&path)(error)),
    }
}
