//! Tells watchers that something they watch has changed. What it is now, they read themselves: a message that was missed is
//! made good by the next reading.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::ids::WalletId;
use tokio::sync::{broadcast, watch};

use crate::{config::WATCH_MESSAGES_MAX, engine::Change, model::PaymentId};

/// What can be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// A wallet.
    Wallet(WalletId),
    /// A payment.
    Payment(PaymentId),
}

/// The hub of one server.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    topics: Mutex<HashMap<Topic, broadcast::Sender<Arc<Change>>>>,
    closed: watch::Sender<bool>,
    again: watch::Sender<u64>,
}

/// What a watcher is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// This changed.
    Changed(Arc<Change>),
    /// Messages may have been dropped: look at everything again.
    Missed,
    /// The server stops.
    Closed,
}

/// One watcher of one topic.
pub struct Watcher {
    hub: Hub,
    topic: Topic,
    changes: Option<broadcast::Receiver<Arc<Change>>>,
    closed: watch::Receiver<bool>,
    again: watch::Receiver<u64>,
}

impl Default for Hub {
    fn default() -> Self {
        Self(Arc::new(Inner {
            topics: Mutex::default(),
            closed: watch::Sender::new(false),
            again: watch::Sender::new(0),
        }))
    }
}

impl Hub {
    /// Watches from now on.
    pub fn watch(&self, topic: Topic) -> Watcher {
        let changes = self
            .topics()
            .entry(topic)
            .or_insert_with(|| broadcast::Sender::new(WATCH_MESSAGES_MAX))
            .subscribe();
        Watcher {
            hub: self.clone(),
            topic,
            changes: Some(changes),
            closed: self.0.closed.subscribe(),
            again: self.0.again.subscribe(),
        }
    }

    /// Tells the watchers of each change.
    pub fn publish(&self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let topics = self.topics();
        if topics.is_empty() {
            return;
        }
        for change in changes {
            let change = Arc::new(change);
            let wallet = change.wallet.map(Topic::Wallet);
            for topic in [wallet, change.payment.map(Topic::Payment)].into_iter().flatten() {
                if let Some(sender) = topics.get(&topic) {
                    // Nobody there is fine.
                    let _ = sender.send(Arc::clone(&change));
                }
            }
        }
    }

    /// Tells every watcher to look again.
    pub fn look_again(&self) {
        self.0.again.send_modify(|again| *again += 1);
    }

    /// Sends every watcher home.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<Topic, broadcast::Sender<Arc<Change>>>> {
        self.0.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher {
    /// Waits for the next news.
    pub async fn next(&mut self) -> News {
        let Some(changes) = &mut self.changes else { return News::Closed };
        tokio::select! {
            _ = self.closed.wait_for(|closed| *closed) => News::Closed,
            Ok(()) = self.again.changed() => News::Missed,
            change = changes.recv() => match change {
                Ok(change) => News::Changed(change),
                Err(broadcast::error::RecvError::Lagged(_)) => News::Missed,
                Err(broadcast::error::RecvError::Closed) => News::Closed,
            },
        }
    }
}

impl Drop for Watcher {
    /// The last watcher takes the topic away.
    fn drop(&mut self) {
        self.changes = None;
        let mut topics = self.hub.topics();
        if topics.get(&self.topic).is_some_and(|sender| sender.receiver_count() == 0) {
            topics.remove(&self.topic);
        }
    }
}
