//! What the system answers, in the words of the reference.

use server::{
    Error,
    model::{self, CampaignView},
};
use shared::payment::PaymentState;

use crate::{
    book::{self, CouponState, Outcome, Seen},
    command::Command,
};

pub(crate) fn seen<T>(result: Result<T, Error>, read: impl FnOnce(T) -> Seen) -> Outcome {
    match result {
        Ok(value) => Ok(read(value)),
        Err(Error::Refused(failure)) => Err(failure.reason.as_str()),
        Err(fault) => panic!("{fault}"),
    }
}

pub(crate) fn budget(view: CampaignView) -> Seen {
    Seen::Budget { available: view.available_minor, reserved: view.reserved_minor }
}

pub(crate) fn coupon(coupon: model::Coupon) -> Seen {
    Seen::Coupon { sequence: coupon.id.sequence as usize, state: coupon_state(coupon.state) }
}

fn coupon_state(state: model::CouponState) -> CouponState {
    match state {
        model::CouponState::Clipped => CouponState::Clipped,
        model::CouponState::Redeemed => CouponState::Redeemed,
        model::CouponState::Unclipped => CouponState::Unclipped,
        model::CouponState::Expired => CouponState::Expired,
        model::CouponState::Held => CouponState::Held,
    }
}

pub(crate) fn payment(payment: &model::Payment) -> Seen {
    Seen::Payment { state: payment_state(payment), refunded: payment.refunded_minor() }
}

pub(crate) fn refunded(payment: &model::Payment, refund: &model::Refund) -> Seen {
    let campaigns = refund.coupons.iter().map(|coupon| coupon.amount_minor).collect();
    Seen::Refund { shopper: refund.shopper_minor, campaigns, state: payment_state(payment) }
}

pub(crate) fn closed(batch: &model::Batch) -> book::Batch {
    book::Batch {
        sales: batch.turnover.sales_minor,
        returns: batch.turnover.returns_minor,
        fee: batch.fee_minor,
        payout: batch.payout_minor,
        paid: batch.paid_out_at.is_some(),
    }
}

fn payment_state(payment: &model::Payment) -> book::PaymentState {
    match payment.state {
        PaymentState::Completed => book::PaymentState::Completed,
        PaymentState::Reversed => book::PaymentState::Reversed,
        PaymentState::PendingApproval => book::PaymentState::Pending,
        PaymentState::Rejected => book::PaymentState::Rejected,
        PaymentState::Expired => book::PaymentState::Expired,
        PaymentState::PartiallyRefunded => book::PaymentState::PartlyRefunded,
        PaymentState::Refunded => book::PaymentState::Refunded,
        PaymentState::Declined => book::PaymentState::Declined(
            payment.decline.as_ref().expect("a decline has a reason").reason.as_str(),
        ),
    }
}

/// A command's kind and outcome, to see in the end that all of them came about.
pub(crate) fn named(command: &Command, outcome: &Outcome) -> String {
    let command = format!("{command:?}");
    let name: String = command.chars().take_while(|c| c.is_alphanumeric()).collect();
    match outcome {
        Ok(Seen::Payment { state, .. }) => format!("{name} {state:?}"),
        Ok(_) => name,
        Err(reason) => format!("{name} {reason}"),
    }
}
