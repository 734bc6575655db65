//! Codes of others and of ours, byte by byte.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use shared::code::emv::{self, PAN, PAYLOAD_FORMAT};
use shared::code::tlv::{self, Object, Tag};
use shared::code::{CodeError, CombinedCode, Language, TokenNumber, UnsignedCode, frame};
use shared::reason::Reason;

/// EMVCo consumer-presented mode, annex B, example 1.
const ANNEX_B_EXAMPLE_1: &str = "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=";

#[test]
fn annex_b_example_1_reads_as_the_annex_says() {
    let bytes = frame::bytes(ANNEX_B_EXAMPLE_1).unwrap();
    assert_eq!(
        tlv::read(&bytes).unwrap()[0],
        Object { tag: PAYLOAD_FORMAT, value: &[0x43, 0x50, 0x56, 0x30, 0x31] }
    );

    let code = emv::parse(&bytes).unwrap();
    let [application] = code.applications.as_slice() else { panic!("{code:?}") };
    let aid = [0xA0, 0, 0, 0, 0x55, 0x55, 0x55];
    let track_2 = [0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x58, 0xD1, 0x91, 0x22, 0x01, 0x12, 0x34, 0x5F];
    assert_eq!(
        application.own,
        [Object { tag: Tag(0x4F), value: &aid }, Object { tag: Tag(0x57), value: &track_2 }]
    );
    assert_eq!(application.aid, aid);
    assert_eq!(application.get(PAN), None);
    assert!(code.others.is_empty());
}

#[test]
fn annex_b_example_1_is_another_schemes_and_says_whose() {
    let error = CombinedCode::decode(ANNEX_B_EXAMPLE_1).unwrap_err();
    assert_eq!(error.reason(), Reason::CodeNotOnescan);
    assert_eq!(error.to_string(), "this code is for A0000000555555");
    let CodeError::NotOneScan { schemes } = error else { panic!("{error:?}") };
    assert_eq!(schemes[0].aid, [0xA0, 0, 0, 0, 0x55, 0x55, 0x55]);
    assert_eq!(schemes[0].label, None);
}

#[test]
fn our_layout_byte_by_byte() {
    let unsigned = UnsignedCode {
        token: TokenNumber::from_body(912_345_678_901_234_567).unwrap(),
        language: Some(Language::parse("zhen").unwrap()),
        issued_at: 0x6765_4321,
        claims: vec![0xAA, 0xBB, 0xCC],
    };
    let code = unsigned.sign_with([0x11; 64]);
    let signature = "11".repeat(64);
    let token = "9123456789012345672F";
    assert_eq!(
        hex(&frame::bytes(&code.encode()).unwrap()),
        [
            "8505 4350563031",
            "6168",
            "4F08 F04F4E455343414E",
            &format!("5A0A {token}"),
            "5F2D04 7A68656E",
            "6349",
            "C104 67654321",
            &format!("9F4B40 {signature}"),
            "E105",
            "C103 AABBCC",
        ]
        .concat()
        .replace(' ', "")
    );
    assert_eq!(
        hex(&code.signing_input()),
        format!("{}{token}67654321047A68656EC103AABBCC", hex(b"onescan code v1"),)
    );
    assert_eq!(CombinedCode::decode(&code.encode()), Ok(code));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
