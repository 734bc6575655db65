//! Which units a coupon uses when it may choose among some, by itself.

use super::{Need, Pick, Refusal, Terms, discount::saving_of};
use crate::basket::Line;

/// The units that save most among the `free_units` of `lines` (one count a line, not above the line's own): for each line how
/// many are used. No unit is used without need: what saves nothing and meets no requirement is given back, dearest first, so
/// that it can serve another coupon.
///
/// # Errors
/// As [`discounts`](super::discounts); [`Refusal::RequirementNotMet`] too where nothing would be saved.
pub fn select(
    terms: &Terms,
    lines: &[Line],
    free_units: &[u32],
    basket_gross_minor: i64,
) -> Result<Vec<u32>, Refusal> {
    let mut at = Vec::new();
    let (mut used, mut roles) = (Vec::new(), Vec::new());
    for (i, line) in lines.iter().enumerate() {
        if let (Some(role), 1..) = (terms.requirement_of(line.gtin), free_units[i]) {
            at.push(i);
            roles.push(role);
            used.push(Line { units: free_units[i], ..*line });
        }
    }
    if used.is_empty() {
        return Err(Refusal::ItemMismatch);
    }
    narrow(terms, &mut used, &roles);
    let saves = |used: &[Line]| saving_of(terms, used, &roles, basket_gross_minor);
    let most = saves(&used);
    if most == 0 {
        return Err(Refusal::RequirementNotMet);
    }
    let mut dearest_first: Vec<usize> = (0..used.len()).collect();
    dearest_first.sort_by_key(|i| (-used[*i].unit_price_minor, std::cmp::Reverse(*i)));
    // What is saved falls with the units, so the fewest that still save most are found by halving: first whole lines from
    // the dearest on, then the units of each line that is left.
    let (mut needless, mut unknown) = (0, used.len());
    while needless < unknown {
        let tried = (needless + unknown).div_ceil(2);
        let mut fewer = used.clone();
        dearest_first[..tried].iter().for_each(|i| fewer[*i].units = 0);
        if saves(&fewer) == most { needless = tried } else { unknown = tried - 1 }
    }
    dearest_first[..needless].iter().for_each(|i| used[*i].units = 0);
    for i in dearest_first.into_iter().skip(needless) {
        let (mut fewest, mut enough) = (0, used[i].units);
        while fewest < enough {
            used[i].units = fewest.midpoint(enough);
            if saves(&used) == most { enough = used[i].units } else { fewest = used[i].units + 1 }
        }
        used[i].units = enough;
    }
    let mut units = vec![0; lines.len()];
    at.into_iter().zip(used).for_each(|(i, line)| units[i] = line.units);
    Ok(units)
}

/// Whether a coupon saves anything where it may choose among all units of these lines.
///
/// # Errors
/// As [`select`].
pub(crate) fn saves_alone(terms: &Terms, lines: &[Line], basket_gross_minor: i64) -> Result<(), Refusal> {
    let counted = lines.iter().filter_map(|line| Some((*line, terms.requirement_of(line.gtin)?)));
    let (mut used, roles): (Vec<Line>, Vec<usize>) = counted.unzip();
    if used.is_empty() {
        return Err(Refusal::ItemMismatch);
    }
    match best_saving(terms, &mut used, &roles, basket_gross_minor) {
        0 => Err(Refusal::RequirementNotMet),
        _ => Ok(()),
    }
}

/// The most that a coupon can save with some of these lines' units. More or dearer units never save less.
pub(crate) fn best_saving(
    terms: &Terms,
    lines: &mut [Line],
    roles: &[usize],
    basket_gross_minor: i64,
) -> i64 {
    narrow(terms, lines, roles);
    saving_of(terms, lines, roles, basket_gross_minor)
}

impl Terms {
    /// Units that a coupon can use at most before more of them are in vain; unlimited where it isn't units that count.
    pub(crate) fn units_useful(&self) -> u32 {
        let mut useful = match self.reward() {
            super::Reward::BuyGet { buy, get, max_sets, .. } => (buy + get) * max_sets,
            super::Reward::AmountOff { .. } | super::Reward::PercentOff { .. }
                if self.parts().pick == Pick::All =>
            {
                return u32::MAX;
            }
            other => other.units_max().unwrap_or(1),
        };
        for requirement in &self.parts().requirements {
            match requirement.need {
                Need::Units(units) => useful = useful.saturating_add(units),
                Need::Spend(_) | Need::WeightGrams(_) => return u32::MAX,
            }
        }
        useful
    }
}

/// Where the cheapest units are rewarded, more units would lower what they cost: leaves only the dearest of as many as the
/// requirement and the reward ask for. For all other rewards more units never save less.
fn narrow(terms: &Terms, used: &mut [Line], roles: &[usize]) {
    use super::AppliesTo;
    let parts = terms.parts();
    if parts.pick != Pick::Cheapest || matches!(parts.reward, super::Reward::BuyGet { .. }) {
        return;
    }
    let role = match parts.applies_to {
        AppliesTo::Every => 0,
        AppliesTo::One(role) => role,
    };
    let needed = match parts.requirements[role].need {
        Need::Units(units) => units,
        Need::Spend(_) | Need::WeightGrams(_) => return,
    };
    let mut left = needed.max(parts.reward.units_max().unwrap_or(1));
    let mut ranked: Vec<usize> = (0..used.len()).filter(|i| roles[*i] == role).collect();
    ranked.sort_by_key(|i| (-used[*i].unit_price_minor, *i));
    for i in ranked {
        used[i].units = used[i].units.min(left);
        left -= used[i].units;
    }
}
