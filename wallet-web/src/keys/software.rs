//! A key in memory, for programs that play the phone: demo and tests.

use ed25519_dalek::{Signer, SigningKey};

use super::{DeviceKey, KeyError};

/// An Ed25519 key in memory.
#[derive(Debug, Clone)]
pub struct SoftwareKey(SigningKey);

impl SoftwareKey {
    /// The key of a secret seed: 32 bytes of randomness, or of a test's choice.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }
}

impl DeviceKey for SoftwareKey {
    async fn public_key(&self) -> Result<[u8; 32], KeyError> {
        Ok(self.0.verifying_key().to_bytes())
    }

    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        Ok(self.0.sign(message).to_bytes())
    }
}
