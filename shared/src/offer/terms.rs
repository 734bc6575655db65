//! An offer's terms, checked once.

use thiserror::Error;

use super::{Combine, Hours, Items, Need, Requirement, Reward};
use super::{
    items::{OFFER_GTINS_MAX, OFFER_PREFIXES_MAX},
    requirement::{OFFER_GRAMS_MAX, OFFER_REQUIREMENTS_MAX},
    reward::OFFER_SETS_MAX,
};
use crate::{
    gs1::{CompanyPrefix, Gln, Gtin},
    ids::MerchantId,
    money::{AMOUNT_MINOR_MAX, BASIS_POINTS_WHOLE, Currency},
    time::UnixMillis,
};

/// Shops, and branches, that one offer can name.
pub const OFFER_STORES_MAX: usize = 1_000;
/// Units that one coupon can ask for or reward.
pub const OFFER_UNITS_MAX: u32 = 99;
/// Characters that the name of a stacking group can have.
pub const STACKING_GROUP_CHARS_MAX: usize = 32;

/// What can be wrong with terms.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TermsError {
    /// No requirement, or over [`OFFER_REQUIREMENTS_MAX`].
    #[error("an offer has 1 to {OFFER_REQUIREMENTS_MAX} requirements, not {0}")]
    BadRequirements(usize),
    /// No item named.
    #[error("a requirement needs at least one qualifying item or family")]
    NoItems,
    /// Over [`OFFER_GTINS_MAX`].
    #[error("a requirement names at most {OFFER_GTINS_MAX} items, not {0}")]
    TooManyItems(usize),
    /// Over [`OFFER_PREFIXES_MAX`].
    #[error("a requirement names at most {OFFER_PREFIXES_MAX} company prefixes, not {0}")]
    TooManyFamilies(usize),
    /// The same item twice.
    #[error("item {0} is named twice")]
    ItemTwice(Gtin),
    /// The same family twice.
    #[error("company prefix {0} is named twice")]
    FamilyTwice(CompanyPrefix),
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
    /// None, or over [`OFFER_GRAMS_MAX`].
    #[error("an offer asks for 1 to {OFFER_GRAMS_MAX} grams, not {0}")]
    BadWeight(u32),
    /// None, or over [`OFFER_SETS_MAX`].
    #[error("an offer rewards 1 to {OFFER_SETS_MAX} sets, not {0}")]
    BadSets(u32),
    /// Not within 0.01 % and 100 %.
    #[error("{0} basis points are not within 1 and {BASIS_POINTS_WHOLE}")]
    BadPercent(u32),
    /// The spend needed is below what it gives.
    #[error("the minimum spend is below the amount taken off")]
    SpendBelowReward,
    /// Ends before it begins.
    #[error("the offer ends before it begins")]
    EmptyWindow,
    /// Weekdays, minutes or offset that can't be.
    #[error("the hours name no weekday, no time of the day, or an offset that no clock has")]
    BadHours,
    /// The reward applies to a requirement that isn't there.
    #[error("the reward applies to requirement {0}, which the offer doesn't have")]
    AppliesToNothing(usize),
    /// "The cheapest" of a set that isn't counted.
    #[error("the cheapest item can be rewarded only where one requirement, in units, says among which")]
    CheapestOfWhat,
    /// Empty, too long, or with spaces around it.
    #[error(
        "a stacking group has a name of 1 to {STACKING_GROUP_CHARS_MAX} characters without spaces around it"
    )]
    BadGroup,
}

/// The units that the reward is taken from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AppliesTo {
    /// The units of every requirement that is met.
    #[default]
    Every,
    /// Those of one requirement, counted from 0, where it is met.
    One(usize),
}

/// Which of these units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pick {
    /// All; where the reward counts units, the dearest first; of a set of [`Reward::BuyGet`] the cheapest.
    #[default]
    All,
    /// The cheapest: one unit, or as many as the reward counts.
    Cheapest,
    /// The dearest: one unit, or as many as the reward counts.
    Dearest,
}

/// What becomes of a coupon all of whose units are given back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RefundPolicy {
    /// It can be used again while the offer runs.
    Restore,
    /// The same, but not while the campaign is paused.
    #[default]
    RestoreIfValid,
    /// It stays used.
    Burn,
}

/// Which other coupons of a purchase it goes with. No unit ever serves two coupons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stacking {
    /// Of the coupons that name the same group, one a purchase.
    pub group: Option<String>,
    /// It goes with no other coupon at all.
    pub exclusive: bool,
}

/// Terms as they come in, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsParts {
    /// The currency of every amount.
    pub currency: Currency,
    /// What must be bought, 1 to 3. A unit counts for the first requirement that names its item.
    pub requirements: Vec<Requirement>,
    /// How the requirements go together.
    pub combine: Combine,
    /// What the shopper gets.
    pub reward: Reward,
    /// From which units.
    pub applies_to: AppliesTo,
    /// And which of those.
    pub pick: Pick,
    /// The least that the whole basket must come to before any discount, in minor units; 0 for any.
    pub basket_minimum_minor: i64,
    /// Shops that honour it.
    pub stores: Vec<MerchantId>,
    /// Branches that honour it. Where neither shops nor branches are named, all do.
    pub branches: Vec<Gln>,
    /// First instant at which it can be redeemed.
    pub starts_at: UnixMillis,
    /// First instant at which it no longer can.
    pub ends_at: UnixMillis,
    /// The hours at which it holds in between; none for all.
    pub hours: Option<Hours>,
    /// What it goes with.
    pub stacking: Stacking,
    /// What becomes of it when all is given back.
    pub refund_policy: RefundPolicy,
}

impl TermsParts {
    /// Terms in the plainest form: buy one of the items, in any shop, from the start to the end.
    pub fn new(
        currency: Currency,
        items: impl Into<Items>,
        reward: Reward,
        starts_at: UnixMillis,
        ends_at: UnixMillis,
    ) -> Self {
        Self {
            currency,
            requirements: vec![Requirement { items: items.into(), need: Need::Units(1) }],
            combine: Combine::default(),
            reward,
            applies_to: AppliesTo::default(),
            pick: Pick::default(),
            basket_minimum_minor: 0,
            stores: Vec::new(),
            branches: Vec::new(),
            starts_at,
            ends_at,
            hours: None,
            stacking: Stacking::default(),
            refund_policy: RefundPolicy::default(),
        }
    }

    /// The same with so much of the first requirement to be bought.
    #[must_use]
    pub fn needing(mut self, need: Need) -> Self {
        if let Some(first) = self.requirements.first_mut() {
            first.need = need;
        }
        self
    }
}

/// Checked terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms(TermsParts);

impl TryFrom<TermsParts> for Terms {
    type Error = TermsError;

    fn try_from(parts: TermsParts) -> Result<Self, TermsError> {
        let count = parts.requirements.len();
        if count == 0 || count > OFFER_REQUIREMENTS_MAX {
            return Err(TermsError::BadRequirements(count));
        }
        parts.requirements.iter().try_for_each(Requirement::check)?;
        parts.reward.check()?;
        check_target(&parts)?;
        if parts.basket_minimum_minor != 0 {
            check_amount("a basket minimum", parts.basket_minimum_minor)?;
        }
        let stores = parts.stores.len().max(parts.branches.len());
        if stores > OFFER_STORES_MAX {
            return Err(TermsError::TooManyStores(stores));
        }
        if parts.starts_at >= parts.ends_at {
            return Err(TermsError::EmptyWindow);
        }
        parts.hours.as_ref().map_or(Ok(()), Hours::check)?;
        match &parts.stacking.group {
            Some(group) if group.trim() != group || !is_name(group) => Err(TermsError::BadGroup),
            _ => Ok(Self(parts)),
        }
    }
}

fn is_name(group: &str) -> bool {
    (1..=STACKING_GROUP_CHARS_MAX).contains(&group.chars().count())
}

fn check_target(parts: &TermsParts) -> Result<(), TermsError> {
    let applied: Vec<Need> = match parts.applies_to {
        AppliesTo::Every => parts.requirements.iter().map(|r| r.need).collect(),
        AppliesTo::One(i) => {
            vec![parts.requirements.get(i).ok_or(TermsError::AppliesToNothing(i))?.need]
        }
    };
    if parts.pick == Pick::Cheapest && !matches!(applied.as_slice(), [Need::Units(_)]) {
        return Err(TermsError::CheapestOfWhat);
    }
    match (parts.reward, applied.as_slice()) {
        (Reward::AmountOff { amount_minor }, [Need::Spend(minimum)]) if *minimum < amount_minor => {
            Err(TermsError::SpendBelowReward)
        }
        _ => Ok(()),
    }
}

pub(super) fn check_amount(what: &'static str, minor: i64) -> Result<(), TermsError> {
    match minor {
        1..=AMOUNT_MINOR_MAX => Ok(()),
        _ => Err(TermsError::BadAmount { what, minor }),
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

    /// The requirement that an item counts for, from 0: the first that names it.
    pub fn requirement_of(&self, gtin: Gtin) -> Option<usize> {
        self.0.requirements.iter().position(|requirement| requirement.items.contains(gtin))
    }

    /// Whether an item counts.
    pub fn qualifies(&self, gtin: Gtin) -> bool {
        self.requirement_of(gtin).is_some()
    }

    /// The most that one coupon can ever take off: what clipping reserves, in minor units.
    pub fn worst_case_minor(&self) -> i64 {
        self.0.reward.worst_case_minor()
    }
}

#[cfg(test)]
mod tests;
