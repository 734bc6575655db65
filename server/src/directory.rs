//! Parties, keys and offers, all in memory: few, small, asked for at every call, and changed only by writers, which tell
//! this after their commit and before they answer. What another server has added is looked up when it is first missed,
//! and read again when that server's news come.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use diesel::prelude::*;
use shared::{
    ids::{DeviceId, IssuerId, MerchantId, OfferNumber, TerminalId},
    offer::Store as Branch,
    settlement::{FeeRate, Party},
    time::UnixMillis,
};

use crate::{
    clock::Surroundings,
    engine::Enrolment,
    model::{Holder, Offer},
    store::{
        self, Conn, Database, StoreError,
        codes::{bytes, fee_rate, holder_of, number},
        parties::{self, Record},
        rows::OfferRow,
        schema,
    },
};

/// The directory.
pub struct Directory {
    inner: RwLock<Inner>,
    /// Tells which revoked devices can still have a session.
    sessions: Sessions,
    /// Where to look what is missed; none where nobody else can have added it.
    elsewhere: Option<Mutex<Elsewhere>>,
}

/// How long sessions run, and the time.
pub struct Sessions {
    /// The clock.
    pub outside: Surroundings,
    /// How long a session lasts.
    pub ttl_ms: i64,
}

impl Sessions {
    /// Devices revoked before have no session any more, with a margin for clocks that differ.
    fn revoked_since(&self) -> UnixMillis {
        self.outside.clock.now().plus_ms(self.ttl_ms.saturating_mul(-2))
    }
}

/// A connection for what is missed. Whoever asks waits for it, which is once for each party in the life of a server.
struct Elsewhere {
    database: Database,
    conn: Conn,
}

#[derive(Default)]
struct Inner {
    /// Counts what commits have changed, so that what was read before is not put in place of it.
    changes: u64,
    merchants: HashMap<MerchantId, (String, FeeRate)>,
    terminals: HashMap<TerminalId, Branch>,
    issuers: HashMap<IssuerId, (String, FeeRate)>,
    keys: HashMap<Holder, [u8; 32]>,
    offers: HashMap<OfferNumber, Arc<Offer>>,
    /// Devices whose sessions are over before their time.
    revoked: HashSet<DeviceId>,
}

impl Directory {
    /// Reads all of it.
    pub fn read(store: &mut store::Store, sessions: Sessions) -> Result<Self, StoreError> {
        let inner = RwLock::new(Inner::read(store.writer.conn(), sessions.revoked_since())?);
        let database = store.database.clone();
        let elsewhere = match &database {
            Database::File(_) => None,
            Database::Postgres { .. } => {
                let conn = database.connect()?;
                Some(Mutex::new(Elsewhere { database, conn }))
            }
        };
        Ok(Self { inner, sessions, elsewhere })
    }

    /// What a database holds, for whoever has it alone.
    pub(crate) fn alone(conn: &mut Conn) -> Result<Self, StoreError> {
        let sessions = Sessions { outside: Surroundings::system(), ttl_ms: 0 };
        let inner = RwLock::new(Inner::read(conn, sessions.revoked_since())?);
        Ok(Self { inner, sessions, elsewhere: None })
    }

    /// Takes in what a commit has added.
    pub fn apply(&self, enrolled: &[Enrolment]) {
        if enrolled.is_empty() {
            return;
        }
        let mut inner = self.inner_mut();
        inner.changes += 1;
        enrolled.iter().for_each(|enrolment| inner.apply(enrolment));
    }

    /// Reads again what another server has changed, or what is missed here. Where the database can't be asked, the next news
    /// or the next miss tries again.
    pub(crate) fn look_up(&self, party: Record) -> Result<(), StoreError> {
        let found = self.refresh(
            |conn| parties::find(conn, party),
            |inner, found| {
                found.iter().for_each(|enrolment| inner.apply(enrolment));
            },
        );
        found.inspect_err(|error| tracing::error!(%error, %party, "a party can't be looked up"))
    }

    /// Reads all of it again, should news have been lost.
    pub(crate) fn read_again(&self) -> Result<(), StoreError> {
        let read = |conn: &mut Conn| Inner::read(conn, self.sessions.revoked_since());
        self.refresh(read, |inner, read| *inner = Inner { changes: inner.changes, ..read })
    }

    /// Reads, and takes in what was read; reads again where a commit of this server came in between, which knows better.
    fn refresh<T>(
        &self,
        read: impl Fn(&mut Conn) -> Result<T, StoreError>,
        take_in: impl Fn(&mut Inner, T),
    ) -> Result<(), StoreError> {
        let Some(elsewhere) = &self.elsewhere else { return Ok(()) };
        let mut elsewhere = elsewhere.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let before = self.inner().changes;
            let found = match read(&mut elsewhere.conn) {
                Ok(found) => found,
                Err(_) => {
                    elsewhere.conn = elsewhere.database.connect()?;
                    read(&mut elsewhere.conn)?
                }
            };
            let mut inner = self.inner_mut();
            if inner.changes == before {
                take_in(&mut inner, found);
                return Ok(());
            }
        }
    }

    /// What `get` finds, if need be after looking elsewhere. An error says that it may be there: it can't be asked for now.
    fn get<T>(&self, party: Record, get: impl Fn(&Inner) -> Option<T>) -> Result<Option<T>, StoreError> {
        if let Some(found) = get(&self.inner()) {
            return Ok(Some(found));
        }
        if self.elsewhere.is_none() {
            return Ok(None);
        }
        self.look_up(party)?;
        Ok(get(&self.inner()))
    }

    /// A shop's name.
    pub fn merchant_name(&self, id: MerchantId) -> Result<Option<String>, StoreError> {
        self.get(Record::Merchant(id), |inner| inner.merchants.get(&id).map(|(name, _)| name.clone()))
    }

    /// What the provider takes of a party's net; none where there is no such party.
    pub fn fee_rate(&self, party: Party) -> Result<Option<FeeRate>, StoreError> {
        match party {
            Party::Merchant(id) => {
                self.get(Record::Merchant(id), |inner| inner.merchants.get(&id).map(|(_, fee)| *fee))
            }
            Party::Issuer(id) => {
                self.get(Record::Issuer(id), |inner| inner.issuers.get(&id).map(|(_, fee)| *fee))
            }
        }
    }

    /// A till's shop and branch.
    pub fn store_of(&self, terminal: TerminalId) -> Result<Option<Branch>, StoreError> {
        self.get(Record::Terminal(terminal), |inner| inner.terminals.get(&terminal).copied())
    }

    /// A manufacturer's name.
    pub fn issuer_name(&self, id: IssuerId) -> Result<Option<String>, StoreError> {
        self.get(Record::Issuer(id), |inner| inner.issuers.get(&id).map(|(name, _)| name.clone()))
    }

    /// SHA-256 of a holder's key.
    pub fn key_hash(&self, holder: Holder) -> Result<Option<[u8; 32]>, StoreError> {
        self.get(Record::Key(holder), |inner| inner.keys.get(&holder).copied())
    }

    /// An offer.
    pub fn offer(&self, number: OfferNumber) -> Result<Option<Arc<Offer>>, StoreError> {
        self.get(Record::Offer(number), |inner| inner.offers.get(&number).cloned())
    }

    /// An offer, to be shown beside something else: left out where it can't be asked for now.
    pub fn offer_to_show(&self, number: OfferNumber) -> Option<Arc<Offer>> {
        self.offer(number).ok().flatten()
    }

    /// A shop's name, to be shown beside something else: the same.
    pub fn merchant_name_to_show(&self, id: MerchantId) -> Option<String> {
        self.merchant_name(id).ok().flatten()
    }

    /// Whether a device was taken off its wallet: whoever asks has a session of it. Not looked for elsewhere, since hardly any
    /// device is revoked: the news of other servers say so.
    pub fn is_revoked(&self, device: DeviceId) -> bool {
        self.inner().revoked.contains(&device)
    }

    fn inner(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn inner_mut(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn read(conn: &mut Conn, revoked_since: UnixMillis) -> Result<Self, StoreError> {
        use schema::{devices, issuers, keys, merchants, offers, terminals};
        let mut inner = Self::default();
        for (id, name, fee, _) in merchants::table.load::<(i64, String, i64, i64)>(conn)? {
            inner.merchants.insert(MerchantId(number(id)?), (name, fee_rate(fee)?));
        }
        let rows = terminals::table.select((terminals::id, terminals::merchant_id, terminals::branch_gln));
        for (id, merchant, branch) in rows.load::<(i64, i64, Option<String>)>(conn)? {
            let branch = branch.map(|gln| gln.parse().map_err(|_| StoreError::Corrupt("a branch")));
            let store = Branch { merchant: MerchantId(number(merchant)?), branch: branch.transpose()? };
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
            let issuer_name = match inner.issuers.get(&issuer) {
                Some((name, _)) => name.clone(),
                // Enrolled after the issuers were read here: found when it is missed.
                None => continue,
            };
            let offer = row.read(issuer_name)?;
            inner.offers.insert(offer.number, Arc::new(offer));
        }
        let revoked = devices::table.filter(devices::revoked_at_ms.gt(revoked_since.0)).select(devices::id);
        for id in revoked.load::<i64>(conn)? {
            inner.revoked.insert(DeviceId(number(id)?));
        }
        Ok(inner)
    }

    fn apply(&mut self, enrolment: &Enrolment) {
        match enrolment {
            Enrolment::Merchant { id, name, fee } => {
                drop(self.merchants.insert(*id, (name.clone(), *fee)));
            }
            Enrolment::Terminal { id, merchant, branch, .. } => {
                self.terminals.insert(*id, Branch { merchant: *merchant, branch: *branch });
            }
            Enrolment::Issuer { id, name, fee } => {
                drop(self.issuers.insert(*id, (name.clone(), *fee)));
            }
            Enrolment::Key { holder, hash } => drop(self.keys.insert(*holder, *hash)),
            Enrolment::Offer(offer) => drop(self.offers.insert(offer.number, Arc::clone(offer))),
            Enrolment::Revoked(device) => drop(self.revoked.insert(*device)),
        }
    }
}
