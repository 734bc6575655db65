//! The whole system as a stage for stories: a provider with its till, phones, shops and manufacturers, and the things that go
//! wrong between them.
//!
//! - [`world`]: a provider with a shop and a manufacturer; [`stage`]: one in this process, with a clock that stands still
//! - [`actors`]: who acts: operator, manufacturer, shopper, till, and a till without scruples
//! - [`books`]: balances, coupons and campaigns as they stand, to be compared, and the rules that they keep
//! - [`ledger_file`]: the provider's payments, read from the disk when all is over
//! - [`seed`], [`proxy`], [`process`]: faults that come out the same each time
//! - [`cluster`]: a PostgreSQL of the tests' own
//! - [`browser`]: the wallet as a person sees it
//! - [`weight`]: what a phone has to load of the wallet
//! - [`page`]: a page of shell sessions, typed in
//! - [`sample`]: a code to look at

pub mod actors;
pub mod books;
pub mod browser;
pub mod cluster;
pub mod ledger_file;
pub mod page;
pub mod process;
pub mod proxy;
pub mod sample;
pub mod seed;
pub mod stage;
pub mod weight;
pub mod world;
