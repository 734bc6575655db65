//! The line to the provider: when it is asked, when it is tried again, and what keeps watching it.

use shared::reason::Reason;

use super::{
    Connection, Effect, Event, Model, Snapshot, Stage, account, inbox,
    update::{read, went},
};
use crate::api::{CallError, TOKENS_PER_CALL_MAX};

/// First wait before the provider is tried again; doubled at each failure.
const RETRY_FIRST_MS: u32 = 1_000;
/// Longest wait.
const RETRY_MAX_MS: u32 = 30_000;
/// Longest wait while somebody stands at a till.
const RETRY_MAX_PAYING_MS: u32 = 4_000;
/// How often the line is looked at.
const PULSE_MS: u32 = 30_000;
/// A stream that has been silent for so long may be dead without anybody having noticed: ask, and watch anew.
const SILENCE_MS: i64 = 5 * 60_000;
/// The same while somebody stands at a till.
const SILENCE_PAYING_MS: i64 = 60_000;

/// Asks for everything, unless that is under way.
pub(super) fn sync(model: &mut Model) -> Vec<Effect> {
    if model.stage != Stage::Inside {
        return vec![];
    }
    if std::mem::replace(&mut model.link.syncing, true) {
        model.link.stale = true;
        return vec![];
    }
    vec![Effect::Sync]
}

/// The provider answered, or not.
pub(super) fn synced(model: &mut Model, outcome: Result<Box<Snapshot>, CallError>) -> Vec<Effect> {
    model.link.syncing = false;
    let stale = std::mem::take(&mut model.link.stale);
    let snapshot = match outcome {
        Ok(snapshot) => *snapshot,
        Err(error) if matches!(model.stage, Stage::Welcome { .. }) => {
            model.stage = Stage::Welcome { opening: false, problem: Some(error) };
            return vec![];
        }
        Err(error) => return failed(model, &error),
    };
    heard(model);
    let entered = model.stage != Stage::Inside;
    let mut effects = inbox::take_snapshot(model, snapshot);
    if entered {
        model.account.typed.clear();
        effects.extend(went(model, model.route.clone()));
        effects.extend(pulse(model));
    } else {
        effects.extend(read(model));
    }
    effects.extend(super::approval::send_again(model));
    effects.extend(replenish(model));
    effects.extend(watch(model));
    if stale {
        effects.extend(sync(model));
    }
    effects
}

/// Watches, unless a stream is believed to be alive.
fn watch(model: &mut Model) -> Vec<Effect> {
    if model.link.watching.is_some() {
        return vec![];
    }
    let serial = model.next_serial();
    model.link.watching = Some(serial);
    vec![Effect::Watch(serial)]
}

/// A stream of changes ended. One that was given up before is nobody's concern.
pub(super) fn watch_ended(model: &mut Model, serial: u32, error: Option<&CallError>) -> Vec<Effect> {
    if model.link.watching != Some(serial) {
        return vec![];
    }
    model.link.watching = None;
    match error {
        Some(error) => failed(model, error),
        None => retry(model),
    }
}

/// The first look at the line; each brings about the next.
pub(super) fn pulse(model: &mut Model) -> Vec<Effect> {
    if std::mem::replace(&mut model.link.pulsing, true) { vec![] } else { vec![next_pulse()] }
}

fn next_pulse() -> Effect {
    Effect::Wait { ms: PULSE_MS, then: Box::new(Event::PulseDue) }
}

/// Looks whether the line is still alive; not for a page that nobody sees, which asks when it comes back.
pub(super) fn pulse_due(model: &mut Model) -> Vec<Effect> {
    let mut effects = vec![next_pulse()];
    let patience = if model.at_a_till() { SILENCE_PAYING_MS } else { SILENCE_MS };
    let silent = model.link.heard_at.is_none_or(|at| model.now.0.saturating_sub(at.0) >= patience);
    if silent && !model.hidden && !model.link.retrying {
        model.link.watching = None;
        effects.extend(sync(model));
    }
    effects
}

/// Fetches tokens when few are left.
pub(super) fn replenish(model: &mut Model) -> Vec<Effect> {
    let wanted = model.memory.stock.wanted(model.provider_now());
    if wanted == 0 || model.is_closed() || std::mem::replace(&mut model.link.issuing, true) {
        return vec![];
    }
    vec![Effect::IssueTokens(u32::try_from(wanted).unwrap_or(TOKENS_PER_CALL_MAX))]
}

/// The provider said something.
pub(super) fn heard(model: &mut Model) {
    model.connection = Connection::Online;
    model.link.failures = 0;
    model.link.heard_at = Some(model.now);
}

/// A call failed: the wallet goes on with what it has and tries again by itself.
pub(super) fn failed(model: &mut Model, error: &CallError) -> Vec<Effect> {
    match error {
        // The provider has forgotten the wallet, or another device has removed this one: all that is left is to begin anew.
        CallError::Refused(failure)
            if matches!(failure.reason, Reason::WalletNotFound | Reason::DeviceRevoked) =>
        {
            account::forget(model, Some(error.clone()))
        }
        CallError::Refused(failure) if failure.reason == Reason::WalletClosed => {
            heard(model);
            account::was_closed(model)
        }
        CallError::Refused(_) => {
            heard(model);
            vec![]
        }
        CallError::Offline(_) => {
            model.connection = Connection::Offline;
            // A stream over a line that carries no calls is dead, whether or not the browser knows.
            model.link.watching = None;
            retry(model)
        }
        CallError::Incomplete(_) | CallError::Fault(_) | CallError::Key(_) => retry(model),
    }
}

fn retry(model: &mut Model) -> Vec<Effect> {
    if std::mem::replace(&mut model.link.retrying, true) {
        return vec![];
    }
    let longest = if model.at_a_till() { RETRY_MAX_PAYING_MS } else { RETRY_MAX_MS };
    let ms = RETRY_FIRST_MS.saturating_mul(1 << model.link.failures.min(10)).min(longest);
    model.link.failures = model.link.failures.saturating_add(1);
    vec![Effect::Wait { ms, then: Box::new(Event::RetryDue) }]
}
