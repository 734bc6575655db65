//! Wallets, their devices and their tokens.

use shared::{
    ids::{DeviceId, WalletId},
    time::UnixMillis,
};

use super::CodeHash;

/// Whether a wallet can pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletState {
    /// It can.
    Active,
    /// Stopped by the operator.
    Frozen,
    /// Closed by the shopper, for good.
    Closed,
}

/// A shopper's wallet; its balance is that of its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wallet {
    /// Its name.
    pub id: WalletId,
    /// Whether it can pay.
    pub state: WalletState,
    /// When it was opened.
    pub opened_at: UnixMillis,
    /// The most of one payment that the shopper wants to pay without being asked; none is the operator's limit.
    pub limit_payment_minor: Option<i64>,
    /// The same for all payments of a day.
    pub limit_day_minor: Option<i64>,
    /// Of the recovery code; none where the wallet is closed.
    pub recovery: Option<CodeHash>,
    /// The pairing code that can be used.
    pub pairing: Option<Pairing>,
}

/// A pairing code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pairing {
    /// Of the code.
    pub hash: CodeHash,
    /// From then on it is no longer taken.
    pub expires_at: UnixMillis,
}

/// A wallet with its money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletView {
    /// The wallet.
    pub wallet: Wallet,
    /// In it.
    pub balance_minor: i64,
}

/// A phone or browser with a key that may act for a wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its name here.
    pub id: DeviceId,
    /// Its wallet, for good.
    pub wallet: WalletId,
    /// Its Ed25519 key, for good.
    pub public_key: [u8; 32],
    /// As the shopper named it.
    pub name: String,
    /// When it came to the wallet.
    pub linked_at: UnixMillis,
    /// Since when it may no longer act for the wallet.
    pub revoked_at: Option<UnixMillis>,
}

/// Whether a token can still pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenState {
    /// It can.
    Unused,
    /// It has.
    Used,
    /// It was withdrawn.
    Revoked,
}

/// A one-time payment token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Whose.
    pub wallet: WalletId,
    /// The device that fetched it, and whose key signs codes with it.
    pub device: DeviceId,
    /// From then on it is no longer taken.
    pub expires_at: UnixMillis,
    /// Whether it can still pay.
    pub state: TokenState,
}
