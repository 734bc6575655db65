//! The writer thread: batch after batch, each one transaction.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc::Receiver},
};

use diesel::SqliteConnection;

use super::{
    load::load,
    queue::{Job, Message},
    state::{Keys, Sequences, State},
};
use crate::{
    clock::Clock,
    config::Rules,
    directory::Directory,
    hub::Hub,
    store::{StoreError, sequences, write::write},
};

/// What the writer thread owns and whom it tells.
pub struct Writer {
    conn: SqliteConnection,
    clock: Arc<dyn Clock>,
    rules: Arc<Rules>,
    directory: Arc<Directory>,
    hub: Hub,
    sequences: Sequences,
    batch_commands_max: usize,
}

/// Why a batch did not come about.
#[derive(Debug, thiserror::Error)]
enum BatchError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
    /// An assertion of a decision failed; the panic's own message is in the log.
    #[error("a decision broke an assertion")]
    Broken,
}

impl Writer {
    /// A writer on `conn`, which nobody else writes on.
    pub fn new(
        mut conn: SqliteConnection,
        clock: Arc<dyn Clock>,
        rules: Arc<Rules>,
        directory: Arc<Directory>,
        hub: Hub,
        batch_commands_max: usize,
    ) -> Result<Self, StoreError> {
        let sequences = sequences::read(&mut conn)?;
        Ok(Self { conn, clock, rules, directory, hub, sequences, batch_commands_max })
    }

    /// Works until it is told to stop, or nobody is left to tell it.
    pub(super) fn run(mut self, messages: Receiver<Message>) {
        let mut stopping = false;
        while !stopping {
            let Ok(first) = messages.recv() else { return };
            let mut jobs = Vec::new();
            let mut next = Some(first);
            while let Some(message) = next {
                match message {
                    Message::Job(job) => jobs.push(job),
                    Message::Stop => stopping = true,
                }
                next = if jobs.len() < self.batch_commands_max { messages.try_recv().ok() } else { None };
            }
            self.commit(&mut jobs);
        }
        // What came between the last look and the stop is answered too.
        while let Ok(Message::Job(job)) = messages.try_recv() {
            self.commit(&mut [job]);
        }
    }

    /// Commits the jobs together; where that fails, each by itself, so that one bad command does not spoil the others.
    fn commit(&mut self, jobs: &mut [Box<dyn Job>]) {
        match self.attempt(jobs) {
            Ok(()) => {}
            Err(error) if jobs.len() > 1 => {
                tracing::error!(%error, commands = jobs.len(), "a batch failed; trying its commands one by one");
                for job in jobs {
                    self.commit(std::slice::from_mut(job));
                }
            }
            Err(error) => jobs.iter_mut().for_each(|job| job.fail(&error.to_string())),
        }
    }

    fn attempt(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), BatchError> {
        let mut state = State::new(self.clock.now(), Arc::clone(&self.rules), self.sequences);
        let settled_through = self.sequences.settled_through;
        let mut keys = Keys::default();
        jobs.iter().for_each(|job| job.touches(&mut keys));
        let directory = &self.directory;
        self.conn.immediate_transaction(|conn| {
            load(conn, directory, keys, &mut state)?;
            // The state is thrown away where a decision panics, so it can't be seen broken.
            let decided =
                catch_unwind(AssertUnwindSafe(|| jobs.iter_mut().for_each(|job| job.decide(&mut state))));
            decided.map_err(|_| BatchError::Broken)?;
            write(conn, &state, settled_through)?;
            Ok::<(), BatchError>(())
        })?;
        self.sequences = state.sequences;
        self.directory.apply(&state.enrolled);
        jobs.iter_mut().for_each(|job| job.answer());
        self.hub.publish(state.changes);
        Ok(())
    }
}
