//! Which database it is, connections to it, and what it holds from the beginning.

use std::path::{Path, PathBuf};

use diesel::{
    Connection, PgConnection, RunQueryDsl, SqliteConnection, backend::Backend, connection::SimpleConnection,
    sql_query,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use shared::{ledger::Account, money::Currency};

use super::{Conn, StoreError, accounts, codes, settings};
use crate::{clock::Surroundings, model::AccountRow};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Every connection. Waiting for a lock comes first, since the next line may need one. Readers don't wait for the writer (WAL); a
/// commit is on the disk when it returns (FULL). The log goes into the database each 16 MiB, so that pages which many
/// payments change are copied seldom.
const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                       PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4096;";

/// Every connection where the operator asks for it; else the database's own default holds.
const SERIALIZABLE: &str = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE";

/// What batches and most reads ask for is found by its key. PostgreSQL keeps the plan of each statement; one that it made while the
/// tables were empty would go on to read them whole when they are not, until it counts them again, a minute later.
const BY_KEY: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

/// One server at a time brings a PostgreSQL up to date; the lock goes with the connection.
const PREPARE_LOCK: &str = "SELECT pg_advisory_lock(1330856782, 0)";
const PREPARE_UNLOCK: &str = "SELECT pg_advisory_unlock(1330856782, 0)";

/// A deadlock is known by its words alone. Needs a right that not every user has; without it, the database's own language should
/// be English, else a deadlock counts as a fault. Batches lock in one order, so none is expected.
const ENGLISH: &str = "SET lc_messages = 'C'";

/// Where the provider's data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// In a SQLite file.
    File(PathBuf),
    /// In a PostgreSQL.
    Postgres {
        /// `postgres://user:password@host:port/database`, or whatever libpq takes.
        url: String,
        /// Every transaction SERIALIZABLE. Without, the database's default level holds; READ COMMITTED is exact too, since
        /// a batch holds locks on what it decides on.
        serializable: bool,
    },
}

impl Database {
    /// The file in a server's folder.
    pub fn in_folder(data_dir: &Path) -> Self {
        Self::File(data_dir.join("onescan.sqlite"))
    }

    /// Brings the schema up to date, and gives the names of the migrations that ran.
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        match self.connect()? {
            Conn::Sqlite(mut conn) => migrate(&mut conn, SQLITE),
            Conn::Postgres(mut conn) => {
                conn.batch_execute(PREPARE_LOCK)?;
                let ran = migrate(&mut conn, POSTGRES);
                conn.batch_execute(PREPARE_UNLOCK)?;
                ran
            }
        }
    }

    /// A new connection.
    pub(crate) fn connect(&self) -> Result<Conn, StoreError> {
        match self {
            Self::File(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
                conn.batch_execute(PRAGMAS)?;
                Ok(Conn::Sqlite(conn))
            }
            Self::Postgres { url, serializable } => {
                let mut conn = PgConnection::establish(url)?;
                conn.batch_execute("SET client_min_messages = warning")?;
                if conn.batch_execute(ENGLISH).is_err() {
                    tracing::debug!("the database does not let this user choose the language of messages");
                }
                if *serializable {
                    conn.batch_execute(SERIALIZABLE)?;
                }
                Ok(Conn::Postgres(conn))
            }
        }
    }

    /// A new connection for statements that find their rows by keys.
    pub(super) fn connect_by_key(&self) -> Result<Conn, StoreError> {
        let mut conn = self.connect()?;
        if let Conn::Postgres(conn) = &mut conn {
            conn.batch_execute(BY_KEY)?;
        }
        Ok(conn)
    }

    /// A new connection to a PostgreSQL.
    pub(crate) fn connect_postgres(&self) -> Result<Option<PgConnection>, StoreError> {
        match self {
            Self::File(_) => Ok(None),
            Self::Postgres { url, .. } => Ok(Some(PgConnection::establish(url)?)),
        }
    }

    /// Brings the schema up to date, and puts in what every provider has where it is new. Gives a connection and the provider's
    /// secret.
    pub(super) fn prepare(
        &self,
        currency: Currency,
        outside: &Surroundings,
    ) -> Result<(Conn, [u8; 32]), StoreError> {
        let mut conn = self.connect_by_key()?;
        let secret = match &mut conn {
            Conn::Sqlite(sqlite) => {
                migrate(sqlite, SQLITE)?;
                conn.transaction(|conn| found(conn, currency, outside))?
            }
            Conn::Postgres(postgres) => {
                postgres.batch_execute(PREPARE_LOCK)?;
                migrate(postgres, POSTGRES)?;
                let secret = conn.transaction(|conn| found(conn, currency, outside))?;
                conn.batch_execute(PREPARE_UNLOCK)?;
                secret
            }
        };
        Ok((conn, secret))
    }
}

fn migrate<DB: Backend, C: MigrationHarness<DB>>(
    conn: &mut C,
    migrations: EmbeddedMigrations,
) -> Result<Vec<String>, StoreError> {
    let ran =
        conn.run_pending_migrations(migrations).map_err(|error| StoreError::Migrate(error.to_string()))?;
    Ok(ran.iter().map(ToString::to_string).collect())
}

/// Puts in what every provider has, the first time; checks it later. Gives the provider's secret.
fn found(conn: &mut Conn, currency: Currency, outside: &Surroundings) -> Result<[u8; 32], StoreError> {
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
    settings::raise(conn, settings::REVISION, 0)?;
    let (none, ours) = (AccountRow::default(), [Account::Cash, Account::ProviderFees]);
    accounts::add(conn, ours.iter().map(|account| (account, &none)), currency)?;
    Ok(secret)
}

/// Whether the database still answers.
pub(crate) fn is_alive(conn: &mut PgConnection) -> bool {
    sql_query("SELECT 1").execute(conn).is_ok()
}
