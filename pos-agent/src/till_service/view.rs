//! A checkout as the caller sees it.

use proto::{
    convert::{money_to_wire, redemption_to_wire, refusal_to_wire},
    v1::{self, AppliedCoupon, CashierWords, CheckoutState, LocalizedText, UnusedCoupon},
};
use shared::{money::Money, reason::Reason};

use crate::{
    lane::{Checkout, End, State},
    lanes::Handle,
    sale::{self, Priced},
    words::{self, Lang},
};

/// The whole of it.
pub(super) fn checkout(handle: &Handle, checkout: &Checkout) -> v1::Checkout {
    let Checkout { order, state, .. } = checkout;
    let mut view = v1::Checkout {
        checkout_id: handle.checkout_id.clone(),
        lane_id: handle.lane_id.clone(),
        words: Some(display(state)),
        gross_amount: order.as_ref().map(|order| money_to_wire(order.basket.gross())),
        payment_id: state.payment_id().to_owned(),
        reason: reason(state).map(|reason| reason.as_str().to_owned()).unwrap_or_default(),
        merchant_reference: order.as_ref().map(|order| order.reference.clone()).unwrap_or_default(),
        ..v1::Checkout::default()
    };
    view.set_state(wire_state(state));
    if let Some(priced) = state.priced() {
        add_price(&mut view, priced);
    }
    match state {
        State::Authorising(asking) | State::Approving(asking) => view.tries = asking.tries,
        State::LookingUp { due, .. } => view.amount_due = Some(money_to_wire(*due)),
        State::Ended { end: End::Paid(payment), .. } => {
            // After a restart it is all that is known of the sale.
            view.gross_amount = payment.gross_amount.clone();
            view.discount_amount = payment.discount_amount.clone();
            view.amount_due = payment.amount_due.clone();
            view.merchant_reference = payment.merchant_reference.clone();
            view.payment = Some((**payment).clone());
        }
        _ => {}
    }
    view
}

fn add_price(view: &mut v1::Checkout, priced: &Priced) {
    view.gross_amount = Some(money_to_wire(priced.gross));
    view.discount_amount = Some(money_to_wire(priced.discount));
    view.amount_due = Some(money_to_wire(priced.due));
    view.applied_coupons = priced.applied.iter().map(|coupon| applied(coupon, priced)).collect();
    view.unused_coupons = priced.refused.iter().map(unused).collect();
}

fn applied(coupon: &sale::AppliedCoupon, priced: &Priced) -> AppliedCoupon {
    let redemption = &coupon.applied.redemption;
    let currency = priced.due.currency;
    AppliedCoupon {
        offer_number: redemption.offer_number.0,
        title: Some(coupon.title.clone()),
        discount: Some(money_to_wire(Money::new(currency, redemption.discount_minor()))),
        lines: redemption_to_wire(redemption, currency).lines,
    }
}

fn unused(coupon: &sale::RefusedCoupon) -> UnusedCoupon {
    UnusedCoupon {
        offer_number: coupon.offer_number.0,
        title: coupon.title.clone(),
        reason: refusal_to_wire(coupon.reason).into(),
        why: Some(both(|lang| words::refusal(coupon.reason, lang))),
    }
}

fn both(text: impl Fn(Lang) -> &'static str) -> LocalizedText {
    LocalizedText { en: text(Lang::En).to_owned(), zh: text(Lang::Zh).to_owned() }
}

fn display(state: &State) -> CashierWords {
    CashierWords {
        what: Some(both(|lang| words::checkout(state, lang).what)),
        next: Some(both(|lang| words::checkout(state, lang).next)),
    }
}

fn reason(state: &State) -> Option<Reason> {
    match state {
        State::WaitingForScan { problem } => *problem,
        State::Ended { end: End::Declined(reason), .. } => Some(*reason),
        _ => None,
    }
}

fn wire_state(state: &State) -> CheckoutState {
    match state {
        State::WaitingForScan { .. } => CheckoutState::WaitingForScan,
        State::Matching { .. } => CheckoutState::Matching,
        State::Confirming { .. } => CheckoutState::WaitingForConfirmation,
        State::Authorising(_) | State::LookingUp { .. } => CheckoutState::Authorising,
        State::Approving(_) => CheckoutState::WaitingForApproval,
        State::Reversing { .. } => CheckoutState::Reversing,
        State::Ended { end, .. } => match end {
            End::Paid(_) => CheckoutState::Completed,
            End::Declined(_) | End::NotSent(_) => CheckoutState::Declined,
            End::Cancelled | End::Reversed => CheckoutState::Cancelled,
            End::Standing => CheckoutState::RefundDue,
        },
    }
}

/// A state by the word of the public API, for the log.
pub(crate) fn state_word(state: &State) -> &'static str {
    wire_state(state).as_str_name().trim_start_matches("CHECKOUT_STATE_")
}
