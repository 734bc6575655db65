//! How long codes are, and what that leaves for coupons.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod samples;

use proptest::prelude::*;
use shared::code::{
    CODE_CHARS_COMFORT, CODE_CHARS_MAX, Candidate, Fit, Language, TokenNumber, UnsignedCode, chars, fit,
};

fn code(language: &str, claims: Vec<u8>) -> String {
    let token = TokenNumber::from_body(912_345_678_901_234_567).unwrap();
    let language = Language::parse(language).ok();
    UnsignedCode { token, language, issued_at: 1_735_017_600, claims }.sign_with([0; 64]).encode()
}

/// Raw bytes and characters of the codes with 0, 1, 3, 5, 10 and 15 coupons.
#[track_caller]
fn check_sizes(language: &str, units: u64, expect: [(usize, usize); 6]) {
    let size = |coupons| {
        let text = code(language, samples::claims(coupons, units));
        let padding = text.bytes().filter(|byte| *byte == b'=').count();
        (text.len() / 4 * 3 - padding, text.len())
    };
    assert_eq!([0, 1, 3, 5, 10, 15].map(size), expect);
}

#[test]
fn sizes_of_codes_without_language_and_units() {
    check_sizes("", 0, [(106, 144), (127, 172), (161, 216), (195, 260), (282, 376), (368, 492)]);
}

#[test]
fn sizes_of_codes_as_the_wallet_makes_them() {
    check_sizes("zhen", 1, [(113, 152), (136, 184), (174, 232), (212, 284), (309, 412), (406, 544)]);
    check_sizes("zh", 1, [(111, 148), (134, 180), (172, 232), (210, 280), (307, 412), (404, 540)]);
}

#[test]
fn the_length_is_known_beforehand() {
    for language in ["", "zh", "zhen", "zhenfrde"] {
        for claims_len in 0..=1_000 {
            let text = code(language, vec![0; claims_len]);
            assert_eq!(chars(claims_len, language.len()), text.len(), "{language} {claims_len}");
        }
    }
    assert!(chars(usize::MAX, 8) > CODE_CHARS_MAX);
}

/// Candidates written as (minor units saved, bytes, pinned).
#[track_caller]
fn check_fit(candidates: &[(i64, usize, bool)], chars_max: usize, chosen: &[usize], left_out: &[usize]) {
    let candidates: Vec<Candidate> = candidates
        .iter()
        .map(|&(saves_minor, encoded_len, pinned)| Candidate { saves_minor, encoded_len, pinned })
        .collect();
    assert_eq!(fit(&candidates, 2, chars_max), Fit { chosen: chosen.to_vec(), left_out: left_out.to_vec() });
}

#[test]
fn coupons_worth_most_go_in_until_the_code_is_full() {
    let two = chars(38, 2);
    check_fit(&[(100, 19, false), (500, 19, false), (300, 19, false)], two, &[1, 2], &[0]);
    check_fit(&[(100, 19, false), (500, 19, false)], CODE_CHARS_MAX, &[1, 0], &[]);
    check_fit(&[], CODE_CHARS_MAX, &[], &[]);
}

#[test]
fn pinned_coupons_go_first() {
    let two = chars(38, 2);
    check_fit(&[(100, 19, true), (500, 19, false), (300, 19, false)], two, &[0, 1], &[2]);
}

#[test]
fn even_pinned_coupons_stay_out_of_a_full_code() {
    let two = chars(38, 2);
    check_fit(&[(1, 19, true), (2, 19, true), (3, 19, true), (9, 19, false)], two, &[2, 1], &[0, 3]);
    check_fit(&[(1, 19, true)], chars(0, 2), &[], &[0]);
    check_fit(&[(1, usize::MAX, true), (1, usize::MAX, true)], CODE_CHARS_MAX, &[], &[0, 1]);
}

#[test]
fn a_small_coupon_may_take_the_room_a_large_one_left() {
    check_fit(&[(500, 19, false), (400, 30, false), (300, 17, false)], chars(36, 2), &[0, 2], &[1]);
}

#[test]
fn equal_savings_go_by_length_and_then_by_order() {
    let all = CODE_CHARS_MAX;
    check_fit(&[(5, 19, false), (5, 17, false), (5, 17, false), (0, 17, false)], all, &[1, 2, 0, 3], &[]);
}

proptest! {
    #[test]
    fn a_fit_is_complete_within_the_limit_and_full(
        candidates in prop::collection::vec((0..100_i64, 0..60_usize, any::<bool>()), 0..40),
        chars_max in prop::sample::select(vec![0, 150, CODE_CHARS_COMFORT, CODE_CHARS_MAX]),
    ) {
        let candidates: Vec<Candidate> = candidates.into_iter()
            .map(|(saves_minor, encoded_len, pinned)| Candidate { saves_minor, encoded_len, pinned })
            .collect();
        let Fit { chosen, left_out } = fit(&candidates, 4, chars_max);

        let mut all = [chosen.clone(), left_out.clone()].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..candidates.len()).collect::<Vec<_>>());

        let claims_len: usize = chosen.iter().map(|&place| candidates[place].encoded_len).sum();
        prop_assert!(chosen.is_empty() || chars(claims_len, 4) <= chars_max);
        for place in left_out {
            prop_assert!(chars(claims_len + candidates[place].encoded_len, 4) > chars_max);
        }
    }
}
