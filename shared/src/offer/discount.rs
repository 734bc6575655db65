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
fn discounts_of(
    terms: &Terms,
    lines: &[Line],
    roles: &[usize],
    basket_gross_minor: i64,
) -> Result<Vec<i64>, Refusal> {
    let weights = weights(terms, lines, roles, basket_gross_minor)?;
    let whole_minor = sum(&weights);
    let off_minor = total_off(terms.reward(), whole_minor);
    Ok(if off_minor == whole_minor { weights } else { allocate(off_minor, &weights) })
}

/// What [`discounts_of`] sums to, without spreading it over the lines; 0 where the requirements aren't met.
pub(super) fn saving_of(terms: &Terms, lines: &[Line], roles: &[usize], basket_gross_minor: i64) -> i64 {
    weights(terms, lines, roles, basket_gross_minor)
        .map_or(0, |weights| total_off(terms.reward(), sum(&weights)))
}

/// What the reward is a part of, line by line: the price of the rewarded units, or what is taken off each of them.
fn weights(
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
    let mut ranked: Vec<usize> = (0..lines.len()).filter(|i| applies(roles[*i])).collect();
    ranked.sort_by_key(|i| (-lines[*i].unit_price_minor, *i));
    Ok(rewarded(parts.reward, parts.pick, lines, ranked))
}

/// How much is taken off where the weights sum to this.
fn total_off(reward: Reward, whole_minor: i64) -> i64 {
    match reward {
        Reward::AmountOffEach { .. } => whole_minor,
        Reward::FixedPrice { cap_minor, .. } | Reward::FreeItems { cap_minor, .. } => {
            whole_minor.min(cap_minor)
        }
        Reward::AmountOff { amount_minor } => whole_minor.min(amount_minor),
        Reward::PercentOff { basis_points, cap_minor } | Reward::BuyGet { basis_points, cap_minor, .. } => {
            share_of(whole_minor, basis_points).unwrap_or(cap_minor).min(cap_minor)
        }
    }
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
fn rewarded(reward: Reward, pick: Pick, lines: &[Line], mut ranked: Vec<usize>) -> Vec<i64> {
    if let Reward::BuyGet { buy, get, max_sets, .. } = reward {
        let counts = got(lines, &ranked, Sets { buy, get, max_sets, dearest: pick == Pick::Dearest });
        return weighed(lines, ranked.into_iter().zip(counts), |price| price);
    }
    if pick == Pick::Cheapest {
        ranked.reverse();
    }
    let first = |units| first_units(lines, &ranked, units).into_iter();
    let picked = if pick == Pick::All { u32::MAX } else { 1 };
    match reward {
        Reward::AmountOffEach { amount_minor, max_units } => {
            weighed(lines, first(max_units), |price| price.min(amount_minor))
        }
        Reward::FixedPrice { price_each_minor, max_units, .. } => {
            weighed(lines, first(max_units), |price| (price - price_each_minor).max(0))
        }
        Reward::FreeItems { units, .. } => weighed(lines, first(units), |price| price),
        Reward::AmountOff { .. } | Reward::PercentOff { .. } | Reward::BuyGet { .. } => {
            weighed(lines, first(picked), |price| price)
        }
    }
}

/// Units of lines at what one of them weighs by its price.
fn weighed(
    lines: &[Line],
    units: impl Iterator<Item = (usize, i64)>,
    of_price: impl Fn(i64) -> i64,
) -> Vec<i64> {
    let mut weights = vec![0; lines.len()];
    for (i, units) in units {
        weights[i] = of_price(lines[i].unit_price_minor).saturating_mul(units);
    }
    weights
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

fn sum(weights: &[i64]) -> i64 {
    weights.iter().fold(0, |sum, weight| sum.saturating_add(*weight))
}

#[cfg(test)]
mod tests;
