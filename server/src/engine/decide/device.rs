//! The devices of a wallet: linking one by a pairing code, getting a wallet back by its recovery code, revoking.

use proto::status::Failure;
use shared::{
    ids::{DeviceId, WalletId},
    reason::Reason,
    time::UnixMillis,
};

use super::{Command, wallet::view};
use crate::{
    config::DEVICES_MAX,
    engine::state::{Change, Enrolment, Keys, State, next},
    model::{CodeHash, Device, Pairing, TokenId, TokenState, Wallet, WalletState, WalletView},
};

/// A device that asks something of its wallet, as its session says. Whether it still may is decided with the command: it can
/// have been revoked since the session was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The wallet.
    pub wallet: WalletId,
    /// The device.
    pub device: DeviceId,
}

impl Caller {
    pub(super) fn touch(self, keys: &mut Keys) {
        keys.device_holders.push(self.wallet);
    }

    /// The wallet, where the device may still act for it.
    pub(super) fn wallet(self, state: &State) -> Result<&Wallet, Failure> {
        let live = live_devices(state, self.wallet).any(|device| device.id == self.device);
        if live { open_wallet(state, self.wallet) } else { Err(revoked()) }
    }
}

/// A device with the wallet that it has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The wallet.
    pub view: WalletView,
    /// The device.
    pub device: DeviceId,
    /// Whether the command has brought it there.
    pub new: bool,
}

/// Makes a pairing code in place of the one before.
pub struct CreatePairingCode {
    /// Who asks.
    pub caller: Caller,
    /// Of the new code.
    pub code: CodeHash,
}

impl Command for CreatePairingCode {
    type Output = UnixMillis;

    fn touches(&self, keys: &mut Keys) {
        self.caller.touch(keys);
    }

    fn decide(&self, state: &mut State) -> Result<UnixMillis, Failure> {
        self.caller.wallet(state)?;
        let expires_at = state.now.plus_ms(state.rules.pairing_ttl_ms);
        state.wallets.change(&self.caller.wallet).pairing = Some(Pairing { hash: self.code, expires_at });
        Ok(expires_at)
    }
}

/// Links a device to the wallet that made the pairing code, which is used up.
pub struct LinkDevice {
    /// Of the code.
    pub code: CodeHash,
    /// Ed25519 key of the device, known to be its own.
    pub public_key: [u8; 32],
    /// As the shopper names it.
    pub name: String,
}

impl Command for LinkDevice {
    type Output = Joined;

    fn touches(&self, keys: &mut Keys) {
        keys.typed_codes.push(self.code);
        keys.public_keys.push(self.public_key);
        keys.numbers.device += 1;
    }

    fn decide(&self, state: &mut State) -> Result<Joined, Failure> {
        let good = |wallet: &&Wallet| {
            wallet.pairing.is_some_and(|pairing| pairing.hash == self.code && state.now < pairing.expires_at)
        };
        let found = state.wallets_by_code.get(&self.code).and_then(|id| state.wallets.get(id)).filter(good);
        let Some(wallet) = found.map(|wallet| wallet.id) else {
            let text = "the pairing code is mistyped, used or too old; make a new one on the other device";
            return Err(Failure::new(Reason::PairingCodeInvalid, text));
        };
        let known = known(state, &self.public_key, wallet)?;
        if known.is_none() && live_devices(state, wallet).count() >= DEVICES_MAX {
            let text = format!("a wallet has at most {DEVICES_MAX} devices; revoke one first");
            return Err(Failure::new(Reason::DeviceLimitReached, text));
        }
        state.wallets.change(&wallet).pairing = None;
        let device = known.unwrap_or_else(|| add(state, wallet, self.public_key, &self.name));
        state.changes.push(Change { wallet: Some(wallet), ..Change::default() });
        Ok(Joined { view: view(state, wallet)?, device, new: known.is_none() })
    }
}

/// Gives a wallet to a device by the recovery code, which is replaced; all other devices are revoked.
pub struct RecoverWallet {
    /// Of the code.
    pub code: CodeHash,
    /// Ed25519 key of the device, known to be its own.
    pub public_key: [u8; 32],
    /// As the shopper names it.
    pub name: String,
    /// Of the code that takes the place of this one.
    pub renewed: CodeHash,
}

impl Command for RecoverWallet {
    type Output = Joined;

    fn touches(&self, keys: &mut Keys) {
        keys.typed_codes.push(self.code);
        keys.public_keys.push(self.public_key);
        keys.numbers.device += 1;
    }

    fn decide(&self, state: &mut State) -> Result<Joined, Failure> {
        let found = state.wallets_by_code.get(&self.code).and_then(|id| state.wallets.get(id));
        let Some(wallet) = found.filter(|wallet| wallet.recovery == Some(self.code)).map(|wallet| wallet.id)
        else {
            return Err(Failure::new(Reason::RecoveryCodeInvalid, "no wallet has this recovery code"));
        };
        let known = known(state, &self.public_key, wallet)?;
        let others: Vec<DeviceId> =
            live_devices(state, wallet).map(|device| device.id).filter(|id| Some(*id) != known).collect();
        others.into_iter().for_each(|device| revoke(state, wallet, device));
        let row = state.wallets.change(&wallet);
        row.recovery = Some(self.renewed);
        row.pairing = None;
        let device = known.unwrap_or_else(|| add(state, wallet, self.public_key, &self.name));
        state.changes.push(Change { wallet: Some(wallet), ..Change::default() });
        Ok(Joined { view: view(state, wallet)?, device, new: known.is_none() })
    }
}

/// Replaces the recovery code.
pub struct RenewRecoveryCode {
    /// Who asks.
    pub caller: Caller,
    /// Of the new code.
    pub code: CodeHash,
}

impl Command for RenewRecoveryCode {
    type Output = ();

    fn touches(&self, keys: &mut Keys) {
        self.caller.touch(keys);
    }

    fn decide(&self, state: &mut State) -> Result<(), Failure> {
        self.caller.wallet(state)?;
        state.wallets.change(&self.caller.wallet).recovery = Some(self.code);
        Ok(())
    }
}

/// Takes the wallet from a device: its key and its unused tokens are dead. Gives the devices that are left.
pub struct RevokeDevice {
    /// Who asks; a device may revoke itself.
    pub caller: Caller,
    /// Which.
    pub device: DeviceId,
}

impl Command for RevokeDevice {
    type Output = Vec<Device>;

    fn touches(&self, keys: &mut Keys) {
        self.caller.touch(keys);
        keys.token_holders.push(self.caller.wallet);
    }

    fn decide(&self, state: &mut State) -> Result<Vec<Device>, Failure> {
        let wallet = self.caller.wallet;
        self.caller.wallet(state)?;
        let found = state.devices_of(wallet).find(|device| device.id == self.device);
        let Some(device) = found else {
            let text = format!("this wallet has no device {}", self.device);
            return Err(Failure::new(Reason::DeviceNotFound, text));
        };
        if device.revoked_at.is_none() {
            revoke(state, wallet, self.device);
            state.changes.push(Change { wallet: Some(wallet), ..Change::default() });
        }
        Ok(live_devices(state, wallet).cloned().collect())
    }
}

/// A wallet that is not closed.
pub(super) fn open_wallet(state: &State, id: WalletId) -> Result<&Wallet, Failure> {
    let missing = || Failure::new(Reason::WalletNotFound, format!("there is no wallet {id}"));
    let wallet = state.wallets.get(&id).ok_or_else(missing)?;
    match wallet.state {
        WalletState::Closed => Err(Failure::new(Reason::WalletClosed, "this wallet is closed")),
        WalletState::Active | WalletState::Frozen => Ok(wallet),
    }
}

/// Adds a device to a wallet.
pub(super) fn add(state: &mut State, wallet: WalletId, public_key: [u8; 32], name: &str) -> DeviceId {
    let id = DeviceId(next(&mut state.sequences.device));
    let device =
        Device { id, wallet, public_key, name: name.to_owned(), linked_at: state.now, revoked_at: None };
    state.devices.insert((wallet, id), device);
    state.devices_by_key.insert(public_key, (wallet, id));
    id
}

/// The device of a key, where it is one of this wallet; another wallet's is refused, and so is one that was revoked.
fn known(state: &State, public_key: &[u8; 32], wallet: WalletId) -> Result<Option<DeviceId>, Failure> {
    let Some(key) = state.devices_by_key.get(public_key) else { return Ok(None) };
    if state.devices.get(key).is_some_and(|device| device.revoked_at.is_some()) {
        return Err(revoked());
    }
    if key.0 == wallet {
        return Ok(Some(key.1));
    }
    Err(Failure::new(
        Reason::DeviceInUse,
        "this device has another wallet; close that one, or take a new key",
    ))
}

/// The devices that may act for a wallet, oldest first.
fn live_devices(state: &State, wallet: WalletId) -> impl Iterator<Item = &Device> {
    state.devices_of(wallet).filter(|device| device.revoked_at.is_none())
}

fn revoke(state: &mut State, wallet: WalletId, device: DeviceId) {
    state.devices.change(&(wallet, device)).revoked_at = Some(state.now);
    revoke_tokens(state, wallet, |of| of == device);
    state.enrolled.push(Enrolment::Revoked(device));
}

/// Withdraws the unused tokens of some devices of a wallet, all of whose live tokens are loaded.
pub(super) fn revoke_tokens(state: &mut State, wallet: WalletId, of: impl Fn(DeviceId) -> bool) {
    let unused: Vec<TokenId> = state
        .tokens
        .iter()
        .filter(|(_, t)| t.wallet == wallet && t.state == TokenState::Unused && of(t.device))
        .map(|(id, _)| *id)
        .collect();
    for id in unused {
        state.tokens.change(&id).state = TokenState::Revoked;
    }
}

pub(super) fn revoked() -> Failure {
    Failure::new(Reason::DeviceRevoked, "this device was taken off its wallet; link it again with a new key")
}
