//! Giving goods and money back; the rule is `shared::payment::refund`.

use proto::status::Failure;
use shared::{
    ids::{CouponId, MerchantId, OfferNumber, TerminalId, WalletId},
    ledger::{
        Account, EntryKind,
        posting_rules::{self, CampaignRefund},
    },
    money::Money,
    offer::{RefundPolicy, Terms},
    payment::{
        Event, Redemption,
        refund::{Kept, RefundError, Returned, ReturnedLine, Sale, refund},
    },
    reason::Reason,
};

use super::{
    Command,
    approval::{expire_if_due, not_possible},
    transfer::check_currency,
};
use crate::{
    engine::state::{Change, Keys, State},
    model::{
        CampaignState, Coupon, CouponKey, CouponOutcome, CouponState, Payment, PaymentId, RedemptionRow,
        Refund, RefundId, RefundedCoupon, RequestHash, WalletState,
    },
};

/// What comes back.
#[derive(Debug, Clone)]
pub enum Goods {
    /// All that has not come back yet.
    Everything,
    /// Units of redeemed lines (offer, line counted from 0, units), and the shelf price of the rest.
    Some {
        /// Units on which a coupon was redeemed.
        lines: Vec<(OfferNumber, usize, u32)>,
        /// Shelf price of what no coupon covered.
        other: Money,
    },
}

/// A shop gives back part or all of a payment, once for each id.
#[derive(Debug, Clone)]
pub struct RefundPayment {
    /// Chosen by the caller.
    pub id: RefundId,
    /// Of the whole request.
    pub request_hash: RequestHash,
    /// Which payment.
    pub payment: PaymentId,
    /// The shop.
    pub merchant: MerchantId,
    /// The till of it; none where its back office asks.
    pub terminal: Option<TerminalId>,
    /// What comes back.
    pub goods: Goods,
}

impl Command for RefundPayment {
    type Output = (Payment, Refund);

    fn touches(&self, keys: &mut Keys) {
        keys.refunds.push(self.id);
        keys.payments.push(self.payment);
        keys.undone.push(self.payment);
        // Of its own: what the payment leads to is counted once, however many commands of a batch name it.
        keys.numbers.entry += 1;
    }

    fn decide(&self, state: &mut State) -> Result<Self::Output, Failure> {
        expire_if_due(state, self.payment);
        if let Some(of) = state.refunds.get(&self.id) {
            return self.answer_again(state, *of);
        }
        let found = state.payments.get(&self.payment).filter(|p| p.merchant == self.merchant).cloned();
        let Some(payment) = found else {
            return Err(Failure::new(Reason::PaymentNotFound, "this shop has no such payment"));
        };
        payment.state.apply(Event::Refund { rest: false }).map_err(not_possible)?;
        let terms: Vec<Terms> = payment.redemptions.iter().map(|r| terms(state, r.offer_number)).collect();
        let coupons: Vec<(&Redemption, &Terms)> = payment.redemptions.iter().zip(&terms).collect();
        let sale = Sale { gross_minor: payment.gross_minor, due_minor: payment.due_minor, coupons: &coupons };
        let before = kept(&payment, &sale);
        let returned = self.returned(state, &payment, &before)?;
        let split = refund(&sale, &before, &returned).map_err(|error| self.refused(error))?;
        if state.balance(Account::Merchant(self.merchant)) < split.gross_minor {
            let text = "the shop's account holds less than that; wait for sales or pay in";
            return Err(Failure::new(Reason::MerchantBalanceTooLow, text));
        }

        let wallet = payment.wallet.expect("a payment that was made has a wallet");
        let mut parts = Vec::with_capacity(terms.len());
        let mut campaigns = Vec::with_capacity(terms.len());
        for (place, amount_minor) in split.campaigns_minor.iter().enumerate() {
            let offer = payment.redemptions[place].offer_number;
            let undone = split.kept.coupons[place].is_undone() && !before.coupons[place].is_undone();
            let budget_minor = state.balance(Account::CampaignBudget(offer)) + amount_minor;
            let fate = undone.then(|| fate(state, wallet, &payment, offer, budget_minor));
            let held_again_minor = match fate {
                Some(Fate::Restored { missing_minor, .. }) => missing_minor,
                _ => 0,
            };
            campaigns.push((CampaignRefund { offer, amount_minor: *amount_minor, held_again_minor }, fate));
            parts.push(RefundedCoupon {
                amount_minor: *amount_minor,
                discount_left_minor: split.kept.coupons[place].discount_minor,
                outcome: fate.map(Fate::outcome),
            });
        }
        let postings: Vec<CampaignRefund> = campaigns.iter().map(|(part, _)| *part).collect();
        let entry = posting_rules::refund(wallet, self.merchant, split.shopper_minor, &postings);
        let entry = state.post(entry, Some(self.payment));
        for (part, _) in &campaigns {
            if part.amount_minor > 0 {
                let its = |c: &&Coupon| c.state == CouponState::Redeemed && c.payment == Some(payment.id);
                let coupon =
                    state.coupons_of(wallet, part.offer).find(its).expect("a payment keeps its coupons").id;
                let row = RedemptionRow { coupon, entry, kind: EntryKind::Refund, payment: payment.id };
                state.redemptions.push(row);
            }
        }
        let changed = campaigns.into_iter().filter_map(|(_, fate)| restore(state, fate?)).collect();

        let rest = Event::Refund { rest: split.kept.is_empty() };
        let done = Refund {
            id: self.id,
            request_hash: self.request_hash,
            terminal: self.terminal,
            returned,
            gross_minor: split.gross_minor,
            shopper_minor: split.shopper_minor,
            coupons: parts,
            at: state.now,
            entry,
        };
        state.refunds.insert(self.id, self.payment);
        let row = state.payments.change(&self.payment);
        row.state = row.state.apply(rest).map_err(not_possible)?;
        row.refunds.push(done.clone());
        let payment = row.clone();
        state.changes.push(Change { wallet: Some(wallet), payment: Some(self.payment), coupons: changed });
        Ok((payment, done))
    }
}

impl RefundPayment {
    fn answer_again(&self, state: &State, of: PaymentId) -> Result<(Payment, Refund), Failure> {
        let reused = || {
            Failure::new(
                Reason::RefundIdReused,
                "this refund id was used for another request; choose a new id",
            )
        };
        if of != self.payment {
            return Err(reused());
        }
        let payment = state.payments.get(&of).expect("a refund has its payment");
        let done = payment.refunds.iter().find(|refund| refund.id == self.id);
        let done = done.filter(|refund| refund.request_hash == self.request_hash).ok_or_else(reused)?;
        Ok((payment.clone(), done.clone()))
    }

    fn returned(&self, state: &State, payment: &Payment, before: &Kept) -> Result<Returned, Failure> {
        let (lines, other) = match &self.goods {
            Goods::Everything => return Ok(before.everything()),
            Goods::Some { lines, other } => (lines, other),
        };
        check_currency(state, *other)?;
        let line = |(offer, line, units): &(OfferNumber, usize, u32)| {
            let coupon = payment.redemptions.iter().position(|r| r.offer_number == *offer);
            let coupon = coupon.ok_or_else(|| self.refused(RefundError::NoSuchLine))?;
            Ok(ReturnedLine { coupon, line: *line, units: *units })
        };
        let lines = lines.iter().map(line).collect::<Result<_, Failure>>()?;
        Ok(Returned { lines, other_minor: other.minor })
    }

    fn refused(&self, error: RefundError) -> Failure {
        match error {
            RefundError::NoSuchLine => Failure::invalid("returned_lines", format!("returned_lines: {error}")),
            RefundError::Exceeds => Failure::new(Reason::RefundExceedsPayment, error.to_string()),
        }
    }
}

fn terms(state: &State, offer: OfferNumber) -> Terms {
    state.campaigns.get(&offer).expect("a redeemed coupon has a campaign").offer.terms.clone()
}

/// What the refunds so far have left.
fn kept(payment: &Payment, sale: &Sale<'_>) -> Kept {
    let mut kept = Kept::all(sale);
    for refund in &payment.refunds {
        kept.other_minor -= refund.returned.other_minor;
        kept.refunded_minor += refund.shopper_minor;
        for line in &refund.returned.lines {
            kept.coupons[line.coupon].units[line.line] -= line.units;
        }
        for (coupon, part) in kept.coupons.iter_mut().zip(&refund.coupons) {
            coupon.spent_minor -= part.amount_minor;
            coupon.discount_minor = part.discount_left_minor;
        }
    }
    kept
}

/// What becomes of a coupon all of whose units, and all of whose money, came back.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Restored { key: CouponKey, missing_minor: i64 },
    Not(CouponOutcome),
}

impl Fate {
    fn outcome(self) -> CouponOutcome {
        match self {
            Self::Restored { .. } => CouponOutcome::Restored,
            Self::Not(outcome) => outcome,
        }
    }
}

/// By the offer's policy; a coupon that comes back holds its worst case again, out of the campaign's budget.
fn fate(state: &State, wallet: WalletId, payment: &Payment, offer: OfferNumber, budget_minor: i64) -> Fate {
    let campaign = state.campaigns.get(&offer).expect("a redeemed coupon has a campaign");
    let terms = &campaign.offer.terms;
    let runs = state.now < terms.parts().ends_at;
    let closed = state.wallets.get(&wallet).is_some_and(|wallet| wallet.state == WalletState::Closed);
    let welcome = match terms.parts().refund_policy {
        _ if closed => return Fate::Not(CouponOutcome::Burned),
        RefundPolicy::Burn => return Fate::Not(CouponOutcome::Burned),
        RefundPolicy::Restore => runs,
        RefundPolicy::RestoreIfValid => runs && campaign.state == CampaignState::Active,
    };
    if !welcome {
        return Fate::Not(CouponOutcome::OfferOver);
    }
    let its = |c: &&Coupon| c.state == CouponState::Redeemed && c.payment == Some(payment.id);
    let coupon = state.coupons_of(wallet, offer).find(its).expect("a payment keeps its coupons");
    let missing_minor = terms.worst_case_minor() - coupon.reserved_minor;
    if budget_minor < missing_minor {
        return Fate::Not(CouponOutcome::BudgetShort);
    }
    Fate::Restored { key: coupon.key(), missing_minor }
}

/// Puts the coupon back into the wallet.
fn restore(state: &mut State, fate: Fate) -> Option<CouponId> {
    let Fate::Restored { key, missing_minor } = fate else { return None };
    let coupon = state.coupons.change(&key);
    coupon.state = CouponState::Clipped;
    coupon.reserved_minor += missing_minor;
    coupon.redeemed_at = None;
    coupon.payment = None;
    Some(coupon.id)
}
