//! Coupons that have nothing to do with one another are matched apart.

use crate::{basket::Line, offer::Terms, payment::stackable};

/// Splits the coupons into parts: coupons of different parts share no unit and can be used together. Each part is in order.
pub(super) fn parts(lines: &[Line], terms: &[&Terms]) -> Vec<Vec<usize>> {
    let wanted: Vec<Vec<bool>> =
        terms.iter().map(|t| lines.iter().map(|line| t.qualifies(line.gtin)).collect()).collect();
    let related = |a: usize, b: usize| {
        !stackable(terms[a], terms[b]) || wanted[a].iter().zip(&wanted[b]).any(|(a, b)| *a && *b)
    };
    let mut part_of: Vec<usize> = (0..terms.len()).collect();
    for b in 0..terms.len() {
        for a in 0..b {
            if part_of[a] != part_of[b] && related(a, b) {
                let (from, to) = (part_of[b].max(part_of[a]), part_of[b].min(part_of[a]));
                part_of.iter_mut().filter(|part| **part == from).for_each(|part| *part = to);
            }
        }
    }
    let members = |part: usize| (0..terms.len()).filter(|i| part_of[*i] == part).collect::<Vec<_>>();
    (0..terms.len()).map(members).filter(|members| !members.is_empty()).collect()
}
