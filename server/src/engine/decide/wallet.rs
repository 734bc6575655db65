//! Opening and freezing wallets, and giving out tokens.

use proto::status::Failure;
use shared::{
    ids::WalletId,
    ledger::{Account, posting_rules},
    money::Money,
    reason::Reason,
    time::UnixMillis,
};

use super::{Command, transfer::check_currency};
use crate::{
    config::TOKENS_HELD_MAX,
    engine::state::{Change, Keys, State, next},
    model::{AccountRow, Token, TokenId, TokenState, Wallet, WalletView},
};

/// Opens a wallet for a device key, or finds the one it has.
pub struct OpenWallet {
    /// Ed25519 key of the device, known to be its own.
    pub public_key: [u8; 32],
}

impl Command for OpenWallet {
    type Output = WalletView;

    fn touches(&self, keys: &mut Keys) {
        keys.public_keys.push(self.public_key);
        keys.accounts.push(Account::Cash);
        keys.numbers.wallet += 1;
        keys.numbers.entry += 1;
    }

    fn decide(&self, state: &mut State) -> Result<WalletView, Failure> {
        if let Some(id) = state.wallets_by_key.get(&self.public_key) {
            return view(state, *id);
        }
        let id = WalletId(next(&mut state.sequences.wallet));
        let wallet = Wallet {
            id,
            public_key: self.public_key,
            frozen: false,
            opened_at: state.now,
            limit_payment_minor: None,
            limit_day_minor: None,
        };
        state.wallets_by_key.insert(self.public_key, id);
        state.wallets.insert(id, wallet);
        state.accounts.insert(Account::Wallet(id), AccountRow::default());
        if state.rules.welcome_minor > 0 {
            state.post(posting_rules::deposit(Account::Wallet(id), state.rules.welcome_minor), None);
        }
        view(state, id)
    }
}

/// Stops a wallet from paying, or lets it pay again.
pub struct FreezeWallet {
    /// Which.
    pub wallet: WalletId,
    /// Whether to stop it.
    pub frozen: bool,
}

impl Command for FreezeWallet {
    type Output = WalletView;

    fn touches(&self, keys: &mut Keys) {
        keys.wallets.push(self.wallet);
        keys.accounts.push(Account::Wallet(self.wallet));
    }

    fn decide(&self, state: &mut State) -> Result<WalletView, Failure> {
        let before = view(state, self.wallet)?;
        if before.wallet.frozen == self.frozen {
            return Ok(before);
        }
        state.wallets.change(&self.wallet).frozen = self.frozen;
        state.changes.push(Change { wallet: Some(self.wallet), ..Change::default() });
        view(state, self.wallet)
    }
}

/// Chooses from where on the shopper wants to be asked; the operator's limits stay the upper bound.
pub struct SetApprovalLimits {
    /// Whose.
    pub wallet: WalletId,
    /// The most of one payment; none is the operator's limit.
    pub per_payment: Option<Money>,
    /// The most of a day; none is the operator's limit.
    pub per_day: Option<Money>,
}

impl Command for SetApprovalLimits {
    type Output = WalletView;

    fn touches(&self, keys: &mut Keys) {
        keys.wallets.push(self.wallet);
        keys.accounts.push(Account::Wallet(self.wallet));
    }

    fn decide(&self, state: &mut State) -> Result<WalletView, Failure> {
        view(state, self.wallet)?;
        let ours = state.rules.approval_limits;
        let bounds = [
            ("limits.per_payment", self.per_payment, ours.per_payment_minor),
            ("limits.per_day", self.per_day, ours.per_day_minor),
        ];
        for (field, chosen, most_minor) in bounds {
            let Some(chosen) = chosen else { continue };
            check_currency(state, chosen)?;
            if chosen.minor < 0 || chosen.minor > most_minor {
                let text = format!("{field}: from 0 to the provider's limit of {most_minor} minor units");
                return Err(Failure::invalid(field, text));
            }
        }
        let wallet = state.wallets.change(&self.wallet);
        wallet.limit_payment_minor = self.per_payment.map(|limit| limit.minor);
        wallet.limit_day_minor = self.per_day.map(|limit| limit.minor);
        state.changes.push(Change { wallet: Some(self.wallet), ..Change::default() });
        view(state, self.wallet)
    }
}

fn view(state: &State, id: WalletId) -> Result<WalletView, Failure> {
    match state.wallets.get(&id) {
        Some(wallet) => {
            Ok(WalletView { wallet: wallet.clone(), balance_minor: state.balance(Account::Wallet(id)) })
        }
        None => Err(Failure::new(Reason::WalletNotFound, format!("there is no wallet {id}"))),
    }
}

/// Gives a wallet new tokens, and revokes its oldest where it would hold too many.
pub struct IssueTokens {
    /// Whose.
    pub wallet: WalletId,
    /// How many.
    pub count: u32,
}

impl Command for IssueTokens {
    type Output = Vec<(TokenId, UnixMillis)>;

    fn touches(&self, keys: &mut Keys) {
        keys.accounts.push(Account::Wallet(self.wallet));
        keys.token_holders.push(self.wallet);
        keys.numbers.token += self.count;
    }

    fn decide(&self, state: &mut State) -> Result<Self::Output, Failure> {
        let expires_at = state.now.plus_ms(state.rules.token_ttl_ms);
        let mut issued = Vec::new();
        for _ in 0..self.count {
            let id = state.sequences.token.take().cast_unsigned();
            state.tokens.insert(id, Token { wallet: self.wallet, expires_at, state: TokenState::Unused });
            issued.push((id, expires_at));
        }
        let live: Vec<TokenId> = state
            .tokens
            .iter()
            .filter(|(_, t)| {
                t.wallet == self.wallet && t.state == TokenState::Unused && state.now < t.expires_at
            })
            .map(|(id, _)| *id)
            .collect();
        for id in &live[..live.len().saturating_sub(TOKENS_HELD_MAX)] {
            state.tokens.change(id).state = TokenState::Revoked;
        }
        Ok(issued)
    }
}
