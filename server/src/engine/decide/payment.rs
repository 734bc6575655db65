//! Taking the money and redeeming the coupons: all or nothing, once for each payment id.

use std::sync::Arc;

use proto::status::Failure;
use shared::{
    gs1::Gln,
    ids::{CouponId, MerchantId, TerminalId, WalletId},
    ledger::{Account, EntryKind, posting_rules},
    money::Money,
    offer::{Claim, Refusal, Store},
    payment::{PaymentState, Redemption, approval::Limits, check_amounts, check_redemption, stackable},
    reason::Reason,
    time::UnixMillis,
};

use super::{Command, approval::expire_if_due, transfer::check_currency};
use crate::{
    config::Rules,
    engine::state::{Change, Keys, State},
    model::{
        CouponKey, CouponState, Decline, Payment, PaymentId, RedemptionRow, RequestHash, Token, TokenId,
        TokenState, Wallet, WalletState,
    },
};

/// What the till has scanned, read before the queue since it needs nothing that can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The token and its wallet; none where the provider never gave it out.
    pub token: Option<(TokenId, WalletId)>,
    /// The rest of the code; none where the till has the token's number alone, which proves nothing: then the shopper has to
    /// approve, and may use every coupon that is clipped.
    pub code: Option<ScannedCode>,
}

/// What a combined code says beside its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedCode {
    /// Whether the device that fetched the token signed exactly this code.
    pub signed: bool,
    /// When the phone made it.
    pub issued_at: UnixMillis,
    /// The coupons that the shopper put in.
    pub claims: Vec<Claim>,
}

/// A till asks for a payment.
#[derive(Debug, Clone)]
pub struct CreatePayment {
    /// Chosen by the till.
    pub id: PaymentId,
    /// Of the whole request.
    pub request_hash: RequestHash,
    /// The till's shop.
    pub merchant: MerchantId,
    /// The till.
    pub terminal: TerminalId,
    /// The branch that it stands in.
    pub branch: Option<Gln>,
    /// The code.
    pub scan: Scan,
    /// Before discounts.
    pub gross: Money,
    /// What the shopper is to pay.
    pub due: Money,
    /// Coupons and lines; each offer once.
    pub redemptions: Vec<Redemption>,
    /// The till's own number.
    pub reference: String,
}

impl Command for CreatePayment {
    type Output = Payment;

    fn touches(&self, keys: &mut Keys) {
        keys.payments.push(self.id);
        // Found only where the same id comes again: then it may have to expire.
        keys.undone.push(self.id);
        let Some((token, wallet)) = self.scan.token else { return };
        keys.tokens.push(token);
        keys.wallets.push(wallet);
        keys.accounts.extend([Account::Wallet(wallet), Account::Merchant(self.merchant)]);
        keys.numbers.entry += 1;
        for redemption in &self.redemptions {
            keys.coupons.push((wallet, redemption.offer_number));
            keys.campaigns_seen.push(redemption.offer_number);
            keys.accounts.push(Account::CampaignReserved(redemption.offer_number));
        }
    }

    /// A refusal is stored under the payment id too: were it not, a copy of the request that the network kept back could move
    /// money after the till has gone on.
    fn decide(&self, state: &mut State) -> Result<Payment, Failure> {
        expire_if_due(state, self.id);
        if let Some(seen) = state.payments.get(&self.id) {
            return self.answer_again(seen);
        }
        match self.judge(state) {
            Ok((wallet, token, coupons)) => Ok(self.accept(state, wallet, token, &coupons)),
            Err(failure) => {
                self.decline(state, &failure);
                Err(failure)
            }
        }
    }
}

impl CreatePayment {
    fn answer_again(&self, seen: &Payment) -> Result<Payment, Failure> {
        let same_request = seen.request_hash.is_none_or(|hash| hash == self.request_hash);
        if seen.merchant != self.merchant || !same_request {
            let text = "this payment id was used for another request; choose a new id";
            return Err(Failure::new(Reason::PaymentIdReused, text));
        }
        match (&seen.decline, seen.state) {
            (Some(decline), PaymentState::Declined) => Err(Failure {
                refusals: decline.refusals.clone(),
                ..Failure::new(decline.reason, decline.message.clone())
            }),
            _ => Ok(seen.clone()),
        }
    }

    /// The checks, in their fixed order: token, signature, age of the code, wallet, amounts, coupons, money. The token
    /// comes before the age, so that a code shown twice says so however old it is.
    fn judge(&self, state: &State) -> Result<(WalletId, TokenId, Vec<CouponKey>), Failure> {
        let (token, wallet) = self.judge_token(state)?;
        if let Some(code) = &self.scan.code {
            if !code.signed {
                return refuse(Reason::SignatureInvalid, "the code was changed, or another phone made it");
            }
            judge_age(code, state)?;
        }
        judge_wallet(state.wallets.get(&wallet))?;
        self.judge_amounts(state)?;
        let coupons = self.judge_coupons(state, wallet)?;
        if state.balance(Account::Wallet(wallet)) < self.due.minor {
            return refuse(Reason::InsufficientFunds, "the wallet holds less than is due");
        }
        Ok((wallet, token, coupons))
    }

    fn judge_token(&self, state: &State) -> Result<(TokenId, WalletId), Failure> {
        let unknown = || Failure::new(Reason::TokenUnknown, "this provider never gave out the code's token");
        let (id, wallet) = self.scan.token.ok_or_else(unknown)?;
        let token = state.tokens.get(&id).ok_or_else(unknown)?;
        judge_token(token, state.now)?;
        Ok((id, wallet))
    }

    fn judge_amounts(&self, state: &State) -> Result<(), Failure> {
        check_currency(state, self.gross)?;
        check_currency(state, self.due)?;
        check_amounts(self.gross.minor, self.due.minor, &self.redemptions)
            .map_err(|mismatch| Failure::new(Reason::AmountMismatch, mismatch.to_string()))
    }

    /// All refused coupons at once, so that the till can drop exactly those.
    fn judge_coupons(&self, state: &State, wallet: WalletId) -> Result<Vec<CouponKey>, Failure> {
        let mut coupons = Vec::with_capacity(self.redemptions.len());
        let mut refusals = Vec::new();
        for redemption in &self.redemptions {
            match self.judge_coupon(state, wallet, redemption) {
                Ok(key) => coupons.push(key),
                Err(refusal) => refusals.push((redemption.offer_number, refusal)),
            }
        }
        if refusals.is_empty() {
            return Ok(coupons);
        }
        let text = "some coupons were refused; drop them and ask again with a new payment id";
        Err(Failure { refusals, ..Failure::new(Reason::CouponRefused, text) })
    }

    fn judge_coupon(
        &self,
        state: &State,
        wallet: WalletId,
        redemption: &Redemption,
    ) -> Result<CouponKey, Refusal> {
        let offer = redemption.offer_number;
        let campaign = state.campaigns.get(&offer).ok_or(Refusal::NotClipped)?;
        let claim = match &self.scan.code {
            Some(code) => code.claims.iter().find(|c| c.offer_number == offer).cloned(),
            None => Some(campaign.offer.terms.claim(offer)),
        };
        let claim = claim.ok_or(Refusal::NotClipped)?;
        let live = state.coupons_of(wallet, offer).find(|c| c.state == CouponState::Clipped);
        let Some(coupon) = live else {
            return Err(match state.coupons_of(wallet, offer).last().map(|c| c.state) {
                Some(CouponState::Redeemed | CouponState::Held) => Refusal::AlreadyRedeemed,
                Some(CouponState::Expired) => Refusal::Expired,
                _ => Refusal::NotClipped,
            });
        };
        let store = Store { merchant: self.merchant, branch: self.branch };
        check_redemption(&campaign.offer.terms, &claim, redemption, self.gross.minor, store, state.now)?;
        if !self.goes_with_those_before(state, redemption) {
            return Err(Refusal::NotStackable);
        }
        assert!(coupon.reserved_minor >= redemption.discount_minor(), "a coupon holds its worst case");
        Ok(coupon.key())
    }

    /// Whether the coupon can be used beside those that the request names before it.
    fn goes_with_those_before(&self, state: &State, redemption: &Redemption) -> bool {
        let terms = |of: &Redemption| state.campaigns.get(&of.offer_number).map(|c| &c.offer.terms);
        let Some(this) = terms(redemption) else { return false };
        let before = self.redemptions.iter().take_while(|r| r.offer_number != redemption.offer_number);
        before.filter_map(terms).all(|that| stackable(this, that))
    }

    /// The token is used from now on, whatever comes of the payment.
    fn accept(&self, state: &mut State, wallet: WalletId, token: TokenId, coupons: &[CouponKey]) -> Payment {
        state.tokens.change(&token).state = TokenState::Used;
        let ask = self.must_ask(state, wallet);
        let outcome = if ask { PaymentState::PendingApproval } else { PaymentState::Completed };
        let mut payment = self.row(state, outcome, Some(wallet));
        payment.previous = state.accounts.change(&Account::Wallet(wallet)).last_payment.replace(self.id);
        payment.approval_expires_at = ask.then(|| state.now.plus_ms(state.rules.approval_ttl_ms));
        state.payments.insert(self.id, payment);
        for key in coupons {
            let coupon = state.coupons.change(key);
            coupon.state = CouponState::Held;
            coupon.payment = Some(self.id);
        }
        let ids = if ask {
            coupons.iter().map(|key| state.coupons.change(key).id).collect()
        } else {
            redeem(state, wallet, self.id, CouponState::Held)
        };
        state.changes.push(Change { wallet: Some(wallet), payment: Some(self.id), coupons: ids });
        state.payments.change(&self.id).clone()
    }

    /// Whether the shopper has to approve it; where not, it counts for the day.
    fn must_ask(&self, state: &mut State, wallet: WalletId) -> bool {
        if self.scan.code.is_none() {
            return true;
        }
        let rules = Arc::clone(&state.rules);
        let limits = limits(&rules, state.wallets.get(&wallet));
        let today = rules.day(state.now);
        let account = state.accounts.change(&Account::Wallet(wallet));
        let spent_minor = if account.spent_day == today { account.spent_minor } else { 0 };
        if limits.ask(spent_minor, self.due.minor) {
            return true;
        }
        account.spent_day = today;
        account.spent_minor = spent_minor + self.due.minor;
        false
    }

    fn decline(&self, state: &mut State, failure: &Failure) {
        let wallet = self.scan.token.map(|(_, wallet)| wallet);
        let mut payment = self.row(state, PaymentState::Declined, wallet);
        payment.decline = Some(Decline {
            reason: failure.reason,
            message: failure.message.clone(),
            refusals: failure.refusals.clone(),
        });
        state.payments.insert(self.id, payment);
        // A phone hears of what its own code led to; a code that it did not sign is none of its business.
        let wallet = wallet.filter(|_| self.scan.code.as_ref().is_none_or(|code| code.signed));
        state.changes.push(Change { wallet, payment: Some(self.id), coupons: Vec::new() });
    }

    fn row(&self, state: &State, outcome: PaymentState, wallet: Option<WalletId>) -> Payment {
        Payment {
            id: self.id,
            request_hash: Some(self.request_hash),
            state: outcome,
            merchant: self.merchant,
            terminal: self.terminal,
            wallet,
            currency: self.gross.currency,
            gross_minor: self.gross.minor,
            due_minor: self.due.minor,
            redemptions: self.redemptions.clone(),
            reference: self.reference.clone(),
            created_at: state.now,
            reversed_at: None,
            decline: None,
            previous: None,
            entry: None,
            approval_expires_at: None,
            completed_at: None,
            refunds: Vec::new(),
        }
    }
}

/// Whether the token can still pay.
pub(crate) fn judge_token(token: &Token, now: UnixMillis) -> Result<(), Failure> {
    match token.state {
        TokenState::Revoked => refuse(Reason::TokenRevoked, "the code's token was withdrawn"),
        TokenState::Used => refuse(Reason::TokenAlreadyUsed, "this code has paid before; show a new one"),
        TokenState::Unused if now >= token.expires_at => {
            let text = "the code's token is too old; connect the phone and show a new code";
            refuse(Reason::TokenExpired, text)
        }
        TokenState::Unused => Ok(()),
    }
}

fn judge_age(code: &ScannedCode, state: &State) -> Result<(), Failure> {
    let (made, rules) = (code.issued_at, &state.rules);
    if state.now > made.plus_ms(rules.code_valid_ms) {
        return refuse(Reason::CodeExpired, "the code is too old; show a new one");
    }
    if made > state.now.plus_ms(rules.code_ahead_ms) {
        let text = "the code is from the future; set the phone's clock and show a new one";
        return refuse(Reason::CodeFromFuture, text);
    }
    Ok(())
}

/// Whether the wallet can pay.
pub(crate) fn judge_wallet(wallet: Option<&Wallet>) -> Result<(), Failure> {
    match wallet.map(|wallet| wallet.state) {
        Some(WalletState::Active) => Ok(()),
        Some(WalletState::Closed) => {
            refuse(Reason::WalletClosed, "the shopper has closed this wallet; take other means of payment")
        }
        Some(WalletState::Frozen) | None => {
            refuse(Reason::WalletFrozen, "this wallet is stopped; take other means of payment")
        }
    }
}

/// What a wallet pays without asking.
pub(crate) fn limits(rules: &Rules, wallet: Option<&Wallet>) -> Limits {
    let own = wallet.map_or((None, None), |wallet| (wallet.limit_payment_minor, wallet.limit_day_minor));
    rules.approval_limits.lowered(own.0, own.1)
}

/// Moves the money of a payment and uses its coupons, which are `from` until then. The caller has checked that both are there.
pub(super) fn redeem(state: &mut State, wallet: WalletId, id: PaymentId, from: CouponState) -> Vec<CouponId> {
    let now = state.now;
    let payment = state.payments.get(&id).expect("a payment that is made exists");
    let (merchant, due_minor, discounts) = (payment.merchant, payment.due_minor, payment.discounts());
    let entry = state.post(posting_rules::payment(wallet, merchant, due_minor, &discounts), Some(id));
    let mut coupons = Vec::with_capacity(discounts.len());
    for (offer, discount_minor) in discounts {
        let mut theirs = state.coupons_of(wallet, offer);
        let its = theirs.find(|c| c.state == from && c.payment == Some(id));
        let key = its.expect("a payment keeps its coupons").key();
        drop(theirs);
        let coupon = state.coupons.change(&key);
        coupon.state = CouponState::Redeemed;
        coupon.reserved_minor -= discount_minor;
        coupon.redeemed_at = Some(now);
        let coupon = coupon.id;
        state.accounts.change(&Account::CampaignReserved(offer)).coupons_redeemed += 1;
        state.redemptions.push(RedemptionRow { coupon, entry, kind: EntryKind::Payment, payment: id });
        coupons.push(coupon);
    }
    let row = state.payments.change(&id);
    row.entry = Some(entry);
    row.completed_at = Some(now);
    coupons
}

fn refuse<T>(reason: Reason, message: &str) -> Result<T, Failure> {
    Err(Failure::new(reason, message))
}
