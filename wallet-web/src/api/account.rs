//! Opening a wallet, and what belongs to it: its devices, its recovery code, its end.

use proto::v1;

use super::{Account, CallError, Client, Provider, Transport, account, session::Proof};
use crate::keys::DeviceKey;

/// A wallet that this device has just got.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The wallet.
    pub account: Account,
    /// Its new recovery code, to be shown once; `None` where the code that there is still holds.
    pub recovery_code: Option<String>,
}

/// How a device joins a wallet that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// By a pairing code that another device of the wallet shows.
    Link,
    /// By the recovery code, when no other device is left.
    Recover,
}

impl<T: Transport, K: DeviceKey> Provider<T, K> {
    /// Opens a wallet for the key, or finds the one it has.
    pub async fn open(&self, device_name: &str) -> Result<Opened, CallError> {
        let Proof { public_key, challenge, signature } = self.prove().await?;
        let device_name = device_name.to_owned();
        let request = v1::OpenWalletRequest { public_key, challenge, signature, device_name };
        let opened = self.client().open_wallet(request).await?.into_inner();
        self.session.begin(opened.session_token);
        let recovery_code = Some(opened.recovery_code).filter(|code| !code.is_empty());
        Ok(Opened { account: account(opened.wallet, opened.provider)?, recovery_code })
    }

    /// Joins a wallet by a code that the shopper typed.
    pub async fn join(&self, how: Join, code: &str, device_name: &str) -> Result<Opened, CallError> {
        let Proof { public_key, challenge, signature } = self.prove().await?;
        let (code, device_name) = (code.to_owned(), device_name.to_owned());
        match how {
            Join::Link => {
                let pairing_code = code;
                let request =
                    v1::LinkDeviceRequest { pairing_code, public_key, challenge, signature, device_name };
                let linked = self.client().link_device(request).await?.into_inner();
                self.session.begin(linked.session_token);
                Ok(Opened { account: account(linked.wallet, linked.provider)?, recovery_code: None })
            }
            Join::Recover => {
                let recovery_code = code;
                let request =
                    v1::RecoverWalletRequest { recovery_code, public_key, challenge, signature, device_name };
                let found = self.client().recover_wallet(request).await?.into_inner();
                self.session.begin(found.session_token);
                let recovery_code = Some(found.recovery_code);
                Ok(Opened { account: account(found.wallet, found.provider)?, recovery_code })
            }
        }
    }

    /// A code by which another device can join.
    pub async fn create_pairing_code(&self) -> Result<v1::CreatePairingCodeResponse, CallError> {
        let call = |mut client: Client<T>, request| async move { client.create_pairing_code(request).await };
        self.call(v1::CreatePairingCodeRequest {}, call).await
    }

    /// The wallet's devices, oldest first.
    pub async fn devices(&self) -> Result<Vec<v1::Device>, CallError> {
        let call = |mut client: Client<T>, request| async move { client.list_devices(request).await };
        Ok(self.call(v1::ListDevicesRequest {}, call).await?.devices)
    }

    /// Takes the wallet from a device; the devices that are left.
    pub async fn revoke_device(&self, device_id: &str) -> Result<Vec<v1::Device>, CallError> {
        let call = |mut client: Client<T>, request| async move { client.revoke_device(request).await };
        let request = v1::RevokeDeviceRequest { device_id: device_id.to_owned() };
        Ok(self.call(request, call).await?.devices)
    }

    /// A new recovery code; the one before is dead.
    pub async fn renew_recovery_code(&self) -> Result<String, CallError> {
        let call = |mut client: Client<T>, request| async move { client.renew_recovery_code(request).await };
        Ok(self.call(v1::RenewRecoveryCodeRequest {}, call).await?.recovery_code)
    }

    /// Closes the wallet for good.
    pub async fn close(&self) -> Result<v1::Wallet, CallError> {
        let call = |mut client: Client<T>, request| async move { client.close_wallet(request).await };
        self.call(v1::CloseWalletRequest {}, call).await?.wallet.ok_or(CallError::Incomplete("wallet"))
    }
}
