//! Lost messages and killed programs: after the faults stop, every payment is COMPLETED in both the till's journal and the
//! provider's ledger, or in neither, and the money is where the receipts say.
//!
//! Every schedule comes from a seed in the test; `ONESCAN_SEED` moves them all, to look further.

mod agreement;
mod network;
mod server_killed;
mod till_killed;
