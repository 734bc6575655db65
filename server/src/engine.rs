//! The only writer. Everything that changes money, coupons or parties is a command that waits in a [`queue`]; the writer
//! takes all that wait, [`load`]s the rows they name, [`decide`]s one after the other in memory, writes what changed, commits, and
//! only then answers. While one commit runs the next batch gathers, so nobody waits for a timer.

pub mod decide;
mod load;
mod numbers;
mod queue;
mod rows;
mod state;
mod writer;

#[cfg(test)]
mod stories;

pub use numbers::{Numbers, Sequences, Wanted};
pub use queue::Engine;
pub use rows::Rows;
pub use state::{Change, Enrolment, JournalEntry, Keys, State};
pub use writer::Writer;
