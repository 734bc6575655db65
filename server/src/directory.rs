//! Parties, keys and offers, all in memory: few, small, asked for at every call, and changed only by the writer, which tells
//! this after its commit and before it answers.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use diesel::prelude::*;
use shared::{
    ids::{IssuerId, MerchantId, OfferNumber, TerminalId},
    offer::Store,
    settlement::{FeeRate, Party},
};

use crate::{
    engine::Enrolment,
    model::{Holder, Offer},
    store::{
        StoreError,
        codes::{bytes, holder_of, number},
        rows::OfferRow,
        schema,
    },
};

/// The directory.
#[derive(Default)]
pub struct Directory(RwLock<Inner>);

#[derive(Default)]
struct Inner {
    merchants: HashMap<MerchantId, (String, FeeRate)>,
    terminals: HashMap<TerminalId, Store>,
    issuers: HashMap<IssuerId, (String, FeeRate)>,
    keys: HashMap<Holder, [u8; 32]>,
    offers: HashMap<OfferNumber, Arc<Offer>>,
}

impl Directory {
    /// Reads all of it.
    pub fn read(conn: &mut SqliteConnection) -> Result<Self, StoreError> {
        use schema::{issuers, keys, merchants, offers, terminals};
        let mut inner = Inner::default();
        for (id, name, fee, _) in merchants::table.load::<(i64, String, i64, i64)>(conn)? {
            inner.merchants.insert(MerchantId(number(id)?), (name, fee_rate(fee)?));
        }
        let rows = terminals::table.select((terminals::id, terminals::merchant_id, terminals::branch_gln));
        for (id, merchant, branch) in rows.load::<(i64, i64, Option<String>)>(conn)? {
            let branch = branch.map(|gln| gln.parse().map_err(|_| StoreError::Corrupt("a branch")));
            let store = Store { merchant: MerchantId(number(merchant)?), branch: branch.transpose()? };
            inner.terminals.insert(TerminalId(number(id)?), store);
        }
        for (id, name, fee, _) in issuers::table.load::<(i64, String, i64, i64)>(conn)? {
            inner.issuers.insert(IssuerId(number(id)?), (name, fee_rate(fee)?));
        }
        for (holder, hash) in keys::table.load::<(String, Vec<u8>)>(conn)? {
            let holder = holder_of(&holder).ok_or(StoreError::Corrupt("a key's holder"))?;
            inner.keys.insert(holder, bytes(&hash)?);
        }
        for row in offers::table.load::<OfferRow>(conn)? {
            let issuer = IssuerId(number(row.issuer_id)?);
            let issuer_name = inner.issuers.get(&issuer).map(|(name, _)| name.clone());
            let offer = row.read(issuer_name.ok_or(StoreError::Corrupt("an offer without issuer"))?)?;
            inner.offers.insert(offer.number, Arc::new(offer));
        }
        Ok(Self(RwLock::new(inner)))
    }

    /// Takes in what a commit has added.
    pub fn apply(&self, enrolled: &[Enrolment]) {
        if enrolled.is_empty() {
            return;
        }
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for enrolment in enrolled {
            match enrolment {
                Enrolment::Merchant { id, name, fee } => {
                    drop(inner.merchants.insert(*id, (name.clone(), *fee)));
                }
                Enrolment::Terminal { id, merchant, branch, .. } => {
                    inner.terminals.insert(*id, Store { merchant: *merchant, branch: *branch });
                }
                Enrolment::Issuer { id, name, fee } => {
                    drop(inner.issuers.insert(*id, (name.clone(), *fee)));
                }
                Enrolment::Key { holder, hash } => drop(inner.keys.insert(*holder, *hash)),
                Enrolment::Offer(offer) => drop(inner.offers.insert(offer.number, Arc::clone(offer))),
            }
        }
    }

    /// A shop's name.
    pub fn merchant_name(&self, id: MerchantId) -> Option<String> {
        self.inner().merchants.get(&id).map(|(name, _)| name.clone())
    }

    /// What the provider takes of a party's net; none where there is no such party.
    pub fn fee_rate(&self, party: Party) -> Option<FeeRate> {
        let inner = self.inner();
        match party {
            Party::Merchant(id) => inner.merchants.get(&id),
            Party::Issuer(id) => inner.issuers.get(&id),
        }
        .map(|(_, fee)| *fee)
    }

    /// A till's shop and branch.
    pub fn store_of(&self, terminal: TerminalId) -> Option<Store> {
        self.inner().terminals.get(&terminal).copied()
    }

    /// A manufacturer's name.
    pub fn issuer_name(&self, id: IssuerId) -> Option<String> {
        self.inner().issuers.get(&id).map(|(name, _)| name.clone())
    }

    /// SHA-256 of a holder's key.
    pub fn key_hash(&self, holder: Holder) -> Option<[u8; 32]> {
        self.inner().keys.get(&holder).copied()
    }

    /// An offer.
    pub fn offer(&self, number: OfferNumber) -> Option<Arc<Offer>> {
        self.inner().offers.get(&number).cloned()
    }

    fn inner(&self) -> RwLockReadGuard<'_, Inner> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fee_rate(ppm: i64) -> Result<FeeRate, StoreError> {
    FeeRate::from_ppm(number(ppm)?).ok_or(StoreError::Corrupt("a fee"))
}
