//! A few threads that read while the writer writes (WAL): off the threads that serve requests, since a read may wait for the disk.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use diesel::{
    Connection,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
};
use tokio::sync::oneshot;

use super::{Conn, Database, StoreError, database::is_alive};
use crate::config::{READERS_MAX, READS_QUEUED_MAX};

/// The pages that each thread keeps of a file: few, since there are several threads, and the system keeps the file's pages too.
const READER_CACHE: &str = "PRAGMA cache_size = -3000";

type Job = Box<dyn FnOnce(&mut Reader, bool) + Send>;

/// The read side of the database. The threads end with the last clone.
#[derive(Clone)]
pub(crate) struct Readers {
    jobs: SyncSender<Job>,
    here: Option<Arc<Mutex<Conn>>>,
}

impl Readers {
    /// Starts the threads, each with a connection of its own.
    pub(super) fn start(database: &Database) -> Result<Self, StoreError> {
        let (sender, jobs) = sync_channel(READS_QUEUED_MAX);
        let jobs = Arc::new(Mutex::new(jobs));
        for n in 0..READERS_MAX {
            let (conn, jobs) = (Reader::connect(database)?, Arc::clone(&jobs));
            let spawned = thread::Builder::new().name(format!("reader {n}")).spawn(move || run(conn, &jobs));
            spawned.map_err(|error| StoreError::File { path: PathBuf::from("reader thread"), error })?;
        }
        let here = match database {
            Database::File(_) => Some(Arc::new(Mutex::new(Reader::connect(database)?.conn))),
            Database::Postgres { .. } => None,
        };
        Ok(Self { jobs: sender, here })
    }

    /// A connection for a look so short that to hand it to a thread and back would take longer; none where it is in use,
    /// or where each look is a round trip.
    pub(crate) fn here(&self) -> Option<MutexGuard<'_, Conn>> {
        self.here.as_ref()?.try_lock().ok()
    }

    /// Runs `read` on a snapshot of the database.
    pub(crate) async fn read<T, E>(
        &self,
        read: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<diesel::result::Error> + Send + 'static,
    {
        self.look(|conn| snapshot(conn, read)).await
    }

    /// Runs `look`, which asks the database one thing alone and so needs no snapshot.
    pub(crate) async fn look<T, E>(
        &self,
        look: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        self.queue(Box::new(move |reader, checked| {
            // A caller that went away needs no answer.
            let _ = sender.send(reader.look(checked, look));
        }))?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// Lets `work` look, and does not wait for it.
    pub(crate) fn post(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.queue(Box::new(move |reader, checked| {
            if let Err(error) = reader.look(checked, work) {
                tracing::debug!(%error, "nobody waits for what a read could not find out");
            }
        }))
    }

    fn queue(&self, job: Job) -> Result<(), StoreError> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Stopped,
        })
    }
}

/// Runs `read` on one snapshot.
fn snapshot<T, E>(conn: &mut Conn, read: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
where
    E: From<StoreError> + From<diesel::result::Error>,
{
    if let Conn::Postgres(conn) = conn {
        // A report may do better than by key.
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_seqscan = on; \
                     SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on";
        AnsiTransactionManager::begin_transaction_sql(conn, begin)?;
    } else {
        <Conn as Connection>::TransactionManager::begin_transaction(conn)?;
    }
    let outcome = read(conn);
    // There is nothing to undo: the end of a reader is the same either way.
    <Conn as Connection>::TransactionManager::rollback_transaction(conn)?;
    outcome
}

/// A connection that is made again when it was lost.
struct Reader {
    database: Database,
    conn: Conn,
}

impl Reader {
    fn connect(database: &Database) -> Result<Self, StoreError> {
        let mut conn = database.connect_by_key()?;
        if let Conn::Sqlite(conn) = &mut conn {
            conn.batch_execute(READER_CACHE)?;
        }
        Ok(Self { database: database.clone(), conn })
    }

    /// Looks. Where that fails since the database is lost, says so; whoever asks again may find it back.
    fn look<T, E: From<StoreError>>(
        &mut self,
        checked: bool,
        look: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        if !checked && !self.is_there() {
            return Err(StoreError::Lost.into());
        }
        let outcome = look(&mut self.conn);
        if outcome.is_err() && !self.is_alive() {
            self.is_there();
            return Err(StoreError::Lost.into());
        }
        outcome
    }

    /// Whether the database answers, if need be on a new connection.
    fn is_there(&mut self) -> bool {
        if self.is_alive() {
            return true;
        }
        match self.database.connect_by_key() {
            Ok(conn) => self.conn = conn,
            Err(error) => {
                tracing::error!(%error, "the database can't be reached");
                return false;
            }
        }
        true
    }

    fn is_alive(&mut self) -> bool {
        match &mut self.conn {
            Conn::Postgres(conn) => is_alive(conn),
            Conn::Sqlite(_) => true,
        }
    }
}

/// How long a connection counts as alive after it was used.
const ALIVE: Duration = Duration::from_millis(500);

fn run(mut reader: Reader, jobs: &Mutex<Receiver<Job>>) {
    let mut used = Instant::now();
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        job(&mut reader, used.elapsed() < ALIVE);
        used = Instant::now();
    }
}
