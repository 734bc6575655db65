//! Codes to try things on.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses some of it and fails by it")]

use shared::code::{CombinedCode, Language, TokenNumber, UnsignedCode};

/// A code with a real-looking signature, two languages and the claims of `coupons` coupons.
pub(crate) fn code(coupons: u64) -> CombinedCode {
    let unsigned = UnsignedCode {
        token: TokenNumber::from_body(912_345_678_901_234_567).unwrap(),
        language: Some(Language::parse("zhen").unwrap()),
        issued_at: 1_735_017_600,
        claims: claims(coupons, 1),
    };
    unsigned.sign_with(std::array::from_fn(|place| u8::try_from(place * 89 % 251).unwrap()))
}

/// As protobuf: a 13-digit item, a 6-digit offer number, 5.00 off, and the units unless zero, of each coupon.
pub(crate) fn claims(coupons: u64, units: u64) -> Vec<u8> {
    let claim = |coupon| {
        let fields = [(1, 6_901_234_567_892), (2, 100_001 + coupon), (3, 500), (4, units)];
        fields
            .into_iter()
            .filter(|(_, value)| *value > 0)
            .flat_map(|(field, value)| [varint(field << 3), varint(value)].concat())
            .collect::<Vec<u8>>()
    };
    (0..coupons)
        .map(claim)
        .flat_map(|claim| [varint(1 << 3 | 2), varint(claim.len() as u64), claim].concat())
        .collect()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let [.., low] = (value & 0x7F).to_be_bytes();
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
