//! A payment: what is due, what the provider checks again, and the states it goes through.

mod quote;
mod redemption;
mod state;

pub use quote::{Applied, Candidate, Quote, quote};
pub use redemption::{AmountMismatch, RedeemedLine, Redemption, check_amounts, check_redemption};
pub use state::{Event, PaymentState, TransitionError};
