//! Undoing a payment, or making sure that one which has not arrived never moves anything.

use proto::status::Failure;
use shared::{
    ids::{CouponId, MerchantId, TerminalId},
    ledger::{Account, EntryKind, posting_rules},
    payment::{Event, PaymentState},
    reason::Reason,
    settlement::Party,
};

use super::{
    Command,
    approval::{expire_if_due, free_coupons, not_possible},
};
use crate::{
    engine::state::{Change, Keys, State},
    model::{CouponState, Payment, PaymentId, RedemptionRow},
};

/// A till undoes a payment of its shop. Safe to repeat.
pub struct ReversePayment {
    /// Which; it need not exist.
    pub id: PaymentId,
    /// The till's shop.
    pub merchant: MerchantId,
    /// The till.
    pub terminal: TerminalId,
}

impl Command for ReversePayment {
    type Output = Payment;

    fn touches(&self, keys: &mut Keys) {
        keys.payments.push(self.id);
        keys.undone.push(self.id);
        // Of its own: what the payment leads to is counted once, however many commands of a batch name it.
        keys.numbers.entry += 1;
        keys.parties.push(Party::Merchant(self.merchant));
    }

    fn decide(&self, state: &mut State) -> Result<Payment, Failure> {
        expire_if_due(state, self.id);
        let Some(payment) = state.payments.get(&self.id).cloned() else {
            let tombstone = self.tombstone(state);
            state.payments.insert(self.id, tombstone.clone());
            self.tell(state, &tombstone, Vec::new());
            return Ok(tombstone);
        };
        if payment.merchant != self.merchant {
            return Err(Failure::new(Reason::PaymentNotFound, "this shop has no such payment"));
        }
        // What the sweep has given back to a campaign is past the window, whatever the clock says now; what is in a closed batch
        // stays in it.
        let batch = state.last_batches.get(&Party::Merchant(self.merchant)).map_or(0, |batch| batch.through);
        let settled = payment.entry.is_some_and(|entry| entry <= batch)
            || payment.state == PaymentState::Completed && is_settled(state, &payment);
        let moved_at = payment.completed_at.unwrap_or(payment.created_at);
        let age_ms = state.now.0.saturating_sub(moved_at.0);
        let event = Event::Reverse { age_ms, window_ms: state.rules.reversal_window_ms, settled };
        let after = payment.state.apply(event).map_err(not_possible)?;
        if after == payment.state {
            return Ok(payment);
        }
        let coupons = match payment.state {
            PaymentState::Completed => undo(state, &payment)?,
            PaymentState::PendingApproval => free_coupons(state, &payment, CouponState::Held),
            _ => Vec::new(),
        };
        let now = state.now;
        let row = state.payments.change(&self.id);
        row.state = after;
        row.reversed_at = Some(now);
        let payment = row.clone();
        self.tell(state, &payment, coupons);
        Ok(payment)
    }
}

impl ReversePayment {
    fn tombstone(&self, state: &State) -> Payment {
        Payment {
            id: self.id,
            request_hash: None,
            state: PaymentState::Reversed,
            merchant: self.merchant,
            terminal: self.terminal,
            wallet: None,
            currency: state.rules.currency,
            gross_minor: 0,
            due_minor: 0,
            redemptions: Vec::new(),
            reference: String::new(),
            created_at: state.now,
            reversed_at: Some(state.now),
            decline: None,
            previous: None,
            entry: None,
            approval_expires_at: None,
            completed_at: None,
            refunds: Vec::new(),
        }
    }

    fn tell(&self, state: &mut State, payment: &Payment, coupons: Vec<CouponId>) {
        let known = payment.entry.is_some() || payment.approval_expires_at.is_some();
        let wallet = payment.wallet.filter(|_| known);
        state.changes.push(Change { wallet, payment: Some(self.id), coupons });
    }
}

/// Whether what a coupon of the payment held beyond its discount was given back to the campaign: then the coupon can't be given
/// back any more.
fn is_settled(state: &State, payment: &Payment) -> bool {
    let Some(wallet) = payment.wallet else { return false };
    payment.discounts().into_iter().any(|(offer, discount_minor)| {
        let campaign = state.campaigns.get(&offer).expect("a coupon has a campaign");
        let unused_minor = campaign.offer.terms.worst_case_minor().saturating_sub(discount_minor);
        let mut redeemed = state.coupons_of(wallet, offer).filter(|c| c.payment == Some(payment.id));
        redeemed.any(|coupon| coupon.reserved_minor < unused_minor)
    })
}

/// Moves the money back and gives the coupons back, as far as their offers still run. The token stays used.
fn undo(state: &mut State, payment: &Payment) -> Result<Vec<CouponId>, Failure> {
    if state.balance(Account::Merchant(payment.merchant)) < payment.gross_minor {
        let text = "the shop's account holds less than the payment; wait for sales or pay in";
        return Err(Failure::new(Reason::MerchantBalanceTooLow, text));
    }
    let wallet = payment.wallet.expect("a completed payment has a wallet");
    let discounts = payment.discounts();
    let entry = posting_rules::reversal(wallet, payment.merchant, payment.due_minor, &discounts);
    let entry = state.post(entry, Some(payment.id));
    for (offer, discount_minor) in discounts {
        let mut theirs = state.coupons_of(wallet, offer);
        let its = theirs.find(|c| c.state == CouponState::Redeemed && c.payment == Some(payment.id));
        let key = its.expect("a completed payment holds its coupons").key();
        drop(theirs);
        let coupon = state.coupons.change(&key);
        coupon.reserved_minor += discount_minor;
        let coupon = coupon.id;
        let row = RedemptionRow { coupon, entry, kind: EntryKind::Reversal, payment: payment.id };
        state.redemptions.push(row);
        state.accounts.change(&Account::CampaignReserved(offer)).coupons_redeemed -= 1;
    }
    Ok(free_coupons(state, payment, CouponState::Redeemed))
}
