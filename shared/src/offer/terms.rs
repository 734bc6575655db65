//! An offer's terms, checked once, and what a code may claim of them.

use thiserror::Error;

use crate::{
    gs1::Gtin,
    ids::{MerchantId, OfferNumber},
    money::{AMOUNT_MINOR_MAX, BASIS_POINTS_WHOLE, Currency},
    time::UnixMillis,
};

/// Items that one offer can name.
pub const OFFER_GTINS_MAX: usize = 1_000;
/// Shops that one offer can name.
pub const OFFER_STORES_MAX: usize = 1_000;
/// Units that one coupon can cover.
pub const OFFER_UNITS_MAX: u32 = 99;

/// What the shopper gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reward {
    /// `amount_minor` off each unit, at most its price, for up to `max_units` units: the patent's kind.
    AmountOffEach {
        /// Off one unit.
        amount_minor: i64,
        /// Units of one purchase.
        max_units: u32,
    },
    /// A percentage off all qualifying lines, at most `cap_minor`.
    PercentOff {
        /// Hundredths of a percent, 1 to 10,000.
        basis_points: u32,
        /// The most that one purchase saves.
        cap_minor: i64,
    },
    /// `amount_minor` off, once, where the qualifying lines reach `minimum_spend_minor`.
    AmountOffSpend {
        /// Off once.
        amount_minor: i64,
        /// The least to spend on qualifying items, before any discount.
        minimum_spend_minor: i64,
    },
}

/// What can be wrong with terms.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TermsError {
    /// No item named.
    #[error("an offer needs at least one qualifying item")]
    NoItems,
    /// Over [`OFFER_GTINS_MAX`].
    #[error("an offer names at most {OFFER_GTINS_MAX} items, not {0}")]
    TooManyItems(usize),
    /// The same item twice.
    #[error("item {0} is named twice")]
    ItemTwice(Gtin),
    /// A number that is not unique in the world (in-store, weighed, coupon).
    #[error("item {0} is a number for use within a shop; an offer needs numbers that are valid everywhere")]
    ItemNotGlobal(Gtin),
    /// Over [`OFFER_STORES_MAX`].
    #[error("an offer names at most {OFFER_STORES_MAX} shops, not {0}")]
    TooManyStores(usize),
    /// Zero, negative or above [`AMOUNT_MINOR_MAX`].
    #[error("{what} of {minor} minor units is not allowed")]
    BadAmount {
        /// Which amount.
        what: &'static str,
        /// Its value.
        minor: i64,
    },
    /// None, or over [`OFFER_UNITS_MAX`].
    #[error("an offer covers 1 to {OFFER_UNITS_MAX} units, not {0}")]
    BadUnits(u32),
    /// Not within 0.01 % and 100 %.
    #[error("{0} basis points are not within 1 and {BASIS_POINTS_WHOLE}")]
    BadPercent(u32),
    /// The spend needed is below what it gives.
    #[error("the minimum spend is below the amount taken off")]
    SpendBelowReward,
    /// Ends before it begins.
    #[error("the offer ends before it begins")]
    EmptyWindow,
}

/// Terms as they come in, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsParts {
    /// The currency of every amount.
    pub currency: Currency,
    /// Qualifying items; the first is the one that codes name.
    pub gtins: Vec<Gtin>,
    /// What the shopper gets.
    pub reward: Reward,
    /// Shops that honour it; empty means all.
    pub stores: Vec<MerchantId>,
    /// First instant at which it can be redeemed.
    pub starts_at: UnixMillis,
    /// First instant at which it no longer can.
    pub ends_at: UnixMillis,
    /// What becomes of a coupon whose goods all came back.
    pub refund_policy: RefundPolicy,
}

/// What becomes of a redeemed coupon when all the goods that it was redeemed on come back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RefundPolicy {
    /// It is in the wallet again, as long as the offer runs.
    Restore,
    /// The same, but not while the campaign is paused.
    #[default]
    RestoreIfValid,
    /// It stays used.
    Burn,
}

/// Checked terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms(TermsParts);

impl TryFrom<TermsParts> for Terms {
    type Error = TermsError;

    fn try_from(parts: TermsParts) -> Result<Self, TermsError> {
        check_items(&parts.gtins)?;
        if parts.stores.len() > OFFER_STORES_MAX {
            return Err(TermsError::TooManyStores(parts.stores.len()));
        }
        check_reward(parts.reward)?;
        if parts.starts_at >= parts.ends_at {
            return Err(TermsError::EmptyWindow);
        }
        Ok(Self(parts))
    }
}

fn check_items(gtins: &[Gtin]) -> Result<(), TermsError> {
    match gtins.len() {
        0 => return Err(TermsError::NoItems),
        count if count > OFFER_GTINS_MAX => return Err(TermsError::TooManyItems(count)),
        _ => {}
    }
    if let Some(local) = gtins.iter().find(|gtin| !gtin.is_global()) {
        return Err(TermsError::ItemNotGlobal(*local));
    }
    let mut sorted = gtins.to_vec();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(TermsError::ItemTwice(pair[0])),
        None => Ok(()),
    }
}

fn check_reward(reward: Reward) -> Result<(), TermsError> {
    let amount = |what, minor: i64| match minor {
        1..=AMOUNT_MINOR_MAX => Ok(()),
        _ => Err(TermsError::BadAmount { what, minor }),
    };
    match reward {
        Reward::AmountOffEach { amount_minor, max_units } => {
            if max_units == 0 || max_units > OFFER_UNITS_MAX {
                return Err(TermsError::BadUnits(max_units));
            }
            amount("a discount", amount_minor)
        }
        Reward::PercentOff { basis_points, cap_minor } => {
            if basis_points == 0 || basis_points > BASIS_POINTS_WHOLE {
                return Err(TermsError::BadPercent(basis_points));
            }
            amount("a cap", cap_minor)
        }
        Reward::AmountOffSpend { amount_minor, minimum_spend_minor } => {
            amount("a discount", amount_minor)?;
            amount("a minimum spend", minimum_spend_minor)?;
            if minimum_spend_minor < amount_minor { Err(TermsError::SpendBelowReward) } else { Ok(()) }
        }
    }
}

impl Terms {
    /// The parts, for storing and sending.
    pub fn parts(&self) -> &TermsParts {
        &self.0
    }

    /// What the shopper gets.
    pub fn reward(&self) -> Reward {
        self.0.reward
    }

    /// Whether an item counts.
    pub fn qualifies(&self, gtin: Gtin) -> bool {
        self.0.gtins.contains(&gtin)
    }

    /// The most that one coupon can ever take off: what clipping reserves, in minor units.
    pub fn worst_case_minor(&self) -> i64 {
        match self.0.reward {
            Reward::AmountOffEach { amount_minor, max_units } => {
                amount_minor.saturating_mul(i64::from(max_units))
            }
            Reward::PercentOff { cap_minor, .. } => cap_minor,
            Reward::AmountOffSpend { amount_minor, .. } => amount_minor,
        }
    }

    /// What a code states of a coupon with these terms. The phone writes it and the provider compares it, so that a
    /// discount raised on the way is seen.
    pub fn claim(&self, offer_number: OfferNumber) -> Claim {
        let (discount_minor, units) = match self.0.reward {
            Reward::AmountOffEach { amount_minor, max_units } => (amount_minor, max_units),
            Reward::PercentOff { cap_minor, .. } => (cap_minor, 0),
            Reward::AmountOffSpend { amount_minor, .. } => (amount_minor, 0),
        };
        Claim { gtin: self.0.gtins[0], offer_number, discount_minor: discount_minor.unsigned_abs(), units }
    }
}

/// What a code states of one coupon: enough for a person to read, never the shopper's own coupon id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The offer's first qualifying item.
    pub gtin: Gtin,
    /// The offer.
    pub offer_number: OfferNumber,
    /// Off each unit, the cap, or off once, by the kind of reward.
    pub discount_minor: u64,
    /// Units covered; 0 where the offer doesn't count units.
    pub units: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shampoo() -> TermsParts {
        TermsParts {
            currency: Currency::CNY,
            gtins: vec![Gtin::parse("6901234567892").unwrap()],
            reward: Reward::AmountOffEach { amount_minor: 500, max_units: 1 },
            stores: vec![],
            starts_at: UnixMillis(0),
            ends_at: UnixMillis(1),
            refund_policy: RefundPolicy::default(),
        }
    }

    #[test]
    fn terms_that_make_no_sense_are_named() {
        let check = |change: &dyn Fn(&mut TermsParts), expect: TermsError| {
            let mut parts = shampoo();
            change(&mut parts);
            assert_eq!(Terms::try_from(parts), Err(expect));
        };
        let item = shampoo().gtins[0];
        let weighed = Gtin::parse("2012345678903").unwrap();
        check(&|t| t.gtins.clear(), TermsError::NoItems);
        check(&|t| t.gtins.push(item), TermsError::ItemTwice(item));
        check(&|t| t.gtins.push(weighed), TermsError::ItemNotGlobal(weighed));
        check(&|t| t.gtins = vec![item; 1001], TermsError::TooManyItems(1001));
        check(&|t| t.stores = vec![MerchantId(1); 1001], TermsError::TooManyStores(1001));
        check(&|t| t.ends_at = t.starts_at, TermsError::EmptyWindow);
        let reward = |reward, expect| check(&|t| t.reward = reward, expect);
        let bad = |what, minor| TermsError::BadAmount { what, minor };
        reward(Reward::AmountOffEach { amount_minor: 0, max_units: 1 }, bad("a discount", 0));
        reward(Reward::AmountOffEach { amount_minor: 1, max_units: 0 }, TermsError::BadUnits(0));
        reward(Reward::AmountOffEach { amount_minor: 1, max_units: 100 }, TermsError::BadUnits(100));
        reward(Reward::PercentOff { basis_points: 0, cap_minor: 1 }, TermsError::BadPercent(0));
        reward(Reward::PercentOff { basis_points: 10_001, cap_minor: 1 }, TermsError::BadPercent(10_001));
        reward(Reward::PercentOff { basis_points: 1, cap_minor: -1 }, bad("a cap", -1));
        let spend =
            |amount_minor, minimum_spend_minor| Reward::AmountOffSpend { amount_minor, minimum_spend_minor };
        reward(spend(5, 4), TermsError::SpendBelowReward);
        reward(spend(5, AMOUNT_MINOR_MAX + 1), bad("a minimum spend", AMOUNT_MINOR_MAX + 1));
    }

    #[test]
    fn clipping_reserves_the_worst_case_and_the_claim_names_the_first_item() {
        let check = |reward, worst_case_minor, claimed: (u64, u32)| {
            let terms = Terms::try_from(TermsParts { reward, ..shampoo() }).unwrap();
            let claim = terms.claim(OfferNumber(100_001));
            assert_eq!(terms.worst_case_minor(), worst_case_minor);
            assert_eq!((claim.discount_minor, claim.units), claimed);
            assert_eq!(claim.gtin, shampoo().gtins[0]);
        };
        check(Reward::AmountOffEach { amount_minor: 500, max_units: 3 }, 1500, (500, 3));
        check(Reward::PercentOff { basis_points: 1500, cap_minor: 800 }, 800, (800, 0));
        check(Reward::AmountOffSpend { amount_minor: 600, minimum_spend_minor: 3000 }, 600, (600, 0));
    }
}
