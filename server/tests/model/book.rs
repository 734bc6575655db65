//! The reference: what a provider's books must show after each command, in the plainest arithmetic. It shares no rule with the
//! system under test, only the words of its reasons.

mod payments;
mod refunds;
mod settlement;
mod time;
mod wallets;

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
    /// The token's number alone, without a code.
    pub bare: bool,
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
    /// Which offer's line, and how many units of it.
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
    pub closed: bool,
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
            None if matches!(to, Account::Wallet(n) if self.shoppers[n].closed) => {
                return Err("WALLET_CLOSED");
            }
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

    /// The ids are the system's: it gives them, the reference takes them.
    pub(crate) fn tokens(&mut self, wallet: usize, ids: &[u64]) -> Outcome {
        if self.shoppers[wallet].closed {
            return Err("WALLET_CLOSED");
        }
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
        if self.shoppers[wallet].closed {
            return Err("WALLET_CLOSED");
        }
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
    }
}
