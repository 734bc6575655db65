//! The rules of OneScan, in the order of a purchase. Nothing here knows a clock, randomness, a network or a disk:
//! time and ids come in as values, so phone, till and provider run the same rules.

pub mod gs1;
pub mod ids;
pub mod money;
pub mod time;

pub mod basket;
pub mod offer;

pub mod code;
pub mod payment;

pub mod ledger;
pub mod reason;
pub mod session;
pub mod settlement;
pub mod typed_code;
