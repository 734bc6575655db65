//! What must be bought for a reward: up to three sets of items, how much of each, and how they go together.

use super::{Items, OFFER_UNITS_MAX, TermsError, terms::check_amount};

/// Requirements that one offer can have [GS1 AI 8110: primary, second and third purchase requirement].
pub const OFFER_REQUIREMENTS_MAX: usize = 3;
/// Weight that an offer can ask for, in grams.
pub const OFFER_GRAMS_MAX: u32 = 1_000_000;

/// How much of a set of items must be bought [AI 8110 requirement codes 0, 1, 3 and 4].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// This many units.
    Units(u32),
    /// Units that cost this much together before any discount, in minor units.
    Spend(i64),
    /// Weighed goods of this weight together, in grams.
    WeightGrams(u32),
}

/// One purchase requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// What counts.
    pub items: Items,
    /// How much of it.
    pub need: Need,
}

/// How several requirements go together [AI 8110 additional purchase rules]. With one requirement all mean the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Combine {
    /// Every requirement must be met.
    #[default]
    All,
    /// One of them is enough.
    Any,
    /// The first, and one of the others.
    PrimaryAndEither,
}

impl Requirement {
    pub(super) fn check(&self) -> Result<(), TermsError> {
        self.items.check()?;
        match self.need {
            Need::Units(1..=OFFER_UNITS_MAX) | Need::WeightGrams(1..=OFFER_GRAMS_MAX) => Ok(()),
            Need::Units(units) => Err(TermsError::BadUnits(units)),
            Need::WeightGrams(grams) => Err(TermsError::BadWeight(grams)),
            Need::Spend(minor) => check_amount("a minimum spend", minor),
        }
    }
}

impl Combine {
    /// Whether the offer's requirements are met, given which single ones are.
    pub fn holds(self, met: &[bool]) -> bool {
        let (first, others) = met.split_first().map_or((false, met), |(first, others)| (*first, others));
        match self {
            Self::All => first && others.iter().all(|met| *met),
            Self::Any => first || others.iter().any(|met| *met),
            Self::PrimaryAndEither => first && (others.is_empty() || others.iter().any(|met| *met)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_go_together_as_the_standard_says() {
        let check = |met: &[bool], all, any, either| {
            let holds = [Combine::All, Combine::Any, Combine::PrimaryAndEither].map(|c| c.holds(met));
            assert_eq!(holds, [all, any, either], "{met:?}");
        };
        check(&[true], true, true, true);
        check(&[false], false, false, false);
        check(&[true, true, true], true, true, true);
        check(&[true, false, true], false, true, true);
        check(&[true, false, false], false, true, false);
        check(&[false, true, true], false, true, false);
    }
}
