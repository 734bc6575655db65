//! Branch and bound over the coupons of one part, and within a coupon over the classes that others want too.
//!
//! What is left out without being looked at, and why nothing better is lost:
//! - A unit that no later coupon wants is given whole: more units never save less ([`best_saving`](crate::offer::best_saving)
//!   takes the best of them).
//! - The last coupon gets all that is left, for the same reason.
//! - A sharing that can't beat the best found ([`Bounds`] says what it comes to at most).
//! - A unit given in vain: the coupon saves as much without it, and the sharing without it is looked at too.
//! - A dear unit where a cheaper one of the same kind does as well: swapping them leaves dearer units to the others, and no coupon
//!   saves less from a dearer unit.

use super::{bound::Bounds, problem::Problem};

/// The best sharing of a part.
pub(super) struct Found {
    /// For each coupon the units of each class; none where it is not used.
    pub given: Vec<Option<Vec<u32>>>,
    pub exact: bool,
    pub steps: u64,
}

/// Solves one part in at most so many steps.
pub(super) fn search(problem: &Problem<'_>, steps_max: u64) -> Found {
    let all: Vec<u32> = problem.classes.iter().map(|class| class.line.units).collect();
    let count = problem.coupons.len();
    let units = |coupon: usize| -> u32 {
        problem.wanted[coupon].iter().map(|(class, _)| problem.classes[*class].line.units).sum()
    };
    let mut order: Vec<usize> = (0..count).collect();
    // Coupons for few units come first: those for many take what is left.
    order.sort_by_key(|i| (problem.coupons[*i].units_useful(), units(*i), *i));
    let mut by_saving: Vec<usize> = (0..count).collect();
    by_saving.sort_by_cached_key(|i| (-problem.weight(*i, &all), *i));
    let mut search = Search {
        problem,
        bounds: Bounds::new(problem, &order),
        order,
        given: vec![None; count],
        best: vec![None; count],
        best_weight: 0,
        steps_max,
    };
    // A good start cuts much of the search off.
    search.one_by_one(&by_saving, all.clone());
    search.one_by_one(&search.order.clone(), all.clone());
    search.coupon(0, all, 0);
    let steps = problem.steps.get();
    Found { given: search.best, exact: steps < steps_max, steps }
}

struct Search<'a> {
    problem: &'a Problem<'a>,
    order: Vec<usize>,
    given: Vec<Option<Vec<u32>>>,
    best: Vec<Option<Vec<u32>>>,
    best_weight: i128,
    bounds: Bounds,
    steps_max: u64,
}

/// A coupon that is being given units.
struct Giving {
    /// Its place in the order of the search.
    depth: usize,
    /// The weight of the coupons before it.
    before: i128,
    /// What was free when its turn came.
    free: Vec<u32>,
    /// Classes that it and a later coupon want.
    contested: Vec<usize>,
    /// Units of these classes that it can use at most.
    useful: u32,
}

impl Search<'_> {
    /// Each coupon in turn takes the best of what those before it have left.
    fn one_by_one(&mut self, turns: &[usize], mut free: Vec<u32>) {
        let mut given: Vec<Option<Vec<u32>>> = vec![None; turns.len()];
        let mut weight = 0;
        for this in turns.iter().copied() {
            if (0..turns.len()).any(|that| given[that].is_some() && self.problem.apart[this][that]) {
                continue;
            }
            let Some(units) = self.problem.select(this, &free) else { continue };
            weight += self.problem.weight(this, &units);
            free.iter_mut().zip(&units).for_each(|(free, units)| *free -= units);
            given[this] = Some(units);
        }
        if weight > self.best_weight {
            self.best_weight = weight;
            self.best = given;
        }
    }

    fn coupon(&mut self, depth: usize, free: Vec<u32>, before: i128) {
        if before > self.best_weight {
            self.best_weight = before;
            self.best.clone_from(&self.given);
        }
        if depth == self.order.len() || self.hopeless(depth, &free, before) {
            return;
        }
        let this = self.order[depth];
        let in_the_way = (0..depth).any(|d| {
            let that = self.order[d];
            self.given[that].is_some() && self.problem.apart[this][that]
        });
        if !in_the_way {
            let later = &self.order[depth + 1..];
            let contested = |class: &usize| {
                let roles = &self.problem.classes[*class].roles;
                free[*class] > 0 && roles[this].is_some() && later.iter().any(|c| roles[*c].is_some())
            };
            let contested: Vec<usize> = (0..free.len()).filter(contested).collect();
            let mut given = free.clone();
            for (class, units) in given.iter_mut().enumerate() {
                if self.problem.classes[class].roles[this].is_none() {
                    *units = 0;
                }
            }
            let useful = self.problem.coupons[this].units_useful();
            let giving = Giving { depth, before, free: free.clone(), contested, useful };
            self.give(&giving, 0, giving.useful, &mut given);
        }
        self.coupon(depth + 1, free, before);
    }

    /// Decides on the contested classes from `next` on; those are still given whole, so that the bound holds.
    fn give(&mut self, giving: &Giving, next: usize, left: u32, given: &mut Vec<u32>) {
        if self.problem.steps.get() >= self.steps_max {
            return;
        }
        let this = self.order[giving.depth];
        let weight = self.problem.weight(this, given);
        let rest: Vec<u32> = if next == 0 {
            giving.free.clone()
        } else {
            let mut rest = giving.free.clone();
            for class in &giving.contested[..next] {
                rest[*class] -= given[*class];
            }
            rest
        };
        if weight == 0 || self.hopeless(giving.depth + 1, &rest, giving.before + weight) {
            return;
        }
        let Some(class) = giving.contested.get(next).copied() else {
            if self.in_vain(giving, given, weight) {
                return;
            }
            let mut rest = rest;
            // What nobody else wants is gone too, though nobody asks.
            for (class, units) in given.iter().enumerate() {
                if !giving.contested.contains(&class) {
                    rest[class] -= units;
                }
            }
            self.given[this] = Some(given.clone());
            self.coupon(giving.depth + 1, rest, giving.before + weight);
            self.given[this] = None;
            return;
        };
        let most = giving.free[class];
        for units in (0..=most.min(left)).rev() {
            given[class] = units;
            self.give(giving, next + 1, left - units, given);
        }
        given[class] = most;
    }

    /// Whether a contested unit was given in vain, or a cheaper one of its kind would do.
    fn in_vain(&self, giving: &Giving, given: &mut [u32], weight: i128) -> bool {
        let this = self.order[giving.depth];
        let classes = &self.problem.classes;
        let later = &self.order[giving.depth..];
        for (place, class) in giving.contested.iter().copied().enumerate() {
            if given[class] == 0 {
                continue;
            }
            given[class] -= 1;
            let mut vain = self.problem.weight(this, given) >= weight;
            let same_kind = |other: &usize| {
                let (one, other) = (&classes[class], &classes[*other]);
                one.line.grams == other.line.grams
                    && one.line.unit_price_minor > other.line.unit_price_minor
                    && later.iter().all(|c| one.roles[*c] == other.roles[*c])
            };
            // Classes are in the order of their price: the next cheaper one of the kind with a unit to spare.
            let spare = |other: &usize| same_kind(other) && given[*other] < giving.free[*other];
            if let (false, Some(cheaper)) = (vain, giving.contested[place + 1..].iter().copied().find(spare))
            {
                given[cheaper] += 1;
                vain = self.problem.weight(this, given) >= weight;
                given[cheaper] -= 1;
            }
            given[class] += 1;
            if vain {
                return true;
            }
        }
        false
    }

    /// Whether what stands at `before` can't come to beat the best with the coupons from `depth` on.
    fn hopeless(&self, depth: usize, free: &[u32], before: i128) -> bool {
        self.bounds.hopeless(self.problem, &self.order, depth, free, self.best_weight - before)
    }
}
