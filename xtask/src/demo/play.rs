//! The demo itself, once everything is built.

mod calls;
mod certificate;
mod folder;
mod goods;
mod interactive;
mod lan;
mod offers;
mod once;
mod phone;
mod programs;
mod screen;
mod seed;
mod terminal;

use std::{
    io::Write,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use shared::time::UnixMillis;
use tokio::runtime::Runtime;

use super::Options;
use crate::shell::{Outcome, seconds};

/// Plays.
///
/// # Errors
/// When a program can't be started, the provider refuses, or the purchase did not go as it must.
pub(crate) fn play(options: Options) -> Outcome {
    let runtime = Runtime::new()?;
    let outcome = runtime.block_on(async {
        if options.once { once::purchase().await } else { interactive::run(options).await }
    });
    // Somebody may have been asked for a key that never came.
    runtime.shutdown_timeout(Duration::ZERO);
    outcome
}

/// The time by this machine's clock.
fn now() -> UnixMillis {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

/// Says in one line what a step does and how long it took.
async fn step<T>(what: &str, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    print!("==> {what} ... ");
    std::io::stdout().flush()?;
    let started = Instant::now();
    let done = work.await.inspect_err(|_| println!())?;
    println!("{}", seconds(started.elapsed()));
    Ok(done)
}
