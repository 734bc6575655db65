//! What every call works with.

use std::sync::Arc;

use shared::ids::TerminalId;

use crate::{
    clock::Surroundings, config::Rules, directory::Directory, door::Door, engine::Engine, hub::Hub,
    scan::Holders, secrets::Secrets, store::Readers, tries::Tries,
};

/// The parts of a running provider.
pub(crate) struct App {
    /// What payments obey.
    pub rules: Arc<Rules>,
    /// Clock and randomness.
    pub outside: Surroundings,
    /// Keys of the provider.
    pub secrets: Secrets,
    /// Parties, keys and offers.
    pub directory: Arc<Directory>,
    /// Who may come in with a payment.
    pub door: Door,
    /// The writer.
    pub engine: Engine,
    /// The read side.
    pub readers: Readers,
    /// Whose token it is.
    pub holders: Holders,
    /// Wrong pairing and recovery codes, of all callers together.
    pub wrong_codes: Tries<()>,
    /// Token numbers that stand for nothing, by till.
    pub unknown_tokens: Tries<TerminalId>,
    /// The watchers.
    pub hub: Hub,
}
