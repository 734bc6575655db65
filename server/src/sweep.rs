//! The sweep: at its interval it settles what is due by time, step after step, each a command like any other.

use std::{sync::Arc, time::Duration};

use crate::{app::App, error::Error, read};

/// Sweeps again and again, for as long as the future is polled.
pub(crate) async fn run(app: Arc<App>, interval: Duration) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = sweep(&app).await {
            tracing::error!(%error, "the sweep failed; the next one tries again");
        }
    }
}

/// Settles all that is due now.
pub(crate) async fn sweep(app: &App) -> Result<(), Error> {
    loop {
        let (now, window_ms) = (app.outside.clock.now(), app.rules.reversal_window_ms);
        let due = app.readers.read(move |conn| read::sweep::due(conn, now, window_ms)).await?;
        match due {
            Some(step) => app.engine.run(step).await?,
            None => return Ok(()),
        }
    }
}
