//! The states of a payment. [`PaymentState::apply`] is the only way from one to the next.

use thiserror::Error;

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentState {
    /// Money and coupons have moved.
    Completed,
    /// Undone, or given up before it arrived.
    Reversed,
    /// Refused; this payment id never moves anything.
    Declined,
}

/// What can happen to a payment that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The till undoes it, `age_ms` after it was made; `window_ms` is how long that is allowed.
    Reverse {
        /// Time since the payment was made.
        age_ms: i64,
        /// How long a completed payment can be reversed.
        window_ms: i64,
    },
}

/// Why an event can't happen now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TransitionError {
    /// The payment is older than the window: refund it instead.
    #[error("the payment is too old to be reversed")]
    ReversalTooLate,
}

impl PaymentState {
    /// The word of the public API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "COMPLETED",
            Self::Reversed => "REVERSED",
            Self::Declined => "DECLINED",
        }
    }

    /// The state after `event`. Reversing what is reversed stays so, since tills repeat it until they hear of it.
    pub const fn apply(self, event: Event) -> Result<Self, TransitionError> {
        match (self, event) {
            (Self::Completed, Event::Reverse { age_ms, window_ms }) if age_ms > window_ms => {
                Err(TransitionError::ReversalTooLate)
            }
            (Self::Completed | Self::Reversed | Self::Declined, Event::Reverse { .. }) => Ok(Self::Reversed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_old_completed_payment_resists_reversal() {
        let reverse = |age_ms| Event::Reverse { age_ms, window_ms: 1000 };
        assert_eq!(PaymentState::Completed.apply(reverse(1000)), Ok(PaymentState::Reversed));
        assert_eq!(PaymentState::Completed.apply(reverse(1001)), Err(TransitionError::ReversalTooLate));
        for state in [PaymentState::Reversed, PaymentState::Declined] {
            assert_eq!(state.apply(reverse(9999)), Ok(PaymentState::Reversed));
        }
    }
}
