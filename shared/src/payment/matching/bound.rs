//! What the coupons that are still to come can save at most.
//!
//! Three bounds, the cheapest to compute first; each ignores something, so each is above what can be had:
//! - *Pooled*: every unit goes to the coupon that takes most off such a unit, whatever is required of it.
//! - *Alone*: every coupon has all units for itself.
//! - *Priced*: units have the price that some coupons for many units would take off them. All units are sold to those at that
//!   price; each other coupon for few units then buys back the units that it rewards, at that price, or has them for nothing, as
//!   if it were alone, whichever is less. (The price is a Lagrange multiplier of "no unit serves two coupons".) Whichever coupons
//!   set the price, the bound holds; it is close where they are not held back by a cap.

use super::problem::Problem;
use crate::offer::{AppliesTo, Need, Reward, Terms};

/// Ten-thousandths of a minor unit, so that basis points of an amount are whole.
const SCALE: i128 = 10_000;
/// What rounding can add to one coupon.
const ROUNDING: i128 = SCALE / 2;

/// What is the same for a whole search.
pub(super) struct Bounds {
    /// For each coupon and class what it takes off one unit at most, scaled.
    rates: Vec<Vec<i128>>,
    /// For each place in the order and class the highest rate of the coupons from there on.
    pooled: Vec<Vec<i128>>,
    /// For each place in the order what the coupons from there on can take off at most, most first, summed up.
    worst: Vec<Vec<i128>>,
    /// For each coupon whether it is for many units.
    many: Vec<bool>,
}

impl Bounds {
    pub(super) fn new(problem: &Problem<'_>, order: &[usize]) -> Self {
        let classes = problem.classes.len();
        let rates: Vec<Vec<i128>> = (0..order.len())
            .map(|coupon| {
                let mut rates = vec![0; classes];
                for (class, role) in &problem.wanted[coupon] {
                    let price = problem.classes[*class].line.unit_price_minor;
                    rates[*class] = rate(problem.coupons[coupon], *role, price);
                }
                rates
            })
            .collect();
        let mut pooled = vec![vec![0; classes]; order.len() + 1];
        let mut worst = vec![Vec::new(); order.len() + 1];
        for depth in (0..order.len()).rev() {
            let coupon = &rates[order[depth]];
            pooled[depth] =
                pooled[depth + 1].iter().zip(coupon).map(|(later, this)| *later.max(this)).collect();
            let mut each: Vec<i128> =
                order[depth..].iter().map(|c| problem.coupons[*c].worst_case_minor().into()).collect();
            each.sort_unstable_by_key(|minor| -minor);
            worst[depth] = each
                .iter()
                .scan(0, |sum, minor| {
                    *sum += minor;
                    Some(*sum)
                })
                .collect();
        }
        let many = problem.coupons.iter().map(|terms| terms.units_useful() == u32::MAX).collect();
        Self { rates, pooled, worst, many }
    }

    /// Whether the coupons from `depth` on weigh at most `needed` with these free units.
    pub(super) fn hopeless(
        &self,
        problem: &Problem<'_>,
        order: &[usize],
        depth: usize,
        free: &[u32],
        needed: i128,
    ) -> bool {
        let pooled = self.sold(depth, free) + ROUNDING * places(order.len() - depth);
        if self.weight(depth, pooled / SCALE) <= needed {
            return true;
        }
        let alone: Vec<i128> = order[depth..].iter().map(|coupon| problem.weight(*coupon, free)).collect();
        if alone.iter().sum::<i128>() <= needed {
            return true;
        }
        self.weight(depth, self.priced(problem, &order[depth..], &alone, free) / SCALE) <= needed
    }

    fn priced(&self, problem: &Problem<'_>, coupons: &[usize], alone: &[i128], free: &[u32]) -> i128 {
        let mut prices = vec![0; free.len()];
        let mut others = Vec::with_capacity(coupons.len());
        let mut sum = 0;
        for (coupon, alone) in coupons.iter().zip(alone) {
            let alone = Problem::saved_minor(*alone) * SCALE;
            let rates = &self.rates[*coupon];
            let linear: i128 = rates.iter().zip(free).map(|(rate, units)| rate * i128::from(*units)).sum();
            if self.many[*coupon] && linear <= alone + alone / 4 {
                prices.iter_mut().zip(rates).for_each(|(price, rate)| *price = *rate.max(price));
                sum += ROUNDING;
            } else {
                others.push((*coupon, alone));
            }
        }
        sum += prices.iter().zip(free).map(|(price, units)| price * i128::from(*units)).sum::<i128>();
        let gains = others
            .into_iter()
            .map(|(coupon, alone)| alone.min(self.bought_back(problem, coupon, &prices, free)));
        sum + gains.sum::<i128>()
    }

    /// What all free units bring at the highest rates of the coupons from a place on.
    fn sold(&self, depth: usize, free: &[u32]) -> i128 {
        self.pooled[depth].iter().zip(free).map(|(rate, units)| rate * i128::from(*units)).sum()
    }

    /// The most that a coupon gains above the price of the units that it rewards.
    fn bought_back(&self, problem: &Problem<'_>, coupon: usize, prices: &[i128], free: &[u32]) -> i128 {
        let wanted = &problem.wanted[coupon];
        problem.look(wanted.len());
        let gain = |(class, _): &(usize, usize)| (self.rates[coupon][*class] - prices[*class], free[*class]);
        let mut gains: Vec<(i128, u32)> = wanted.iter().map(gain).filter(|(gain, _)| *gain > 0).collect();
        gains.sort_unstable_by_key(|(gain, _)| -gain);
        let mut left = problem.coupons[coupon].reward().units_max().unwrap_or(u32::MAX);
        let mut sum = ROUNDING;
        for (gain, units) in gains {
            sum += gain * i128::from(units.min(left));
            left -= units.min(left);
        }
        sum
    }

    /// The weight of this saving; so many coupons at least are needed for it.
    fn weight(&self, depth: usize, saved_minor: i128) -> i128 {
        let worst = &self.worst[depth];
        let most = worst.last().copied().unwrap_or(0);
        let fewest = worst.iter().take_while(|sum| **sum < saved_minor.min(most)).count() + 1;
        Problem::weight_at_most(saved_minor.min(most), fewest)
    }
}

fn places(count: usize) -> i128 {
    i128::try_from(count).unwrap_or(i128::MAX / SCALE)
}

/// What a coupon takes off a unit of this price at most, scaled: whatever units it is given, it saves no more than the sum of
/// this over them.
fn rate(terms: &Terms, role: usize, price_minor: i64) -> i128 {
    let parts = terms.parts();
    if parts.applies_to != AppliesTo::Every && parts.applies_to != AppliesTo::One(role) {
        return 0;
    }
    let price = i128::from(price_minor);
    match (parts.reward, parts.requirements.as_slice()) {
        (Reward::AmountOffEach { amount_minor, .. }, _) => price.min(amount_minor.into()) * SCALE,
        (Reward::FixedPrice { price_each_minor, .. }, _) => {
            (price - i128::from(price_each_minor)).max(0) * SCALE
        }
        (Reward::FreeItems { .. }, _) => price * SCALE,
        (Reward::PercentOff { basis_points, .. } | Reward::BuyGet { basis_points, .. }, _) => {
            price * i128::from(basis_points)
        }
        // Nothing is taken off before so much is bought, so a unit brings its share of that. (Not the lesser of this and its
        // price: the sum of the lesser parts can be below the lesser sum.)
        (Reward::AmountOff { amount_minor }, [only]) => match only.need {
            Need::Spend(minimum) => (i128::from(amount_minor) * SCALE * price).div_euclid(minimum.into()) + 1,
            Need::Units(units) => (i128::from(amount_minor) * SCALE).div_euclid(units.into()) + 1,
            Need::WeightGrams(_) => price * SCALE,
        },
        (Reward::AmountOff { .. }, _) => price * SCALE,
    }
}
