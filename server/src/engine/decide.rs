//! The decisions, one file a subject: pure functions on the rows of a batch. What a command may not do is a [`Failure`];
//! what must not happen at all is an assertion, and takes the command back.

pub mod approval;
pub mod campaign;
pub mod close;
pub mod coupon;
pub mod device;
pub mod enrol;
pub mod payment;
pub mod refund;
pub mod reversal;
pub mod settlement;
pub mod sweep;
pub mod transfer;
pub mod wallet;

#[cfg(test)]
mod stories;

use proto::status::Failure;

use super::state::{Keys, State};

/// Something that changes money, coupons or parties.
pub trait Command: Send + Sync + 'static {
    /// What the caller gets.
    type Output: Send + 'static;

    /// Names the rows that [`Command::decide`] will look at.
    fn touches(&self, keys: &mut Keys);

    /// Decides. May run more than once on different states, where a commit failed: only the last one counts.
    fn decide(&self, state: &mut State) -> Result<Self::Output, Failure>;
}
