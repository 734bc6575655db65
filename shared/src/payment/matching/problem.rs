//! One part of the basket: its coupons, and its units in classes.

use std::cell::Cell;

use crate::{
    basket::Line,
    offer::{Terms, best_saving, select},
    payment::stackable,
};

/// A coupon's weight in the published order is one number: what it saves, less a little for being used, plus less than that for
/// a low offer number. The numbers of all coupons add up, so the best set of coupons has the highest sum.
const SAVED_BITS: u32 = 40;
const USED_BITS: u32 = 33;
const ORDER_BITS: usize = 31;

/// Units that are the same to all coupons of the part.
#[derive(Debug, Clone)]
pub(super) struct Class {
    /// One of its lines; with all of the class's units.
    pub line: Line,
    /// For each coupon the requirement that it counts for.
    pub roles: Vec<Option<usize>>,
    lines: Vec<usize>,
}

/// What is to be solved.
pub(super) struct Problem<'a> {
    /// For each coupon the classes that count for it, dearest first, with the requirement.
    pub wanted: Vec<Vec<(usize, usize)>>,
    /// The steps taken so far.
    pub steps: Cell<u64>,
    /// In the order of their offer numbers.
    pub coupons: Vec<&'a Terms>,
    /// Dearest first.
    pub classes: Vec<Class>,
    /// Which pairs can't be used together.
    pub apart: Vec<Vec<bool>>,
    gross_minor: i64,
}

impl<'a> Problem<'a> {
    pub(super) fn new(lines: &[Line], all: &[&'a Terms], members: &[usize], gross_minor: i64) -> Self {
        let coupons: Vec<&Terms> = members.iter().map(|i| all[*i]).collect();
        let mut classes: Vec<Class> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let roles: Vec<Option<usize>> = coupons.iter().map(|t| t.requirement_of(line.gtin)).collect();
            if roles.iter().all(Option::is_none) {
                continue;
            }
            let same = |c: &&mut Class| {
                c.line.unit_price_minor == line.unit_price_minor
                    && c.line.grams == line.grams
                    && c.roles == roles
            };
            match classes.iter_mut().find(same) {
                Some(class) => {
                    class.line.units += line.units;
                    class.lines.push(at);
                }
                None => classes.push(Class { line: *line, roles, lines: vec![at] }),
            }
        }
        classes.sort_by_key(|class| (-class.line.unit_price_minor, class.lines[0]));
        let apart = |one: &&Terms| coupons.iter().map(|other| !stackable(one, other)).collect();
        let apart = coupons.iter().map(apart).collect();
        let wanted = (0..coupons.len()).map(|coupon| {
            let roles = classes.iter().enumerate();
            roles.filter_map(|(place, class)| Some((place, class.roles[coupon]?))).collect()
        });
        let wanted = wanted.collect();
        Self { wanted, steps: Cell::new(0), coupons, classes, apart, gross_minor }
    }

    /// The weight of a coupon that is given these units of the classes; 0 where it saves nothing.
    pub(super) fn weight(&self, coupon: usize, given: &[u32]) -> i128 {
        let wanted = &self.wanted[coupon];
        self.look(wanted.len());
        let (mut lines, mut roles) = (Vec::with_capacity(wanted.len()), Vec::with_capacity(wanted.len()));
        for (place, role) in wanted.iter().filter(|(place, _)| given[*place] > 0) {
            lines.push(Line { units: given[*place], ..self.classes[*place].line });
            roles.push(*role);
        }
        let saved_minor = best_saving(self.coupons[coupon], &mut lines, &roles, self.gross_minor);
        if saved_minor == 0 { 0 } else { self.weight_of(coupon, saved_minor) }
    }

    /// Counts a look at so many classes.
    pub(super) fn look(&self, classes: usize) {
        self.steps.set(self.steps.get() + classes as u64);
    }

    /// The units of the classes that a coupon needs to save most, from those that are free; none where it saves nothing.
    pub(super) fn select(&self, coupon: usize, free: &[u32]) -> Option<Vec<u32>> {
        let lines: Vec<Line> = self.classes.iter().map(|class| class.line).collect();
        select(self.coupons[coupon], &lines, free, self.gross_minor).ok()
    }

    /// What a weight says is saved, in minor units.
    pub(super) fn saved_minor(weight: i128) -> i128 {
        (weight + (1 << USED_BITS)) >> SAVED_BITS
    }

    /// The most that coupons can weigh which save at most this, and are at least so many.
    pub(super) fn weight_at_most(saved_minor: i128, coupons: usize) -> i128 {
        if saved_minor <= 0 {
            return 0;
        }
        let used = i128::try_from(coupons.max(1)).unwrap_or(1) << USED_BITS;
        (saved_minor << SAVED_BITS) - used + (1 << (ORDER_BITS + 1))
    }

    pub(super) fn weight_of(&self, coupon: usize, saved_minor: i64) -> i128 {
        let order = 1_i128 << ORDER_BITS.saturating_sub(coupon);
        (i128::from(saved_minor) << SAVED_BITS) - (1 << USED_BITS) + order
    }

    /// Gives units of classes back as units of lines, earlier lines to earlier coupons.
    pub(super) fn hand_out(
        &self,
        lines: &[Line],
        members: &[usize],
        found: &[Option<Vec<u32>>],
        given: &mut [Option<Vec<u32>>],
    ) {
        for (place, class) in self.classes.iter().enumerate() {
            let mut left: Vec<(usize, u32)> = class.lines.iter().map(|at| (*at, lines[*at].units)).collect();
            for (member, units) in members.iter().zip(found) {
                let (Some(units), Some(given)) = (units, &mut given[*member]) else { continue };
                let mut wanted = units[place];
                for (at, free) in &mut left {
                    let taken = wanted.min(*free);
                    given[*at] += taken;
                    *free -= taken;
                    wanted -= taken;
                }
            }
        }
    }
}
