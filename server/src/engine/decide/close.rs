//! Closing a wallet for good.

use proto::status::Failure;
use shared::{
    ids::{CouponId, WalletId},
    ledger::posting_rules,
    payment::PaymentState,
    reason::Reason,
};

use super::{
    Command,
    approval::expire_if_due,
    device::{Caller, revoke_tokens},
    wallet::view,
};
use crate::{
    engine::state::{Change, Keys, State},
    model::{CouponKey, CouponState, PaymentId, WalletState, WalletView},
};

/// Closes a wallet: its clipped coupons are given back, its tokens and codes are dead. What it still holds is owed to the
/// shopper. Safe to repeat.
pub struct CloseWallet {
    /// Who asks.
    pub caller: Caller,
}

impl Command for CloseWallet {
    type Output = WalletView;

    fn touches(&self, keys: &mut Keys) {
        self.caller.touch(keys);
        keys.token_holders.push(self.caller.wallet);
        keys.closed_wallets.push(self.caller.wallet);
    }

    fn decide(&self, state: &mut State) -> Result<WalletView, Failure> {
        let id = self.caller.wallet;
        let before = view(state, id)?;
        if before.wallet.state == WalletState::Closed {
            return Ok(before);
        }
        if self.caller.wallet(state)?.state == WalletState::Frozen {
            return Err(Failure::new(Reason::WalletFrozen, "this wallet is stopped; call the provider"));
        }
        if self.waits(state) {
            let text = "a payment waits for approval; approve or reject it first";
            return Err(Failure::new(Reason::PaymentWaiting, text));
        }
        let coupons = give_back_all(state, id);
        revoke_tokens(state, id, |_| true);
        let wallet = state.wallets.change(&id);
        wallet.state = WalletState::Closed;
        wallet.recovery = None;
        wallet.pairing = None;
        state.changes.push(Change { wallet: Some(id), payment: None, coupons });
        view(state, id)
    }
}

impl CloseWallet {
    /// Whether a payment of the wallet waits for approval, and still can.
    fn waits(&self, state: &mut State) -> bool {
        let waiting: Vec<PaymentId> = state
            .payments
            .iter()
            .filter(|(_, p)| p.wallet == Some(self.caller.wallet) && p.state == PaymentState::PendingApproval)
            .map(|(id, _)| *id)
            .collect();
        let left = waiting.into_iter().filter(|id| !expire_if_due(state, *id)).count();
        left > 0
    }
}

/// Gives all clipped coupons back; those of an offer that is over end with it.
fn give_back_all(state: &mut State, wallet: WalletId) -> Vec<CouponId> {
    let clipped: Vec<CouponKey> = state
        .coupons_loaded(wallet)
        .filter(|coupon| coupon.state == CouponState::Clipped)
        .map(crate::model::Coupon::key)
        .collect();
    for key in &clipped {
        let campaign = state.campaigns.get(&key.1).expect("a coupon has a campaign");
        let ended = state.now >= campaign.offer.terms.parts().ends_at;
        let coupon = state.coupons.change(key);
        coupon.state = if ended { CouponState::Expired } else { CouponState::Unclipped };
        let held_minor = std::mem::take(&mut coupon.reserved_minor);
        state.post(posting_rules::release(key.1, held_minor), None);
    }
    clipped.into_iter().map(|(_, offer, sequence)| CouponId { offer, sequence }).collect()
}
