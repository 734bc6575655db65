//! A code to look at, when what matters is how it is built and not who pays with it.

use proto::claims;
use shared::{
    code::{Language, TokenNumber, UnsignedCode},
    gs1::Gtin,
    ids::OfferNumber,
    offer::Claim,
};

/// A code with so many coupons, each 5.00 off one unit, before it is signed.
pub fn unsigned_code(coupons: u32) -> UnsignedCode {
    let claim = |offer| Claim {
        gtin: Some(Gtin::parse("6901234567892").expect("its check digit is right")),
        offer_number: OfferNumber(100_001 + offer),
        discount_minor: 500,
        units: 1,
    };
    UnsignedCode {
        token: TokenNumber::from_body(912_345_678_901_234_567).expect("18 digits are a body"),
        language: Some(Language::parse("zhen").expect("two languages")),
        issued_at: 1_735_017_600,
        claims: claims::encode(&(0..coupons).map(claim).collect::<Vec<_>>()),
    }
}
