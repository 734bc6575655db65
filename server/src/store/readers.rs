//! A few connections that read while the writer writes (WAL), off the threads that serve requests.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use diesel::prelude::*;
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{StoreError, connect};
use crate::config::READERS_MAX;

/// The read side of the database.
#[derive(Clone)]
pub(crate) struct Readers(Arc<Inner>);

struct Inner {
    path: PathBuf,
    idle: Mutex<Vec<SqliteConnection>>,
    permits: Semaphore,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Self {
        let (idle, permits) = (Mutex::new(Vec::new()), Semaphore::new(READERS_MAX));
        Self(Arc::new(Inner { path: path.to_owned(), idle, permits }))
    }

    /// Runs `read` on a snapshot of the database, in a thread where it may wait for the disk.
    pub(crate) async fn read<T, E>(
        &self,
        read: impl FnOnce(&mut SqliteConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<diesel::result::Error> + Send + 'static,
    {
        let _permit = self.0.permits.acquire().await.map_err(|_| StoreError::Stopped)?;
        let inner = Arc::clone(&self.0);
        let result = spawn_blocking(move || {
            let mut conn = inner.take()?;
            let result = conn.transaction(read);
            inner.give_back(conn);
            result
        });
        result.await.map_err(|_| StoreError::Stopped)?
    }
}

impl Inner {
    fn take(&self) -> Result<SqliteConnection, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| connect(&self.path), Ok)
    }

    fn give_back(&self, conn: SqliteConnection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
    }
}
