//! Who calls: keys of operator, manufacturers and tills, and wallets' sessions. All come as `authorization: Bearer ...`.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use shared::{
    gs1::Gln,
    ids::{IssuerId, MerchantId, TerminalId},
    reason::Reason,
    session::signing_input,
    settlement::Party,
};
use subtle::ConstantTimeEq;
use tonic::metadata::MetadataMap;

use crate::{app::App, error::Error, model::Holder, secrets::Session};

/// A new key's secret part, and the SHA-256 that is kept of it. The secret has full entropy, so no slow hash is needed.
pub(crate) struct NewKey {
    secret: String,
    /// What is kept.
    pub hash: [u8; 32],
}

impl NewKey {
    /// A key of these random bytes.
    pub(crate) fn of(random: [u8; 32]) -> Self {
        let secret = BASE64_URL_SAFE_NO_PAD.encode(random);
        let hash = hash(&secret);
        Self { secret, hash }
    }

    /// The key as its holder keeps it: `osk_<kind>_<id>_<secret>`.
    pub(crate) fn text(&self, holder: Holder) -> String {
        let (kind, id) = match holder {
            Holder::Operator => ("operator", "0".to_owned()),
            Holder::Issuer(id) => ("issuer", id.to_string()),
            Holder::Terminal(id) => ("terminal", id.to_string()),
            Holder::Merchant(id) => ("merchant", id.to_string()),
        };
        format!("osk_{kind}_{id}_{}", self.secret)
    }
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// A till with its shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Till {
    /// The till.
    pub terminal: TerminalId,
    /// Its shop.
    pub merchant: MerchantId,
    /// The branch of it.
    pub branch: Option<Gln>,
}

impl App {
    /// The caller must be a till.
    pub(crate) fn till(&self, metadata: &MetadataMap) -> Result<Till, Error> {
        match self.key_holder(metadata)? {
            Holder::Terminal(terminal) => {
                let store = self.directory.store_of(terminal)?;
                let store = store.ok_or_else(|| Error::Fault(format!("{terminal} has no shop")))?;
                Ok(Till { terminal, merchant: store.merchant, branch: store.branch })
            }
            _ => Err(forbidden("a terminal")),
        }
    }

    /// The caller must be a till of a shop or its back office: the shop, and the till where it is one.
    pub(crate) fn shop(&self, metadata: &MetadataMap) -> Result<(MerchantId, Option<TerminalId>), Error> {
        match self.key_holder(metadata)? {
            Holder::Merchant(id) => Ok((id, None)),
            Holder::Terminal(_) => self.till(metadata).map(|till| (till.merchant, Some(till.terminal))),
            _ => Err(forbidden("a shop")),
        }
    }

    /// The caller must be a shop's back office or a manufacturer, and asks for itself; or the operator, who may ask for any
    /// party: none is then a party that the operator has to name.
    pub(crate) fn party(&self, metadata: &MetadataMap) -> Result<Option<Party>, Error> {
        match self.key_holder(metadata)? {
            Holder::Merchant(id) => Ok(Some(Party::Merchant(id))),
            Holder::Issuer(id) => Ok(Some(Party::Issuer(id))),
            Holder::Operator => Ok(None),
            Holder::Terminal(_) => Err(forbidden("a shop's back office or a manufacturer")),
        }
    }

    /// The caller must be a manufacturer.
    pub(crate) fn issuer(&self, metadata: &MetadataMap) -> Result<IssuerId, Error> {
        match self.key_holder(metadata)? {
            Holder::Issuer(id) => Ok(id),
            _ => Err(forbidden("an issuer")),
        }
    }

    /// The caller must be the operator.
    pub(crate) fn operator(&self, metadata: &MetadataMap) -> Result<(), Error> {
        match self.key_holder(metadata)? {
            Holder::Operator => Ok(()),
            _ => Err(forbidden("the operator")),
        }
    }

    /// The caller must be a wallet with a session that still runs.
    pub(crate) fn session(&self, metadata: &MetadataMap) -> Result<Session, Error> {
        let token = bearer(metadata)?;
        if parse_key(token).is_some() {
            return Err(forbidden("a wallet"));
        }
        let session = self.secrets.session(token).ok_or_else(unauthenticated)?;
        if self.outside.clock.now() >= session.expires_at {
            return Err(Error::refused(Reason::SessionExpired, "the session is over; start another"));
        }
        self.still_linked(session)?;
        Ok(session)
    }

    /// The device of a session must not have been revoked since it began.
    pub(crate) fn still_linked(&self, session: Session) -> Result<(), Error> {
        if self.directory.is_revoked(session.device) {
            return Err(Error::refused(Reason::DeviceRevoked, "this device was taken off its wallet"));
        }
        Ok(())
    }

    fn key_holder(&self, metadata: &MetadataMap) -> Result<Holder, Error> {
        let token = bearer(metadata)?;
        let Some((holder, secret)) = parse_key(token) else {
            // A good session is a caller that we know, but not one that may do this.
            return Err(self
                .secrets
                .session(token)
                .map_or_else(unauthenticated, |_| forbidden("a key's holder")));
        };
        let kept = self.directory.key_hash(holder)?.ok_or_else(unauthenticated)?;
        if bool::from(hash(secret).ct_eq(&kept)) { Ok(holder) } else { Err(unauthenticated()) }
    }
}

fn bearer(metadata: &MetadataMap) -> Result<&str, Error> {
    let value = metadata.get("authorization").ok_or_else(unauthenticated)?;
    let text = value.to_str().map_err(|_| unauthenticated())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(unauthenticated)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(unauthenticated()) }
}

fn parse_key(text: &str) -> Option<(Holder, &str)> {
    let mut parts = text.strip_prefix("osk_")?.splitn(3, '_');
    let (kind, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
    let holder = match kind {
        "operator" if id == "0" => Holder::Operator,
        "issuer" => Holder::Issuer(id.parse().ok()?),
        "terminal" => Holder::Terminal(id.parse().ok()?),
        "merchant" => Holder::Merchant(id.parse().ok()?),
        _ => return None,
    };
    Some((holder, secret))
}

fn unauthenticated() -> Error {
    Error::refused(Reason::Unauthenticated, "no valid key or session: send `authorization: Bearer ...`")
}

fn forbidden(who: &str) -> Error {
    Error::refused(Reason::Forbidden, format!("only {who} may do this"))
}

/// Whether the holder of a device key signed a challenge.
pub(crate) fn signed_challenge(key: &VerifyingKey, challenge: &[u8], signature: &[u8]) -> bool {
    verifies(key, &signing_input(challenge), signature)
}

/// Whether the holder of a device key signed a message.
pub(crate) fn is_signed_by(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| verifies(&key, message, signature))
}

/// Strict: no key or signature for which two verifiers could disagree.
fn verifies(key: &VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_their_holder() {
        for holder in [
            Holder::Operator,
            Holder::Issuer(IssuerId(1001)),
            Holder::Terminal(TerminalId(7)),
            Holder::Merchant(MerchantId(7)),
        ] {
            // 0xFF makes the secret contain underscores.
            for random in [[0; 32], [0xFF; 32], [0x5A; 32]] {
                let key = NewKey::of(random);
                let text = key.text(holder);
                let (parsed, secret) = parse_key(&text).unwrap();
                assert_eq!((parsed, hash(secret)), (holder, key.hash));
            }
        }
        for bad in ["", "osk_", "osk_terminal_T1", "osk_shop_M1_x", "osk_operator_1_x", "oss_x"] {
            assert_eq!(parse_key(bad), None, "{bad}");
        }
    }
}
