//! The assignment of coupons to the units of a basket that saves the shopper most.
//!
//! No unit serves two coupons, so the units are shared out: each coupon is given some, and takes off them what it can
//! ([`discounts`](crate::offer::discounts) on the best of what it was given). Published order: most saved; then fewest coupons;
//! then the lower offer numbers; then, of units that are worth the same to all, those of the earlier lines.
//!
//! The search is exact. Coupons that need nothing of what others want are served first ([`riders`]). Coupons that share no item and no stacking rule are matched apart from one another ([`parts`]); units that
//! are the same to all coupons of a part are one class ([`problem`]); then branch and bound over the coupons of a part
//! ([`search`], [`bound`]). After [`MATCHING_STEPS_MAX`] steps the basket is priced with the best found, and the quote says so.

mod bound;
mod parts;
mod problem;
mod riders;
mod search;

use crate::{basket::Line, ids::OfferNumber, offer::Terms};

/// Steps of the search for one basket. A step is a look at one class of units for one coupon; a till takes about ten
/// milliseconds for all of them.
pub const MATCHING_STEPS_MAX: u64 = 300_000;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Matching {
    /// For each coupon the units of each line that it may use; none where it is not used.
    pub given: Vec<Option<Vec<u32>>>,
    /// Whether nothing better exists.
    pub exact: bool,
    /// Steps that the search took.
    pub steps: u64,
}

/// Shares the units out. The coupons come in the order of their offer numbers, each once, and each saves something alone.
pub(super) fn best(lines: &[Line], coupons: &[(OfferNumber, &Terms)], gross_minor: i64) -> Matching {
    let terms: Vec<&Terms> = coupons.iter().map(|(_, terms)| *terms).collect();
    let wanted: Vec<Vec<bool>> =
        terms.iter().map(|t| lines.iter().map(|line| t.qualifies(line.gtin)).collect()).collect();
    let given = riders::riders(lines, &terms, &wanted, gross_minor);
    let left: Vec<usize> = (0..terms.len()).filter(|coupon| given[*coupon].is_none()).collect();
    let mut matching = Matching { given, exact: true, steps: 0 };
    for members in parts::parts(&terms, &wanted, left) {
        let problem = problem::Problem::new(lines, &terms, &members, gross_minor);
        let found = search::search(&problem, MATCHING_STEPS_MAX.saturating_sub(matching.steps));
        matching.exact &= found.exact;
        matching.steps += found.steps;
        for (place, units) in members.iter().zip(&found.given) {
            matching.given[*place] = units.as_ref().map(|_| vec![0; lines.len()]);
        }
        problem.hand_out(lines, &members, &found.given, &mut matching.given);
    }
    matching
}
