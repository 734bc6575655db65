//! A checkout as the caller sees it.

use proto::{
    convert::{money_to_wire, redemption_to_wire, refusal_to_wire, time_to_wire},
    v1::{
        self, AppliedCoupon, AttentionItem, AttentionTrouble, CashierWords, CheckoutState, DayDifference,
        DayDifferenceCause, LocalizedText, ScanKind, TillTotal, TillTotals, UnusedCoupon, WatchScansResponse,
    },
};
use shared::{money::Money, reason::Reason};

use crate::{
    attention::{Attention, Trouble},
    catalogue::Catalogue,
    day::{Cause, DayReport, Difference, Total},
    lane::{Checkout, End, State},
    lanes::Handle,
    printing::NotPrinted,
    sale::{self, Priced},
    scan::{ItemNumber, Scanned, told_apart},
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
        State::Authorising(asking) | State::Approving(asking) => {
            view.tries = asking.tries;
            view.approval_time = asking.approval_time.and_then(|time| time.try_into().ok());
        }
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

/// Why a receipt is not on paper.
pub(super) fn not_printed(why: NotPrinted) -> CashierWords {
    CashierWords {
        what: Some(both(|lang| words::not_printed(why, lang).what)),
        next: Some(both(|lang| words::not_printed(why, lang).next)),
    }
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
        State::Resolving { .. } | State::Matching { .. } => CheckoutState::Matching,
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

/// What a lane's own scanner read.
pub(super) fn scan(text: &str, catalogue: &Catalogue) -> WatchScansResponse {
    let mut view = WatchScansResponse { scan: text.to_owned(), ..WatchScansResponse::default() };
    let kind = match told_apart(text) {
        Ok(Scanned::Goods(ItemNumber { gtin, or })) => {
            // Eight digits may be either; the catalogue knows which of the two is sold here.
            let other = or.filter(|or| catalogue.find(gtin).is_none() && catalogue.find(*or).is_some());
            view.gtin = other.unwrap_or(gtin).short();
            ScanKind::Goods
        }
        Ok(Scanned::Receipt { payment_id }) => {
            view.payment_id = payment_id;
            ScanKind::Receipt
        }
        Ok(Scanned::Code(_) | Scanned::Token(_)) => ScanKind::Code,
        Err(_) => ScanKind::Unknown,
    };
    view.set_kind(kind);
    view
}

/// Sums by the agent's journal.
pub(super) fn totals(report: &DayReport) -> TillTotals {
    let total = |total: Total| {
        let amount = Some(money_to_wire(Money::new(report.currency, total.minor)));
        Some(TillTotal { count: total.count, amount })
    };
    TillTotals {
        sales: total(report.paid),
        discounts: total(report.discounts),
        refunds: total(report.refunded),
        reversals: total(report.taken_back),
        declines: total(report.declined),
    }
}

/// One thing that needs a human.
pub(super) fn attention(attention: &Attention) -> AttentionItem {
    let Attention { payment_id, begun_at, amount, trouble } = attention;
    AttentionItem {
        trouble: match trouble {
            Trouble::NotTakenBack => AttentionTrouble::NotTakenBack,
            Trouble::NotRefunded => AttentionTrouble::NotRefunded,
            Trouble::RefundDue => AttentionTrouble::RefundDue,
        }
        .into(),
        words: Some(CashierWords {
            what: Some(both(|lang| trouble.words(lang).what)),
            next: Some(both(|lang| trouble.words(lang).next)),
        }),
        payment_id: payment_id.clone(),
        begun_at: Some(time_to_wire(*begun_at)),
        // What a refund comes to is the provider's to say.
        amount: (*trouble != Trouble::NotRefunded).then(|| money_to_wire(*amount)),
    }
}

/// One difference between the agent's journal and the provider's books.
pub(super) fn difference(difference: &Difference) -> DayDifference {
    let Difference { at, cause, payment_id, refund_id, reference, till, provider } = difference;
    DayDifference {
        at: Some(time_to_wire(*at)),
        cause: wire_cause(*cause).into(),
        words: Some(CashierWords {
            what: Some(both(|lang| words::day::cause(*cause, lang).what)),
            next: Some(both(|lang| words::day::cause(*cause, lang).next)),
        }),
        payment_id: payment_id.clone(),
        refund_id: refund_id.clone(),
        merchant_reference: reference.clone(),
        till_amount: till.map(money_to_wire),
        provider_amount: provider.map(money_to_wire),
    }
}

fn wire_cause(cause: Cause) -> DayDifferenceCause {
    match cause {
        Cause::StillOpen => DayDifferenceCause::StillOpen,
        Cause::MissingAtProvider => DayDifferenceCause::MissingAtProvider,
        Cause::MissingAtTill => DayDifferenceCause::MissingAtTill,
        Cause::TwiceAtProvider => DayDifferenceCause::TwiceAtProvider,
        Cause::AmountDiffers => DayDifferenceCause::AmountDiffers,
        Cause::DiscountDiffers => DayDifferenceCause::DiscountDiffers,
        Cause::TakenBackAtProvider => DayDifferenceCause::TakenBackAtProvider,
        Cause::NotTakenBack => DayDifferenceCause::NotTakenBack,
        Cause::PaidThoughDeclined => DayDifferenceCause::PaidThoughDeclined,
        Cause::RefundStillOpen => DayDifferenceCause::RefundStillOpen,
        Cause::RefundMissingAtProvider => DayDifferenceCause::RefundMissingAtProvider,
        Cause::RefundMissingAtTill => DayDifferenceCause::RefundMissingAtTill,
        Cause::RefundAmountDiffers => DayDifferenceCause::RefundAmountDiffers,
        Cause::RefundedThoughRefused => DayDifferenceCause::RefundedThoughRefused,
    }
}

/// A state by the word of the public API, for the log.
pub(crate) fn state_word(state: &State) -> &'static str {
    wire_state(state).as_str_name().trim_start_matches("CHECKOUT_STATE_")
}
