//! Payments: asked for, approved, undone.

use super::*;

impl Book {
    pub(crate) fn create(&mut self, ask: &Ask) -> Outcome {
        self.expire_if_due(ask.id);
        if let Some(before) = self.payments.get(&ask.id) {
            let same = before.ask.as_ref().is_none_or(|b| b == ask);
            if before.merchant != ask.merchant || !same {
                return Err("PAYMENT_ID_REUSED");
            }
            return seen_state(before);
        }
        let wallet = ask.token.and_then(|token| self.tokens.get(&token)).map(|t| t.wallet);
        let verdict = self.judge(ask);
        let approve = wallet
            .filter(|_| verdict.is_ok())
            .is_some_and(|wallet| ask.bare || self.needs_approval(wallet, ask.due));
        let state = match verdict {
            Err(reason) => PaymentState::Declined(reason),
            Ok(()) if approve => PaymentState::Pending,
            Ok(()) => PaymentState::Completed,
        };
        let covered: Minor = ask.used.iter().map(|u| Minor::from(u.units) * u.price).sum();
        let kept = |u: &Used| Kept { units: u.units, entitled: u.discount, spent: u.discount };
        let payment = Payment {
            ask: Some(ask.clone()),
            merchant: ask.merchant,
            wallet,
            state,
            completed_at: self.now,
            approvable_until: self.now + self.settings.approval_ttl_ms,
            other_kept: ask.gross - covered,
            kept: ask.used.iter().map(kept).collect(),
            refunded: 0,
            batch: None,
        };
        self.payments.insert(ask.id, payment);
        if verdict.is_ok() {
            self.token(ask).expect("it was judged").state = TokenState::Used;
            self.mark(ask.id, CouponState::Clipped, CouponState::Held);
            if !approve {
                let wallet = wallet.expect("it was judged");
                let day = self.day();
                let spent = &mut self.shoppers[wallet].spent;
                *spent = if spent.0 == day { (day, spent.1 + ask.due) } else { (day, ask.due) };
                self.complete(ask.id);
            }
        }
        seen_state(&self.payments[&ask.id])
    }

    pub(super) fn token(&mut self, ask: &Ask) -> Option<&mut Token> {
        self.tokens.get_mut(&ask.token?)
    }

    pub(super) fn day(&self) -> i64 {
        self.now.div_euclid(DAY_MS)
    }

    pub(super) fn needs_approval(&self, wallet: usize, due: Minor) -> bool {
        let (day, spent) = self.shoppers[wallet].spent;
        let today = if day == self.day() { spent } else { 0 };
        due > self.settings.approval_over || today + due > self.settings.approval_over_day
    }

    pub(super) fn judge(&self, ask: &Ask) -> Result<(), &'static str> {
        let token = ask.token.and_then(|token| self.tokens.get(&token)).ok_or("TOKEN_UNKNOWN")?;
        match token.state {
            TokenState::Revoked => return Err("TOKEN_REVOKED"),
            TokenState::Used => return Err("TOKEN_ALREADY_USED"),
            TokenState::Unused if self.now >= token.expires_at => return Err("TOKEN_EXPIRED"),
            TokenState::Unused => {}
        }
        if !ask.bare && !ask.signed {
            return Err("SIGNATURE_INVALID");
        }
        if !ask.bare && self.now - ask.issued_at > self.settings.code_valid_ms {
            return Err("CODE_EXPIRED");
        }
        if !ask.bare && ask.issued_at - self.now > self.settings.code_ahead_ms {
            return Err("CODE_FROM_FUTURE");
        }
        if self.shoppers[token.wallet].frozen {
            return Err("WALLET_FROZEN");
        }
        let discount: Minor = ask.used.iter().map(|u| u.discount).sum();
        let covered: Minor = ask.used.iter().map(|u| Minor::from(u.units) * u.price).sum();
        if ask.due < 0 || ask.gross - discount != ask.due || covered > ask.gross {
            return Err("AMOUNT_MISMATCH");
        }
        if !ask.used.iter().all(|used| self.holds(token.wallet, ask, used)) {
            return Err("COUPON_REFUSED");
        }
        if self.balance(Account::Wallet(token.wallet)) < ask.due {
            return Err("INSUFFICIENT_FUNDS");
        }
        Ok(())
    }

    pub(super) fn holds(&self, wallet: usize, ask: &Ask, used: &Used) -> bool {
        let offer = &self.offers[used.offer];
        let theirs = self.coupons.get(&(wallet, used.offer));
        (ask.bare || ask.claimed.contains(&used.offer))
            && self.now < offer.ends_at
            && theirs.is_some_and(|all| all.iter().any(|(_, c)| c.state == CouponState::Clipped))
            && offer.kind.discount(used.units, used.price) == Some(used.discount)
    }

    /// Takes the payment's coupons from one state to another.
    pub(super) fn mark(&mut self, id: u128, from: CouponState, to: CouponState) {
        let payment = &self.payments[&id];
        let wallet = payment.wallet.expect("only known wallets hold coupons");
        for used in &payment.ask.as_ref().expect("it was asked for").used {
            let theirs = self.coupons.get_mut(&(wallet, used.offer)).expect("judged");
            let its = |c: &Coupon| c.state == from && (from == CouponState::Clipped || c.payment == Some(id));
            let (_, coupon) = theirs.iter_mut().find(|(_, c)| its(c)).expect("judged");
            coupon.state = to;
            coupon.payment = (to != CouponState::Clipped).then_some(id);
        }
    }

    pub(super) fn complete(&mut self, id: u128) {
        self.mark(id, CouponState::Held, CouponState::Redeemed);
        let now = self.now;
        let payment = self.payments.get_mut(&id).expect("it is being completed");
        payment.state = PaymentState::Completed;
        payment.completed_at = now;
        let (merchant, wallet) = (payment.merchant, payment.wallet.expect("known"));
        let ask = payment.ask.clone().expect("asked for");
        self.pay(Account::Wallet(wallet), Account::Merchant(merchant), ask.due);
        for used in &ask.used {
            self.pay(Account::Reserved(used.offer), Account::Merchant(merchant), used.discount);
            self.coupon_of(wallet, used.offer, id).held -= used.discount;
        }
        self.open[merchant].sales += ask.gross;
    }

    pub(super) fn coupon_of(&mut self, wallet: usize, offer: usize, payment: u128) -> &mut Coupon {
        let theirs = self.coupons.get_mut(&(wallet, offer)).expect("it has coupons");
        let found = theirs.iter_mut().find(|(_, c)| c.payment == Some(payment));
        &mut found.expect("it holds its coupon").1
    }

    /// Gives the coupons of a payment that is undone back to the shopper, as far as their offers still run.
    pub(super) fn free_coupons(&mut self, id: u128) {
        let payment = self.payments[&id].clone();
        let wallet = payment.wallet.expect("known");
        for used in &payment.ask.expect("asked for").used {
            let over = self.now >= self.offers[used.offer].ends_at;
            let closed = self.shoppers[wallet].closed;
            let coupon = self.coupon_of(wallet, used.offer, id);
            coupon.payment = None;
            coupon.state = match (over, closed) {
                (true, _) => CouponState::Expired,
                (false, true) => CouponState::Unclipped,
                (false, false) => CouponState::Clipped,
            };
            if over || closed {
                let held = std::mem::take(&mut coupon.held);
                self.pay(Account::Reserved(used.offer), Account::Budget(used.offer), held);
            }
        }
    }

    pub(super) fn expire_if_due(&mut self, id: u128) {
        let due = |p: &Payment| p.state == PaymentState::Pending && self.now >= p.approvable_until;
        if self.payments.get(&id).is_some_and(due) {
            self.free_coupons(id);
            self.payments.get_mut(&id).expect("there").state = PaymentState::Expired;
        }
    }

    pub(crate) fn approve(&mut self, wallet: usize, id: u128) -> Outcome {
        self.expire_if_due(id);
        let Some(payment) = self.payments.get(&id).filter(|p| p.wallet == Some(wallet)) else {
            return Err("PAYMENT_NOT_FOUND");
        };
        if self.shoppers[wallet].closed {
            return Err("WALLET_CLOSED");
        }
        match payment.state {
            PaymentState::Pending => {
                if self.shoppers[wallet].frozen {
                    return Err("WALLET_FROZEN");
                }
                if self.balance(Account::Wallet(wallet)) < payment.ask.as_ref().expect("asked for").due {
                    return Err("INSUFFICIENT_FUNDS");
                }
                self.complete(id);
            }
            PaymentState::Completed | PaymentState::PartlyRefunded | PaymentState::Refunded => {}
            _ => return Err("INVALID_TRANSITION"),
        }
        seen_state(&self.payments[&id])
    }

    pub(crate) fn reject(&mut self, wallet: usize, id: u128) -> Outcome {
        self.expire_if_due(id);
        let Some(payment) = self.payments.get(&id).filter(|p| p.wallet == Some(wallet)) else {
            return Err("PAYMENT_NOT_FOUND");
        };
        if self.shoppers[wallet].closed {
            return Err("WALLET_CLOSED");
        }
        match payment.state {
            PaymentState::Pending => {
                self.free_coupons(id);
                self.payments.get_mut(&id).expect("there").state = PaymentState::Rejected;
            }
            PaymentState::Rejected => {}
            _ => return Err("INVALID_TRANSITION"),
        }
        seen_state(&self.payments[&id])
    }

    pub(crate) fn reverse(&mut self, merchant: usize, id: u128) -> Outcome {
        self.expire_if_due(id);
        let Some(payment) = self.payments.get(&id).cloned() else {
            let tombstone = Payment {
                ask: None,
                merchant,
                wallet: None,
                state: PaymentState::Reversed,
                completed_at: self.now,
                approvable_until: 0,
                other_kept: 0,
                kept: Vec::new(),
                refunded: 0,
                batch: None,
            };
            self.payments.insert(id, tombstone);
            return seen_state(&self.payments[&id]);
        };
        if payment.merchant != merchant {
            return Err("PAYMENT_NOT_FOUND");
        }
        match payment.state {
            PaymentState::Completed => {
                let old = self.now - payment.completed_at > self.settings.reversal_window_ms;
                if old || payment.batch.is_some() {
                    return Err("REVERSAL_TOO_LATE");
                }
                self.undo(id, &payment)?;
            }
            PaymentState::Pending => self.free_coupons(id),
            PaymentState::PartlyRefunded | PaymentState::Refunded => return Err("INVALID_TRANSITION"),
            PaymentState::Reversed | PaymentState::Declined(_) => {}
            PaymentState::Rejected | PaymentState::Expired => {}
        }
        let payment = self.payments.get_mut(&id).expect("there");
        payment.state = PaymentState::Reversed;
        seen_state(payment)
    }

    pub(super) fn undo(&mut self, id: u128, payment: &Payment) -> Result<(), &'static str> {
        let (merchant, wallet) = (payment.merchant, payment.wallet.expect("known"));
        let ask = payment.ask.as_ref().expect("asked for");
        if self.balance(Account::Merchant(merchant)) < ask.gross {
            return Err("MERCHANT_BALANCE_TOO_LOW");
        }
        self.pay(Account::Merchant(merchant), Account::Wallet(wallet), ask.due);
        for used in &ask.used {
            self.pay(Account::Merchant(merchant), Account::Reserved(used.offer), used.discount);
            self.coupon_of(wallet, used.offer, id).held += used.discount;
        }
        self.open[merchant].returns += ask.gross;
        self.free_coupons(id);
        Ok(())
    }
}
