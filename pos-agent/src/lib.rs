//! The till's agent: scans the combined code, settles with the provider, prints the receipt.
//!
//! A purchase goes down this list.

pub mod catalogue;
pub mod scanner;

pub mod offers;
pub mod sale;
pub mod scan;

pub mod journal;
pub mod machine;
pub mod provider;
pub mod shell;
pub mod till;

pub mod receipt;
pub mod words;

pub mod ambient;
mod disk;
