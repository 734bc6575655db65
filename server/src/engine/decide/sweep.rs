//! What happens by time alone: coupons end with their offer, and what redeemed ones held beyond the discount is freed once
//! the payment can't be reversed any more. The sweep's reader finds what is due; here it is checked again.

use std::collections::BTreeMap;

use proto::status::Failure;
use shared::{ids::OfferNumber, ledger::posting_rules};

use super::{Command, approval::expire_if_due, coupon::touch_campaign};
use crate::{
    engine::state::{Change, Keys, State},
    model::{CouponKey, CouponState, EntryId, PaymentId},
};

/// One bounded step of the sweep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Payments that nobody approved in time.
    pub unapproved: Vec<PaymentId>,
    /// Coupons of offers that have ended.
    pub ended: Vec<CouponKey>,
    /// Up to which sequence each of these offers was looked at.
    pub ended_through: Vec<(OfferNumber, u32)>,
    /// Coupons of payments that can't be reversed any more, with the payment.
    pub settled: Vec<(CouponKey, PaymentId)>,
    /// Up to which journal entry payments were looked at.
    pub settled_through: EntryId,
}

impl Command for Sweep {
    type Output = ();

    fn touches(&self, keys: &mut Keys) {
        keys.payments.extend(&self.unapproved);
        keys.undone.extend(&self.unapproved);
        for (wallet, offer, _) in self.ended.iter().chain(self.settled.iter().map(|(key, _)| key)) {
            keys.coupons.push((*wallet, *offer));
            touch_campaign(*offer, keys);
            keys.numbers.entry += 1;
        }
        for (offer, _) in &self.ended_through {
            touch_campaign(*offer, keys);
        }
    }

    fn decide(&self, state: &mut State) -> Result<(), Failure> {
        for id in &self.unapproved {
            expire_if_due(state, *id);
        }
        let mut released: BTreeMap<OfferNumber, i64> = BTreeMap::new();
        for key in &self.ended {
            let ends_at = state.campaigns.get(&key.1).map(|c| c.offer.terms.parts().ends_at);
            let live = state.coupons.get(key).is_some_and(|c| c.state == CouponState::Clipped);
            if live && ends_at.is_some_and(|ends_at| state.now >= ends_at) {
                let coupon = state.coupons.change(key);
                coupon.state = CouponState::Expired;
                *released.entry(key.1).or_default() += std::mem::take(&mut coupon.reserved_minor);
                let coupons = vec![coupon.id];
                state.changes.push(Change { wallet: Some(key.0), payment: None, coupons });
            }
        }
        for (key, payment) in &self.settled {
            let due = state.coupons.get(key).is_some_and(|c| {
                c.state == CouponState::Redeemed && c.payment == Some(*payment) && c.reserved_minor > 0
            });
            if due {
                let coupon = state.coupons.change(key);
                *released.entry(key.1).or_default() += std::mem::take(&mut coupon.reserved_minor);
            }
        }
        for (offer, held_minor) in released.into_iter().filter(|(_, held_minor)| *held_minor > 0) {
            state.post(posting_rules::release(offer, held_minor), None);
        }
        for (offer, sequence) in &self.ended_through {
            let campaign = state.campaigns.change(offer);
            campaign.expired_through = campaign.expired_through.max(*sequence);
        }
        state.settled_through = state.settled_through.max(self.settled_through);
        Ok(())
    }
}
