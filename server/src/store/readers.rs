//! A few threads that read while the writer writes (WAL): off the threads that serve requests, since a read may wait for the disk.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
};

use diesel::prelude::*;
use tokio::sync::oneshot;

use super::{StoreError, connect};
use crate::config::{READERS_MAX, READS_QUEUED_MAX};

type Job = Box<dyn FnOnce(&mut SqliteConnection) + Send>;

/// The read side of the database. The threads end with the last clone.
#[derive(Clone)]
pub(crate) struct Readers(SyncSender<Job>);

impl Readers {
    /// Starts the threads, each with a connection of its own.
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        let (sender, jobs) = sync_channel(READS_QUEUED_MAX);
        let jobs = Arc::new(Mutex::new(jobs));
        for n in 0..READERS_MAX {
            let (conn, jobs) = (connect(path)?, Arc::clone(&jobs));
            let spawned = thread::Builder::new().name(format!("reader {n}")).spawn(move || run(conn, &jobs));
            spawned.map_err(|error| StoreError::File { path: PathBuf::from("reader thread"), error })?;
        }
        Ok(Self(sender))
    }

    /// Runs `read` on a snapshot of the database.
    pub(crate) async fn read<T, E>(
        &self,
        read: impl FnOnce(&mut SqliteConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<diesel::result::Error> + Send + 'static,
    {
        self.look(|conn| conn.transaction(read)).await
    }

    /// Runs `look`, which asks the database one thing alone and so needs no snapshot.
    pub(crate) async fn look<T, E>(
        &self,
        look: impl FnOnce(&mut SqliteConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            // A caller that went away needs no answer.
            let _ = sender.send(look(conn));
        });
        match self.0.try_send(job) {
            Ok(()) => answer.await.unwrap_or_else(|_| Err(StoreError::Stopped.into())),
            Err(TrySendError::Full(_)) => Err(StoreError::Busy.into()),
            Err(TrySendError::Disconnected(_)) => Err(StoreError::Stopped.into()),
        }
    }
}

fn run(mut conn: SqliteConnection, jobs: &Mutex<Receiver<Job>>) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(job) => job(&mut conn),
            Err(_) => return,
        }
    }
}
