//! Which units a coupon takes its discount from, and how much of it falls on each line. The till selects and computes;
//! the provider computes again from the selected lines alone.

use super::{Refusal, Reward, Terms};
use crate::{
    basket::Line,
    money::{allocate, share_of},
};

/// Picks the units of `lines` that the coupon covers, from those that are still free: (index, units), in basket order.
///
/// A reward that counts units takes the dearest first (the earlier line among equals), since a discount never exceeds the
/// price; the others take every free qualifying unit.
pub fn select(terms: &Terms, lines: &[Line], free_units: &[u32]) -> Vec<(usize, u32)> {
    let mut qualifying: Vec<usize> =
        (0..lines.len()).filter(|i| free_units[*i] > 0 && terms.qualifies(lines[*i].gtin)).collect();
    let mut units_left = match terms.reward() {
        Reward::AmountOffEach { max_units, .. } => max_units,
        Reward::PercentOff { .. } | Reward::AmountOffSpend { .. } => u32::MAX,
    };
    qualifying.sort_by_key(|i| (-lines[*i].unit_price_minor, *i));
    let mut selected = Vec::new();
    for i in qualifying {
        let units = free_units[i].min(units_left);
        if units > 0 {
            selected.push((i, units));
            units_left -= units;
        }
    }
    selected.sort_unstable();
    selected
}

/// What the terms take off the selected lines, line by line, in minor units. Never more than a line's total.
pub fn discounts(terms: &Terms, selected: &[Line]) -> Result<Vec<i64>, Refusal> {
    if selected.is_empty() || selected.iter().any(|line| !terms.qualifies(line.gtin)) {
        return Err(Refusal::ItemMismatch);
    }
    let totals: Vec<i64> = selected.iter().map(Line::total_minor).collect();
    let spend_minor = totals.iter().fold(0_i64, |sum, total| sum.saturating_add(*total));
    match terms.reward() {
        Reward::AmountOffEach { amount_minor, max_units } => {
            let units = selected.iter().fold(0_u32, |sum, line| sum.saturating_add(line.units));
            if units > max_units {
                return Err(Refusal::DiscountMismatch);
            }
            let off = |line: &Line| amount_minor.min(line.unit_price_minor) * i64::from(line.units);
            Ok(selected.iter().map(off).collect())
        }
        Reward::PercentOff { basis_points, cap_minor } => {
            let share_minor = share_of(spend_minor, basis_points).unwrap_or(cap_minor);
            Ok(allocate(share_minor.min(cap_minor), &totals))
        }
        Reward::AmountOffSpend { amount_minor, minimum_spend_minor } => {
            if spend_minor < minimum_spend_minor {
                return Err(Refusal::RequirementNotMet);
            }
            Ok(allocate(amount_minor, &totals))
        }
    }
}
