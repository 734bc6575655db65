//! The only place where an amount is rounded: to the nearest minor unit, halves away from zero, as shops round.

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

/// Basis points in a whole: 10,000 of them are 100 %.
pub const BASIS_POINTS_WHOLE: u32 = 10_000;

/// `basis_points` of an amount of minor units, rounded. `None` where it would not fit 64 bits.
pub fn share_of(amount_minor: i64, basis_points: u32) -> Option<i64> {
    let rate = Decimal::new(i64::from(basis_points), 4);
    Decimal::from(amount_minor)
        .checked_mul(rate)?
        .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
        .to_i64()
}

/// Parts per million in a whole.
pub const PPM_WHOLE: u32 = 1_000_000;

/// `ppm` parts per million of an amount of minor units, rounded; at most the whole.
pub fn ppm_of(amount_minor: i64, ppm: u32) -> i64 {
    let rate = Decimal::new(i64::from(ppm.min(PPM_WHOLE)), 6);
    let part = Decimal::from(amount_minor) * rate;
    part.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64().unwrap_or(amount_minor)
}

/// The part of an amount that falls on `units` of `of` equal units, rounded. Parts of growing numbers of units grow, and all
/// of them together are the amount.
pub fn share_of_units(amount_minor: i64, units: u32, of: u32) -> i64 {
    if of == 0 {
        return 0;
    }
    // Amounts of a discount and units of a line stay far below the 96 bits of a decimal.
    let share = Decimal::from(amount_minor) * Decimal::from(units) / Decimal::from(of);
    share.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64().unwrap_or(amount_minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        let check = |amount, basis_points, expect| assert_eq!(share_of(amount, basis_points), Some(expect));
        check(1000, 1500, 150);
        check(333, 1500, 50); // 49.95
        check(10, 500, 1); // 0.5
        check(-10, 500, -1);
        check(9, 500, 0); // 0.45
        check(i64::MAX, BASIS_POINTS_WHOLE, i64::MAX);
        assert_eq!(share_of(i64::MAX, 2 * BASIS_POINTS_WHOLE), None);
    }

    #[test]
    fn units_share_an_amount() {
        let check = |amount, units, of, expect| assert_eq!(share_of_units(amount, units, of), expect);
        check(100, 1, 3, 33);
        check(100, 2, 3, 67);
        check(100, 3, 3, 100);
        check(5, 1, 2, 3); // 2.5
        check(5, 0, 2, 0);
        check(5, 0, 0, 0);
    }
}
