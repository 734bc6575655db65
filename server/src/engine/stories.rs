//! The queue and the writer: one bad command does not spoil the others, a full queue says so, and a stop finishes the queue.

use std::sync::{Arc, Mutex, mpsc};

use futures::FutureExt;
use proto::status::Failure;
use shared::{money::Currency, reason::Reason};
use tempfile::TempDir;

use super::{Engine, Keys, State, Writer, decide::Command, decide::wallet::OpenWallet};
use crate::{
    clock::Surroundings,
    config::{BATCH_COMMANDS_MAX, QUEUE_COMMANDS_MAX, Rules},
    directory::{Directory, Sessions},
    error::Error,
    hub::Hub,
    news::Herald,
    store::Store,
};

fn engine() -> (Engine, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let outside = Surroundings::system();
    let mut store = Store::open(dir.path(), Currency::CNY, &outside).unwrap();
    let sessions = Sessions { outside: outside.clone(), ttl_ms: 0 };
    let directory = Arc::new(Directory::read(&mut store, sessions).unwrap());
    let rules = Arc::new(Rules { welcome_minor: 100, ..Rules::default() });
    let herald = Herald::local(Hub::default());
    let writer = Writer::new(store.writer, outside, rules, directory, herald, BATCH_COMMANDS_MAX);
    (Engine::start(writer.unwrap()).unwrap(), dir)
}

fn open_wallet(n: u8) -> OpenWallet {
    OpenWallet { public_key: [n; 32], device_name: String::new(), recovery: [n; 32] }
}

/// Holds the writer until it is let go, so that what comes meanwhile makes one batch.
struct Hold(Mutex<mpsc::Receiver<()>>);

impl Command for Hold {
    type Output = ();

    fn touches(&self, _keys: &mut Keys) {}

    fn decide(&self, _state: &mut State) -> Result<(), Failure> {
        let _ = self.0.lock().unwrap().recv();
        Ok(())
    }
}

fn hold() -> (Hold, mpsc::Sender<()>) {
    let (let_go, held) = mpsc::channel();
    (Hold(Mutex::new(held)), let_go)
}

/// Breaks an assertion.
struct Broken;

impl Command for Broken {
    type Output = ();

    fn touches(&self, _keys: &mut Keys) {}

    fn decide(&self, _state: &mut State) -> Result<(), Failure> {
        panic!("this command is broken on purpose");
    }
}

#[tokio::test]
async fn one_bad_command_does_not_spoil_the_others_of_its_batch() {
    let (engine, _dir) = engine();
    let (hold, let_go) = hold();
    let open = |n: u8| engine.run(open_wallet(n));
    let all = async { tokio::join!(engine.run(hold), open(1), engine.run(Broken), open(2), open(1)) };
    let mut all = Box::pin(all);
    assert!(all.as_mut().now_or_never().is_none(), "all are queued now");
    let_go.send(()).unwrap();
    drop(let_go);
    let (_, first, broken, second, again) = all.await;
    assert!(matches!(broken, Err(Error::Fault(_))));
    let (first, second, again) = (first.unwrap(), second.unwrap(), again.unwrap());
    assert_eq!(first.view.wallet, again.view.wallet);
    assert_ne!(first.view.wallet.id, second.view.wallet.id);
    assert_eq!((first.view.balance_minor, second.view.balance_minor), (100, 100));
}

#[tokio::test]
async fn a_full_queue_says_when_to_come_back_and_a_stop_finishes_it() {
    let (engine, _dir) = engine();
    let (hold, let_go) = hold();
    let mut held = Box::pin(engine.run(hold));
    assert!(held.as_mut().now_or_never().is_none());
    let mut waiting = Vec::new();
    let refused = loop {
        let mut call = Box::pin(engine.run(open_wallet(9)));
        match call.as_mut().now_or_never() {
            None => waiting.push(call),
            Some(outcome) => break outcome.unwrap_err(),
        }
    };
    let Error::Refused(failure) = refused else { panic!("{refused}") };
    assert_eq!(failure.reason, Reason::Overloaded);
    assert!(failure.retry_after.is_some());
    // The first command may still have been in the queue, where the writer's thread had not woken yet.
    assert!(1 + waiting.len() >= QUEUE_COMMANDS_MAX);

    drop(let_go);
    // The stop waits for a place in the queue like everybody else.
    std::thread::scope(|scope| drop(scope.spawn(|| engine.stop())));
    for call in waiting {
        assert!(call.await.is_ok(), "what was queued is finished");
    }
    let late = engine.run(open_wallet(9)).await.unwrap_err();
    assert!(matches!(late, Error::Refused(failure) if failure.reason == Reason::Overloaded));
}
