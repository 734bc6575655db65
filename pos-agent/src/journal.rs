//! What must survive a crash: each step of a payment and of a refund, on disk before the step is taken.
//!
//! One SQLite file (write-ahead log, a sync at each commit) and one writer for it: entries of many lanes that wait together are
//! one commit. What is over is kept for [`KEPT_DAYS`], for reprints, refunds and the end of day. The scanned code is not kept: a
//! payment found unfinished is looked up or taken back, never sent again. A refund found unfinished is sent again, the same,
//! since nobody has to stand by for it.

mod error;
mod old;
mod read;
mod record;
mod schema;
mod writer;

pub use error::JournalError;
pub use record::{
    Asked, BackLine, BookedCoupon, BookedLine, BookedRedemption, Goods, RefundEnding, RefundRecord,
    SaleRecord, Title, money_in,
};
pub use writer::Entry;

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use diesel::{Connection, QueryResult, SqliteConnection, connection::SimpleConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use shared::time::UnixMillis;
use tracing::{info, warn};

use crate::machine::Ending;

/// Days for which a payment that is over can be printed again and refunded by line.
pub const KEPT_DAYS: i64 = 100;

const FILE: &str = "journal.db";
const LOCK: &str = "lock";
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
const DAY_MS: i64 = 86_400_000;

/// What the last run left unfinished, oldest first.
#[derive(Debug, Default)]
pub struct Unfinished {
    /// Payments.
    pub sales: Vec<SaleRecord>,
    /// Refunds.
    pub refunds: Vec<RefundRecord>,
}

/// The open journal. Its thread ends with it, once all that waits is written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    writer: writer::Writer,
    reader: Mutex<Reader>,
}

struct Reader(SqliteConnection);

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}

impl Journal {
    /// Opens or creates the journal of a data folder for this program alone, and says what is unfinished in it.
    pub fn open(data_dir: &Path, now: UnixMillis) -> Result<(Self, Unfinished), JournalError> {
        fs::create_dir_all(data_dir).map_err(|error| JournalError::io(data_dir, error))?;
        let lock = locked(data_dir)?;
        let path = data_dir.join(FILE);
        let failed = |error| JournalError::database(&path, error);

        let mut conn = connect(&path)?;
        conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").map_err(failed)?;
        conn.run_pending_migrations(MIGRATIONS).map_err(|error| JournalError::database(&path, error))?;
        if let Some(entries) = old::read(data_dir)? {
            conn.immediate_transaction(|conn| old::carry_over(conn, &entries)).map_err(failed)?;
            let aside = old::put_aside(data_dir)?;
            info!(entries = entries.len(), aside = %aside.display(), "the journal of an earlier version was carried over");
        }
        let kept_since = UnixMillis(now.0 - KEPT_DAYS * DAY_MS);
        if let Err(error) = conn.immediate_transaction(|conn| read::forget(conn, kept_since)) {
            warn!(%error, "old payments can't be dropped from the journal");
        }
        let sales = read::open_sales(&mut conn).map_err(failed)?;
        let refunds = read::open_refunds(&mut conn).map_err(failed)?;

        let mut reader = connect(&path)?;
        reader.batch_execute("PRAGMA query_only = ON;").map_err(failed)?;
        let writer = writer::Writer::start(conn, path.clone(), lock);
        Ok((Self { path, writer, reader: Mutex::new(Reader(reader)) }, Unfinished { sales, refunds }))
    }

    /// Writes an entry; when this returns it is on disk.
    pub async fn write(&self, entry: Entry) -> Result<(), JournalError> {
        self.writer.write(entry).await
    }

    /// One payment, with what was given back of it.
    pub fn sale(&self, payment_id: &str) -> Result<Option<SaleRecord>, JournalError> {
        self.read(|conn| read::sale(conn, payment_id))
    }

    /// One refund.
    pub fn refund(&self, refund_id: &str) -> Result<Option<RefundRecord>, JournalError> {
        self.read(|conn| read::refund(conn, refund_id))
    }

    /// The newest payment of a checkout.
    pub fn of_checkout(&self, checkout_id: &str) -> Result<Option<SaleRecord>, JournalError> {
        self.read(|conn| read::of_checkout(conn, checkout_id))
    }

    /// The newest payments begun before an instant, newest first.
    pub fn latest(&self, before: UnixMillis, limit: u32) -> Result<Vec<SaleRecord>, JournalError> {
        self.read(|conn| read::latest(conn, before, limit))
    }

    /// Payments and refunds begun within a time, oldest first; the payments come without their refunds.
    pub fn between(
        &self,
        since: UnixMillis,
        until: UnixMillis,
    ) -> Result<(Vec<SaleRecord>, Vec<RefundRecord>), JournalError> {
        self.read(|conn| read::between(conn, since, until))
    }

    /// Payments that could not be taken back any more and of which nothing was given back since.
    pub fn standing(&self) -> Result<Vec<SaleRecord>, JournalError> {
        self.read(read::standing)
    }

    fn read<T>(&self, ask: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>) -> Result<T, JournalError> {
        // A lock poisoned by a panic elsewhere guards a connection that only reads.
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        ask(&mut reader.0).map_err(|error| JournalError::database(&self.path, error))
    }
}

/// How each payment of a data folder stands, none where it is open: for whoever looks from outside, also while a till works there.
pub fn endings(data_dir: &Path) -> Result<BTreeMap<String, Option<Ending>>, JournalError> {
    let path = data_dir.join(FILE);
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let rows = read::endings(&mut connect(&path)?).map_err(|error| JournalError::database(&path, error))?;
    Ok(rows.into_iter().map(|(id, word)| (id, word.as_deref().and_then(ending_of))).collect())
}

/// The folder is this program's as long as the file that is returned is open.
fn locked(data_dir: &Path) -> Result<File, JournalError> {
    let path = data_dir.join(LOCK);
    let lock = File::create(&path).map_err(|error| JournalError::io(&path, error))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse(data_dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(JournalError::io(&path, error)),
    }
}

fn connect(path: &Path) -> Result<SqliteConnection, JournalError> {
    let failed = |error: &dyn ToString| JournalError::database(path, error.to_string());
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(|error| failed(&error))?;
    // Reader and writer are the only ones; a checkpoint may make one wait for the other.
    conn.batch_execute("PRAGMA busy_timeout = 5000;").map_err(|error| failed(&error))?;
    Ok(conn)
}

const ENDINGS: [(Ending, &str); 4] = [
    (Ending::Paid, "paid"),
    (Ending::Declined, "declined"),
    (Ending::Reversed, "reversed"),
    (Ending::Standing, "standing"),
];

const REFUND_ENDINGS: [(RefundEnding, &str); 2] =
    [(RefundEnding::Done, "done"), (RefundEnding::Refused, "refused")];

fn word_of<T: PartialEq>(all: &[(T, &'static str)], value: &T) -> &'static str {
    all.iter().find(|(known, _)| known == value).map_or("", |(_, word)| word)
}

/// The word for it in the database.
pub fn ending_word(ending: Ending) -> &'static str {
    word_of(&ENDINGS, &ending)
}

fn ending_of(word: &str) -> Option<Ending> {
    ENDINGS.iter().find(|(_, known)| *known == word).map(|(ending, _)| *ending)
}

fn refund_word(ending: RefundEnding) -> &'static str {
    word_of(&REFUND_ENDINGS, &ending)
}

fn refund_of(word: &str) -> Option<RefundEnding> {
    REFUND_ENDINGS.iter().find(|(_, known)| *known == word).map(|(ending, _)| *ending)
}
