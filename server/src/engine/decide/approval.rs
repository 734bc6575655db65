//! A payment that waits for the shopper: yes, no, or too late.

use proto::status::Failure;
use shared::{
    ids::CouponId,
    ledger::{Account, posting_rules},
    payment::{Event, TransitionError, approval::Answer},
    reason::Reason,
};

use super::{Command, device::Caller, payment::redeem};
use crate::{
    engine::state::{Change, Keys, State},
    model::{CouponState, Payment, PaymentId, WalletState},
};

/// A shopper answers; known to be signed by the wallet's device key. Safe to repeat.
pub struct AnswerPayment {
    /// The device that signed.
    pub signer: Caller,
    /// Which payment.
    pub id: PaymentId,
    /// Yes or no.
    pub answer: Answer,
}

impl Command for AnswerPayment {
    type Output = Payment;

    fn touches(&self, keys: &mut Keys) {
        keys.payments.push(self.id);
        keys.undone.push(self.id);
        // Of its own: what the payment leads to is counted once, however many commands of a batch name it.
        keys.numbers.entry += 1;
        self.signer.touch(keys);
    }

    fn decide(&self, state: &mut State) -> Result<Payment, Failure> {
        expire_if_due(state, self.id);
        let wallet = self.signer.wallet;
        let found = state.payments.get(&self.id).filter(|p| p.wallet == Some(wallet)).cloned();
        let Some(payment) = found else {
            return Err(Failure::new(Reason::PaymentNotFound, "this wallet has no such payment"));
        };
        let stopped = self.signer.wallet(state)?.state == WalletState::Frozen;
        let event = match self.answer {
            Answer::Approve => Event::Approve,
            Answer::Reject => Event::Reject,
        };
        let after = payment.state.apply(event).map_err(not_possible)?;
        if after == payment.state {
            return Ok(payment);
        }
        let coupons = match self.answer {
            Answer::Approve if stopped => {
                return Err(Failure::new(Reason::WalletFrozen, "this wallet is stopped; call the provider"));
            }
            Answer::Approve => self.complete(state, &payment)?,
            Answer::Reject => free_coupons(state, &payment, CouponState::Held),
        };
        state.payments.change(&self.id).state = after;
        state.changes.push(Change { wallet: Some(wallet), payment: Some(self.id), coupons });
        Ok(state.payments.change(&self.id).clone())
    }
}

impl AnswerPayment {
    fn complete(&self, state: &mut State, payment: &Payment) -> Result<Vec<CouponId>, Failure> {
        let wallet = self.signer.wallet;
        if state.balance(Account::Wallet(wallet)) < payment.due_minor {
            let text = "the wallet holds less than is due; add money and approve again";
            return Err(Failure::new(Reason::InsufficientFunds, text));
        }
        Ok(redeem(state, wallet, self.id, CouponState::Held))
    }
}

/// Words for an event that can't happen.
pub(super) fn not_possible(error: TransitionError) -> Failure {
    let reason = match error {
        TransitionError::ReversalTooLate => Reason::ReversalTooLate,
        TransitionError::NotPossible { .. } => Reason::InvalidTransition,
    };
    Failure::new(reason, error.to_string())
}

/// Lets a payment expire whose time for an approval is over, whoever looks at it first. Says whether it did.
pub(super) fn expire_if_due(state: &mut State, id: PaymentId) -> bool {
    let Some(payment) = state.payments.get(&id).cloned() else { return false };
    if !payment.is_overdue(state.now) {
        return false;
    }
    let coupons = free_coupons(state, &payment, CouponState::Held);
    state.payments.change(&id).state =
        payment.state.apply(Event::Expire).expect("whatever waits can come to its end");
    state.changes.push(Change { wallet: payment.wallet, payment: Some(id), coupons });
    true
}

/// Gives a payment's coupons back to the shopper, as far as their offers still run and the wallet is open; `from` is what they were. Each holds its worst
/// case: what was spent of it has come back before.
pub(super) fn free_coupons(state: &mut State, payment: &Payment, from: CouponState) -> Vec<CouponId> {
    let wallet = payment.wallet.expect("a payment that has coupons has a wallet");
    let closed = state.wallets.get(&wallet).is_some_and(|wallet| wallet.state == WalletState::Closed);
    let mut freed = Vec::with_capacity(payment.redemptions.len());
    for redemption in &payment.redemptions {
        let offer = redemption.offer_number;
        let mut theirs = state.coupons_of(wallet, offer);
        let coupon = theirs.find(|c| c.state == from && c.payment == Some(payment.id));
        let key = coupon.expect("a payment keeps its coupons").key();
        drop(theirs);
        let terms = &state.campaigns.get(&offer).expect("a coupon has a campaign").offer.terms;
        let ended = state.now >= terms.parts().ends_at;
        let coupon = state.coupons.change(&key);
        coupon.redeemed_at = None;
        coupon.payment = None;
        coupon.state = CouponState::Clipped;
        freed.push(coupon.id);
        if ended || closed {
            coupon.state = if ended { CouponState::Expired } else { CouponState::Unclipped };
            let held_minor = std::mem::take(&mut coupon.reserved_minor);
            state.post(posting_rules::release(offer, held_minor), None);
        }
    }
    freed
}
