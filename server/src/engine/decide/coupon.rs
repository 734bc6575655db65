//! Clipping an offer and giving a coupon back.

use proto::status::Failure;
use shared::{
    ids::{CouponId, OfferNumber, WalletId},
    ledger::{Account, posting_rules},
    reason::Reason,
};

use super::{Command, device::open_wallet};
use crate::{
    engine::state::{Change, Keys, State},
    model::{Campaign, Coupon, CouponKey, CouponState},
};

/// Puts an offer's coupon into a wallet and holds its worst case in the campaign's money.
pub struct ClipOffer {
    /// Whose.
    pub wallet: WalletId,
    /// Which.
    pub offer: OfferNumber,
}

impl Command for ClipOffer {
    type Output = Coupon;

    fn touches(&self, keys: &mut Keys) {
        keys.wallets.push(self.wallet);
        keys.accounts.push(Account::Wallet(self.wallet));
        keys.coupons.push((self.wallet, self.offer));
        touch_campaign(self.offer, keys);
        keys.numbers.entry += 1;
    }

    /// Order of the reasons: wallet closed, no such offer, not clippable now, limit of the wallet, budget. A coupon that is in the wallet is
    /// given again whatever the campaign's state; one that was given back comes to life again and counts once.
    fn decide(&self, state: &mut State) -> Result<Coupon, Failure> {
        open_wallet(state, self.wallet)?;
        let campaign = campaign(state, self.offer)?;
        let held: Vec<&Coupon> = state.coupons_of(self.wallet, self.offer).collect();
        let ended = state.now >= campaign.offer.terms.parts().ends_at;
        if let Some(live) = held.iter().find(|c| c.state == CouponState::Clipped)
            && !ended
        {
            return Ok((*live).clone());
        }
        if !campaign.clippable(state.now) {
            return Err(Failure::new(Reason::OfferNotActive, "this offer can't be clipped now"));
        }
        let given_back = held.iter().rfind(|c| c.state == CouponState::Unclipped).map(|c| c.key());
        if given_back.is_none() && held.len() >= campaign.offer.per_wallet_limit as usize {
            return Err(Failure::new(Reason::ClipLimitReached, "this wallet has had its share of the offer"));
        }
        let all_out =
            campaign.total_circulation > 0 && campaign.coupons_clipped >= campaign.total_circulation;
        if given_back.is_none() && all_out {
            return Err(Failure::new(Reason::OfferExhausted, "all coupons of this offer are given out"));
        }
        let worst_case_minor = campaign.offer.terms.worst_case_minor();
        if state.balance(Account::CampaignBudget(self.offer)) < worst_case_minor {
            return Err(Failure::new(Reason::OfferExhausted, "all coupons of this offer are given out"));
        }
        let key = given_back.unwrap_or_else(|| add(state, self.wallet, self.offer));
        state.post(posting_rules::clip(self.offer, worst_case_minor), None);
        let now = state.now;
        let coupon = state.coupons.change(&key);
        coupon.state = CouponState::Clipped;
        coupon.clipped_at = now;
        coupon.reserved_minor = worst_case_minor;
        Ok(changed(state, key))
    }
}

/// Gives a clipped coupon back and frees what it held. Giving back what was given back changes nothing.
pub struct UnclipCoupon {
    /// Whose.
    pub wallet: WalletId,
    /// Which.
    pub coupon: CouponId,
}

impl Command for UnclipCoupon {
    type Output = Coupon;

    fn touches(&self, keys: &mut Keys) {
        keys.accounts.push(Account::Wallet(self.wallet));
        keys.coupons.push((self.wallet, self.coupon.offer));
        touch_campaign(self.coupon.offer, keys);
        keys.numbers.entry += 1;
    }

    fn decide(&self, state: &mut State) -> Result<Coupon, Failure> {
        let coupon = state
            .coupons_of(self.wallet, self.coupon.offer)
            .find(|c| c.id == self.coupon)
            .ok_or_else(|| Failure::new(Reason::CouponNotFound, "this wallet has no such coupon"))?;
        match coupon.state {
            CouponState::Unclipped => Ok(coupon.clone()),
            CouponState::Clipped => {
                let (key, held_minor) = (coupon.key(), coupon.reserved_minor);
                state.post(posting_rules::release(self.coupon.offer, held_minor), None);
                let coupon = state.coupons.change(&key);
                coupon.state = CouponState::Unclipped;
                coupon.reserved_minor = 0;
                Ok(changed(state, key))
            }
            CouponState::Redeemed | CouponState::Expired | CouponState::Held => Err(Failure::new(
                Reason::InvalidTransition,
                "this coupon is being used, was used or has ended",
            )),
        }
    }
}

/// The rows that reserving and releasing need.
pub(super) fn touch_campaign(offer: OfferNumber, keys: &mut Keys) {
    keys.campaigns.push(offer);
    keys.accounts.extend([Account::CampaignBudget(offer), Account::CampaignReserved(offer)]);
}

pub(super) fn campaign(state: &State, offer: OfferNumber) -> Result<&Campaign, Failure> {
    let missing = || Failure::new(Reason::OfferNotFound, format!("there is no offer {offer}"));
    state.campaigns.get(&offer).ok_or_else(missing)
}

fn add(state: &mut State, wallet: WalletId, offer: OfferNumber) -> CouponKey {
    let clipped = &mut state.campaigns.change(&offer).coupons_clipped;
    *clipped = clipped.checked_add(1).expect("a campaign's coupons are used up");
    let sequence = *clipped;
    let coupon = Coupon {
        id: CouponId { offer, sequence },
        wallet,
        state: CouponState::Unclipped,
        reserved_minor: 0,
        clipped_at: state.now,
        redeemed_at: None,
        payment: None,
    };
    let key = coupon.key();
    state.coupons.insert(key, coupon);
    key
}

fn changed(state: &mut State, key: CouponKey) -> Coupon {
    let coupon = state.coupons.change(&key).clone();
    let coupons = vec![coupon.id];
    state.changes.push(Change { wallet: Some(coupon.wallet), payment: None, coupons });
    coupon
}
