//! Coupons that have nothing to do with one another are matched apart.

use crate::{offer::Terms, payment::stackable};

/// Splits these coupons, which are in order, into parts: coupons of different parts share no unit and can be used together. Each
/// part is in order. `wanted` says for each coupon which lines count for it.
pub(super) fn parts(terms: &[&Terms], wanted: &[Vec<bool>], coupons: Vec<usize>) -> Vec<Vec<usize>> {
    let related = |a: usize, b: usize| {
        !stackable(terms[a], terms[b]) || wanted[a].iter().zip(&wanted[b]).any(|(a, b)| *a && *b)
    };
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for coupon in coupons {
        let (mut joined, apart): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|part| part.iter().any(|other| related(*other, coupon)));
        joined.push(vec![coupon]);
        let mut part = joined.concat();
        part.sort_unstable();
        parts = apart;
        parts.push(part);
    }
    parts
}
