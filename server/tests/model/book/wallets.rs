//! Wallets: stopped, closed, paid out.

use super::*;

impl Book {
    pub(crate) fn freeze(&mut self, wallet: usize, frozen: bool) -> Outcome {
        if self.shoppers[wallet].closed {
            return Err("WALLET_CLOSED");
        }
        self.shoppers[wallet].frozen = frozen;
        Ok(Seen::Balance(self.balance(Account::Wallet(wallet))))
    }

    pub(crate) fn close_wallet(&mut self, wallet: usize) -> Outcome {
        let left = self.balance(Account::Wallet(wallet));
        if self.shoppers[wallet].closed {
            return Ok(Seen::Balance(left));
        }
        if self.shoppers[wallet].frozen {
            return Err("WALLET_FROZEN");
        }
        let theirs: Vec<u128> =
            self.payments.iter().filter(|(_, p)| p.wallet == Some(wallet)).map(|(id, _)| *id).collect();
        theirs.iter().for_each(|id| self.expire_if_due(*id));
        if theirs.iter().any(|id| self.payments[id].state == PaymentState::Pending) {
            return Err("PAYMENT_WAITING");
        }
        self.shoppers[wallet].closed = true;
        let mut freed = Vec::new();
        for ((_, offer), coupons) in self.coupons.iter_mut().filter(|((whose, _), _)| *whose == wallet) {
            for (_, coupon) in coupons.iter_mut().filter(|(_, c)| c.state == CouponState::Clipped) {
                let over = self.now >= self.offers[*offer].ends_at;
                coupon.state = if over { CouponState::Expired } else { CouponState::Unclipped };
                freed.push((*offer, std::mem::take(&mut coupon.held)));
            }
        }
        for (offer, held) in freed {
            self.pay(Account::Reserved(offer), Account::Budget(offer), held);
        }
        for token in self.tokens.values_mut().filter(|t| t.wallet == wallet) {
            // One that is too old says so, and no longer counts.
            if token.state == TokenState::Unused && token.expires_at > self.now {
                token.state = TokenState::Revoked;
            }
        }
        Ok(Seen::Balance(left))
    }

    pub(crate) fn pay_out_wallet(&mut self, id: u128, wallet: usize, amount: Minor) -> Outcome {
        let from = Account::Wallet(wallet);
        match self.requests.get(&id) {
            Some(before) if *before != (from, amount) => return Err("REQUEST_ID_REUSED"),
            Some(_) => {}
            None if !self.shoppers[wallet].closed => return Err("INVALID_TRANSITION"),
            None if self.balance(from) < amount => return Err("INSUFFICIENT_FUNDS"),
            None => {
                self.requests.insert(id, (from, amount));
                self.pay(from, Account::Cash, amount);
            }
        }
        Ok(Seen::Balance(amount))
    }
}
