//! The rules of OneScan: money, GTINs, offers, the combined code, payment states, the ledger. No clock, randomness, network or disk.

pub mod code;
pub mod gs1;
