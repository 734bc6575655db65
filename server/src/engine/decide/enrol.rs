//! Enrolling shops, tills and manufacturers, and giving out keys.

use proto::status::Failure;
use shared::{
    gs1::Gln,
    ids::{IssuerId, MerchantId, TerminalId},
    ledger::Account,
    settlement::FeeRate,
};

use super::Command;
use crate::{
    engine::state::{Enrolment, Keys, State, next},
    model::{AccountRow, Holder},
};

/// Enrols a shop.
pub struct CreateMerchant {
    /// Its name.
    pub name: String,
    /// What the provider takes of its net.
    pub fee: FeeRate,
    /// SHA-256 of its back office's key's secret.
    pub key_hash: [u8; 32],
}

impl Command for CreateMerchant {
    type Output = MerchantId;

    fn touches(&self, keys: &mut Keys) {
        keys.numbers.merchant += 1;
    }

    fn decide(&self, state: &mut State) -> Result<MerchantId, Failure> {
        let id = MerchantId(next(&mut state.sequences.merchant));
        state.enrolled.push(Enrolment::Merchant { id, name: self.name.clone(), fee: self.fee });
        state.enrolled.push(Enrolment::Key { holder: Holder::Merchant(id), hash: self.key_hash });
        state.accounts.insert(Account::Merchant(id), AccountRow::default());
        Ok(id)
    }
}

/// Enrols a till.
pub struct CreateTerminal {
    /// Its shop, known to exist.
    pub merchant: MerchantId,
    /// Its name.
    pub name: String,
    /// The branch that it stands in.
    pub branch: Option<Gln>,
    /// SHA-256 of its key's secret.
    pub key_hash: [u8; 32],
}

impl Command for CreateTerminal {
    type Output = TerminalId;

    fn touches(&self, keys: &mut Keys) {
        keys.numbers.terminal += 1;
    }

    fn decide(&self, state: &mut State) -> Result<TerminalId, Failure> {
        let id = TerminalId(next(&mut state.sequences.terminal));
        state.enrolled.push(Enrolment::Terminal {
            id,
            merchant: self.merchant,
            name: self.name.clone(),
            branch: self.branch,
        });
        state.enrolled.push(Enrolment::Key { holder: Holder::Terminal(id), hash: self.key_hash });
        Ok(id)
    }
}

/// Enrols a manufacturer.
pub struct CreateIssuer {
    /// Its name.
    pub name: String,
    /// What the provider takes of what it clears.
    pub fee: FeeRate,
    /// SHA-256 of its key's secret.
    pub key_hash: [u8; 32],
}

impl Command for CreateIssuer {
    type Output = IssuerId;

    fn touches(&self, keys: &mut Keys) {
        keys.numbers.issuer += 1;
    }

    fn decide(&self, state: &mut State) -> Result<IssuerId, Failure> {
        let id = IssuerId(next(&mut state.sequences.issuer));
        state.enrolled.push(Enrolment::Issuer { id, name: self.name.clone(), fee: self.fee });
        state.enrolled.push(Enrolment::Key { holder: Holder::Issuer(id), hash: self.key_hash });
        state.accounts.insert(Account::Issuer(id), AccountRow::default());
        Ok(id)
    }
}

/// Replaces a key; the one before is dead at once.
pub struct RotateKey {
    /// Whose, known to exist.
    pub holder: Holder,
    /// SHA-256 of the new key's secret.
    pub key_hash: [u8; 32],
}

impl Command for RotateKey {
    type Output = ();

    fn touches(&self, _keys: &mut Keys) {}

    fn decide(&self, state: &mut State) -> Result<(), Failure> {
        state.enrolled.push(Enrolment::Key { holder: self.holder, hash: self.key_hash });
        Ok(())
    }
}
