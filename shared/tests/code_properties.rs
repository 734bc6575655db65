//! What holds for every code and for every text that isn't one.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod samples;

use proptest::prelude::*;
use shared::code::tlv::{self, Tag};
use shared::code::{
    CODE_CHARS_MAX, CodeError, CombinedCode, Language, TokenNumber, UnsignedCode, chars, emv, frame,
};

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

fn any_code() -> impl Strategy<Value = CombinedCode> {
    let claims = prop::collection::vec(any::<u8>(), 0..300);
    let signature = any::<[[u8; 32]; 2]>().prop_map(|halves| halves.concat().try_into().unwrap());
    (0..1_000_000_000_000_000_000_u64, "(([a-zA-Z]{2}){1,4})?", any::<u32>(), claims, signature).prop_map(
        |(body, language, issued_at, claims, signature)| {
            let token = TokenNumber::from_body(body).unwrap();
            let language = Language::parse(&language).ok();
            UnsignedCode { token, language, issued_at, claims }.sign_with(signature)
        },
    )
}

proptest! {
    #[test]
    fn what_was_encoded_is_decoded(code in any_code()) {
        let text = code.encode();
        let language_len = code.language.map_or(0, |language| language.len().into());
        prop_assert_eq!(text.len(), chars(code.claims().len(), language_len));
        if text.len() <= CODE_CHARS_MAX {
            prop_assert_eq!(CombinedCode::decode(&text), Ok(code));
        } else {
            let too_long = frame::FrameError::TooLong { chars: text.len() };
            prop_assert_eq!(CombinedCode::decode(&text), Err(CodeError::Frame(too_long)));
        }
    }

    #[test]
    fn what_is_signed_is_what_is_verified(code in any_code(), signature in any::<u8>()) {
        let CombinedCode { token, language, issued_at, .. } = code;
        let unsigned = UnsignedCode { token, language, issued_at, claims: code.claims().to_vec() };
        prop_assert_eq!(unsigned.signing_input(), code.signing_input());
        prop_assert_eq!(unsigned.sign_with([signature; 64]).signing_input(), code.signing_input());
    }

    #[test]
    fn different_content_is_signed_differently(one in any_code(), other in any_code()) {
        let content = |code: &CombinedCode| (code.token, code.language, code.issued_at, code.claims().to_vec());
        prop_assert_eq!(content(&one) == content(&other), one.signing_input() == other.signing_input());
    }

    #[test]
    fn no_text_panics(text in ".{0,600}") {
        let _ = CombinedCode::decode(&text);
        let _ = CombinedCode::decode(&format!("hQVDUFY{text}"));
    }

    #[test]
    fn no_base64_panics(text in "hQVDUFYw[A-Za-z0-9+/]{0,504}") {
        let _ = CombinedCode::decode(&text);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..377)) {
        let _ = tlv::read(&bytes);
        let _ = emv::parse(&bytes);
        let _ = CombinedCode::decode(&frame::text(&[b"\x85\x05CPV01", bytes.as_slice()].concat()));
    }

    #[test]
    fn no_damage_panics_and_what_still_decodes_encodes_again(
        coupons in 0..12_u64,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
    ) {
        let mut bytes = frame::bytes(&samples::code(coupons).encode()).unwrap();
        for (place, byte, kind) in damage {
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                _ => drop(bytes.remove(place)),
            }
        }
        if let Ok(code) = CombinedCode::decode(&frame::text(&bytes)) {
            prop_assert_eq!(CombinedCode::decode(&code.encode()), Ok(code));
        }
    }

    #[test]
    fn objects_are_read_as_they_were_written(
        objects in prop::collection::vec((tag(), prop::collection::vec(any::<u8>(), 0..400)), 0..6)
    ) {
        let mut bytes = Vec::new();
        for (tag, value) in &objects {
            let before = bytes.len();
            tlv::write(&mut bytes, *tag, value);
            prop_assert_eq!(bytes.len() - before, tlv::size(*tag, value.len()));
        }
        let read: Vec<_> = tlv::read(&bytes).unwrap().iter().map(|object| (object.tag, object.value.to_vec())).collect();
        prop_assert_eq!(read, objects);
    }
}

/// Any tag of one to three bytes.
fn tag() -> impl Strategy<Value = Tag> {
    let first = any::<u8>().prop_filter("zero isn't a tag", |first| *first != 0);
    (first, 0x80..=0xFF_u8, 0..0x80_u8, any::<bool>()).prop_map(|(first, middle, last, long)| {
        let bytes = match (first & 0x1F == 0x1F, long) {
            (false, _) => [0, 0, 0, first],
            (true, false) => [0, 0, first, last],
            (true, true) => [0, first, middle, last],
        };
        Tag(u32::from_be_bytes(bytes))
    })
}

#[test]
fn a_truncated_code_is_an_error_wherever_it_ends() {
    let text = samples::code(5).encode();
    for length in 0..text.len() {
        CombinedCode::decode(&text[..length]).expect_err(&text[..length]);
    }
    let bytes = frame::bytes(&text).unwrap();
    // Cut right before the coupons it is a whole code again, which its signature doesn't cover.
    let coupons = bytes.len() - tlv::read(&bytes).unwrap()[2].value.len() - 2;
    for length in (0..bytes.len()).filter(|length| *length != coupons) {
        CombinedCode::decode(&frame::text(&bytes[..length])).expect_err("a part");
    }
}

/// A changed code must be refused, or fail its signature: either what is signed or the signature is other than before.
#[track_caller]
fn check_changed(changed: &str, original: &CombinedCode) {
    if let Ok(changed) = CombinedCode::decode(changed) {
        let signed = |code: &CombinedCode| (code.signing_input(), code.signature);
        assert_ne!(signed(&changed), signed(original));
    }
}

#[test]
fn no_byte_can_be_changed_unnoticed() {
    for coupons in [0, 1, 5, 8, 13] {
        let original = samples::code(coupons);
        let bytes = frame::bytes(&original.encode()).unwrap();
        for place in 0..bytes.len() {
            for change in 1..=255 {
                let mut changed = bytes.clone();
                changed[place] ^= change;
                check_changed(&frame::text(&changed), &original);
            }
        }
    }
}

#[test]
fn no_character_can_be_changed_unnoticed() {
    for coupons in [0, 1, 5, 8, 13] {
        let original = samples::code(coupons);
        let text = original.encode();
        for place in 0..text.len() {
            for character in BASE64.iter().chain(b"-_ \r\n\t\0#").filter(|c| **c != text.as_bytes()[place]) {
                let mut changed = text.clone().into_bytes();
                changed[place] = *character;
                check_changed(&String::from_utf8(changed).unwrap(), &original);
            }
        }
    }
}
