//! The bounded queue in front of the writer, and the commands that wait in it for their answers.

use std::sync::{
    Mutex, PoisonError,
    mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
};

use proto::status::Failure;
use tokio::sync::oneshot;

use super::{
    decide::Command,
    state::{Keys, State},
    writer::Writer,
};
use crate::{config::QUEUE_COMMANDS_MAX, error::Error};

/// What the writer takes from the queue.
pub(super) enum Message {
    /// A command.
    Job(Box<dyn Job>),
    /// Finish what is queued, then end.
    Stop,
}

/// A command whatever its kind, with the caller that waits for it.
pub(super) trait Job: Send {
    /// Names the rows it looks at.
    fn touches(&self, keys: &mut Keys);
    /// Decides and keeps the outcome.
    fn decide(&mut self, state: &mut State);
    /// After the commit: gives the caller the outcome.
    fn answer(&mut self);
    /// Instead of it: says why there is no outcome.
    fn fail(&mut self, error: Error);
}

struct Pending<C: Command> {
    command: C,
    outcome: Option<Result<C::Output, Failure>>,
    caller: Option<oneshot::Sender<Result<C::Output, Error>>>,
}

impl<C: Command> Job for Pending<C> {
    fn touches(&self, keys: &mut Keys) {
        self.command.touches(keys);
    }

    fn decide(&mut self, state: &mut State) {
        self.outcome = Some(self.command.decide(state));
    }

    fn answer(&mut self) {
        if let (Some(caller), Some(outcome)) = (self.caller.take(), self.outcome.take()) {
            // A caller that went away finds the outcome by asking again.
            let _ = caller.send(outcome.map_err(Error::Refused));
        }
    }

    fn fail(&mut self, error: Error) {
        if let Some(caller) = self.caller.take() {
            let _ = caller.send(Err(error));
        }
    }
}

/// Takes commands for the writer thread.
pub struct Engine {
    queue: SyncSender<Message>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
}

impl Engine {
    /// Starts the writer thread.
    pub fn start(writer: Writer) -> std::io::Result<Self> {
        let (queue, messages): (_, Receiver<Message>) = sync_channel(QUEUE_COMMANDS_MAX);
        let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(|| writer.run(messages))?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)) })
    }

    /// Runs a command and waits until it is committed.
    pub async fn run<C: Command>(&self, command: C) -> Result<C::Output, Error> {
        let (caller, outcome) = oneshot::channel();
        let pending = Pending { command, outcome: None, caller: Some(caller) };
        match self.queue.try_send(Message::Job(Box::new(pending))) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                return Err(Error::overloaded("too much to do; try again after the delay"));
            }
            Err(TrySendError::Disconnected(_)) => {
                return Err(Error::overloaded("the provider is stopping; try again"));
            }
        }
        outcome.await.unwrap_or_else(|_| Err(Error::Fault("the writer ended".to_owned())))
    }

    /// Finishes what is queued and ends the writer. Later commands are told to come back. Blocks until it is done.
    pub fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // Without a writer there is nothing to stop; a writer that panicked has said so.
            let _ = self.queue.send(Message::Stop);
            let _ = thread.join();
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}
