//! What a scan is of, told by its content alone; and what two keyboard layouts, or Caps Lock, make of it.

#![allow(clippy::unwrap_used)]

use pos_agent::{
    scan::{Scanned, told_apart},
    scanner::keyboard::{Layout, Lock, garbled as garbled_by},
};
use proptest::prelude::*;
use shared::{
    code::{Language, TokenNumber, UnsignedCode},
    gs1::check_digit,
};

/// A code whose base64 has the signs in it, which layouts garble most.
fn code_text() -> String {
    let unsigned = UnsignedCode {
        token: TokenNumber::from_body(912_345_678_901_234_567).unwrap(),
        language: Some(Language::parse("zhen").unwrap()),
        issued_at: 1_790_000_000,
        claims: Vec::new(),
    };
    let text =
        unsigned.sign_with(std::array::from_fn(|i| u8::try_from(255 - i * 29 % 253).unwrap())).encode();
    assert!("+/=".chars().all(|c| text.contains(c)), "{text}");
    text
}

/// In a word: what it is, or the reason why it is nothing.
fn in_a_word(text: &str) -> String {
    match told_apart(text) {
        Ok(Scanned::Code(scan)) => format!("code {}", scan.text),
        Ok(Scanned::Token(number)) => format!("token {number}"),
        Ok(Scanned::Goods(number)) => match number.or {
            None => format!("goods {}", number.gtin),
            Some(or) => format!("goods {} or {or}", number.gtin),
        },
        Ok(Scanned::Receipt { payment_id }) => format!("receipt {payment_id}"),
        Err(problem) => problem.reason().as_str().to_owned(),
    }
}

fn check(text: &str, expect: &str) {
    assert_eq!(in_a_word(text), expect, "{text:?}");
}

#[test]
fn goods_codes_tokens_and_receipts_are_told_apart() {
    let code = code_text();
    check(&code, &format!("code {code}"));
    check(&format!("\u{2}{code}\r\n"), &format!("code {code}"));
    check(&format!("]Q1{code}"), &format!("code {code}"));

    check("6901234567892", "goods 06901234567892");
    check("]E06901234567892", "goods 06901234567892");
    check("036000291452", "goods 00036000291452");
    check("16901234567899", "goods 16901234567899");
    check("2212345012343", "goods 02212345012343");

    check("9123456789012345672", "token 9123456789012345672");
    check("9123 4567 8901 2345 672", "token 9123456789012345672");
    check("]C19123456789012345672\r", "token 9123456789012345672");

    let id = "0198f2a0-1b2c-7d3e-8f40-5a6b7c8d9e0f";
    check(&format!("onescan:receipt/{id}"), &format!("receipt {id}"));
}

#[test]
fn eight_digits_are_a_gtin_8_or_a_upc_e_or_both() {
    check("96385074", "goods 00000096385074");
    check("01234565", "goods 00000001234565 or 00012345000065");
    check("04252614", "goods 00042100005264");
    check("123456", "goods 00012345000065");
    check("0123456", "goods 00012345000065");
}

#[test]
fn what_is_almost_something_is_nothing() {
    check("", "CODE_MALFORMED");
    check("6901234567893", "CODE_MALFORMED");
    check("9123456789012345673", "CODE_MALFORMED");
    check("91234567890123456720", "CODE_MALFORMED");
    check("690", "CODE_MALFORMED");
    check("https://example.com/menu", "CODE_MALFORMED");
    check("onescan:receipt/17", "CODE_MALFORMED");
}

/// What a computer makes of the keys that a scanner presses for each character.
fn garbled(text: &str, from: &str, to: &str) -> String {
    assert_eq!(from.chars().count(), to.chars().count());
    let key =
        |c: char| from.chars().position(|known| known == c).map_or(c, |place| to.chars().nth(place).unwrap());
    text.chars().map(key).collect()
}

const AMERICAN: &str = "1234567890aqwzmAQWZM,?/:-";
const AZERTY: &str = "&é\"'(-è_çàqazw,QAZW?;§!M)";

#[test]
fn a_french_computer_and_an_american_scanner_are_undone() {
    let azerty = |text: &str| garbled(text, AMERICAN, AZERTY);
    let code = code_text();
    check(&azerty(&code), &format!("code {code}"));
    check("-çà&é\"'(-è_çé", "goods 06901234567892");
    check(&azerty("9123456789012345672"), "token 9123456789012345672");
    let id = "0198f2a0-1b2c-7d3e-8f40-5a6b7c8d9e0f";
    check(&azerty(&format!("onescan:receipt/{id}")), &format!("receipt {id}"));
}

#[test]
fn an_american_computer_and_a_french_scanner_are_undone() {
    let code = code_text();
    let qwerty = |text: &str| {
        let typed = garbled(text, "qazwQAZWmM/", "aqwzAQWZ;:>");
        garbled(&typed, "1234567890", "!@#$%^&*()")
    };
    check(&qwerty(&code), &format!("code {code}"));
    check("^()!@#$%^&*(@", "goods 06901234567892");
}

#[test]
fn a_british_computer_changes_nothing_that_a_scan_has() {
    let code = code_text();
    check(&garbled(&code, "@\"#~\\|", "\"@£¬#~"), &format!("code {code}"));
}

#[test]
fn caps_lock_is_undone() {
    let code = code_text();
    let swapped: String = code
        .chars()
        .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    check(&swapped, &format!("code {code}"));
}

#[test]
fn what_cannot_be_undone_is_named_and_never_guessed() {
    let code = code_text();
    // Small letters only: which were large nobody can know.
    check(&code.to_ascii_lowercase(), "KEYBOARD_LAYOUT");
    // German dead keys swallow `+` and `=`.
    let qwertz: String = garbled(&code, "yzYZ/", "zyZY-").chars().filter(|c| !"+=".contains(*c)).collect();
    check(&qwertz, "KEYBOARD_LAYOUT");
    check("рймвган", "KEYBOARD_LAYOUT");
}

/// Every layout of a scanner on every one of a computer, with Caps Lock off and on: what is scanned is read, whatever it is.
#[test]
fn every_pair_of_layouts_is_undone_and_caps_lock_too() {
    let code = code_text();
    let id = "0198f2a0-1b2c-7d3e-8f40-5a6b7c8d9e0f";
    let scans = [
        (code.clone(), format!("code {code}")),
        ("6901234567892".to_owned(), "goods 06901234567892".to_owned()),
        ("96385074".to_owned(), "goods 00000096385074".to_owned()),
        ("9123456789012345672".to_owned(), "token 9123456789012345672".to_owned()),
        (format!("onescan:receipt/{id}"), format!("receipt {id}")),
    ];
    let mut lost = Vec::new();
    for (typed, read) in Layout::ALL.iter().flat_map(|typed| Layout::ALL.map(|read| (*typed, read))) {
        for (lock, (scan, expect)) in Lock::ALL.iter().flat_map(|lock| scans.iter().map(move |s| (lock, s))) {
            let arrived = garbled_by(scan, typed, read, *lock);
            let heard = in_a_word(&arrived);
            if heard != *expect {
                lost.push(format!("{typed:?} as {read:?}, {lock:?}: {arrived} is {heard}"));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
    // With the sign of the symbology before it, which French and German scanners type by a key that others don't have.
    for arrived in ["$Eà-çà&é\"'(-è_çé", "$eà-çà&é\"'(-è_çé", "+E06901234567892"] {
        check(arrived, "goods 06901234567892");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the layouts of scanner and computer, goods, tokens and codes are read as what they are, or not at all.
    #[test]
    fn no_pair_of_layouts_makes_one_scan_another(
        body in 0_u64..1_000_000_000_000,
        token in 900_000_000_000_000_000_u64..1_000_000_000_000_000_000,
        signature in proptest::collection::vec(any::<u8>(), 64),
        typed in proptest::sample::select(Layout::ALL.as_slice()),
        read in proptest::sample::select(Layout::ALL.as_slice()),
        lock in proptest::sample::select(Lock::ALL.as_slice()),
    ) {
        let unsigned = UnsignedCode {
            token: TokenNumber::from_body(token).unwrap(),
            language: None,
            issued_at: 1_790_000_000,
            claims: Vec::new(),
        };
        let texts = [
            format!("{body:012}{}", check_digit(body)),
            TokenNumber::from_body(token).unwrap().to_string(),
            unsigned.sign_with(signature.try_into().unwrap()).encode(),
        ];
        for text in texts {
            if let Ok(scanned) = told_apart(&garbled_by(&text, typed, read, lock)) {
                prop_assert_eq!(Ok(scanned), told_apart(&text), "{:?} as {:?}, {:?}", typed, read, lock);
            }
        }
    }

    /// Whatever is scanned, nothing panics.
    #[test]
    fn any_text_is_something_or_nothing(text in ".{0,60}") {
        let _ = told_apart(&text);
    }
}
