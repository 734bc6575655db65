//! Carries out what the desk asks for: history, refunds, the end of the day.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use shared::time::UnixMillis;

use super::{Counter, send};
use crate::{
    journal::JournalError,
    machine::CallError,
    returns::{ReturnError, Returnable, Returned},
    session::{Desk, Event, HISTORY_SHOWN},
    till::{CloseError, GivenBack, Till},
    words::{self, Lang, Message},
};

type Answer = Result<Desk, Message>;

impl Counter {
    pub(super) fn history(&self) {
        let lang = self.lang;
        self.answer(async move |till: Arc<Till>| {
            let sales = till.history(UnixMillis(i64::MAX), HISTORY_SHOWN);
            sales.map(Desk::History).map_err(|error| journal_words(&error, lang))
        });
    }

    pub(super) fn look_up(&self, payment_id: String) {
        let lang = self.lang;
        self.answer(async move |till: Arc<Till>| {
            let from = till.returnable(&payment_id).await.map_err(|error| call_words(&error, lang))?;
            let units = vec![0; from.lines.len()];
            Ok(Desk::Choosing { from, units })
        });
    }

    /// Shows how the refund goes until nobody has to stand by any longer.
    pub(super) fn give_back(&self, from: Returnable, returned: Returned) {
        let (till, events, lang) = (Arc::clone(&self.till), self.events.clone(), self.lang);
        tokio::spawn(async move {
            let answer = match till.give_back(&till.new_id(), &from, &returned) {
                Ok(GivenBack::UnderWay(mut running)) => Ok(Desk::Refund(running.decided().await)),
                // A new id has no refund that is over.
                Ok(GivenBack::Over(_)) => Ok(Desk::Menu),
                Err(error) => Err(return_words(&error, lang)),
            };
            send(&events, Event::Desk(Box::new(answer))).await;
        });
    }

    /// The day so far, by the till's own calendar.
    pub(super) fn close_day(&self) {
        let lang = self.lang;
        self.answer(async move |till: Arc<Till>| {
            let (since, until) = day_of(till.now());
            let report = till.close_day(since, until).await.map_err(|error| match error {
                CloseError::Provider(error) => call_words(&error, lang),
                CloseError::Journal(error) => journal_words(&error, lang),
            })?;
            let attention = till.attention().map_err(|error| journal_words(&error, lang))?;
            Ok(Desk::Day(report, attention))
        });
    }

    fn answer<F>(&self, ask: impl FnOnce(Arc<Till>) -> F)
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let (asked, events) = (ask(Arc::clone(&self.till)), self.events.clone());
        tokio::spawn(async move { send(&events, Event::Desk(Box::new(asked.await))).await });
    }
}

/// From midnight to midnight around an instant.
fn day_of(now: UnixMillis) -> (UnixMillis, UnixMillis) {
    let around = || {
        let here = Timestamp::from_millisecond(now.0).ok()?.to_zoned(TimeZone::system());
        let since = here.start_of_day().ok()?;
        let until = since.checked_add(1.day()).ok()?;
        Some((since.timestamp().as_millisecond(), until.timestamp().as_millisecond()))
    };
    let (since, until) = around().unwrap_or((now.0 - 86_400_000, now.0 + 1));
    (UnixMillis(since), UnixMillis(until))
}

fn journal_words(error: &JournalError, lang: Lang) -> Message {
    tracing::error!(%error, "the journal can't be read");
    let labels = lang.labels();
    Message { what: labels.journal_unreadable, next: labels.disk_next }
}

fn call_words(error: &CallError, lang: Lang) -> Message {
    match error {
        CallError::Refused(failure) => words::reason(failure.reason, lang),
        CallError::Lost(cause) => {
            tracing::warn!(cause, "no answer");
            let labels = lang.labels();
            Message { what: labels.unreachable, next: labels.unreachable_next }
        }
    }
}

fn return_words(error: &ReturnError, lang: Lang) -> Message {
    let labels = lang.labels();
    match error {
        ReturnError::Journal(error) => journal_words(error, lang),
        ReturnError::UnderWay => Message { what: labels.refund_waits, next: labels.refund_waits_next },
        _ => Message { what: labels.refund_none_left, next: "" },
    }
}
