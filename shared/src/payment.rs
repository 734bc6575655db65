//! A payment: what is due, what the provider checks again, the states it goes through, what is
//! asked of the shopper first, and what comes back.

pub mod approval;
mod matching;
mod quote;
mod redemption;
pub mod refund;
mod state;

pub use matching::MATCHING_STEPS_MAX;
pub use quote::{Applied, Candidate, Quote, quote};
pub use redemption::{AmountMismatch, RedeemedLine, Redemption, check_amounts, check_redemption, stackable};
pub use state::{Event, PaymentState, TransitionError};
