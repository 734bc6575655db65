//! What a coupon gives.

use super::{OFFER_UNITS_MAX, TermsError, terms::check_amount};
use crate::money::BASIS_POINTS_WHOLE;

/// Sets that one coupon can reward.
pub const OFFER_SETS_MAX: u32 = 20;

/// What the shopper gets. Every kind has a most that it can ever take off ([`Reward::worst_case_minor`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reward {
    /// `amount_minor` off each unit, at most its price, for up to `max_units` units: the patent's kind.
    AmountOffEach {
        /// Off one unit.
        amount_minor: i64,
        /// Units of one purchase.
        max_units: u32,
    },
    /// `amount_minor` off, once, at most what the units cost.
    AmountOff {
        /// Off once.
        amount_minor: i64,
    },
    /// A percentage off, at most `cap_minor`.
    PercentOff {
        /// Hundredths of a percent, 1 to 10,000.
        basis_points: u32,
        /// The most that one purchase saves.
        cap_minor: i64,
    },
    /// Up to `max_units` units for `price_each_minor` each, where they cost more.
    FixedPrice {
        /// To be paid for one unit; may be 0.
        price_each_minor: i64,
        /// Units of one purchase.
        max_units: u32,
        /// The most that one purchase saves.
        cap_minor: i64,
    },
    /// Up to `units` units for nothing.
    FreeItems {
        /// Units of one purchase.
        units: u32,
        /// The most that one purchase saves.
        cap_minor: i64,
    },
    /// Of each set of `buy + get` units, a percentage off `get` of them: "buy 2, get 1 free", "the second at half price".
    /// Sets are made from the dearest units down.
    BuyGet {
        /// Units of a set at the full price.
        buy: u32,
        /// Units of a set at the reduced price.
        get: u32,
        /// Off those, in hundredths of a percent, 1 to 10,000.
        basis_points: u32,
        /// Sets of one purchase.
        max_sets: u32,
        /// The most that one purchase saves.
        cap_minor: i64,
    },
}

impl Reward {
    /// The most that one coupon can ever take off: what clipping reserves, in minor units.
    pub fn worst_case_minor(self) -> i64 {
        match self {
            Self::AmountOffEach { amount_minor, max_units } => {
                amount_minor.saturating_mul(i64::from(max_units))
            }
            Self::AmountOff { amount_minor } => amount_minor,
            Self::PercentOff { cap_minor, .. }
            | Self::FixedPrice { cap_minor, .. }
            | Self::FreeItems { cap_minor, .. }
            | Self::BuyGet { cap_minor, .. } => cap_minor,
        }
    }

    /// Units that are rewarded at most; `None` where units aren't counted.
    pub fn units_max(self) -> Option<u32> {
        match self {
            Self::AmountOffEach { max_units, .. } | Self::FixedPrice { max_units, .. } => Some(max_units),
            Self::FreeItems { units, .. } => Some(units),
            Self::BuyGet { get, max_sets, .. } => Some(get.saturating_mul(max_sets)),
            Self::AmountOff { .. } | Self::PercentOff { .. } => None,
        }
    }

    pub(super) fn check(self) -> Result<(), TermsError> {
        let units = |units| match units {
            1..=OFFER_UNITS_MAX => Ok(()),
            _ => Err(TermsError::BadUnits(units)),
        };
        let percent = |basis_points| match basis_points {
            1..=BASIS_POINTS_WHOLE => Ok(()),
            _ => Err(TermsError::BadPercent(basis_points)),
        };
        match self {
            Self::AmountOffEach { amount_minor, max_units } => {
                units(max_units)?;
                check_amount("a discount", amount_minor)
            }
            Self::AmountOff { amount_minor } => check_amount("a discount", amount_minor),
            Self::PercentOff { basis_points, cap_minor } => {
                percent(basis_points)?;
                check_amount("a cap", cap_minor)
            }
            Self::FixedPrice { price_each_minor, max_units, cap_minor } => {
                units(max_units)?;
                if price_each_minor != 0 {
                    check_amount("a fixed price", price_each_minor)?;
                }
                check_amount("a cap", cap_minor)
            }
            Self::FreeItems { units: free, cap_minor } => {
                units(free)?;
                check_amount("a cap", cap_minor)
            }
            Self::BuyGet { buy, get, basis_points, max_sets, cap_minor } => {
                units(buy)?;
                units(get)?;
                percent(basis_points)?;
                if max_sets == 0 || max_sets > OFFER_SETS_MAX {
                    return Err(TermsError::BadSets(max_sets));
                }
                check_amount("a cap", cap_minor)
            }
        }
    }
}
