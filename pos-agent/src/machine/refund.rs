//! One refund, exactly once: what the till does next after each thing that happens to it.
//!
//! Pure, as the payment's [`super::Machine`]. Nobody has to stand by for a refund and it can't be taken back, so it is simpler:
//! on disk before it is sent, then asked for under the same id until the answer is certain, across restarts.

use std::time::Duration;

use proto::{status::Failure, v1::Refund};
use shared::reason::Reason;

use super::{ASK_PAUSE_MAX, ASK_TRIES_MAX, CallError, REVERSE_PAUSE_MAX, pause, retry_after};

/// What happens to a refund.
#[derive(Debug, Clone, PartialEq)]
pub enum RefundEvent {
    /// The till asks for it.
    Start,
    /// The till finds it unfinished on its disk.
    Resume,
    /// The provider's answer.
    Answered(Result<Box<Refund>, CallError>),
    /// The time of [`RefundEffect::Pause`] is over.
    PauseOver,
    /// The disk refused the record before the provider heard of the refund.
    DiskRefused,
}

/// What the shell does, in the order given. Should writing fail, what follows isn't done.
#[derive(Debug, Clone, PartialEq)]
pub enum RefundEffect {
    /// Write to the journal that it is about to be sent.
    WriteBegun,
    /// Write to the journal how it ended.
    WriteEnded,
    /// Send RefundPayment.
    Ask,
    /// Wait, then [`RefundEvent::PauseOver`].
    Pause(Duration),
}

/// How a refund ended.
#[derive(Debug, Clone, PartialEq)]
pub enum RefundOutcome {
    /// The money is back.
    Done(Box<Refund>),
    /// Refused; nothing has moved.
    Refused(Failure),
    /// Never sent: the till's disk can't be written.
    NotSent,
}

/// A refund's way.
#[derive(Debug, Clone, PartialEq)]
pub enum RefundMachine {
    /// Not begun.
    New,
    /// Waiting for an answer or for the next try.
    Asking {
        /// Tries made.
        tries: u32,
        /// Whether a try of an earlier run may still be on its way.
        resumed: bool,
    },
    /// Over.
    Ended(RefundOutcome),
}

impl RefundMachine {
    /// Whether the cashier need not stand by any longer: it is over, or it goes on by itself.
    pub fn is_decided(&self) -> bool {
        matches!(self, Self::Ended(_)) || matches!(self, Self::Asking { tries, .. } if *tries > ASK_TRIES_MAX)
    }

    /// The state after `event`, and what to do. An event that doesn't belong to the state changes nothing.
    #[must_use]
    pub fn on(self, event: RefundEvent) -> (Self, Vec<RefundEffect>) {
        use RefundEffect::{Ask, Pause, WriteBegun, WriteEnded};
        match (self, event) {
            (Self::New, RefundEvent::Start) => {
                (Self::Asking { tries: 1, resumed: false }, vec![WriteBegun, Ask])
            }
            (Self::New, RefundEvent::Resume) => (Self::Asking { tries: 1, resumed: true }, vec![Ask]),
            (Self::Asking { tries: 1, resumed: false }, RefundEvent::DiskRefused) => {
                (Self::Ended(RefundOutcome::NotSent), vec![])
            }
            (Self::Asking { tries, resumed }, RefundEvent::Answered(result)) => match result {
                Ok(refund) => (Self::Ended(RefundOutcome::Done(refund)), vec![WriteEnded]),
                Err(CallError::Refused(failure)) if is_certain(failure.reason, tries == 1 && !resumed) => {
                    (Self::Ended(RefundOutcome::Refused(failure)), vec![WriteEnded])
                }
                Err(error) => {
                    let longest = if tries < ASK_TRIES_MAX { ASK_PAUSE_MAX } else { REVERSE_PAUSE_MAX };
                    let pause = pause(tries, longest, retry_after(&error));
                    (Self::Asking { tries, resumed }, vec![Pause(pause)])
                }
            },
            (Self::Asking { tries, resumed }, RefundEvent::PauseOver) => {
                (Self::Asking { tries: tries.saturating_add(1), resumed }, vec![Ask])
            }
            (state, _) => (state, vec![]),
        }
    }
}

/// Whether a refusal says that this refund moves nothing, now or later. The provider does not store refusals of refunds. What can
/// become possible later is certain only of the one request ever sent: an earlier copy may still be on its way.
fn is_certain(reason: Reason, only_request: bool) -> bool {
    match reason {
        Reason::Internal | Reason::Overloaded | Reason::WriteConflict => false,
        Reason::Unauthenticated
        | Reason::SessionExpired
        | Reason::Forbidden
        | Reason::InvalidArgument
        | Reason::MerchantBalanceTooLow => only_request,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reason: Reason) -> RefundEvent {
        RefundEvent::Answered(Err(CallError::Refused(Failure::new(reason, ""))))
    }

    /// Feeds events and gives the state with the effects of the last.
    fn check(events: Vec<RefundEvent>, expect: &RefundMachine, effects: &[RefundEffect]) {
        let fed = events.into_iter().fold((RefundMachine::New, vec![]), |(state, _), event| state.on(event));
        assert_eq!((&fed.0, fed.1.as_slice()), (expect, effects));
    }

    #[test]
    fn it_is_on_disk_before_it_is_sent_and_asked_for_until_it_is_certain() {
        use RefundEvent::{Answered, PauseOver, Resume, Start};
        let asking = |tries, resumed| RefundMachine::Asking { tries, resumed };
        let lost = || Answered(Err(CallError::Lost("connection reset".into())));
        let done = || Answered(Ok(Box::default()));
        let ended = RefundMachine::Ended(RefundOutcome::Done(Box::default()));
        let over = |reason| RefundMachine::Ended(RefundOutcome::Refused(Failure::new(reason, "")));
        let second = Duration::from_millis(200);
        check(vec![Start], &asking(1, false), &[RefundEffect::WriteBegun, RefundEffect::Ask]);
        check(vec![Start, lost()], &asking(1, false), &[RefundEffect::Pause(second)]);
        check(vec![Start, lost(), PauseOver], &asking(2, false), &[RefundEffect::Ask]);
        check(vec![Start, lost(), PauseOver, done()], &ended, &[RefundEffect::WriteEnded]);
        check(vec![Resume], &asking(1, true), &[RefundEffect::Ask]);

        let (low, exceeds) = (Reason::MerchantBalanceTooLow, Reason::RefundExceedsPayment);
        check(vec![Start, refused(low)], &over(low), &[RefundEffect::WriteEnded]);
        check(vec![Resume, refused(low)], &asking(1, true), &[RefundEffect::Pause(second)]);
        check(vec![Resume, refused(exceeds)], &over(exceeds), &[RefundEffect::WriteEnded]);
        check(vec![Start, RefundEvent::DiskRefused], &RefundMachine::Ended(RefundOutcome::NotSent), &[]);
    }
}
