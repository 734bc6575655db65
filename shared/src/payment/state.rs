//! The states of a payment. [`PaymentState::apply`] is the only way from one to the next.

use thiserror::Error;

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentState {
    /// The shopper has to approve it; its token and coupons are held, no money has moved.
    PendingApproval,
    /// Money and coupons have moved.
    Completed,
    /// Some of it was given back.
    PartiallyRefunded,
    /// All of it was given back.
    Refunded,
    /// The shopper said no.
    Rejected,
    /// Nobody approved it in time.
    Expired,
    /// Undone, or given up before it arrived.
    Reversed,
    /// Refused; this payment id never moves anything.
    Declined,
}

/// What can happen to a payment that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The shopper says yes.
    Approve,
    /// The shopper says no.
    Reject,
    /// The time for an approval is over.
    Expire,
    /// The till undoes it.
    Reverse {
        /// Time since the money moved.
        age_ms: i64,
        /// How long a completed payment can be reversed.
        window_ms: i64,
        /// The shop's batch that it is in was closed.
        settled: bool,
    },
    /// The shop gives back part of it, or the rest.
    Refund {
        /// Nothing is left of it.
        rest: bool,
    },
}

/// Why an event can't happen now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TransitionError {
    /// Older than the window, or in a closed batch: refund it instead.
    #[error("the payment is too old to be reversed; refund it instead")]
    ReversalTooLate,
    /// The state has no such way out.
    #[error("a payment that is {} can't be {what}", .from.as_str())]
    NotPossible {
        /// Where it stands.
        from: PaymentState,
        /// What was asked.
        what: &'static str,
    },
}

impl PaymentState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::PendingApproval,
        Self::Completed,
        Self::PartiallyRefunded,
        Self::Refunded,
        Self::Rejected,
        Self::Expired,
        Self::Reversed,
        Self::Declined,
    ];

    /// The word of the public API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PendingApproval => "PENDING_APPROVAL",
            Self::Completed => "COMPLETED",
            Self::PartiallyRefunded => "PARTIALLY_REFUNDED",
            Self::Refunded => "REFUNDED",
            Self::Rejected => "REJECTED",
            Self::Expired => "EXPIRED",
            Self::Reversed => "REVERSED",
            Self::Declined => "DECLINED",
        }
    }

    /// Whether its money has moved and, as far as it was not refunded, is where the payment put it.
    pub const fn has_paid(self) -> bool {
        matches!(self, Self::Completed | Self::PartiallyRefunded | Self::Refunded)
    }

    /// The state after `event`. What has taken place may be asked for again: shoppers and tills repeat until they hear of it.
    pub fn apply(self, event: Event) -> Result<Self, TransitionError> {
        let not_possible = |what| Err(TransitionError::NotPossible { from: self, what });
        match (event, self) {
            (Event::Approve, Self::PendingApproval) => Ok(Self::Completed),
            (Event::Approve, paid) if paid.has_paid() => Ok(paid),
            (Event::Approve, _) => not_possible("approved"),

            (Event::Reject, Self::PendingApproval | Self::Rejected) => Ok(Self::Rejected),
            (Event::Reject, _) => not_possible("rejected"),

            (Event::Expire, Self::PendingApproval) => Ok(Self::Expired),
            (Event::Expire, other) => Ok(other),

            (Event::Reverse { age_ms, window_ms, settled }, Self::Completed) => {
                if settled || age_ms > window_ms {
                    Err(TransitionError::ReversalTooLate)
                } else {
                    Ok(Self::Reversed)
                }
            }
            (Event::Reverse { .. }, Self::PartiallyRefunded | Self::Refunded) => not_possible("reversed"),
            (Event::Reverse { .. }, _) => Ok(Self::Reversed),

            (Event::Refund { rest }, paid) if paid.has_paid() => {
                Ok(if rest { Self::Refunded } else { Self::PartiallyRefunded })
            }
            (Event::Refund { .. }, _) => not_possible("refunded"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Event::*, PaymentState::*, *};

    const FRESH: Event = Reverse { age_ms: 1000, window_ms: 1000, settled: false };

    /// Where `event` leads from each state, in the order of [`PaymentState::ALL`]; none where it can't happen.
    fn check(event: Event, expect: [Option<PaymentState>; 8]) {
        let found = PaymentState::ALL.map(|state| state.apply(event).ok());
        assert_eq!(found, expect, "{event:?}");
    }

    #[test]
    fn each_event_in_each_state() {
        let (c, p, r) = (Some(Completed), Some(PartiallyRefunded), Some(Refunded));
        check(Approve, [c, c, p, r, None, None, None, None]);
        check(Reject, [Some(Rejected), None, None, None, Some(Rejected), None, None, None]);
        check(
            Expire,
            [Some(Expired), c, p, r, Some(Rejected), Some(Expired), Some(Reversed), Some(Declined)],
        );
        let undone = Some(Reversed);
        check(FRESH, [undone, undone, None, None, undone, undone, undone, undone]);
        check(Refund { rest: false }, [None, p, p, p, None, None, None, None]);
        check(Refund { rest: true }, [None, r, r, r, None, None, None, None]);
    }

    #[test]
    fn only_a_completed_payment_can_be_too_old_to_be_reversed() {
        let old = Reverse { age_ms: 1001, window_ms: 1000, settled: false };
        let settled = Reverse { age_ms: 0, window_ms: 1000, settled: true };
        for event in [old, settled] {
            assert_eq!(Completed.apply(event), Err(TransitionError::ReversalTooLate));
            for state in [PendingApproval, Reversed, Declined, Rejected, Expired] {
                assert_eq!(state.apply(event), Ok(Reversed));
            }
        }
    }
}
