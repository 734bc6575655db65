//! Item numbers, as they come from packs.

use proptest::prelude::*;
use shared::gs1::{Circulation, Gtin, GtinError, check_digit};

#[track_caller]
fn check(text: &str, expect: Result<&str, GtinError>) {
    assert_eq!(Gtin::parse(text).map(|gtin| gtin.to_string()), expect.map(str::to_owned), "{text}");
}

#[track_caller]
fn check_upc_e(text: &str, expect: Result<&str, GtinError>) {
    assert_eq!(Gtin::parse_upc_e(text).map(Gtin::short), expect.map(str::to_owned), "{text}");
}

#[test]
fn every_length_becomes_14_digits() {
    check("96385074", Ok("00000096385074"));
    check("614141999996", Ok("00614141999996"));
    check("4006381333931", Ok("04006381333931"));
    check("04006381333931", Ok("04006381333931"));
    check("10614141000415", Ok("10614141000415"));
}

#[test]
fn the_same_item_is_equal_however_it_was_printed() {
    let forms = ["614141999996", "0614141999996", "00614141999996"];
    assert!(forms.iter().all(|form| Gtin::parse(form) == Gtin::parse("614141999996")));
}

#[test]
fn people_see_the_digits_of_the_pack() {
    for printed in ["96385074", "614141999996", "4006381333931", "10614141000415"] {
        assert_eq!(Gtin::parse(printed).unwrap().short(), printed);
    }
}

#[test]
fn each_cause_has_its_own_error() {
    check("", Err(GtinError::Length { digits: 0 }));
    check("12345678901", Err(GtinError::Length { digits: 11 }));
    check("123456789012345", Err(GtinError::Length { digits: 15 }));
    check(&"1".repeat(100), Err(GtinError::Length { digits: 100 }));
    check("400638133393I", Err(GtinError::NotADigit { found: 'I', position: 13 }));
    check("40063813 33931", Err(GtinError::NotADigit { found: ' ', position: 9 }));
    check("４006381333931", Err(GtinError::NotADigit { found: '４', position: 1 }));
    check("4006381333932", Err(GtinError::CheckDigit { found: 2, expected: 1 }));
    check("0000000000000", Err(GtinError::Zero));
    assert_eq!(Gtin::from_u64(100_000_000_000_007), Err(GtinError::TooLarge { value: 100_000_000_000_007 }));
    assert_eq!(Gtin::from_u64(0), Err(GtinError::Zero));
}

#[test]
fn upc_e_expands_by_its_last_digit() {
    check_upc_e("01234505", Ok("012000003455"));
    check_upc_e("04252614", Ok("042100005264"));
    check_upc_e("01234523", Ok("012200003453"));
    check_upc_e("01234531", Ok("012300000451"));
    check_upc_e("01234543", Ok("012340000053"));
    check_upc_e("01234558", Ok("012345000058"));
    check_upc_e("01234565", Ok("012345000065"));
    check_upc_e("01234596", Ok("012345000096"));
    check_upc_e("11234562", Ok("112345000062"));
}

#[test]
fn upc_e_without_its_check_digit_gets_one() {
    check_upc_e("0123456", Ok("012345000065"));
    check_upc_e("123456", Ok("012345000065"));
    check_upc_e("1123456", Ok("112345000062"));
}

#[test]
fn upc_e_errors() {
    check_upc_e("01234566", Err(GtinError::CheckDigit { found: 6, expected: 5 }));
    check_upc_e("21234565", Err(GtinError::UpcENumberSystem { found: 2 }));
    check_upc_e("12345", Err(GtinError::UpcELength { digits: 5 }));
    check_upc_e("012345678", Err(GtinError::UpcELength { digits: 9 }));
    check_upc_e("12345x", Err(GtinError::NotADigit { found: 'x', position: 6 }));
    check_upc_e("00000000", Err(GtinError::Zero));
}

#[test]
fn shops_own_numbers_and_paper_coupons_are_told_apart() {
    #[track_caller]
    fn check(body: u64, expect: Circulation) {
        let gtin = Gtin::from_u64(body * 10 + check_digit(body)).unwrap();
        assert_eq!(gtin.circulation(), expect, "{gtin}");
        assert_eq!(gtin.is_global(), expect == Circulation::Global);
    }
    // GTIN-13 by prefix, and with a pack's indicator before it.
    for (prefix, expect) in [
        (0, Circulation::Global),
        (1, Circulation::Global),
        (2, Circulation::Restricted),
        (3, Circulation::Global),
        (4, Circulation::Restricted),
        (5, Circulation::Coupon),
        (6, Circulation::Global),
        (19, Circulation::Global),
        (20, Circulation::Restricted),
        (29, Circulation::Restricted),
        (30, Circulation::Global),
        (69, Circulation::Global),
        (97, Circulation::Global),
        (98, Circulation::Coupon),
        (99, Circulation::Coupon),
    ] {
        check(prefix * 10_000_000_000 + 1_234_567_890, expect);
        check(1_000_000_000_000 + prefix * 10_000_000_000 + 1_234_567_890, expect);
    }
    // GTIN-8 has prefixes of its own.
    for (first, expect) in [
        (0, Circulation::Restricted),
        (1, Circulation::Global),
        (2, Circulation::Restricted),
        (4, Circulation::Global),
        (9, Circulation::Global),
    ] {
        check(first * 1_000_000 + 234_567, expect);
    }
}

proptest! {
    #[test]
    fn any_body_with_its_check_digit_is_read_back_in_every_form(body in 1..10_000_000_000_000_u64) {
        let gtin = Gtin::from_u64(body * 10 + check_digit(body)).unwrap();
        prop_assert_eq!(Gtin::parse(&gtin.to_string()), Ok(gtin));
        prop_assert_eq!(Gtin::parse(&gtin.short()), Ok(gtin));
        prop_assert_eq!(Gtin::from_u64(gtin.as_u64()), Ok(gtin));
    }

    #[test]
    fn no_text_panics(text in ".*", digits in "[0-9]{0,30}") {
        for text in [text, digits] {
            let _ = Gtin::parse(&text);
            let _ = Gtin::parse_upc_e(&text);
        }
    }

    #[test]
    fn a_swapped_digit_of_a_upc_e_is_noticed(six in 0..1_000_000_u64, place in 0..6_u32, step in 1..10_u64) {
        // The last of the six moves the zeros, so only the other five are a plain misreading.
        prop_assume!(place > 0 && six > 0);
        let Ok(gtin) = Gtin::parse_upc_e(&format!("{six:06}")) else { return Ok(()) };
        let check = gtin.as_u64() % 10;
        let unit = 10_u64.pow(place);
        let wrong = six - six / unit % 10 * unit + (six / unit + step) % 10 * unit;
        let misread = Gtin::parse_upc_e(&format!("0{wrong:06}{check}"));
        prop_assert!(matches!(misread, Err(GtinError::CheckDigit { .. } | GtinError::Zero)), "{misread:?}");
    }
}
