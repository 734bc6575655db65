//! Goods and money that come back.

use super::*;

impl Book {
    pub(crate) fn refund(&mut self, back: &Return) -> Outcome {
        self.expire_if_due(back.payment);
        if let Some((before, outcome)) = self.refunds.get(&back.id) {
            return match outcome {
                _ if before != back => Err("REFUND_ID_REUSED"),
                // The answer has the payment as it stands by now.
                Ok(Seen::Refund { shopper, campaigns, .. }) => {
                    let (shopper, campaigns, state) =
                        (*shopper, campaigns.clone(), self.payments[&back.payment].state);
                    Ok(Seen::Refund { shopper, campaigns, state })
                }
                other => other.clone(),
            };
        }
        let found = self.payments.get(&back.payment).filter(|p| p.merchant == back.merchant);
        let Some(payment) = found.cloned() else { return Err("PAYMENT_NOT_FOUND") };
        if !matches!(
            payment.state,
            PaymentState::Completed | PaymentState::PartlyRefunded | PaymentState::Refunded
        ) {
            return Err("INVALID_TRANSITION");
        }
        let ask = payment.ask.clone().expect("asked for");
        let wallet = payment.wallet.expect("known");
        let mut returned = vec![0; ask.used.len()];
        let mut other = back.other;
        if back.everything {
            returned = payment.kept.iter().map(|k| k.units).collect();
            other = payment.other_kept;
        }
        for (offer, units) in &back.lines {
            let line = ask.used.iter().position(|u| u.offer == *offer).expect("lines name what was used");
            returned[line] += units;
        }
        let too_many = returned.iter().zip(&payment.kept).any(|(r, k)| *r > k.units);
        let gross_returned =
            other + returned.iter().zip(&ask.used).map(|(r, u)| Minor::from(*r) * u.price).sum::<Minor>();
        if too_many || other > payment.other_kept || (gross_returned == 0 && returned.iter().all(|r| *r == 0))
        {
            return Err("REFUND_EXCEEDS_PAYMENT");
        }
        if self.balance(Account::Merchant(payment.merchant)) < gross_returned {
            return Err("MERCHANT_BALANCE_TOO_LOW");
        }
        let mut after = payment.clone();
        after.other_kept -= other;
        let mut gross_kept = after.other_kept;
        for ((kept, used), units) in after.kept.iter_mut().zip(&ask.used).zip(&returned) {
            kept.units -= units;
            gross_kept += Minor::from(kept.units) * used.price;
            let gone = used.units - kept.units;
            // Halves up, as shares are positive.
            let (n, gone) = (Minor::from(used.units), Minor::from(gone));
            let frozen = used.discount - (used.discount * gone * 2 + n) / (n * 2);
            let alone = match kept.units {
                0 => 0,
                units => self.offers[used.offer].kind.discount(units, used.price).unwrap_or(0),
            };
            kept.entitled = kept.entitled.min(frozen).min(alone);
        }
        let entitled: Minor = after.kept.iter().map(|k| k.entitled).sum();
        let target = (ask.due - (gross_kept - entitled)).max(0);
        let shopper = (target - payment.refunded).clamp(0, gross_returned);
        after.refunded += shopper;
        let mut left = gross_returned - shopper;
        let mut campaigns = Vec::new();
        for kept in &mut after.kept {
            let part = left.min(kept.spent - kept.entitled);
            kept.spent -= part;
            left -= part;
            campaigns.push(part);
        }
        assert_eq!(left, 0, "the campaigns get the rest");
        let empty = after.other_kept == 0 && after.kept.iter().all(|k| k.units == 0);
        after.state = if empty { PaymentState::Refunded } else { PaymentState::PartlyRefunded };
        self.pay(Account::Merchant(payment.merchant), Account::Wallet(wallet), shopper);
        self.open[payment.merchant].returns += gross_returned;
        for (place, part) in campaigns.iter().enumerate() {
            let offer = ask.used[place].offer;
            self.pay(Account::Merchant(payment.merchant), Account::Budget(offer), *part);
            let undone = |kept: &Kept| kept.units == 0 && kept.spent == 0;
            if undone(&after.kept[place]) && !undone(&payment.kept[place]) {
                self.restore(wallet, offer, back.payment);
            }
        }
        let state = after.state;
        self.payments.insert(back.payment, after);
        let outcome = Ok(Seen::Refund { shopper, campaigns, state });
        self.refunds.insert(back.id, (back.clone(), outcome.clone()));
        outcome
    }

    /// What becomes of a coupon all of whose units, and all of whose money, came back.
    pub(super) fn restore(&mut self, wallet: usize, offer: usize, payment: u128) {
        let terms = self.offers[offer].clone();
        let wanted = match terms.policy {
            Policy::Burn => false,
            Policy::Restore => self.now < terms.ends_at,
            Policy::RestoreIfValid => self.now < terms.ends_at && terms.active,
        };
        let worst_case = terms.kind.worst_case();
        let held = self.coupon_of(wallet, offer, payment).held;
        let missing = worst_case - held;
        if wanted && !self.shoppers[wallet].closed && self.balance(Account::Budget(offer)) >= missing {
            self.pay(Account::Budget(offer), Account::Reserved(offer), missing);
            let coupon = self.coupon_of(wallet, offer, payment);
            *coupon = Coupon { state: CouponState::Clipped, held: worst_case, payment: None };
        }
    }
}
