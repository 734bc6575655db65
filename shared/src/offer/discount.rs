//! What a coupon takes off the units that it uses, line by line: the one place where this is computed. The till decides with
//! it which units to use, the provider checks the till, and a refund asks what would still be given for the units that are kept.

use super::{AppliesTo, Need, Pick, Refusal, Reward, Terms};
use crate::{
    basket::Line,
    money::{allocate, share_of},
};

/// What the terms take off `lines`, all of whose units this coupon uses (those that only meet a requirement get 0), in minor
/// units, in their order. Never more than a line's total, and together never more than the worst case.
///
/// `basket_gross_minor` is the whole basket before any discount. Fewer or cheaper units never give more, except that a reward
/// for the cheapest unit moves to the next one when that is taken away.
///
/// # Errors
/// [`Refusal::ItemMismatch`] for a line that doesn't count, or none at all; [`Refusal::RequirementNotMet`] where too little is bought.
pub fn discounts(terms: &Terms, lines: &[Line], basket_gross_minor: i64) -> Result<Vec<i64>, Refusal> {
    let roles: Option<Vec<usize>> = lines.iter().map(|line| terms.requirement_of(line.gtin)).collect();
    match roles {
        Some(roles) if !roles.is_empty() => discounts_of(terms, lines, &roles, basket_gross_minor),
        _ => Err(Refusal::ItemMismatch),
    }
}

/// The same for lines whose requirements are known; a line may have 0 units, which then count for nothing.
pub(crate) fn discounts_of(
    terms: &Terms,
    lines: &[Line],
    roles: &[usize],
    basket_gross_minor: i64,
) -> Result<Vec<i64>, Refusal> {
    let parts = terms.parts();
    let met = met(terms, lines, roles);
    if !parts.combine.holds(&met[..parts.requirements.len()])
        || basket_gross_minor < parts.basket_minimum_minor
    {
        return Err(Refusal::RequirementNotMet);
    }
    let applies = |role: usize| {
        met[role] && (parts.applies_to == AppliesTo::Every || parts.applies_to == AppliesTo::One(role))
    };
    let mut off = vec![0; lines.len()];
    let mut ranked: Vec<usize> = (0..lines.len()).filter(|i| applies(roles[*i])).collect();
    ranked.sort_by_key(|i| (-lines[*i].unit_price_minor, *i));
    take_off(parts.reward, parts.pick, lines, ranked, &mut off);
    Ok(off)
}

fn met(terms: &Terms, lines: &[Line], roles: &[usize]) -> [bool; 3] {
    let mut met = [false; 3];
    for (role, requirement) in terms.parts().requirements.iter().enumerate() {
        let mine = || lines.iter().zip(roles).filter(|(_, r)| **r == role).map(|(line, _)| line);
        met[role] = match requirement.need {
            Need::Units(units) => mine().map(|line| u64::from(line.units)).sum::<u64>() >= u64::from(units),
            Need::Spend(minor) => {
                mine().fold(0_i64, |sum, line| sum.saturating_add(line.total_minor())) >= minor
            }
            Need::WeightGrams(grams) => mine().map(weight).sum::<u64>() >= u64::from(grams),
        };
    }
    met
}

fn weight(line: &Line) -> u64 {
    u64::from(line.grams) * u64::from(line.units)
}

/// `ranked` are the lines that the reward is taken from, dearest first, the earlier among equals.
fn take_off(reward: Reward, pick: Pick, lines: &[Line], mut ranked: Vec<usize>, off: &mut [i64]) {
    let price = |i: usize| lines[i].unit_price_minor;
    if pick == Pick::Cheapest {
        ranked.reverse();
    }
    match reward {
        Reward::AmountOffEach { amount_minor, max_units } => {
            for (i, units) in first_units(lines, &ranked, max_units) {
                off[i] = amount_minor.min(price(i)).saturating_mul(units);
            }
        }
        Reward::FixedPrice { price_each_minor, max_units, cap_minor } => {
            for (i, units) in first_units(lines, &ranked, max_units) {
                off[i] = (price(i) - price_each_minor).max(0).saturating_mul(units);
            }
            limit(off, cap_minor);
        }
        Reward::FreeItems { units, cap_minor } => {
            for (i, units) in first_units(lines, &ranked, units) {
                off[i] = price(i).saturating_mul(units);
            }
            limit(off, cap_minor);
        }
        Reward::AmountOff { amount_minor } => {
            whole(pick, lines, &ranked, off);
            limit(off, amount_minor);
        }
        Reward::PercentOff { basis_points, cap_minor } => {
            whole(pick, lines, &ranked, off);
            share(off, basis_points, cap_minor);
        }
        Reward::BuyGet { buy, get, basis_points, max_sets, cap_minor } => {
            if pick == Pick::Cheapest {
                ranked.reverse();
            }
            let counts = got(lines, &ranked, Sets { buy, get, max_sets, dearest: pick == Pick::Dearest });
            for (i, units) in ranked.iter().zip(counts) {
                off[*i] = price(*i).saturating_mul(units);
            }
            share(off, basis_points, cap_minor);
        }
    }
}

/// The first `max` units of the ranked lines: (line, units).
fn first_units(lines: &[Line], ranked: &[usize], max: u32) -> Vec<(usize, i64)> {
    let mut left = max;
    let mut taken = Vec::new();
    for i in ranked {
        let units = lines[*i].units.min(left);
        left -= units;
        if units > 0 {
            taken.push((*i, i64::from(units)));
        }
    }
    taken
}

/// What the units cost: all of them, or the one that is picked.
fn whole(pick: Pick, lines: &[Line], ranked: &[usize], off: &mut [i64]) {
    let units = if pick == Pick::All { u32::MAX } else { 1 };
    for (i, units) in first_units(lines, ranked, units) {
        off[i] = lines[i].unit_price_minor.saturating_mul(units);
    }
}

struct Sets {
    buy: u32,
    get: u32,
    max_sets: u32,
    dearest: bool,
}

/// How many units of each ranked line (dearest first) are those that a set gives.
fn got(lines: &[Line], ranked: &[usize], sets: Sets) -> Vec<i64> {
    let (get, size) = (i64::from(sets.get), i64::from(sets.buy) + i64::from(sets.get));
    let units: i64 = ranked.iter().map(|i| i64::from(lines[*i].units)).sum();
    let in_sets = (units / size).min(sets.max_sets.into()) * size;
    // Of the first n units in rank, how many are given.
    let given = |n: i64| {
        let n = n.min(in_sets);
        let part = if sets.dearest { (n % size).min(get) } else { (n % size - i64::from(sets.buy)).max(0) };
        n / size * get + part
    };
    let mut through = 0;
    ranked
        .iter()
        .map(|i| {
            let before = through;
            through += i64::from(lines[*i].units);
            given(through) - given(before)
        })
        .collect()
}

/// At most `cap_minor` of it, spread over the lines.
fn limit(off: &mut [i64], cap_minor: i64) {
    if total(off) > cap_minor {
        let limited = allocate(cap_minor, off);
        off.copy_from_slice(&limited);
    }
}

/// A share of it, rounded once and at most `cap_minor`, spread over the lines.
fn share(off: &mut [i64], basis_points: u32, cap_minor: i64) {
    let share_minor = share_of(total(off), basis_points).unwrap_or(cap_minor).min(cap_minor);
    let shared = allocate(share_minor, off);
    off.copy_from_slice(&shared);
}

fn total(off: &[i64]) -> i64 {
    off.iter().fold(0, |sum, off| sum.saturating_add(*off))
}

#[cfg(test)]
mod tests;
