//! What comes from the provider, put where it belongs.

use proto::{
    convert::time_from_wire,
    v1::{self, CouponState, PaymentState},
};
use shared::time::UnixMillis;

use super::{
    Effect, Model, Pay, Receipt, Said, Snapshot, Stage,
    memory::token_from_wire,
    pay_screen,
    recent::{RECEIPTS_MAX, Recent},
    unused,
    update::say,
};

/// A payment that is older than this when the phone hears of it is no news.
const NEWS_MS: i64 = 10 * 60_000;
/// The till's and the phone's idea of when the code was opened may differ by this.
const SLACK_MS: i64 = 5_000;

/// Everything at once.
pub(super) fn take_snapshot(model: &mut Model, snapshot: Snapshot) -> Vec<Effect> {
    let known_wallet = model.memory.account.as_ref().map(|account| account.wallet.wallet_id.clone());
    if known_wallet.is_some_and(|id| id != snapshot.account.wallet.wallet_id) {
        // Another wallet than the one remembered: nothing of that one applies.
        model.memory = super::Memory::default();
        model.recent = Recent::default();
        model.library = super::Library::default();
    }
    let first = model.memory.account.is_none();
    let redraw = first || differs_for_the_code(model, &snapshot);
    model.memory.account = Some(snapshot.account);
    model.memory.clock_offset_ms = snapshot.clock_offset_ms;
    model.memory.coupons = snapshot.coupons;
    forget_old_choices(model);
    model.stage = Stage::Inside;

    let mut effects = vec![];
    for payment in snapshot.payments.into_iter().rev() {
        if first {
            file(model, payment, None);
        } else {
            effects.extend(take_payment(model, payment, None));
        }
    }
    if redraw {
        effects.extend(pay_screen::make_code(model));
    }
    effects.extend([Effect::Save, Effect::SaveReceipts]);
    effects
}

/// Whether a code on the screen is to be made again: with other coupons, by a corrected clock, or not at all.
fn differs_for_the_code(model: &Model, snapshot: &Snapshot) -> bool {
    let state = |account: &crate::api::Account| account.wallet.state;
    model.memory.coupons != snapshot.coupons
        || model.memory.account.as_ref().map(state) != Some(state(&snapshot.account))
        || model.memory.clock_offset_ms.abs_diff(snapshot.clock_offset_ms) > SLACK_MS.unsigned_abs()
}

/// One change.
pub(super) fn take_change(model: &mut Model, change: v1::WatchWalletResponse) -> Vec<Effect> {
    let balance = change.wallet.as_ref().and_then(|wallet| wallet.balance.clone());
    let mut redraw = false;
    if let (Some(wallet), Some(account)) = (change.wallet, &mut model.memory.account) {
        redraw |= account.wallet.state != wallet.state;
        account.wallet = wallet;
    }
    for coupon in change.coupons {
        redraw = true;
        take_coupon(model, coupon);
    }
    let mut effects = vec![];
    if let Some(payment) = change.payment {
        effects.extend(take_payment(model, payment, balance));
        effects.push(Effect::SaveReceipts);
    }
    if redraw {
        effects.extend(pay_screen::make_code(model));
    }
    effects.push(Effect::Save);
    effects
}

/// A coupon as it is now: in the wallet, or no longer.
pub(super) fn take_coupon(model: &mut Model, coupon: v1::Coupon) {
    model.memory.coupons.retain(|known| known.coupon_id != coupon.coupon_id);
    if coupon.state() == CouponState::Clipped {
        model.memory.coupons.insert(0, coupon);
    }
    forget_old_choices(model);
}

/// New tokens.
pub(super) fn take_tokens(model: &mut Model, tokens: &[v1::PaymentToken]) -> Vec<Effect> {
    model.memory.stock.add(tokens.iter().filter_map(token_from_wire));
    let mut effects = vec![Effect::Save];
    if matches!(&model.pay, Pay::Code(screen) if screen.code.is_none()) {
        effects.extend(pay_screen::make_code(model));
    }
    effects
}

/// A payment as it is now. One that was not known before ends the visit that its code was made for.
fn take_payment(model: &mut Model, payment: v1::Payment, balance_after: Option<v1::Money>) -> Vec<Effect> {
    let known = model.receipt(&payment.payment_id).map(|receipt| receipt.payment.state());
    let refunds = |payment: &v1::Payment| payment.refunds.len();
    let more_refunds =
        model.receipt(&payment.payment_id).is_some_and(|r| refunds(&r.payment) < refunds(&payment));
    let (id, state) = (payment.payment_id.clone(), payment.state());
    let made_at = time_from_wire("created_at", payment.created_at.as_ref()).unwrap_or(UnixMillis(0));
    let reason = payment.decline_reason.parse().ok();
    file(model, payment, balance_after);

    let own = |opened_at: UnixMillis| made_at >= opened_at.plus_ms(-SLACK_MS);
    match (known, state, &mut model.pay) {
        (None, PaymentState::PendingApproval, _) => {
            // Its token is used up, whatever the shopper answers.
            model.memory.stock.paid();
            model.answering = super::Answering::Open;
            if let Pay::Code(screen) = &mut model.pay {
                screen.declined = None;
            }
            vec![Effect::Buzz]
        }
        (Some(PaymentState::PendingApproval), PaymentState::Completed, pay) => {
            model.answering = super::Answering::Open;
            if matches!(pay, Pay::Away) {
                return say(model, Said::Paid { payment_id: id });
            }
            show_paid(model, id)
        }
        (
            Some(PaymentState::PendingApproval),
            PaymentState::Rejected | PaymentState::Expired | PaymentState::Reversed | PaymentState::Declined,
            _,
        ) => {
            let mut effects = say(model, Said::NotPaid(state));
            effects.extend(pay_screen::make_code(model));
            effects
        }
        (Some(_), PaymentState::PartiallyRefunded | PaymentState::Refunded, _) if more_refunds => {
            say(model, Said::Refunded { payment_id: id })
        }
        (None, PaymentState::Completed, Pay::Code(screen)) if own(screen.opened_at) => {
            model.memory.stock.paid();
            show_paid(model, id)
        }
        (None, PaymentState::Completed, _) => {
            model.memory.stock.paid();
            let news = made_at >= model.provider_now().plus_ms(-NEWS_MS);
            let mut effects = if news { say(model, Said::Paid { payment_id: id }) } else { vec![] };
            // The token on the screen may have been the one that paid.
            effects.extend(pay_screen::make_code(model));
            effects
        }
        (None, PaymentState::Declined, Pay::Code(screen)) if own(screen.opened_at) => {
            screen.declined = reason;
            vec![]
        }
        (Some(PaymentState::Completed), PaymentState::Reversed, pay) => {
            let on_the_screen = Pay::Paid { payment_id: id.clone() } == *pay
                || model.route == super::Route::Receipt(id.clone());
            if on_the_screen { vec![] } else { say(model, Said::Reversed { payment_id: id }) }
        }
        _ => vec![],
    }
}

/// Shows a payment that was just made, alone: a word about an earlier one would seem to be about this one.
fn show_paid(model: &mut Model, payment_id: String) -> Vec<Effect> {
    model.pay = Pay::Paid { payment_id };
    model.notice = None;
    vec![Effect::Buzz]
}

/// Files a receipt; what never moved any money is none. A reversed one never becomes completed again, and none waits again.
fn file(model: &mut Model, payment: v1::Payment, balance_after: Option<v1::Money>) {
    let unpaid = payment.approval_expires_at.is_some() && payment.completed_at.is_none();
    let waited = model.receipt(&payment.payment_id).map(|known| known.payment.completed_at.is_none());
    let paid_just_now = waited.unwrap_or(true) && payment.completed_at.is_some();
    let unused = if paid_just_now { unused::unused(model, &payment) } else { vec![] };
    let receipts = &mut model.recent.receipts;
    // While it waits, the balance is still the one before it.
    let balance_after = balance_after.filter(|_| !unpaid);
    if unpaid && payment.state() != PaymentState::PendingApproval {
        receipts.retain(|receipt| receipt.payment.payment_id != payment.payment_id);
        return;
    }
    match receipts.iter_mut().find(|receipt| receipt.payment.payment_id == payment.payment_id) {
        Some(known) if known.payment.state() == PaymentState::Reversed => {}
        Some(known) if unpaid && known.payment.state() != PaymentState::PendingApproval => {}
        Some(known) => {
            known.balance_after = known.balance_after.take().or(balance_after);
            known.payment = payment;
            if paid_just_now {
                known.unused = unused;
            }
        }
        // Of a payment that was given up before it arrived there is nothing to tell: it has no amount.
        None if payment.state() != PaymentState::Declined && payment.amount_due.is_some() => {
            receipts.insert(0, Receipt { payment, balance_after, unused });
        }
        None => {}
    }
    receipts.sort_by_key(|receipt| {
        std::cmp::Reverse(receipt.payment.created_at.as_ref().map_or(0, |at| at.seconds))
    });
    let older = receipts.split_off(receipts.len().min(RECEIPTS_MAX));
    model.library.older.splice(0..0, older);
}

/// Choices are about coupons in the wallet.
fn forget_old_choices(model: &mut Model) {
    let live: Vec<u32> = model
        .memory
        .coupons
        .iter()
        .filter_map(|coupon| coupon.offer.as_ref())
        .map(|offer| offer.offer_number)
        .collect();
    model.memory.choices.retain(|offer, _| live.contains(offer));
}
