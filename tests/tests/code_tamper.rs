//! Whoever changes a signed code anywhere is caught: by the decoder or by the signature.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use shared::code::{CombinedCode, frame};
use tests::sample::unsigned_code;

fn verified(text: &str, key: &VerifyingKey) -> bool {
    CombinedCode::decode(text).is_ok_and(|code| {
        key.verify_strict(&code.signing_input(), &Signature::from_bytes(&code.signature)).is_ok()
    })
}

#[test]
fn every_byte_changed_in_turn_to_every_other_value() {
    let phone = SigningKey::from_bytes(&[7; 32]);
    let unsigned = unsigned_code(2);
    let signature = phone.sign(&unsigned.signing_input()).to_bytes();
    let text = unsigned.sign_with(signature).encode();
    assert!(verified(&text, &phone.verifying_key()));

    let bytes = frame::bytes(&text).unwrap();
    for place in 0..bytes.len() {
        for change in 1..=255 {
            let mut changed = bytes.clone();
            changed[place] ^= change;
            assert!(!verified(&frame::text(&changed), &phone.verifying_key()), "byte {place} ^ {change:02X}");
        }
    }
}
