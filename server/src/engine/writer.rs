//! The writer thread: batch after batch, each one transaction.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc::Receiver},
    thread,
    time::Duration,
};

use proto::status::Failure;
use shared::reason::Reason;

use super::{
    load::load,
    numbers::Sequences,
    queue::{Job, Message},
    state::{Keys, State},
};
use crate::{
    clock::Surroundings,
    config::{CONFLICT_ATTEMPTS_MAX, CONFLICT_PAUSE, OVERLOADED_RETRY, Rules},
    directory::Directory,
    error::Error,
    news::Herald,
    store::{StoreError, StoreWriter, write::write},
};

/// What the writer thread owns and whom it tells.
pub struct Writer {
    store: StoreWriter,
    outside: Surroundings,
    rules: Arc<Rules>,
    directory: Arc<Directory>,
    herald: Herald,
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

impl BatchError {
    /// Another server was in the way: the same batch may succeed the next time.
    fn is_conflict(&self) -> bool {
        match self {
            Self::Store(error) => error.is_conflict(),
            Self::Query(error) => StoreError::is_conflict_of(error),
            Self::Broken => false,
        }
    }
}

impl Writer {
    /// A writer on a store's writing side, which nobody else writes on.
    pub fn new(
        mut store: StoreWriter,
        outside: Surroundings,
        rules: Arc<Rules>,
        directory: Arc<Directory>,
        herald: Herald,
        batch_commands_max: usize,
    ) -> Result<Self, StoreError> {
        let sequences = store.sequences()?;
        Ok(Self { store, outside, rules, directory, herald, sequences, batch_commands_max })
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

    /// Commits the jobs together; where that fails for a reason of their own, each by itself, so that one bad command does not
    /// spoil the others.
    fn commit(&mut self, jobs: &mut [Box<dyn Job>]) {
        let Err(error) = self.attempt_again(jobs) else { return };
        if !self.store.is_alive() {
            tracing::error!(%error, commands = jobs.len(), "the database was lost in a batch");
            // Whether the commit was the last thing that the database did is not known.
            let text = "the provider lost its database for a moment, and whether this took place is not known; \
                        ask again with the same id";
            return fail(jobs, || passing(Reason::Overloaded, text));
        }
        if error.is_conflict() {
            tracing::warn!(%error, commands = jobs.len(), "a batch gave way to other servers too often");
            let text = "too many changes to the same accounts at once; nothing took place, ask again";
            return fail(jobs, || passing(Reason::WriteConflict, text));
        }
        if jobs.len() == 1 {
            return fail(jobs, || Error::Fault(error.to_string()));
        }
        tracing::error!(%error, commands = jobs.len(), "a batch failed; trying its commands one by one");
        for job in jobs {
            self.commit(std::slice::from_mut(job));
        }
    }

    /// Attempts a batch, and again from the start while other servers are in the way, with growing pauses of random length so
    /// that two of them don't meet again and again.
    fn attempt_again(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), BatchError> {
        let mut attempt = 1;
        loop {
            match self.attempt(jobs) {
                Err(error) if error.is_conflict() && attempt < CONFLICT_ATTEMPTS_MAX => {
                    tracing::debug!(%error, attempt, "a batch gives way to another server");
                    let [random] = self.outside.random_bytes();
                    thread::sleep(CONFLICT_PAUSE * attempt * u32::from(random) / u32::from(u8::MAX));
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    fn attempt(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), BatchError> {
        let now = self.outside.clock.now();
        let mut state = State::new(now, Arc::clone(&self.rules), self.sequences.clone());
        let mut keys = Keys::default();
        jobs.iter().for_each(|job| job.touches(&mut keys));
        self.store.make_stripes(keys.accounts.iter().chain(&keys.whole))?;
        let (directory, stripe) = (&self.directory, self.store.stripe());
        self.store.transaction(|conn| {
            load(conn, directory, stripe, keys, &mut state)?;
            let revision = state.sequences.revision;
            // The state is thrown away where a decision panics, so it can't be seen broken.
            let decided =
                catch_unwind(AssertUnwindSafe(|| jobs.iter_mut().for_each(|job| job.decide(&mut state))));
            decided.map_err(|_| BatchError::Broken)?;
            write(conn, &state, stripe, revision)?;
            Ok::<(), BatchError>(())
        })?;
        self.directory.apply(&state.enrolled);
        // Before the answers: whoever begins to watch after one of them has the change in what he reads first.
        self.herald.tell(&state.enrolled, state.changes);
        jobs.iter_mut().for_each(|job| job.answer());
        self.sequences = state.sequences;
        Ok(())
    }
}

fn fail(jobs: &mut [Box<dyn Job>], error: impl Fn() -> Error) {
    jobs.iter_mut().for_each(|job| job.fail(error()));
}

/// A failure that passes.
fn passing(reason: Reason, text: &str) -> Error {
    let retry_after: Option<Duration> = Some(OVERLOADED_RETRY);
    Error::Refused(Failure { retry_after, ..Failure::new(reason, text) })
}
