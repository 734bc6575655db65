//! What scanners make of a code on its way to us.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use shared::code::frame::{FrameError, bytes, text};
use shared::code::{CODE_CHARS_MAX, CombinedCode, Language, TokenNumber, UnsignedCode};
use shared::reason::Reason;

/// A code in which every kind of character occurs: capitals, small letters, digits, `+`, `/` and `=`.
fn code() -> String {
    let unsigned = UnsignedCode {
        token: TokenNumber::from_body(912_345_678_901_234_567).unwrap(),
        language: Some(Language::parse("zh").unwrap()),
        issued_at: 1_735_017_600,
        claims: (0..=101).collect(),
    };
    let text = unsigned.sign_with([0xFB; 64]).encode();
    assert!(['+', '/', '=', '0', 'y', 'z'].iter().all(|sign| text.contains(*sign)), "{text}");
    text
}

#[track_caller]
fn check(text: &str, expect: FrameError) {
    assert_eq!(bytes(text), Err(expect), "{text}");
    assert!(CombinedCode::decode(text).is_err());
}

#[test]
fn framing_is_stripped() {
    let code = code();
    for framed in
        [format!("{code}\r\n"), format!("{code}\t"), format!("\r\n {code} \n"), format!("\u{2}{code}\u{3}")]
    {
        assert_eq!(CombinedCode::decode(&framed), CombinedCode::decode(&code));
    }
    let split = format!("{}\n{}", &code[..8], &code[8..]);
    check(&split, FrameError::Character { found: '\n', position: 9 });
}

#[test]
fn other_bar_codes_are_no_payment_codes() {
    for other in
        ["", "\r\n", "4006381333931", "https://example.com/pay", "134567890123456789", "85054350563031"]
    {
        check(other, FrameError::NotAPaymentCode);
    }
}

#[test]
fn each_way_of_not_being_base64_is_its_own_error() {
    check("hQVDUFYwMWE#", FrameError::Character { found: '#', position: 12 });
    check("hQVDUFYwMWEa Twe", FrameError::Character { found: ' ', position: 13 });
    check("hQVDUFYwMWEaT", FrameError::Incomplete { chars: 13 });
    check("hQVDUFYwMWE", FrameError::Incomplete { chars: 11 });
    check("hQVDUFYwM=Ea", FrameError::Padding);
    check("hQVDUFYwM===", FrameError::Padding);
    check("hQVDUFYwMWF=", FrameError::TrailingBits);
    check("hQVDUFYwMR==", FrameError::TrailingBits);
}

#[test]
fn the_longest_code_has_512_characters() {
    let of = |chars: usize| text(&[b"\x85\x05CPV01".as_slice(), &vec![0; chars / 4 * 3 - 7]].concat());
    assert_eq!(bytes(&of(CODE_CHARS_MAX)).unwrap().len(), 384);
    check(&of(CODE_CHARS_MAX + 4), FrameError::TooLong { chars: 516 });
    check(&"é".repeat(100_000), FrameError::TooLong { chars: 100_000 });
}

/// The keys of an American keyboard that type base64, and what they type under another layout.
const US: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
const LAYOUTS: [(&str, &str); 9] = [
    ("AZERTY", "QBCDEFGHIJKL?NOPARSTUVZXYWqbcdefghijkl,noparstuvzxywà&é\"'(-è_ç+!="),
    ("QWERTZ", "ABCDEFGHIJKLMNOPQRSTUVWXZYabcdefghijklmnopqrstuvwxzy0123456789`-´"),
    ("Czech", "ABCDEFGHIJKLMNOPQRSTUVWXZYabcdefghijklmnopqrstuvwxzyé+ěščřžýáíˇ-´"),
    ("letter case", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/="),
    ("Italian", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789^-ì"),
    ("Spanish", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789¿-¡"),
    ("Swedish", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789`-´"),
    ("Russian", "ФИСВУАПРШОЛДЬТЩЗЙКЫЕГМЦЧНЯфисвуапршолдьтщзйкыегмцчня0123456789+.="),
    (
        "full-width",
        "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ０１２３４５６７８９＋／＝",
    ),
];

#[test]
fn a_foreign_keyboard_layout_is_recognised() {
    for (name, layout) in LAYOUTS {
        let type_key = |c| US.chars().zip(layout.chars()).find(|(us, _)| *us == c).unwrap().1;
        assert_eq!(layout.chars().count(), US.len(), "{name}");
        let mistyped: String = code().chars().map(type_key).collect();
        let error = CombinedCode::decode(&mistyped).unwrap_err();
        assert_eq!(error.reason(), Reason::KeyboardLayout, "{name}: {error}");
    }
}

#[test]
fn the_british_layout_changes_nothing_that_base64_uses() {
    let british = |c| match c {
        '@' => '"',
        '"' => '@',
        '#' => '£',
        '~' => '¬',
        c => c,
    };
    let typed: String = code().chars().map(british).collect();
    assert_eq!(CombinedCode::decode(&typed), CombinedCode::decode(&code()));
}
