//! A payment that waits for the shopper: shown before whatever page is open, approved by a button that is held and then let go, so
//! that no pocket approves it and no finger is still down when the next page comes; or rejected.

use proto::{
    convert::time_from_wire,
    v1::{self, PaymentState},
};
use shared::{payment::approval::Answer, time::UnixMillis};

use super::{
    Effect, Event, Model, inbox,
    link::{failed, heard, sync},
};
use crate::api::CallError;

/// How long the button is held at least.
pub const HOLD_MS: u32 = 700;
/// How often the time that is left is shown anew.
const COUNT_MS: u32 = 1_000;

/// The answer to a payment that waits for approval.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Answering {
    /// Not given yet.
    #[default]
    Open,
    /// The button is held; the number names the hold.
    Holding(u32),
    /// It was held long enough: letting go approves.
    Held,
    /// On its way.
    Sent(Answer),
    /// It could not be sent, and will be as soon as the provider answers again.
    Unsent(Answer),
    /// The provider refused it.
    Failed(CallError),
}

/// Until when a payment can be approved, where it still can.
fn approvable_until(payment: &v1::Payment) -> Option<UnixMillis> {
    let waits = payment.state() == PaymentState::PendingApproval;
    let end = time_from_wire("approval_expires_at", payment.approval_expires_at.as_ref()).ok();
    end.filter(|_| waits)
}

impl Model {
    /// The payment that waits for the shopper's approval; it goes before whatever page is open.
    pub fn waiting(&self) -> Option<&v1::Payment> {
        let payments = self.recent.receipts.iter().map(|receipt| &receipt.payment);
        payments
            .into_iter()
            .find(|payment| approvable_until(payment).is_some_and(|end| self.provider_now() < end))
    }

    /// Seconds in which it can still be approved.
    pub fn seconds_to_approve(&self) -> i64 {
        let end = self.waiting().and_then(approvable_until);
        end.map_or(0, |end| end.0.saturating_sub(self.provider_now().0).max(0).saturating_add(999) / 1000)
    }
}

/// The button is pressed.
pub(super) fn hold(model: &mut Model) -> Vec<Effect> {
    if model.waiting().is_none() || matches!(model.answering, Answering::Sent(_)) {
        return vec![];
    }
    let serial = model.next_serial();
    model.answering = Answering::Holding(serial);
    vec![Effect::Wait { ms: HOLD_MS, then: Box::new(Event::HoldDone(serial)) }]
}

/// It was held long enough.
pub(super) fn held(model: &mut Model, serial: u32) -> Vec<Effect> {
    if model.answering != Answering::Holding(serial) {
        return vec![];
    }
    model.answering = Answering::Held;
    vec![Effect::Buzz]
}

/// It is let go: too early, or to approve.
pub(super) fn let_go(model: &mut Model) -> Vec<Effect> {
    match model.answering {
        Answering::Held => answer(model, Answer::Approve),
        _ => slip(model),
    }
}

/// The finger slipped off, or the phone took it for something else.
pub(super) fn slip(model: &mut Model) -> Vec<Effect> {
    if matches!(model.answering, Answering::Holding(_) | Answering::Held) {
        model.answering = Answering::Open;
    }
    vec![]
}

/// The shopper has decided.
pub(super) fn answer(model: &mut Model, answer: Answer) -> Vec<Effect> {
    match model.waiting().cloned() {
        Some(payment) if !matches!(model.answering, Answering::Sent(_)) => {
            model.answering = Answering::Sent(answer);
            vec![Effect::Answer { payment: Box::new(payment), answer }]
        }
        _ => vec![],
    }
}

/// The provider answers again: what could not be sent is sent now.
pub(super) fn send_again(model: &mut Model) -> Vec<Effect> {
    match model.answering {
        Answering::Unsent(unsent) => answer(model, unsent),
        _ => vec![],
    }
}

/// What became of the answer. A refusal stays on the page, which says what to do; whatever else the provider says comes with a
/// sync.
pub(super) fn answered(
    model: &mut Model,
    payment_id: &str,
    outcome: Result<Box<v1::Payment>, CallError>,
) -> Vec<Effect> {
    model.link.stale = model.link.syncing;
    let waits = model.waiting().is_some_and(|payment| payment.payment_id == payment_id);
    let sent = match model.answering {
        Answering::Sent(answer) if waits => Some(answer),
        _ => None,
    };
    match outcome {
        Ok(payment) => {
            heard(model);
            if waits {
                model.answering = Answering::Open;
            }
            let mut effects = inbox::take_change(
                model,
                v1::WatchWalletResponse { payment: Some(*payment), ..v1::WatchWalletResponse::default() },
            );
            effects.extend(sync(model));
            effects
        }
        Err(CallError::Offline(why)) => {
            if let Some(answer) = sent {
                model.answering = Answering::Unsent(answer);
            }
            failed(model, &CallError::Offline(why))
        }
        Err(error) => {
            if sent.is_some() {
                model.answering = Answering::Failed(error.clone());
            }
            let mut effects = failed(model, &error);
            effects.extend(sync(model));
            effects
        }
    }
}

/// Starts to count down, as soon as there is something to count.
pub(super) fn count(model: &mut Model) -> Vec<Effect> {
    if model.waiting().is_none() || std::mem::replace(&mut model.counting, true) {
        return vec![];
    }
    vec![Effect::Wait { ms: COUNT_MS, then: Box::new(Event::CountDue) }]
}

/// A second has passed. When the time is over the provider is asked what became of the payment.
pub(super) fn count_due(model: &mut Model) -> Vec<Effect> {
    model.counting = false;
    if model.waiting().is_some() {
        return count(model);
    }
    let undecided = model.recent.receipts.iter().any(|r| r.payment.state() == PaymentState::PendingApproval);
    model.answering = Answering::Open;
    if undecided { sync(model) } else { vec![] }
}
