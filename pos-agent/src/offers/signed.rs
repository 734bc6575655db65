//! What makes the till's copy of the offers the provider's word: a signature on each offer, and one on how new the copy is.

use ed25519_dalek::{Signature, VerifyingKey};
use proto::{
    convert::time_from_wire,
    v1::{PaymentServiceListOffersResponse, SignedOffer},
};
use shared::{
    offer::{offer_signing_input, offers_signing_input},
    time::UnixMillis,
};
use thiserror::Error;

/// The provider's key, which CreateTerminal gave with the till's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderKey(VerifyingKey);

/// Not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the provider's public key is 64 hexadecimal digits, as CreateTerminal gave them")]
pub struct KeyError;

impl std::str::FromStr for ProviderKey {
    type Err = KeyError;

    fn from_str(hex: &str) -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(hex.trim(), &mut bytes).map_err(|_| KeyError)?;
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| KeyError)
    }
}

impl ProviderKey {
    /// Whether the provider vouches for an offer.
    pub(super) fn vouches_for(&self, signed: &SignedOffer) -> bool {
        self.signed(&offer_signing_input(&signed.offer), &signed.signature)
    }

    /// When the provider said so, where it vouches for that.
    pub(super) fn as_of(
        &self,
        since_revision: u64,
        page: &PaymentServiceListOffersResponse,
    ) -> Option<UnixMillis> {
        let as_of = as_of(page)?;
        let input = offers_signing_input(since_revision, page.revision, as_of);
        self.signed(&input, &page.signature).then_some(as_of)
    }

    fn signed(&self, input: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(input, &signature).is_ok())
    }
}

/// When the provider said so, whether or not it vouches for that.
pub(super) fn as_of(page: &PaymentServiceListOffersResponse) -> Option<UnixMillis> {
    time_from_wire("as_of", page.as_of.as_ref()).ok()
}
