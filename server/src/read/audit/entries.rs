//! What is checked of each entry as it is read.

use std::collections::BTreeMap;

use shared::{
    ledger::{Entry, EntryKind, posting_rules},
    payment::PaymentState,
};

use super::{Audit, Written};
use crate::model::{Payment, PaymentId};

impl Audit {
    /// BALANCED, NO-OVERDRAFT, and that it moved what its payment says (ONCE).
    pub(super) fn entry(&mut self, entry: &Written, payments: &BTreeMap<PaymentId, Payment>) {
        let sum: i64 = entry.postings.iter().map(|posting| posting.amount_minor).sum();
        if sum != 0 {
            let detail = format!("its postings sum to {sum} instead of 0");
            self.found("BALANCED", Some(entry.id), format!("entry {}", entry.id), detail);
        }
        for posting in &entry.postings {
            let balance = self.balances.entry(posting.account).or_default();
            *balance += posting.amount_minor;
            let (balance, account) = (*balance, posting.account);
            if balance < 0 && !account.may_go_below_zero() {
                let detail = format!("the account falls to {balance}");
                self.found("NO-OVERDRAFT", Some(entry.id), account.to_string(), detail);
            }
        }
        let Some(id) = entry.payment else { return };
        let wrong = match payments.get(&id) {
            None => Some("it belongs to a payment that does not exist".to_owned()),
            Some(payment) => disagreement(entry, payment),
        };
        if let Some(detail) = wrong {
            self.found("ONCE", Some(entry.id), format!("payment {id}"), detail);
        }
    }
}

/// How an entry differs from what its payment says; none where it does not.
fn disagreement(entry: &Written, payment: &Payment) -> Option<String> {
    let wallet = payment.wallet?;
    let discounts = payment.discounts();
    let expected: Entry = match entry.kind {
        EntryKind::Payment if payment.entry != Some(entry.id) => {
            return Some(match payment.entry {
                Some(other) => format!("the payment was made by entry {other} already"),
                None => format!("the payment is {} and moved nothing", payment.state.as_str()),
            });
        }
        EntryKind::Payment => {
            posting_rules::payment(wallet, payment.merchant, payment.due_minor, &discounts).ok()?
        }
        EntryKind::Reversal if payment.state != PaymentState::Reversed => {
            return Some(format!("it undoes a payment that is {}", payment.state.as_str()));
        }
        EntryKind::Reversal => {
            posting_rules::reversal(wallet, payment.merchant, payment.due_minor, &discounts).ok()?
        }
        EntryKind::Refund => return refund_disagreement(entry, payment),
        _ => return Some("an entry of this kind belongs to no payment".to_owned()),
    };
    (expected.postings() != entry.postings.as_slice())
        .then(|| "its postings are not those of the payment's amounts".to_owned())
}

/// A coupon that comes back moves money between budget and reserve too, so a campaign's two accounts count together.
fn refund_disagreement(entry: &Written, payment: &Payment) -> Option<String> {
    let Some(refund) = payment.refunds.iter().find(|refund| refund.entry == entry.id) else {
        return Some("the payment has no such refund".to_owned());
    };
    let given_back: i64 = payment.refunds.iter().map(|refund| refund.gross_minor).sum();
    if given_back > payment.gross_minor {
        return Some(format!("{given_back} came back of a payment of {}", payment.gross_minor));
    }
    let of = |account| {
        let its = entry.postings.iter().filter(|posting| posting.account == account);
        its.map(|posting| posting.amount_minor).sum::<i64>()
    };
    let shop = of(shared::ledger::Account::Merchant(payment.merchant));
    let shopper = payment.wallet.map_or(0, |wallet| of(shared::ledger::Account::Wallet(wallet)));
    let wrong = shop != -refund.gross_minor
        || shopper != refund.shopper_minor
        || payment.redemptions.iter().zip(&refund.coupons).any(|(redemption, part)| {
            let offer = redemption.offer_number;
            let both = of(shared::ledger::Account::CampaignBudget(offer))
                + of(shared::ledger::Account::CampaignReserved(offer));
            both != part.amount_minor
        });
    wrong.then(|| "its postings are not those of the refund's amounts".to_owned())
}
