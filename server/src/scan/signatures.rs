//! Whether devices signed their codes. Many at once take half the time of one after the other.
//!
//! The rule is ZIP 215, which is made so that a batch and each signature by itself always get the same verdict; strict verification
//! refuses some that no batch can tell. What it takes more, the key's own holder alone can make, with one exception: of a key of
//! small order anybody can. No device has such a key, since its first signature, on opening or joining a wallet, is checked strictly.

use ed25519_zebra::{
    Signature, VerificationKeyBytes,
    batch::{Item, Verifier},
};
use getrandom::{SysRng, rand_core::UnwrapErr};

/// A message with its signature and the key of whoever should have made it.
pub(super) struct Signed(Item);

impl Signed {
    pub(super) fn new(public_key: [u8; 32], message: &[u8], signature: &[u8; 64]) -> Self {
        Self(Item::from((VerificationKeyBytes::from(public_key), Signature::from_bytes(signature), message)))
    }
}

/// Which of them hold.
pub(super) fn verify(signed: &[Signed]) -> Vec<bool> {
    if let [_, _, ..] = signed {
        let mut batch = Verifier::new();
        signed.iter().for_each(|Signed(item)| batch.queue(item.clone()));
        // Without randomness a forger could make two bad ones that cancel out: then nothing may be accepted.
        if batch.verify(UnwrapErr(SysRng)).is_ok() {
            return vec![true; signed.len()];
        }
    }
    signed.iter().map(|Signed(item)| item.clone().verify_single().is_ok()).collect()
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};

    use super::*;

    /// `n`'s signature of its own number, with one byte of key, message or signature changed.
    fn signed(n: u8, changed: Option<usize>) -> Signed {
        let key = SigningKey::from_bytes(&[n; 32]);
        let (mut message, mut public_key) = ([n; 40], key.verifying_key().to_bytes());
        let mut signature = key.sign(&message).to_bytes();
        if let Some(place) = changed {
            let bytes = public_key.iter_mut().chain(&mut message).chain(&mut signature);
            bytes.skip(place).take(1).for_each(|byte| *byte ^= 1);
        }
        Signed::new(public_key, &message, &signature)
    }

    #[test]
    fn each_has_the_same_verdict_in_a_crowd_as_alone() {
        assert!(verify(&[]).is_empty());
        for size in [1, 2, 7, 32] {
            let good: Vec<Signed> = (0..size).map(|n| signed(n, None)).collect();
            assert!(verify(&good).iter().all(|holds| *holds), "{size} good ones");
            // A byte of the key, the message, R and s.
            for place in [0, 31, 32, 71, 72, 103, 104, 135] {
                let bad = size / 2;
                let some_bad: Vec<Signed> =
                    (0..size).map(|n| signed(n, (n == bad).then_some(place))).collect();
                let expected: Vec<bool> = (0..size).map(|n| n != bad).collect();
                assert_eq!(verify(&some_bad), expected, "{size}, byte {place} of one changed");
            }
        }
    }

    #[test]
    fn two_bad_ones_do_not_cancel_out() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let of = |message: &[u8], other: &[u8]| {
            let signature = key.sign(other).to_bytes();
            Signed::new(key.verifying_key().to_bytes(), message, &signature)
        };
        assert_eq!(verify(&[of(b"one", b"two"), of(b"two", b"one")]), [false, false]);
    }
}
