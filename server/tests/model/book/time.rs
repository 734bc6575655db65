//! What happens by time alone.

use super::*;

impl Book {
    /// What is due by time alone.
    pub(crate) fn sweep(&mut self) -> Outcome {
        let pending: Vec<u128> = self.payments.keys().copied().collect();
        pending.into_iter().for_each(|id| self.expire_if_due(id));
        let settled = |book: &Self, id: &u128| {
            book.now - book.payments[id].completed_at > book.settings.reversal_window_ms
        };
        let mut freed = Vec::new();
        for ((_, offer), theirs) in &self.coupons {
            for (place, (_, coupon)) in theirs.iter().enumerate() {
                let ended = coupon.state == CouponState::Clipped && self.now >= self.offers[*offer].ends_at;
                let spent = coupon.state == CouponState::Redeemed
                    && coupon.payment.is_some_and(|id| settled(self, &id));
                if ended || spent {
                    freed.push((*offer, place, ended, coupon.held));
                }
            }
        }
        for ((_, offer), theirs) in &mut self.coupons {
            for (_, coupon) in theirs.iter_mut() {
                let ended = coupon.state == CouponState::Clipped && self.now >= self.offers[*offer].ends_at;
                if ended {
                    (coupon.state, coupon.held) = (CouponState::Expired, 0);
                }
                let old = |id| self.now - self.payments[&id].completed_at > self.settings.reversal_window_ms;
                if coupon.state == CouponState::Redeemed && coupon.payment.is_some_and(old) {
                    coupon.held = 0;
                }
            }
        }
        for (offer, _, _, held) in freed {
            self.pay(Account::Reserved(offer), Account::Budget(offer), held);
        }
        Ok(Seen::Done)
    }
}
