//! Offers: what a manufacturer promises, when and where it holds, and what it takes off.

mod claim;
mod discount;
mod eligibility;
mod hours;
mod items;
mod requirement;
mod reward;
mod select;
mod signed;
mod terms;

pub use claim::Claim;
pub use discount::discounts;
pub use eligibility::{Refusal, Store, eligible};
pub use hours::Hours;
pub use items::{Items, OFFER_GTINS_MAX, OFFER_PREFIXES_MAX};
pub use requirement::{Combine, Need, OFFER_GRAMS_MAX, OFFER_REQUIREMENTS_MAX, Requirement};
pub use reward::{OFFER_SETS_MAX, Reward};
pub use select::select;
pub(crate) use select::{best_saving, saves_alone};
pub use signed::{offer_signing_input, offers_signing_input};
pub use terms::{
    AppliesTo, OFFER_STORES_MAX, OFFER_UNITS_MAX, Pick, RefundPolicy, STACKING_GROUP_CHARS_MAX, Stacking,
    Terms, TermsError, TermsParts,
};
