//! When a payment waits for the shopper's approval, and what an approval signs.

use crate::money::Money;

/// Separates approvals from whatever else the device key signs.
const SIGNING_CONTEXT: &[u8] = b"onescan approval v1";

/// Up to where a wallet pays without being asked, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most of one payment.
    pub per_payment_minor: i64,
    /// The most of all payments of a day that were not asked for.
    pub per_day_minor: i64,
}

impl Limits {
    /// What the operator allows, lowered to what the shopper chose. A choice above the operator's counts for nothing.
    #[must_use]
    pub fn lowered(self, per_payment_minor: Option<i64>, per_day_minor: Option<i64>) -> Self {
        let lower = |ours: i64, theirs: Option<i64>| theirs.map_or(ours, |theirs| theirs.min(ours));
        Self {
            per_payment_minor: lower(self.per_payment_minor, per_payment_minor),
            per_day_minor: lower(self.per_day_minor, per_day_minor),
        }
    }

    /// Whether a payment of `due_minor` has to be approved, after `spent_minor` on the same day without approval.
    #[must_use]
    pub fn ask(self, spent_minor: i64, due_minor: i64) -> bool {
        due_minor > self.per_payment_minor || spent_minor.saturating_add(due_minor) > self.per_day_minor
    }
}

/// What the shopper answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

/// The bytes that the device key signs: `"onescan approval v1"`, the payment id as text (36, lower case), 1 for yes and 0 for no (1),
/// the amount due in minor units (8, big endian), its currency code (3).
#[must_use]
pub fn signing_input(payment_id: &str, answer: Answer, due: Money) -> Vec<u8> {
    let yes = u8::from(answer == Answer::Approve);
    let (minor, currency) = (due.minor.to_be_bytes(), due.currency);
    [SIGNING_CONTEXT, payment_id.as_bytes(), &[yes], &minor, currency.code().as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn a_payment_over_either_limit_is_asked_for() {
        let ours = Limits { per_payment_minor: 100, per_day_minor: 250 };
        let check = |limits: Limits, spent, due, expect| assert_eq!(limits.ask(spent, due), expect);
        check(ours, 0, 100, false);
        check(ours, 0, 101, true);
        check(ours, 150, 100, false);
        check(ours, 151, 100, true);
        check(ours.lowered(Some(50), None), 0, 51, true);
        check(ours.lowered(None, Some(60)), 0, 61, true);
        check(ours.lowered(Some(1_000), Some(1_000)), 0, 101, true);
        check(ours, i64::MAX, 1, true);
    }

    #[test]
    fn an_approval_signs_the_payment_the_answer_and_the_amount() {
        let due = Money::new(Currency::CNY, 0x0102);
        let id = "019a0000-0000-7000-8000-000000000007";
        let expect =
            [b"onescan approval v1".as_slice(), id.as_bytes(), &[1, 0, 0, 0, 0, 0, 0, 1, 2], b"CNY"].concat();
        assert_eq!(signing_input(id, Answer::Approve, due), expect);
        assert_ne!(signing_input(id, Answer::Reject, due), expect);
    }
}
