//! What only this provider can make and check: challenges, sessions, token numbers. All under keys derived from one secret.

mod ff1;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use shared::{
    code::TokenNumber,
    ids::{DeviceId, WalletId},
    time::UnixMillis,
};

use self::ff1::Ff1;
use crate::{engine::decide::device::Caller, model::TokenId};

/// As many as the digits of a token number that are encrypted can tell apart: all but the first and the check digit.
const TOKEN_IDS: u64 = ff1::NUMBERS;
/// First digit of every token number.
const TOKEN_FIRST: u64 = 9;
const SESSION_PREFIX: &str = "oss_";
const CHALLENGE_LEN: usize = 8 + 16 + 32;
const SESSION_LEN: usize = 4 + 4 + 8 + 32;

/// Keys of the provider.
pub(crate) struct Secrets {
    challenge: [u8; 32],
    session: [u8; 32],
    tokens: Ff1,
    offers: SigningKey,
}

/// What a session token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    /// Whose.
    pub wallet: WalletId,
    /// Of which device.
    pub device: DeviceId,
    /// From then on it is over.
    pub expires_at: UnixMillis,
}

impl Session {
    /// Who it is.
    pub(crate) fn caller(self) -> Caller {
        Caller { wallet: self.wallet, device: self.device }
    }
}

impl Secrets {
    /// Derives the keys.
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        let derive = |label: &[u8]| mac(secret, &[label]);
        Self {
            challenge: derive(b"onescan challenges"),
            session: derive(b"onescan sessions"),
            tokens: Ff1::new(&derive(b"onescan tokens")),
            offers: SigningKey::from_bytes(&derive(b"onescan offers")),
        }
    }

    /// The key by which tills check what the provider says of offers: Ed25519.
    pub(crate) fn public_key(&self) -> [u8; 32] {
        self.offers.verifying_key().to_bytes()
    }

    /// The provider's signature on what it says of offers.
    pub(crate) fn sign_offers(&self, message: &[u8]) -> Vec<u8> {
        self.offers.sign(message).to_bytes().to_vec()
    }

    /// A challenge that is good until `expires_at`.
    pub(crate) fn challenge(&self, expires_at: UnixMillis, nonce: [u8; 16]) -> Vec<u8> {
        let expires_at = expires_at.0.to_be_bytes();
        let mac = mac(&self.challenge, &[&expires_at, &nonce]);
        [expires_at.as_slice(), &nonce, &mac].concat()
    }

    /// Whether a challenge is ours and still good.
    pub(crate) fn challenge_is_good(&self, challenge: &[u8], now: UnixMillis) -> bool {
        let Ok(challenge) = <&[u8; CHALLENGE_LEN]>::try_from(challenge) else { return false };
        let (said, mac) = challenge.split_at(CHALLENGE_LEN - 32);
        verify(&self.challenge, said, mac)
            && said.first_chunk().is_some_and(|ms| now.0 < i64::from_be_bytes(*ms))
    }

    /// The bearer token of a session.
    pub(crate) fn session_token(&self, session: Session) -> String {
        let (wallet, device) = (session.wallet.0.to_be_bytes(), session.device.0.to_be_bytes());
        let said = [wallet.as_slice(), &device, &session.expires_at.0.to_be_bytes()].concat();
        let mac = mac(&self.session, &[&said]);
        format!("{SESSION_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode([said.as_slice(), &mac].concat()))
    }

    /// The session of a bearer token of ours, which may be over.
    pub(crate) fn session(&self, token: &str) -> Option<Session> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token.strip_prefix(SESSION_PREFIX)?).ok()?;
        let bytes: &[u8; SESSION_LEN] = bytes.as_slice().try_into().ok()?;
        let (said, mac) = bytes.split_at(SESSION_LEN - 32);
        if !verify(&self.session, said, mac) {
            return None;
        }
        let (wallet, said) = said.split_first_chunk()?;
        let (device, expires_at) = said.split_first_chunk()?;
        Some(Session {
            wallet: WalletId(u32::from_be_bytes(*wallet)),
            device: DeviceId(u32::from_be_bytes(*device)),
            expires_at: UnixMillis(i64::from_be_bytes(*expires_at.first_chunk()?)),
        })
    }

    /// The number of a token: its id, encrypted within 17 digits (FF1, NIST SP 800-38G). So numbers look random while the
    /// tokens' table is in order.
    pub(crate) fn token_number(&self, id: TokenId) -> TokenNumber {
        assert!(id < TOKEN_IDS, "token ids are used up");
        TokenNumber::from_body(TOKEN_FIRST * TOKEN_IDS + self.tokens.encrypt(id))
            .expect("18 digits are a body")
    }

    /// The id that a number stands for; it may never have been given out.
    pub(crate) fn token_id(&self, number_shown: TokenNumber) -> Option<TokenId> {
        let body = number_shown.body();
        if body / TOKEN_IDS != TOKEN_FIRST {
            return None;
        }
        Some(self.tokens.decrypt(body % TOKEN_IDS))
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = keyed(key);
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// In constant time.
fn verify(key: &[u8; 32], said: &[u8], mac: &[u8]) -> bool {
    let mut expect = keyed(key);
    expect.update(said);
    expect.verify_slice(mac).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_000_000);

    #[test]
    fn token_numbers_look_random_and_come_back() {
        let secrets = Secrets::new(&[7; 32]);
        let numbers: Vec<TokenNumber> = (1..=100).map(|id| secrets.token_number(id)).collect();
        for (id, number) in (1..).zip(&numbers) {
            assert_eq!(secrets.token_id(*number), Some(id));
            assert!(number.to_string().starts_with('9'));
        }
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), numbers.len());
        assert_ne!(sorted, numbers);
        let other = Secrets::new(&[8; 32]);
        assert_ne!(other.token_id(numbers[0]), Some(1));
    }

    #[test]
    fn a_session_can_not_be_changed() {
        let secrets = Secrets::new(&[7; 32]);
        let session = Session { wallet: WalletId(1001), device: DeviceId(1002), expires_at: NOW };
        let token = secrets.session_token(session);
        assert_eq!(secrets.session(&token), Some(session));
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token.strip_prefix(SESSION_PREFIX).unwrap()).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            let token = format!("{SESSION_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(changed));
            assert_eq!(secrets.session(&token), None, "byte {place}");
        }
        assert_eq!(Secrets::new(&[8; 32]).session(&token), None);
        assert_eq!(secrets.session(""), None);
    }

    #[test]
    fn a_challenge_is_good_for_a_while() {
        let secrets = Secrets::new(&[7; 32]);
        let challenge = secrets.challenge(NOW, [1; 16]);
        assert!(secrets.challenge_is_good(&challenge, NOW.plus_ms(-1)));
        assert!(!secrets.challenge_is_good(&challenge, NOW));
        assert!(!secrets.challenge_is_good(&challenge[1..], NOW.plus_ms(-1)));
        let mut later = challenge.clone();
        later[0] ^= 1;
        assert!(!secrets.challenge_is_good(&later, NOW.plus_ms(-1)));
    }
}
