//! Devices of a wallet: who holds a key, and the codes that people type.

use ed25519_dalek::VerifyingKey;
use proto::{convert::FieldError, status::Failure};
use sha2::{Digest, Sha256};
use shared::{
    ids::{DeviceId, WalletId},
    reason::Reason,
    typed_code::{PairingCode, RecoveryCode, TypedCodeError},
};

use super::{Api, parse};
use crate::{
    auth::signed_challenge,
    engine::decide::device::{Joined, LinkDevice, RecoverWallet},
    error::Error,
    model::{CodeHash, Device, WalletState, WalletView},
    read::balances,
    secrets::Session,
};

impl Api {
    /// The caller's device key, where the caller has signed one of our challenges with it just now.
    pub(super) fn device_key(
        &self,
        key: &[u8],
        challenge: &[u8],
        signature: &[u8],
    ) -> Result<[u8; 32], Error> {
        let bad_key = || FieldError::new("public_key", "must be an Ed25519 public key of 32 bytes");
        let bytes: [u8; 32] = key.try_into().map_err(|_| bad_key())?;
        let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak()).ok_or_else(bad_key)?;
        if !self.0.secrets.challenge_is_good(challenge, self.0.outside.clock.now()) {
            return Err(Error::refused(Reason::ChallengeInvalid, "the challenge is too old; get another"));
        }
        if !signed_challenge(&key, challenge, signature) {
            return Err(Error::refused(Reason::SignatureInvalid, "the challenge was not signed by this key"));
        }
        Ok(bytes)
    }

    /// The device of a key that may begin a session, with its wallet.
    pub(super) async fn device(&self, key: [u8; 32]) -> Result<(Device, WalletView), Error> {
        let read = move |conn: &mut _| {
            let Some(device) = balances::device_by_key(conn, &key)? else { return Ok(None) };
            let wallet = balances::wallet(conn, device.wallet)?;
            Ok::<_, Error>(wallet.map(|wallet| (device, wallet)))
        };
        let missing = || Error::refused(Reason::WalletNotFound, "this device has no wallet; open one");
        let (device, view) = self.0.readers.read(read).await?.ok_or_else(missing)?;
        if device.revoked_at.is_some() {
            return Err(Error::refused(Reason::DeviceRevoked, "this device was taken off its wallet"));
        }
        if view.wallet.state == WalletState::Closed {
            return Err(Error::refused(Reason::WalletClosed, "this wallet is closed"));
        }
        Ok((device, view))
    }

    /// Links a device by a pairing code.
    pub(super) async fn link(&self, public_key: [u8; 32], code: &str, name: &str) -> Result<Joined, Error> {
        let name = parse::device_name(name)?;
        let code: PairingCode = typed("pairing_code", code, Reason::PairingCodeInvalid)?;
        let command = LinkDevice { code: hash(&code.to_string()), public_key, name };
        self.bounded(self.0.engine.run(command)).await
    }

    /// Gives a wallet to a device by its recovery code; and the code that takes its place.
    pub(super) async fn recover(
        &self,
        public_key: [u8; 32],
        code: &str,
        name: &str,
    ) -> Result<(Joined, String), Error> {
        let name = parse::device_name(name)?;
        let code: RecoveryCode = typed("recovery_code", code, Reason::RecoveryCodeInvalid)?;
        let (new_code, renewed) = self.new_recovery_code();
        let command = RecoverWallet { code: hash(&code.to_string()), public_key, name, renewed };
        Ok((self.bounded(self.0.engine.run(command)).await?, new_code))
    }

    /// Tries a code, as long as not too many were wrong.
    async fn bounded(&self, attempt: impl Future<Output = Result<Joined, Error>>) -> Result<Joined, Error> {
        let now = self.0.outside.clock.now();
        self.0.wrong_codes.check(&(), now)?;
        let outcome = attempt.await;
        let wrong = [Reason::PairingCodeInvalid, Reason::RecoveryCodeInvalid];
        if matches!(&outcome, Err(Error::Refused(failure)) if wrong.contains(&failure.reason)) {
            self.0.wrong_codes.wrong((), now);
        }
        outcome
    }

    /// A new recovery code, as it is shown and as it is kept.
    pub(super) fn new_recovery_code(&self) -> (String, CodeHash) {
        shown(RecoveryCode::of_random(self.0.outside.random_bytes()).to_string())
    }

    /// A new pairing code, as it is shown and as it is kept.
    pub(super) fn new_pairing_code(&self) -> (String, CodeHash) {
        shown(PairingCode::of_random(self.0.outside.random_bytes()).to_string())
    }

    /// A session of a device, from now on.
    pub(super) fn new_session(&self, wallet: WalletId, device: DeviceId) -> Session {
        let expires_at = self.0.outside.clock.now().plus_ms(self.0.rules.session_ttl_ms);
        Session { wallet, device, expires_at }
    }
}

fn shown(code: String) -> (String, CodeHash) {
    let hash = hash(&code);
    (code, hash)
}

/// Of a code in its one spelling.
fn hash(code: &str) -> CodeHash {
    Sha256::digest(code.as_bytes()).into()
}

/// A code as people type it.
fn typed<T: std::str::FromStr<Err = TypedCodeError>>(
    field: &str,
    text: &str,
    reason: Reason,
) -> Result<T, Failure> {
    text.parse().map_err(|error: TypedCodeError| Failure {
        field: Some(field.to_owned()),
        ..Failure::new(reason, error.to_string())
    })
}
