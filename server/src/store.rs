//! The database: SQLite in one file. Everything that knows it is in here.

pub(crate) mod batches;
pub(crate) mod codes;
pub(crate) mod load;
mod prepared;
mod readers;
pub(crate) mod refunds;
pub(crate) mod rows;
pub(crate) mod schema;
pub(crate) mod sequences;
pub(crate) mod settings;
pub(crate) mod write;

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use diesel::{connection::SimpleConnection, prelude::*};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use shared::money::Currency;
use thiserror::Error;

pub(crate) use readers::Readers;

use crate::clock::Surroundings;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Every connection. Waiting for a lock comes first, since the next line may need one. Readers don't wait for the writer (WAL); a
/// commit is on the disk when it returns (FULL). The log goes into the database each 16 MiB, so that pages which many
/// payments change are copied seldom.
const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                       PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4096;";

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
    /// More reads wait than are allowed to.
    #[error("too many reads are waiting")]
    Busy,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopped,
}

/// An opened database. One server at a time has it.
pub struct Store {
    pub(crate) writer: SqliteConnection,
    pub(crate) readers: Readers,
    pub(crate) secret: [u8; 32],
    pub(crate) data_dir: PathBuf,
    pub(crate) lock: File,
}

impl Store {
    /// Opens the database in `data_dir`, makes it where there is none, and brings its schema up to date.
    pub fn open(data_dir: &Path, currency: Currency, outside: &Surroundings) -> Result<Self, StoreError> {
        let file_error = |path: &Path| {
            let path = path.to_owned();
            move |error| StoreError::File { path, error }
        };
        fs::create_dir_all(data_dir).map_err(file_error(data_dir))?;
        let lock_path = data_dir.join("lock");
        let lock = File::create(&lock_path).map_err(file_error(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked(data_dir.to_owned())),
            Err(TryLockError::Error(error)) => return Err(file_error(&lock_path)(error)),
        }
        let path = data_dir.join("onescan.sqlite");
        let mut writer = connect(&path)?;
        writer.run_pending_migrations(MIGRATIONS).map_err(|error| StoreError::Migrate(error.to_string()))?;
        let secret = writer.immediate_transaction(|conn| found(conn, currency, outside))?;
        Ok(Self { writer, readers: Readers::start(&path)?, secret, data_dir: data_dir.to_owned(), lock })
    }
}

/// Puts in what every provider has, the first time; checks it later. Gives the provider's secret.
fn found(
    conn: &mut SqliteConnection,
    currency: Currency,
    outside: &Surroundings,
) -> Result<[u8; 32], StoreError> {
    if let Some(secret) = settings::get(conn, settings::SECRET)? {
        let is = settings::get(conn, settings::CURRENCY)?.unwrap_or_default();
        if is != currency.code().as_bytes() {
            let is = String::from_utf8_lossy(&is).into_owned();
            return Err(StoreError::OtherCurrency { is, asked: currency });
        }
        return codes::bytes(&secret);
    }
    let secret = outside.random_bytes();
    settings::put(conn, settings::SECRET, &secret)?;
    settings::put(conn, settings::CURRENCY, currency.code().as_bytes())?;
    for account in [shared::ledger::Account::Cash, shared::ledger::Account::ProviderFees] {
        use schema::accounts::dsl;
        let (kind, owner) = codes::account_key(account);
        let row = (
            dsl::kind.eq(kind),
            dsl::owner.eq(owner),
            dsl::currency.eq(currency.code()),
            dsl::balance_minor.eq(0),
        );
        diesel::insert_into(dsl::accounts).values(row).execute(conn)?;
    }
    Ok(secret)
}

fn connect(path: &Path) -> Result<SqliteConnection, StoreError> {
    let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
    conn.batch_execute(PRAGMAS)?;
    Ok(conn)
}
