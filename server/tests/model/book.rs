//! The reference: what a provider's books must show after each command, in the plainest arithmetic. It shares no rule with the
//! system under test, only the words of its reasons.

use std::collections::BTreeMap;

pub(crate) type Minor = i64;

/// How an offer discounts `units` at `price`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Each { off: Minor, max: u32 },
    Percent { basis_points: u32, cap: Minor },
    Spend { off: Minor, least: Minor },
}

impl Kind {
    pub(crate) fn worst_case(self) -> Minor {
        match self {
            Self::Each { off, max } => off * Minor::from(max),
            Self::Percent { cap, .. } => cap,
            Self::Spend { off, .. } => off,
        }
    }

    /// None where the units don't meet the terms.
    pub(crate) fn discount(self, units: u32, price: Minor) -> Option<Minor> {
        let total = Minor::from(units) * price;
        match self {
            Self::Each { max, .. } if units > max => None,
            Self::Each { off, .. } => Some(off.min(price) * Minor::from(units)),
            // To the nearest, halves up: amounts are positive.
            Self::Percent { basis_points, cap } => {
                Some(((total * Minor::from(basis_points) * 2 + 10_000) / 20_000).min(cap))
            }
            Self::Spend { off, least } => (total >= least).then_some(off),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    Restore,
    RestoreIfValid,
    Burn,
}

#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub kind: Kind,
    pub policy: Policy,
    pub issuer: usize,
    pub price: Minor,
    pub ends_at: i64,
    pub active: bool,
    pub limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CouponState {
    Clipped,
    Held,
    Redeemed,
    Unclipped,
    Expired,
}

#[derive(Debug, Clone)]
pub(crate) struct Coupon {
    pub state: CouponState,
    pub held: Minor,
    pub payment: Option<u128>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaymentState {
    Pending,
    Completed,
    PartlyRefunded,
    Refunded,
    Rejected,
    Expired,
    Reversed,
    Declined(&'static str),
}

/// One coupon in a payment, on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Used {
    pub offer: usize,
    pub units: u32,
    pub price: Minor,
    pub discount: Minor,
}

/// What is left of it after refunds.
#[derive(Debug, Clone, Copy)]
struct Kept {
    units: u32,
    /// What the shopper still has a right to.
    entitled: Minor,
    /// What the campaign has still spent.
    spent: Minor,
}

/// A till's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    pub id: u128,
    pub merchant: usize,
    /// Whose phone made the code.
    pub wallet: usize,
    /// None: one that the provider never gave out.
    pub token: Option<u64>,
    pub signed: bool,
    pub issued_at: i64,
    pub claimed: Vec<usize>,
    pub gross: Minor,
    pub due: Minor,
    pub used: Vec<Used>,
}

#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub ask: Option<Ask>,
    pub merchant: usize,
    pub wallet: Option<usize>,
    pub state: PaymentState,
    created_at: i64,
    completed_at: i64,
    approvable_until: i64,
    other_kept: Minor,
    kept: Vec<Kept>,
    pub refunded: Minor,
    /// The shop's batch that it was settled in.
    batch: Option<usize>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Return {
    pub id: u128,
    pub payment: u128,
    pub merchant: usize,
    /// Which coupon's line, and how many units of it.
    pub lines: Vec<(usize, u32)>,
    pub other: Minor,
    pub everything: bool,
}

#[derive(Debug, Clone)]
struct Token {
    wallet: usize,
    expires_at: i64,
    state: TokenState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TokenState {
    Unused,
    Used,
    Revoked,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    pub sales: Minor,
    pub returns: Minor,
    pub fee: Minor,
    pub payout: Minor,
    pub paid: bool,
}

/// What a command's caller must see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Done,
    Balance(Minor),
    Budget { available: Minor, reserved: Minor },
    Coupon { sequence: usize, state: CouponState },
    Tokens(usize),
    Payment { state: PaymentState, refunded: Minor },
    Refund { shopper: Minor, campaigns: Vec<Minor>, state: PaymentState },
    Batch(Batch),
}

pub(crate) type Outcome = Result<Seen, &'static str>;

/// The settings that both sides work under.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub code_valid_ms: i64,
    pub code_ahead_ms: i64,
    pub reversal_window_ms: i64,
    pub token_ttl_ms: i64,
    pub tokens_held: usize,
    pub approval_over: Minor,
    pub approval_over_day: Minor,
    pub approval_ttl_ms: i64,
    /// Parts per million of a shop's net.
    pub fee_ppm: Minor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Account {
    Wallet(usize),
    Merchant(usize),
    Issuer(usize),
    Budget(usize),
    Reserved(usize),
    Fees,
    Cash,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Shopper {
    pub frozen: bool,
    /// Paid without approval: the day, and how much.
    spent: (i64, Minor),
}

pub(crate) struct Book {
    pub settings: Settings,
    pub now: i64,
    pub shoppers: Vec<Shopper>,
    pub offers: Vec<Offer>,
    pub coupons: BTreeMap<(usize, usize), Vec<(usize, Coupon)>>,
    clipped: Vec<usize>,
    pub payments: BTreeMap<u128, Payment>,
    refunds: BTreeMap<u128, (Return, Outcome)>,
    tokens: BTreeMap<u64, Token>,
    requests: BTreeMap<u128, (Account, Minor)>,
    pub accounts: BTreeMap<Account, Minor>,
    pub batches: Vec<Vec<Batch>>,
    closes: BTreeMap<u128, (usize, usize)>,
    open: Vec<Batch>,
    payouts: BTreeMap<u128, (usize, usize)>,
}

const DAY_MS: i64 = 86_400_000;

fn seen_state(payment: &Payment) -> Outcome {
    match payment.state {
        PaymentState::Declined(reason) => Err(reason),
        state => Ok(Seen::Payment { state, refunded: payment.refunded }),
    }
}

impl Book {
    pub(crate) fn new(
        settings: Settings,
        now: i64,
        shoppers: usize,
        shops: usize,
        offers: Vec<Offer>,
    ) -> Self {
        Self {
            settings,
            now,
            shoppers: vec![Shopper::default(); shoppers],
            clipped: vec![0; offers.len()],
            offers,
            coupons: BTreeMap::new(),
            payments: BTreeMap::new(),
            refunds: BTreeMap::new(),
            tokens: BTreeMap::new(),
            requests: BTreeMap::new(),
            accounts: BTreeMap::new(),
            batches: vec![Vec::new(); shops],
            closes: BTreeMap::new(),
            open: vec![Batch::default(); shops],
            payouts: BTreeMap::new(),
        }
    }

    pub(crate) fn balance(&self, account: Account) -> Minor {
        self.accounts.get(&account).copied().unwrap_or(0)
    }

    fn pay(&mut self, from: Account, to: Account, amount: Minor) {
        assert!(amount >= 0, "{amount} from {from:?} to {to:?}");
        *self.accounts.entry(from).or_default() -= amount;
        *self.accounts.entry(to).or_default() += amount;
        assert!(from == Account::Cash || self.balance(from) >= 0, "{from:?} is overdrawn");
    }

    pub(crate) fn deposit(&mut self, id: u128, to: Account, amount: Minor) -> Outcome {
        match self.requests.get(&id) {
            Some(before) if *before != (to, amount) => return Err("REQUEST_ID_REUSED"),
            Some(_) => {}
            None => {
                self.requests.insert(id, (to, amount));
                self.pay(Account::Cash, to, amount);
            }
        }
        Ok(Seen::Balance(self.balance(to)))
    }

    pub(crate) fn fund(&mut self, id: u128, offer: usize, amount: Minor) -> Outcome {
        let (from, to) = (Account::Issuer(self.offers[offer].issuer), Account::Budget(offer));
        match self.requests.get(&id) {
            Some(before) if *before != (to, amount) => {
                // Whether the money is there is asked of new requests only.
                return Err("REQUEST_ID_REUSED");
            }
            Some(_) => {}
            None if self.balance(from) < amount => return Err("INSUFFICIENT_FUNDS"),
            None => {
                self.requests.insert(id, (to, amount));
                self.pay(from, to, amount);
            }
        }
        Ok(self.budget(offer))
    }

    pub(crate) fn set_active(&mut self, offer: usize, active: bool) -> Outcome {
        self.offers[offer].active = active;
        Ok(self.budget(offer))
    }

    fn budget(&self, offer: usize) -> Seen {
        let (available, reserved) =
            (self.balance(Account::Budget(offer)), self.balance(Account::Reserved(offer)));
        Seen::Budget { available, reserved }
    }

    pub(crate) fn freeze(&mut self, wallet: usize, frozen: bool) -> Outcome {
        self.shoppers[wallet].frozen = frozen;
        Ok(Seen::Balance(self.balance(Account::Wallet(wallet))))
    }

    /// The ids are the system's: it gives them, the reference takes them.
    pub(crate) fn tokens(&mut self, wallet: usize, ids: &[u64]) -> Outcome {
        let expires_at = self.now + self.settings.token_ttl_ms;
        for id in ids {
            self.tokens.insert(*id, Token { wallet, expires_at, state: TokenState::Unused });
        }
        let live = |t: &Token| t.wallet == wallet && t.state == TokenState::Unused && t.expires_at > self.now;
        let live: Vec<u64> = self.tokens.iter().filter(|(_, t)| live(t)).map(|(id, _)| *id).collect();
        for id in &live[..live.len().saturating_sub(self.settings.tokens_held)] {
            self.tokens.get_mut(id).expect("it is there").state = TokenState::Revoked;
        }
        Ok(Seen::Tokens(ids.len()))
    }

    pub(crate) fn clip(&mut self, wallet: usize, offer: usize) -> Outcome {
        let terms = self.offers[offer].clone();
        let over = self.now >= terms.ends_at;
        let theirs = self.coupons.entry((wallet, offer)).or_default();
        if let Some((sequence, _)) = theirs.iter().find(|(_, c)| c.state == CouponState::Clipped)
            && !over
        {
            return Ok(Seen::Coupon { sequence: *sequence, state: CouponState::Clipped });
        }
        if over || !terms.active {
            return Err("OFFER_NOT_ACTIVE");
        }
        let again = theirs.iter().rposition(|(_, c)| c.state == CouponState::Unclipped);
        if again.is_none() && theirs.len() >= terms.limit {
            return Err("CLIP_LIMIT_REACHED");
        }
        let worst_case = terms.kind.worst_case();
        if self.balance(Account::Budget(offer)) < worst_case {
            return Err("OFFER_EXHAUSTED");
        }
        self.pay(Account::Budget(offer), Account::Reserved(offer), worst_case);
        let theirs = self.coupons.entry((wallet, offer)).or_default();
        let place = again.unwrap_or_else(|| {
            self.clipped[offer] += 1;
            let coupon = Coupon { state: CouponState::Unclipped, held: 0, payment: None };
            theirs.push((self.clipped[offer], coupon));
            theirs.len() - 1
        });
        let (sequence, coupon) = &mut theirs[place];
        coupon.state = CouponState::Clipped;
        coupon.held = worst_case;
        Ok(Seen::Coupon { sequence: *sequence, state: CouponState::Clipped })
    }

    pub(crate) fn unclip(&mut self, wallet: usize, offer: usize, sequence: usize) -> Outcome {
        let theirs = self.coupons.entry((wallet, offer)).or_default();
        let Some((_, coupon)) = theirs.iter_mut().find(|(n, _)| *n == sequence) else {
            return Err("COUPON_NOT_FOUND");
        };
        match coupon.state {
            CouponState::Unclipped => {}
            CouponState::Clipped => {
                coupon.state = CouponState::Unclipped;
                let held = std::mem::take(&mut coupon.held);
                self.pay(Account::Reserved(offer), Account::Budget(offer), held);
            }
            CouponState::Held | CouponState::Redeemed | CouponState::Expired => {
                return Err("INVALID_TRANSITION");
            }
        }
        Ok(Seen::Coupon { sequence, state: CouponState::Unclipped })
    }

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
        let approve =
            wallet.filter(|_| verdict.is_ok()).is_some_and(|wallet| self.needs_approval(wallet, ask.due));
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
            created_at: self.now,
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

    fn token(&mut self, ask: &Ask) -> Option<&mut Token> {
        self.tokens.get_mut(&ask.token?)
    }

    fn day(&self) -> i64 {
        self.now.div_euclid(DAY_MS)
    }

    fn needs_approval(&self, wallet: usize, due: Minor) -> bool {
        let (day, spent) = self.shoppers[wallet].spent;
        let today = if day == self.day() { spent } else { 0 };
        due > self.settings.approval_over || today + due > self.settings.approval_over_day
    }

    fn judge(&self, ask: &Ask) -> Result<(), &'static str> {
        let token = ask.token.and_then(|token| self.tokens.get(&token)).ok_or("TOKEN_UNKNOWN")?;
        match token.state {
            TokenState::Revoked => return Err("TOKEN_REVOKED"),
            TokenState::Used => return Err("TOKEN_ALREADY_USED"),
            TokenState::Unused if self.now >= token.expires_at => return Err("TOKEN_EXPIRED"),
            TokenState::Unused => {}
        }
        if !ask.signed {
            return Err("SIGNATURE_INVALID");
        }
        if self.now - ask.issued_at > self.settings.code_valid_ms {
            return Err("CODE_EXPIRED");
        }
        if ask.issued_at - self.now > self.settings.code_ahead_ms {
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

    fn holds(&self, wallet: usize, ask: &Ask, used: &Used) -> bool {
        let offer = &self.offers[used.offer];
        let theirs = self.coupons.get(&(wallet, used.offer));
        ask.claimed.contains(&used.offer)
            && self.now < offer.ends_at
            && theirs.is_some_and(|all| all.iter().any(|(_, c)| c.state == CouponState::Clipped))
            && offer.kind.discount(used.units, used.price) == Some(used.discount)
    }

    /// Takes the payment's coupons from one state to another.
    fn mark(&mut self, id: u128, from: CouponState, to: CouponState) {
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

    fn complete(&mut self, id: u128) {
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

    fn coupon_of(&mut self, wallet: usize, offer: usize, payment: u128) -> &mut Coupon {
        let theirs = self.coupons.get_mut(&(wallet, offer)).expect("it has coupons");
        let found = theirs.iter_mut().find(|(_, c)| c.payment == Some(payment));
        &mut found.expect("it holds its coupon").1
    }

    /// Gives the coupons of a payment that is undone back to the shopper, as far as their offers still run.
    fn free_coupons(&mut self, id: u128) {
        let payment = self.payments[&id].clone();
        let wallet = payment.wallet.expect("known");
        for used in &payment.ask.expect("asked for").used {
            let over = self.now >= self.offers[used.offer].ends_at;
            let coupon = self.coupon_of(wallet, used.offer, id);
            coupon.payment = None;
            coupon.state = if over { CouponState::Expired } else { CouponState::Clipped };
            if over {
                let held = std::mem::take(&mut coupon.held);
                self.pay(Account::Reserved(used.offer), Account::Budget(used.offer), held);
            }
        }
    }

    fn expire_if_due(&mut self, id: u128) {
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
                created_at: self.now,
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

    fn undo(&mut self, id: u128, payment: &Payment) -> Result<(), &'static str> {
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

    pub(crate) fn refund(&mut self, back: &Return) -> Outcome {
        if let Some((before, outcome)) = self.refunds.get(&back.id) {
            return if before == back { outcome.clone() } else { Err("REFUND_ID_REUSED") };
        }
        self.expire_if_due(back.payment);
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
        for (line, units) in &back.lines {
            returned[*line] += units;
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
            if after.kept[place].units == 0 && payment.kept[place].units > 0 {
                self.restore(wallet, offer, back.payment);
            }
        }
        let state = after.state;
        self.payments.insert(back.payment, after);
        let outcome = Ok(Seen::Refund { shopper, campaigns, state });
        self.refunds.insert(back.id, (back.clone(), outcome.clone()));
        outcome
    }

    /// What becomes of a coupon all of whose units came back.
    fn restore(&mut self, wallet: usize, offer: usize, payment: u128) {
        let terms = self.offers[offer].clone();
        let wanted = match terms.policy {
            Policy::Burn => false,
            Policy::Restore => self.now < terms.ends_at,
            Policy::RestoreIfValid => self.now < terms.ends_at && terms.active,
        };
        let worst_case = terms.kind.worst_case();
        let held = self.coupon_of(wallet, offer, payment).held;
        let missing = worst_case - held;
        if wanted && self.balance(Account::Budget(offer)) >= missing {
            self.pay(Account::Budget(offer), Account::Reserved(offer), missing);
            let coupon = self.coupon_of(wallet, offer, payment);
            *coupon = Coupon { state: CouponState::Clipped, held: worst_case, payment: None };
        }
    }

    pub(crate) fn close(&mut self, id: u128, merchant: usize) -> Outcome {
        if let Some((of, number)) = self.closes.get(&id) {
            return if *of == merchant {
                Ok(Seen::Batch(self.batches[*of][*number]))
            } else {
                Err("REQUEST_ID_REUSED")
            };
        }
        let mut batch = std::mem::take(&mut self.open[merchant]);
        let net = batch.sales - batch.returns;
        batch.fee = if net > 0 { (net * self.settings.fee_ppm * 2 + 1_000_000) / 2_000_000 } else { 0 };
        batch.payout = (net - batch.fee).max(0);
        self.pay(Account::Merchant(merchant), Account::Fees, batch.fee);
        let number = self.batches[merchant].len();
        for payment in self.payments.values_mut().filter(|p| p.merchant == merchant) {
            if payment.state != PaymentState::Pending && payment.batch.is_none() {
                payment.batch = Some(number);
            }
        }
        self.batches[merchant].push(batch);
        self.closes.insert(id, (merchant, number));
        Ok(Seen::Batch(batch))
    }

    pub(crate) fn pay_out(&mut self, id: u128, merchant: usize, number: usize) -> Outcome {
        match self.payouts.get(&id) {
            Some(before) if *before != (merchant, number) => return Err("REQUEST_ID_REUSED"),
            Some(_) => return Ok(Seen::Balance(self.batches[merchant][number].payout)),
            None => {}
        }
        let batch = self.batches[merchant][number];
        if batch.paid {
            return Err("INVALID_TRANSITION");
        }
        if self.balance(Account::Merchant(merchant)) < batch.payout {
            return Err("MERCHANT_BALANCE_TOO_LOW");
        }
        self.pay(Account::Merchant(merchant), Account::Cash, batch.payout);
        self.batches[merchant][number].paid = true;
        self.payouts.insert(id, (merchant, number));
        Ok(Seen::Balance(batch.payout))
    }

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

    /// Of all that a campaign has reserved, each unit must lie on some coupon.
    pub(crate) fn check(&self) {
        assert_eq!(self.accounts.values().sum::<Minor>(), 0);
        for offer in 0..self.offers.len() {
            let held: Minor = self
                .coupons
                .iter()
                .filter(|((_, o), _)| *o == offer)
                .flat_map(|(_, all)| all.iter().map(|(_, c)| c.held))
                .sum();
            assert_eq!(self.balance(Account::Reserved(offer)), held);
        }
        let _ = self.payments.values().map(|p| p.created_at).max();
    }
}
