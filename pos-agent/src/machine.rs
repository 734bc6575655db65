//! One payment, exactly once: what the till does next after each thing that happens to it.
//!
//! Pure: [`Machine::on`] takes an event and gives effects for [`crate::shell`] to run in order. The rules:
//! - the payment is on disk before the provider hears of it;
//! - an answer that is certain ends it; anything else (no answer, a fault, overload) is asked for again under the same id;
//! - after [`ASK_TRIES_MAX`] tries the till no longer waits: it decides to take the payment back, writes that down, and from then
//!   on only reverses, until the provider acknowledges, across restarts;
//! - a payment that the shopper has to approve is waited for until it is approved, refused or expired at the provider;
//! - one that the cashier gives up before its outcome is known is taken back like any other;
//! - a payment found unfinished on disk at start is looked up, never sent again, since its shopper may have left; what the
//!   provider doesn't know is reversed, so that a late copy of the request can't move money either.
//!
//! So a payment ends in exactly one way at the till, and it is the way in which it ends at the provider.

mod refund;

pub use refund::{RefundEffect, RefundEvent, RefundMachine, RefundOutcome};

use std::time::Duration;

use proto::{convert::time_from_wire, status::Failure, v1::Payment};
use shared::reason::Reason;

/// Tries to learn the outcome, the first included. With the pauses between, a provider that can't be reached is given up
/// after five seconds; one that hangs at each try, after [`ASK_TRIES_MAX`] times the call's time-out more.
pub const ASK_TRIES_MAX: u32 = 6;
/// The pause before the second try; it doubles from there.
pub const PAUSE_FIRST: Duration = Duration::from_millis(200);
/// The longest pause while a shopper waits.
pub const ASK_PAUSE_MAX: Duration = Duration::from_secs(2);
/// The longest pause between reversals, which nobody waits for.
pub const REVERSE_PAUSE_MAX: Duration = Duration::from_secs(30);

/// How long a payment that waits for approval is watched before the provider is asked how it stands, should the stream be
/// silent for another reason.
pub const WATCH_MAX: Duration = Duration::from_secs(5);

/// Why a call gave no result.
#[derive(Debug, Clone, PartialEq)]
pub enum CallError {
    /// The provider answered, and refused.
    Refused(Failure),
    /// No answer, or one that nobody can make sense of.
    Lost(String),
}

/// The state of a payment as the provider tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// The money has moved.
    Completed,
    /// Taken back, or never to arrive.
    Reversed,
    /// Refused for good.
    Declined,
    /// Waiting for the shopper's approval.
    PendingApproval,
    /// The shopper said no.
    Rejected,
    /// Nobody approved it in time.
    Expired,
}

/// What the provider says of a payment.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Where it stands.
    pub stored: Stored,
    /// The payment, for the receipt.
    pub payment: Box<Payment>,
}

/// What happens to a payment.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The till asks for the money.
    Start,
    /// The till finds it unfinished on its disk; `reversing` where it had already decided to take it back.
    Resume {
        /// Already decided.
        reversing: bool,
    },
    /// The answer to [`Effect::Create`].
    Created(Result<Answer, CallError>),
    /// The answer to [`Effect::Query`].
    Queried(Result<Answer, CallError>),
    /// The answer to [`Effect::Reverse`].
    ReverseAnswered(Result<Answer, CallError>),
    /// The time of [`Effect::Pause`] is over.
    PauseOver,
    /// The cashier no longer waits, for an answer or for the shopper's approval.
    GivenUp,
    /// The disk refused a record before the provider heard of the payment.
    DiskRefused,
}

/// What the shell does, in the order given. Should writing fail, what follows isn't done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Write to the journal and wait until it is on disk.
    Write(Mark),
    /// Send CreatePayment.
    Create,
    /// Send GetPayment.
    Query,
    /// Send ReversePayment.
    Reverse,
    /// Wait, then [`Event::PauseOver`].
    Pause(Duration),
    /// Watch the payment until something changes, at most so long, then [`Event::PauseOver`].
    Watch(Duration),
}

/// What the journal says of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// About to be sent for the first time.
    Begun,
    /// The till has decided to take it back.
    Reversing,
    /// It is over, so.
    Ended(Ending),
}

/// How a payment ended, as the journal keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The money has moved.
    Paid,
    /// Refused; nothing has moved.
    Declined,
    /// Taken back; nothing has moved, or all of it has moved back.
    Reversed,
    /// Could not be taken back since it was too late: the money has moved, and a refund is due.
    Standing,
}

/// How a payment ended, with what there is to show.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The money has moved.
    Paid(Box<Payment>),
    /// Refused; nothing has moved.
    Declined(Failure),
    /// Taken back.
    Reversed,
    /// Too late to take back.
    Standing,
    /// Never sent.
    NotSent(Hindrance),
}

/// What keeps a till from asking for money at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// Its disk can't be written.
    Disk,
    /// The provider can't be reached.
    Offline,
    /// Its copy of the offers is older than the settings allow.
    OffersTooOld,
}

/// A payment's way.
#[derive(Debug, Clone, PartialEq)]
pub enum Machine {
    /// Not begun.
    New,
    /// Waiting for an answer to CreatePayment or for the next try.
    Asking {
        /// Tries made.
        tries: u32,
    },
    /// Waiting for the shopper to approve.
    Approving {
        /// Times in a row that the provider could not be asked how it stands.
        lost: u32,
        /// How long the shopper has from the payment's beginning, by the provider's clock alone; `None` where it doesn't say.
        allowed: Option<Duration>,
    },
    /// Waiting for an answer to GetPayment or for the next try.
    LookingUp {
        /// Tries made.
        tries: u32,
    },
    /// Waiting for an answer to ReversePayment or for the next try.
    Reversing {
        /// Tries made.
        tries: u32,
    },
    /// Over.
    Ended(Outcome),
}

impl Machine {
    /// Whether the cashier can still give the payment up.
    pub fn is_awaited(&self) -> bool {
        matches!(self, Self::Asking { .. } | Self::Approving { .. })
    }

    /// The state after `event`, and what to do. An event that doesn't belong to the state, such as an answer that comes
    /// after the till has decided, changes nothing.
    #[must_use]
    pub fn on(self, event: Event) -> (Self, Vec<Effect>) {
        match (self, event) {
            (Self::New, Event::Start) => {
                (Self::Asking { tries: 1 }, vec![Effect::Write(Mark::Begun), Effect::Create])
            }
            (Self::New, Event::Resume { reversing: false }) => {
                (Self::LookingUp { tries: 1 }, vec![Effect::Query])
            }
            (Self::New, Event::Resume { reversing: true }) => {
                (Self::Reversing { tries: 1 }, vec![Effect::Reverse])
            }
            (Self::Asking { tries: 1 }, Event::DiskRefused) => {
                (Self::Ended(Outcome::NotSent(Hindrance::Disk)), vec![])
            }

            (Self::Asking { tries }, Event::Created(result)) => match result {
                Ok(answer) => answered(answer),
                Err(CallError::Refused(failure)) if is_certain(&failure, tries) => {
                    end(Outcome::Declined(failure))
                }
                Err(error) => again_or_reverse(Self::Asking { tries }, tries, &error),
            },
            (Self::Asking { tries }, Event::PauseOver) => {
                (Self::Asking { tries: tries + 1 }, vec![Effect::Create])
            }

            (Self::Asking { .. } | Self::Approving { .. }, Event::GivenUp) => reverse(),
            (Self::Approving { lost, allowed }, Event::PauseOver) => {
                (Self::Approving { lost, allowed }, vec![Effect::Query])
            }
            (Self::Approving { lost, allowed }, Event::Queried(result)) => match result {
                Ok(answer) => answered(answer),
                Err(error) => again_or_reverse(Self::Approving { lost: lost + 1, allowed }, lost + 1, &error),
            },

            // Its shopper may have left, so an approval is no longer waited for.
            (Self::LookingUp { .. }, Event::Queried(Ok(answer)))
                if answer.stored == Stored::PendingApproval =>
            {
                reverse()
            }
            (Self::LookingUp { tries }, Event::Queried(result)) => match result {
                Ok(answer) => answered(answer),
                Err(CallError::Refused(failure)) if failure.reason == Reason::PaymentNotFound => reverse(),
                Err(error) => again_or_reverse(Self::LookingUp { tries }, tries, &error),
            },
            (Self::LookingUp { tries }, Event::PauseOver) => {
                (Self::LookingUp { tries: tries + 1 }, vec![Effect::Query])
            }

            (Self::Reversing { tries }, Event::ReverseAnswered(result)) => match result {
                Ok(answer) if answer.stored == Stored::Reversed => end(Outcome::Reversed),
                Err(CallError::Refused(failure)) if stands(failure.reason) => end(Outcome::Standing),
                Ok(_) => {
                    (Self::Reversing { tries }, vec![Effect::Pause(pause(tries, REVERSE_PAUSE_MAX, None))])
                }
                Err(error) => {
                    let pause = pause(tries, REVERSE_PAUSE_MAX, retry_after(&error));
                    (Self::Reversing { tries }, vec![Effect::Pause(pause)])
                }
            },
            (Self::Reversing { tries }, Event::PauseOver) => {
                (Self::Reversing { tries: tries.saturating_add(1) }, vec![Effect::Reverse])
            }

            (state, _) => (state, vec![]),
        }
    }
}

fn end(outcome: Outcome) -> (Machine, Vec<Effect>) {
    let ending = match outcome {
        Outcome::Paid(_) => Ending::Paid,
        Outcome::Declined(_) => Ending::Declined,
        Outcome::Reversed => Ending::Reversed,
        Outcome::Standing => Ending::Standing,
        Outcome::NotSent(_) => return (Machine::Ended(outcome), vec![]),
    };
    (Machine::Ended(outcome), vec![Effect::Write(Mark::Ended(ending))])
}

fn reverse() -> (Machine, Vec<Effect>) {
    (Machine::Reversing { tries: 1 }, vec![Effect::Write(Mark::Reversing), Effect::Reverse])
}

/// Whether a refused reversal says that the payment stays as it is: too old, or refunded already.
fn stands(reason: Reason) -> bool {
    matches!(reason, Reason::ReversalTooLate | Reason::InvalidTransition)
}

fn approving(payment: &Payment) -> (Machine, Vec<Effect>) {
    let allowed = time_allowed(payment);
    (Machine::Approving { lost: 0, allowed }, vec![Effect::Watch(WATCH_MAX)])
}

/// A difference of two times of the provider, so that it means the same on a till whose clock is wrong.
fn time_allowed(payment: &Payment) -> Option<Duration> {
    let until = time_from_wire("approval_expires_at", payment.approval_expires_at.as_ref()).ok()?;
    let from = time_from_wire("created_at", payment.created_at.as_ref()).ok()?;
    u64::try_from(until.0.checked_sub(from.0)?).ok().map(Duration::from_millis)
}

fn again_or_reverse(state: Machine, tries: u32, error: &CallError) -> (Machine, Vec<Effect>) {
    if tries >= ASK_TRIES_MAX {
        return reverse();
    }
    (state, vec![Effect::Pause(pause(tries, ASK_PAUSE_MAX, retry_after(error)))])
}

/// What the provider's answer leads to while a shopper waits.
fn answered(answer: Answer) -> (Machine, Vec<Effect>) {
    let declined = |reason, text: &str| end(Outcome::Declined(Failure::new(reason, text)));
    match answer.stored {
        Stored::Completed => end(Outcome::Paid(answer.payment)),
        Stored::Reversed => end(Outcome::Reversed),
        Stored::PendingApproval => approving(&answer.payment),
        Stored::Rejected => declined(Reason::ApprovalRejected, "rejected on the phone"),
        Stored::Expired => declined(Reason::ApprovalExpired, "not approved in time"),
        Stored::Declined => {
            declined(answer.payment.decline_reason.parse().unwrap_or(Reason::Internal), "declined earlier")
        }
    }
}

/// Whether a refusal says that the payment hasn't moved anything and never will.
///
/// The provider stores the refusals it decides on. Those at the door (no valid key, say) it doesn't, so they are certain
/// of the only request ever sent, but not where an earlier one may still be on its way.
fn is_certain(failure: &Failure, tries: u32) -> bool {
    match failure.reason {
        Reason::Internal | Reason::Overloaded | Reason::WriteConflict => false,
        Reason::Unauthenticated | Reason::SessionExpired | Reason::Forbidden | Reason::InvalidArgument => {
            tries == 1
        }
        _ => true,
    }
}

fn retry_after(error: &CallError) -> Option<Duration> {
    match error {
        CallError::Refused(failure) => failure.retry_after,
        CallError::Lost(_) => None,
    }
}

/// Doubles with each try, up to `max`; what the provider asks for goes before, up to `max` too.
fn pause(tries: u32, max: Duration, asked_for: Option<Duration>) -> Duration {
    let doubled = PAUSE_FIRST.saturating_mul(1 << tries.saturating_sub(1).min(16));
    asked_for.unwrap_or(doubled).min(max)
}
