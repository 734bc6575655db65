//! Queries: what callers ask about, from a snapshot beside the writer.

pub(crate) mod audit;
pub(crate) mod balances;
pub(crate) mod batches;
pub(crate) mod campaigns;
pub(crate) mod coupons;
pub(crate) mod day;
pub(crate) mod offers;
pub(crate) mod page;
pub(crate) mod payments;
pub(crate) mod report;
pub(crate) mod sweep;
pub(crate) mod tokens;
