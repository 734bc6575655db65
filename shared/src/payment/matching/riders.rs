//! Coupons that are in nobody's way.
//!
//! A coupon that saves as much from units that no other coupon wants as it does from all is given those, and the search need not
//! look at it: whatever sharing is best, it can be served so without taking anything from the others. What others then
//! share no longer with it may be enough for one of them, and so on.

use crate::{
    basket::Line,
    offer::{Terms, best_saving, select},
    payment::stackable,
};

/// For each coupon the units of each line that it is given here; none where it has to share. `wanted` says for each coupon which
/// lines count for it.
pub(super) fn riders(
    lines: &[Line],
    terms: &[&Terms],
    wanted: &[Vec<bool>],
    gross_minor: i64,
) -> Vec<Option<Vec<u32>>> {
    let mut given: Vec<Option<Vec<u32>>> = vec![None; terms.len()];
    let stacks =
        |this: usize| (0..terms.len()).all(|that| that == this || stackable(terms[this], terms[that]));
    let mut left: Vec<usize> = (0..terms.len()).filter(|coupon| stacks(*coupon)).collect();
    let most: Vec<i64> = (0..terms.len())
        .map(|coupon| saved(terms[coupon], lines, &units(lines, |line| wanted[coupon][line]), gross_minor))
        .collect();
    let mut tried: Vec<Vec<u32>> = vec![Vec::new(); terms.len()];
    loop {
        let rides = |this: &usize| {
            let others = |line| {
                (0..terms.len()).any(|that| that != *this && given[that].is_none() && wanted[that][line])
            };
            let own = units(lines, |line| wanted[*this][line] && !others(line));
            if own == tried[*this] {
                return None;
            }
            tried[*this].clone_from(&own);
            let enough = saved(terms[*this], lines, &own, gross_minor) == most[*this];
            enough
                .then(|| select(terms[*this], lines, &own, gross_minor).ok())
                .flatten()
                .map(|units| (*this, units))
        };
        let Some((this, units)) = left.iter().find_map(rides) else { return given };
        given[this] = Some(units);
        left.retain(|coupon| *coupon != this);
    }
}

fn units(lines: &[Line], counts: impl Fn(usize) -> bool) -> Vec<u32> {
    lines.iter().enumerate().map(|(at, line)| if counts(at) { line.units } else { 0 }).collect()
}

/// What a coupon saves with the best of these units.
fn saved(terms: &Terms, lines: &[Line], units: &[u32], gross_minor: i64) -> i64 {
    let used = lines.iter().zip(units).filter(|(_, units)| **units > 0);
    let counted = used.filter_map(|(line, units)| {
        Some((Line { units: *units, ..*line }, terms.requirement_of(line.gtin)?))
    });
    let (mut used, roles): (Vec<Line>, Vec<usize>) = counted.unzip();
    if used.is_empty() { 0 } else { best_saving(terms, &mut used, &roles, gross_minor) }
}
