//! What asks the program to end.

use std::io;

/// SIGTERM of a supervisor, Ctrl-C of a person, and, where there is a terminal, its end.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct StopSignals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl StopSignals {
    /// Of a service. A terminal that it was started from may go.
    pub(crate) fn of_service() -> io::Result<Self> {
        use tokio::signal::unix::SignalKind;
        Self::listen([SignalKind::terminate(), SignalKind::interrupt()])
    }

    /// Of a program that has taken a terminal over and has to give it back.
    pub(crate) fn of_terminal() -> io::Result<Self> {
        use tokio::signal::unix::SignalKind;
        Self::listen([SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()])
    }

    fn listen(kinds: impl IntoIterator<Item = tokio::signal::unix::SignalKind>) -> io::Result<Self> {
        kinds.into_iter().map(tokio::signal::unix::signal).collect::<io::Result<_>>().map(Self)
    }

    /// Waits for the next.
    pub(crate) async fn next(&mut self) {
        use std::{future::poll_fn, task::Poll};
        poll_fn(|context| {
            let came = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if came { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Ctrl-C of a person.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct StopSignals;

#[cfg(not(unix))]
impl StopSignals {
    /// Of a service.
    pub(crate) fn of_service() -> io::Result<Self> {
        Ok(Self)
    }

    /// Of a program that has taken a terminal over.
    pub(crate) fn of_terminal() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for the next.
    pub(crate) async fn next(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}
