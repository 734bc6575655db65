//! Offers: what a manufacturer promises, when and where it holds, and what it takes off.

mod discount;
mod eligibility;
mod terms;

pub use discount::{discounts, select};
pub use eligibility::{Refusal, eligible};
pub use terms::{
    Claim, OFFER_GTINS_MAX, OFFER_STORES_MAX, OFFER_UNITS_MAX, RefundPolicy, Reward, Terms, TermsError,
    TermsParts,
};
