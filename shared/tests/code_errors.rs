//! Each way in which a code can be wrong, and what is said of it.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod samples;

use shared::code::emv::{EmvError, Repeated};
use shared::code::tlv::{self, Tag, TlvError};
use shared::code::{AID, CodeError, CombinedCode, LanguageError, TokenNumberError, frame};
use shared::reason::Reason;

/// `tag`, then `parts` one after the other.
fn object(tag: u32, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    tlv::write(&mut bytes, Tag(tag), &parts.concat());
    bytes
}

fn format() -> Vec<u8> {
    object(0x85, &[b"CPV01"])
}

fn aid() -> Vec<u8> {
    object(0x4F, &[AID])
}

fn token() -> Vec<u8> {
    object(0x5A, &[&samples::code(0).token.to_bytes()])
}

fn time() -> Vec<u8> {
    object(0xC1, &[&[0x67, 0x6A, 0x44, 0x80]])
}

fn signature() -> Vec<u8> {
    object(0x9F4B, &[&[7; 64]])
}

fn provider_part() -> Vec<u8> {
    object(0x63, &[&time(), &signature()])
}

fn ours() -> Vec<u8> {
    object(0x61, &[&aid(), &token(), &provider_part()])
}

/// A bank's application.
fn bank() -> Vec<u8> {
    object(
        0x61,
        &[
            &object(0x4F, &[&[0xA0, 0, 0, 3, 0x33, 1, 1]]),
            &object(0x50, &[b"UnionPay\x1B["]),
            &object(0x57, &[&[0x62; 19]]),
        ],
    )
}

fn coupons() -> Vec<u8> {
    object(0xE1, &[&object(0xC1, &[b"claims"])])
}

fn decode(parts: &[&[u8]]) -> Result<CombinedCode, CodeError> {
    CombinedCode::decode(&frame::text(&parts.concat()))
}

#[track_caller]
fn check(parts: &[&[u8]], expect: impl Into<CodeError>, says: &str) {
    let expect = expect.into();
    let error = decode(parts).expect_err(says);
    assert_eq!(error, expect);
    assert_eq!(error.to_string(), says);
    let malformed = !matches!(error, CodeError::NotOneScan { .. });
    assert_eq!(error.reason(), if malformed { Reason::CodeMalformed } else { Reason::CodeNotOnescan });
}

/// Whatever surrounds it, the payment is read.
#[track_caller]
fn check_good(parts: &[&[u8]], claims: &[u8]) {
    let code = decode(parts).unwrap();
    assert_eq!(code.token, samples::code(0).token);
    assert_eq!((code.issued_at, code.signature), (0x676A_4480, [7; 64]));
    assert_eq!(code.claims(), claims);
}

#[test]
fn what_others_may_add_is_accepted_and_skipped() {
    check_good(&[&format(), &ours()], b"");
    check_good(&[&format(), &ours(), &coupons()], b"claims");
    check_good(
        &[&format(), &ours(), &object(0xE2, &[b"?"]), &coupons(), &object(0xBF0C, &[b"?"])],
        b"claims",
    );
    let unknown = object(0x9F25, &[b"12"]);
    check_good(&[&format(), &object(0x61, &[&unknown, &aid(), &token(), &provider_part()])], b"");
    let more_in_63 = object(0x63, &[&time(), &object(0xC2, &[b"?"]), &signature()]);
    check_good(&[&format(), &object(0x61, &[&aid(), &token(), &more_in_63])], b"");
    let more_in_e1 = object(0xE1, &[&object(0xC2, &[b"?"]), &object(0xC1, &[b"claims"])]);
    check_good(&[&format(), &ours(), &more_in_e1], b"claims");
}

#[test]
fn a_bank_and_we_share_a_code() {
    check_good(&[&format(), &bank(), &ours(), &coupons()], b"claims");
    check_good(&[&format(), &ours(), &bank()], b"");
    let common = object(0x62, &[&object(0x5F2D, &[b"ZHen"]), &object(0x64, &[b"?"])]);
    check_good(&[&format(), &bank(), &ours(), &common, &coupons()], b"claims");
    let code = decode(&[&format(), &bank(), &ours(), &common]).unwrap();
    assert_eq!(code.language.unwrap().codes().collect::<Vec<_>>(), ["zh", "en"]);
}

#[test]
fn codes_of_others_are_named() {
    let error = decode(&[&format(), &bank()]).unwrap_err();
    assert_eq!(error.reason(), Reason::CodeNotOnescan);
    // The escape character of the label doesn't reach the terminal.
    assert_eq!(error.to_string(), "this code is for UnionPay?[ (A0000003330101)");
    let other = object(0x61, &[&object(0x4F, &[&[0xA0, 0, 0, 0, 0x55]])]);
    let error = decode(&[&format(), &bank(), &other]).unwrap_err();
    assert_eq!(error.to_string(), "this code is for UnionPay?[ (A0000003330101) or A000000055");
}

#[test]
fn structure() {
    let top = |error| EmvError::Tlv { template: None, error };
    check(&[&object(0x85, &[b"CPV02"]), &ours()], EmvError::Version, "the payload format isn't CPV01");
    check(
        &[&format()],
        EmvError::NoApplication,
        "the code has no application template (61) after its payload format indicator",
    );
    check(
        &[&format(), &coupons(), &ours()],
        EmvError::NoApplication,
        "the code has no application template (61) after its payload format indicator",
    );
    check(
        &[&format(), &ours(), &bank(), &bank()],
        EmvError::TooManyApplications,
        "the code has more than two application templates (61)",
    );
    check(
        &[&format(), &ours(), &object(0x62, &[])],
        EmvError::CommonWithoutTwo,
        "the code has a common data template (62) beside a single application template",
    );
    check(
        &[&format(), &ours(), &coupons(), &bank()],
        EmvError::OutOfOrder { tag: Tag(0x61) },
        "template 61 is out of its order",
    );
    check(
        &[&format(), &ours(), &bank(), &coupons(), &object(0x62, &[])],
        EmvError::OutOfOrder { tag: Tag(0x62) },
        "template 62 is out of its order",
    );
    check(
        &[&format(), &ours(), &format()],
        EmvError::OutOfOrder { tag: Tag(0x85) },
        "template 85 is out of its order",
    );
    check(
        &[&format(), &object(0x61, &[&token()])],
        EmvError::NoAid,
        "an application template has no application identifier (4F)",
    );
    let nested = EmvError::Tlv {
        template: Some(Tag(0x61)),
        error: TlvError::LengthIndefinite { tag: Tag(0x5A), at: 10 },
    };
    check(
        &[&format(), &object(0x61, &[&aid(), &[0x5A, 0x80]])],
        nested,
        "template 61: tag 5A at byte 10 has an indefinite length",
    );
    let trailing = top(TlvError::Tag { at: 106 });
    check(&[&format(), &ours(), &[0]], trailing, "the code: no valid tag at byte 106");
}

#[test]
fn our_application() {
    let application = |parts: &[&[u8]]| object(0x61, parts);
    let twice = |tag| Repeated { tag: Tag(tag) };
    check(
        &[&format(), &application(&[&aid(), &token(), &token(), &provider_part()])],
        twice(0x5A),
        "object 5A is there twice",
    );
    check(
        &[&format(), &application(&[&aid(), &aid(), &token(), &provider_part()])],
        twice(0x4F),
        "object 4F is there twice",
    );
    check(
        &[&format(), &application(&[&aid(), &token(), &provider_part(), &provider_part()])],
        twice(0x63),
        "object 63 is there twice",
    );
    check(
        &[&format(), &ours(), &bank(), &object(0x62, &[&token()])],
        twice(0x5A),
        "object 5A is there twice",
    );
    check(
        &[&format(), &application(&[&aid(), &provider_part()])],
        CodeError::NoToken,
        "the code has no token number (5A)",
    );
    check(
        &[&format(), &application(&[&aid(), &token()])],
        CodeError::NoProviderPart,
        "the code has no part for the provider (63)",
    );
    for language in ["", "z", "zhe", "zhenfrdeit", "z1"] {
        let language = object(0x5F2D, &[language.as_bytes()]);
        check(
            &[&format(), &application(&[&aid(), &token(), &language, &provider_part()])],
            LanguageError,
            "a language preference is one to four codes of two letters each",
        );
    }
}

#[test]
fn the_token_number() {
    let check = |bytes: &[u8], expect: TokenNumberError, says| {
        check(
            &[&format(), &object(0x61, &[&aid(), &object(0x5A, &[bytes]), &provider_part()])],
            expect,
            says,
        );
    };
    let digits = "a token number has 19 digits and nothing else";
    let mut bytes = samples::code(0).token.to_bytes();
    check(&[], TokenNumberError::Digits, digits);
    check(&bytes[..9], TokenNumberError::Digits, digits);
    check(&[&bytes[..], &[0xFF]].concat(), TokenNumberError::Digits, digits);
    bytes[9] &= 0xF0;
    check(&bytes, TokenNumberError::Padding, "a token number of 19 digits is followed by F");
    bytes[9] = 0x3F;
    check(
        &bytes,
        TokenNumberError::Luhn { found: 3, expected: 2 },
        "the token number's check digit is 3 where 2 belongs",
    );
    bytes[0] = 0xA1;
    check(&bytes, TokenNumberError::Digits, digits);
}

#[test]
fn the_part_for_the_provider() {
    let check = |parts: &[&[u8]], expect: CodeError, says| {
        check(&[&format(), &object(0x61, &[&aid(), &token(), &object(0x63, parts)])], expect, says);
    };
    let cut = TlvError::ValueCut { tag: Tag(0xC1), at: 0, length: 4, left: 1 };
    check(
        &[&[0xC1, 4, 0]],
        CodeError::Template { template: Tag(0x63), error: cut },
        "template 63: tag C1 at byte 0 says 4 bytes where only 1 are left",
    );
    check(&[&signature()], CodeError::NoIssuedAt, "the code has no time (C1 in 63)");
    check(
        &[&object(0xC1, &[&[0; 5]]), &signature()],
        CodeError::IssuedAtLength { bytes: 5 },
        "the code's time has 5 bytes, not 4",
    );
    check(&[&time()], CodeError::NoSignature, "the code has no signature (9F4B in 63)");
    check(
        &[&time(), &object(0x9F4B, &[&[7; 63]])],
        CodeError::SignatureLength { bytes: 63 },
        "the code's signature has 63 bytes, not 64",
    );
    check(&[&time(), &time(), &signature()], Repeated { tag: Tag(0xC1) }.into(), "object C1 is there twice");
    check(
        &[&time(), &signature(), &signature()],
        Repeated { tag: Tag(0x9F4B) }.into(),
        "object 9F4B is there twice",
    );
}

#[test]
fn the_coupons() {
    let check = |parts: &[&[u8]], expect: CodeError, says| {
        check(&[&format(), &ours(), &object(0xE1, parts)], expect, says);
    };
    let none = "the code's coupon template (E1) has no claims (C1)";
    check(&[], CodeError::NoClaims, none);
    check(&[&object(0xC2, &[b"?"])], CodeError::NoClaims, none);
    check(&[&object(0xC1, &[])], CodeError::NoClaims, none);
    check(
        &[&object(0xC1, &[b"a"]), &object(0xC1, &[b"b"])],
        Repeated { tag: Tag(0xC1) }.into(),
        "object C1 is there twice",
    );
    let error = TlvError::LengthCut { tag: Tag(0xC1), at: 0 };
    check(
        &[&[0xC1]],
        CodeError::Template { template: Tag(0xE1), error },
        "template E1: tag C1 at byte 0 has no whole length",
    );
    assert_eq!(
        decode(&[&format(), &ours(), &coupons(), &coupons()]),
        Err(CodeError::Repeated(Repeated { tag: Tag(0xE1) }))
    );
}

#[test]
fn lengths_and_tags() {
    #[track_caller]
    fn check(bytes: &[u8], expect: TlvError) {
        assert_eq!(tlv::read(bytes), Err(expect), "{bytes:02X?}");
    }
    let tag = Tag(0x4F);
    assert_eq!(tlv::read(&[]), Ok(vec![]));
    assert_eq!(tlv::read(&[0x4F, 0]).unwrap()[0].value, b"");
    check(&[0], TlvError::Tag { at: 0 });
    check(&[0x4F, 0, 0x9F], TlvError::Tag { at: 2 });
    check(&[0x9F, 0x80], TlvError::Tag { at: 0 });
    check(&[0x9F, 0x81, 0x82, 0x03, 0], TlvError::Tag { at: 0 });
    check(&[0x4F], TlvError::LengthCut { tag, at: 0 });
    check(&[0x4F, 0x81], TlvError::LengthCut { tag, at: 0 });
    check(&[0x4F, 0x82, 1], TlvError::LengthCut { tag, at: 0 });
    check(&[0x4F, 0x80, 0, 0], TlvError::LengthIndefinite { tag, at: 0 });
    check(&[0x4F, 0x81, 1, 0], TlvError::LengthForm { tag, at: 0 });
    check(&[0x4F, 0x81, 0x7F, 0], TlvError::LengthForm { tag, at: 0 });
    check(&[0x4F, 0x82, 0, 0x80], TlvError::LengthForm { tag, at: 0 });
    check(&[0x4F, 0x83, 1, 0, 0], TlvError::LengthForm { tag, at: 0 });
    check(&[0x4F, 0xFF], TlvError::LengthForm { tag, at: 0 });
    check(&[0x4F, 0x81, 0x80, 7], TlvError::ValueCut { tag, at: 0, length: 128, left: 1 });
    check(&[0x4F, 0x82, 0xFF, 0xFF, 7], TlvError::ValueCut { tag, at: 0, length: 65_535, left: 1 });
}
