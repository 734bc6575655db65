//! Whoever changes a signed code anywhere is caught: by the decoder or by the signature.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use proto::claims;
use shared::code::{CombinedCode, Language, TokenNumber, UnsignedCode, frame};
use shared::gs1::Gtin;
use shared::ids::OfferNumber;
use shared::offer::Claim;

fn verified(text: &str, key: &VerifyingKey) -> bool {
    CombinedCode::decode(text).is_ok_and(|code| {
        key.verify_strict(&code.signing_input(), &Signature::from_bytes(&code.signature)).is_ok()
    })
}

#[test]
fn every_byte_changed_in_turn_to_every_other_value() {
    let phone = SigningKey::from_bytes(&[7; 32]);
    let claim = |offer_number| Claim {
        gtin: Gtin::parse("6901234567892").unwrap(),
        offer_number: OfferNumber(offer_number),
        discount_minor: 500,
        units: 1,
    };
    let unsigned = UnsignedCode {
        token: TokenNumber::from_body(912_345_678_901_234_567).unwrap(),
        language: Some(Language::parse("zhen").unwrap()),
        issued_at: 1_735_017_600,
        claims: claims::encode(&[claim(100_001), claim(100_002)]),
    };
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
