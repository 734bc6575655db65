//! Double entry in minor units: accounts, entries that balance by construction, and which entry each event makes.

mod account;
mod entry;
pub mod posting_rules;

pub use account::{Account, AccountError};
pub use entry::{Entry, EntryError, EntryKind, Posting, Transfer};
