//! The till's agent: scans the combined code, settles with the provider, prints the receipt.

pub mod scanner;
