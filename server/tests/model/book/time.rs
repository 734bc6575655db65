//! What happens by time alone.

use super::*;

impl Book {
    /// What is due by time alone.
    pub(crate) fn sweep(&mut self) -> Outcome {
        let pending: Vec<u128> = self.payments.keys().copied().collect();
        pending.into_iter().for_each(|id| self.expire_if_due(id));
        let window_ms = self.settings.reversal_window_ms;
        let mut freed = Vec::new();
        for ((_, offer), theirs) in &mut self.coupons {
            for (_, coupon) in theirs.iter_mut() {
                let old = |id| self.now - self.payments[&id].completed_at > window_ms;
                if coupon.state == CouponState::Clipped && self.now >= self.offers[*offer].ends_at {
                    coupon.state = CouponState::Expired;
                    freed.push((*offer, std::mem::take(&mut coupon.held)));
                } else if coupon.state == CouponState::Redeemed && coupon.payment.is_some_and(old) {
                    freed.push((*offer, std::mem::take(&mut coupon.held)));
                }
            }
        }
        for (offer, held) in freed {
            self.pay(Account::Reserved(offer), Account::Budget(offer), held);
        }
        Ok(Seen::Done)
    }
}
