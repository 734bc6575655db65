//! Opening and freezing wallets, and giving out tokens.

use proto::status::Failure;
use shared::{
    ids::WalletId,
    ledger::{Account, posting_rules},
    money::Money,
    reason::Reason,
    time::UnixMillis,
};

use super::{
    Command,
    device::{self, Caller, Joined, open_wallet},
    transfer::check_currency,
};
use crate::{
    config::TOKENS_HELD_MAX,
    engine::state::{Change, Keys, State, next},
    model::{AccountRow, CodeHash, Token, TokenId, TokenState, Wallet, WalletState, WalletView},
};

/// Opens a wallet for a device key, or finds the one it has.
pub struct OpenWallet {
    /// Ed25519 key of the device, known to be its own.
    pub public_key: [u8; 32],
    /// As the shopper names the device.
    pub device_name: String,
    /// Of the recovery code of a new wallet.
    pub recovery: CodeHash,
}

impl Command for OpenWallet {
    type Output = Joined;

    fn touches(&self, keys: &mut Keys) {
        keys.public_keys.push(self.public_key);
        keys.accounts.push(Account::Cash);
        keys.numbers.wallet += 1;
        keys.numbers.device += 1;
        keys.numbers.entry += 1;
    }

    fn decide(&self, state: &mut State) -> Result<Joined, Failure> {
        if let Some(&(wallet, device)) = state.devices_by_key.get(&self.public_key) {
            Caller { wallet, device }.wallet(state)?;
            return Ok(Joined { view: view(state, wallet)?, device, new: false });
        }
        let id = WalletId(next(&mut state.sequences.wallet));
        let wallet = Wallet {
            id,
            state: WalletState::Active,
            opened_at: state.now,
            limit_payment_minor: None,
            limit_day_minor: None,
            recovery: Some(self.recovery),
            pairing: None,
        };
        state.wallets.insert(id, wallet);
        state.accounts.insert(Account::Wallet(id), AccountRow::default());
        if state.rules.welcome_minor > 0 {
            state.post(posting_rules::deposit(Account::Wallet(id), state.rules.welcome_minor), None);
        }
        let device = device::add(state, id, self.public_key, &self.device_name);
        Ok(Joined { view: view(state, id)?, device, new: true })
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
        let to = if self.frozen { WalletState::Frozen } else { WalletState::Active };
        if open_wallet(state, self.wallet)?.state == to {
            return view(state, self.wallet);
        }
        state.wallets.change(&self.wallet).state = to;
        state.changes.push(Change { wallet: Some(self.wallet), ..Change::default() });
        view(state, self.wallet)
    }
}

/// Chooses from where on the shopper wants to be asked; the operator's limits stay the upper bound.
pub struct SetApprovalLimits {
    /// Who asks.
    pub caller: Caller,
    /// The most of one payment; none is the operator's limit.
    pub per_payment: Option<Money>,
    /// The most of a day; none is the operator's limit.
    pub per_day: Option<Money>,
}

impl Command for SetApprovalLimits {
    type Output = WalletView;

    fn touches(&self, keys: &mut Keys) {
        self.caller.touch(keys);
    }

    fn decide(&self, state: &mut State) -> Result<WalletView, Failure> {
        let id = self.caller.wallet;
        self.caller.wallet(state)?;
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
        let wallet = state.wallets.change(&id);
        wallet.limit_payment_minor = self.per_payment.map(|limit| limit.minor);
        wallet.limit_day_minor = self.per_day.map(|limit| limit.minor);
        state.changes.push(Change { wallet: Some(id), ..Change::default() });
        view(state, id)
    }
}

pub(super) fn view(state: &State, id: WalletId) -> Result<WalletView, Failure> {
    match state.wallets.get(&id) {
        Some(wallet) => {
            Ok(WalletView { wallet: wallet.clone(), balance_minor: state.balance(Account::Wallet(id)) })
        }
        None => Err(Failure::new(Reason::WalletNotFound, format!("there is no wallet {id}"))),
    }
}

/// Gives a device new tokens, and revokes its oldest where it would hold too many.
pub struct IssueTokens {
    /// Who asks.
    pub caller: Caller,
    /// How many.
    pub count: u32,
}

impl Command for IssueTokens {
    type Output = Vec<(TokenId, UnixMillis)>;

    fn touches(&self, keys: &mut Keys) {
        self.caller.touch(keys);
        keys.token_holders.push(self.caller.wallet);
        keys.numbers.token += self.count;
    }

    fn decide(&self, state: &mut State) -> Result<Self::Output, Failure> {
        self.caller.wallet(state)?;
        let Caller { wallet, device } = self.caller;
        let expires_at = state.now.plus_ms(state.rules.token_ttl_ms);
        let mut issued = Vec::new();
        for _ in 0..self.count {
            let id = state.sequences.token.take().cast_unsigned();
            state.tokens.insert(id, Token { wallet, device, expires_at, state: TokenState::Unused });
            issued.push((id, expires_at));
        }
        let live: Vec<TokenId> = state
            .tokens
            .iter()
            .filter(|(_, t)| t.device == device && t.state == TokenState::Unused && state.now < t.expires_at)
            .map(|(id, _)| *id)
            .collect();
        for id in &live[..live.len().saturating_sub(TOKENS_HELD_MAX)] {
            state.tokens.change(id).state = TokenState::Revoked;
        }
        Ok(issued)
    }
}
