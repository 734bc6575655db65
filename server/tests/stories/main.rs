//! What the provider promises, as its callers see it: a server in this process, real gRPC, a clock that tests set.
#![allow(clippy::unwrap_used)]

mod campaigns;
mod coupons;
mod operator;
mod port;
mod purchase;
mod refusals;
mod restart;
mod reversal;
mod tokens;
mod watching;
mod world;
