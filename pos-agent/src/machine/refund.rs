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
        /// Why the last try was refused, where it was: what it waits for.
        waits_for: Option<Reason>,
    },
    /// Over.
    Ended(RefundOutcome),
}

impl RefundMachine {
    /// Whether the cashier need not stand by any longer: it is over, or it goes on by itself.
    pub fn is_decided(&self) -> bool {
        match self {
            Self::New => false,
            Self::Asking { waits_for: Some(Reason::MerchantBalanceTooLow), .. } | Self::Ended(_) => true,
            Self::Asking { tries, .. } => *tries > ASK_TRIES_MAX,
        }
    }

    /// The state after `event`, and what to do. An event that doesn't belong to the state changes nothing.
    #[must_use]
    pub fn on(self, event: RefundEvent) -> (Self, Vec<RefundEffect>) {
        use RefundEffect::{Ask, Pause, WriteBegun, WriteEnded};
        match (self, event) {
            (Self::New, RefundEvent::Start) => {
                (Self::Asking { tries: 1, resumed: false, waits_for: None }, vec![WriteBegun, Ask])
            }
            (Self::New, RefundEvent::Resume) => {
                (Self::Asking { tries: 1, resumed: true, waits_for: None }, vec![Ask])
            }
            (Self::Asking { tries: 1, resumed: false, .. }, RefundEvent::DiskRefused) => {
                (Self::Ended(RefundOutcome::NotSent), vec![])
            }
            (Self::Asking { tries, resumed, .. }, RefundEvent::Answered(result)) => match result {
                Ok(refund) => (Self::Ended(RefundOutcome::Done(refund)), vec![WriteEnded]),
                Err(CallError::Refused(failure)) if is_certain(failure.reason, tries == 1 && !resumed) => {
                    (Self::Ended(RefundOutcome::Refused(failure)), vec![WriteEnded])
                }
                Err(error) => {
                    let longest = if tries < ASK_TRIES_MAX { ASK_PAUSE_MAX } else { REVERSE_PAUSE_MAX };
                    let pause = pause(tries, longest, retry_after(&error));
                    let waits_for = match &error {
                        CallError::Refused(failure) => Some(failure.reason),
                        CallError::Lost(_) => None,
                    };
                    (Self::Asking { tries, resumed, waits_for }, vec![Pause(pause)])
                }
            },
            (Self::Asking { tries, resumed, waits_for }, RefundEvent::PauseOver) => {
                (Self::Asking { tries: tries.saturating_add(1), resumed, waits_for }, vec![Ask])
            }
            (state, _) => (state, vec![]),
        }
    }
}

/// Whether a refusal says that this refund moves nothing, now or later. The provider does not store refusals of refunds, so where the
/// shop's account is too low, a second copy of the request that is still on its way could be taken when there is more in it: then
/// the till goes on asking until it is. A door that was shut is certain only of the one request ever sent.
fn is_certain(reason: Reason, only_request: bool) -> bool {
    match reason {
        Reason::Internal | Reason::Overloaded | Reason::WriteConflict | Reason::MerchantBalanceTooLow => {
            false
        }
        Reason::Unauthenticated | Reason::SessionExpired | Reason::Forbidden | Reason::InvalidArgument => {
            only_request
        }
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
        let asking = |tries, resumed| RefundMachine::Asking { tries, resumed, waits_for: None };
        let waiting =
            |tries, resumed, reason| RefundMachine::Asking { tries, resumed, waits_for: Some(reason) };
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
        check(vec![Start, refused(low)], &waiting(1, false, low), &[RefundEffect::Pause(second)]);
        assert!(waiting(1, false, low).is_decided(), "nobody has to stand by");
        check(vec![Resume, refused(low)], &waiting(1, true, low), &[RefundEffect::Pause(second)]);
        let door = Reason::Forbidden;
        check(vec![Start, refused(door)], &over(door), &[RefundEffect::WriteEnded]);
        check(vec![Resume, refused(door)], &waiting(1, true, door), &[RefundEffect::Pause(second)]);
        check(vec![Resume, refused(exceeds)], &over(exceeds), &[RefundEffect::WriteEnded]);
        check(vec![Start, RefundEvent::DiskRefused], &RefundMachine::Ended(RefundOutcome::NotSent), &[]);
    }
}
