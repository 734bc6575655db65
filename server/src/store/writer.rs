//! The writing side of the store: one connection with one transaction after the other.

use std::collections::BTreeSet;

use diesel::{
    Connection,
    connection::{AnsiTransactionManager, TransactionManager},
};
use shared::ledger::Account;

use super::{
    Conn, Database, StoreError, Stripe, codes::holder_name, database, numbers, parties::Record,
    statements::replace, stripes, values::Bind,
};
use crate::{
    engine::{Sequences, Wanted},
    model::{Holder, is_striped},
};

/// What a writer writes on.
pub struct StoreWriter {
    conn: Conn,
    database: Database,
    stripe: Stripe,
    made: BTreeSet<Account>,
}

impl StoreWriter {
    pub(super) fn new(conn: Conn, database: Database, stripe: Stripe) -> Self {
        Self { conn, database, stripe, made: BTreeSet::new() }
    }

    /// This server's stripe of the accounts that have stripes.
    pub(crate) fn stripe(&self) -> Stripe {
        self.stripe
    }

    /// The connection, for what comes before a batch.
    pub(crate) fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Where numbers go on; none on PostgreSQL, where each batch reserves its own.
    pub(crate) fn sequences(&mut self) -> Result<Sequences, StoreError> {
        match &mut self.conn {
            Conn::Postgres(conn) => numbers::reserve(conn, &Wanted::default()),
            conn @ Conn::Sqlite(_) => numbers::read(conn),
        }
    }

    /// Sees to it that this server has its stripe of each of these accounts.
    pub(crate) fn make_stripes<'a>(
        &mut self,
        accounts: impl Iterator<Item = &'a Account>,
    ) -> Result<(), StoreError> {
        if self.stripe == 0 {
            return Ok(());
        }
        for account in accounts.filter(|account| is_striped(**account)) {
            if self.made.insert(*account) {
                let made = stripes::make(&mut self.conn, *account, self.stripe);
                if !matches!(made, Ok(true)) {
                    // It doesn't exist yet, or the database is in trouble: to be tried again.
                    self.made.remove(account);
                }
                made?;
            }
        }
        Ok(())
    }

    /// Runs `work` as one transaction that may write.
    pub(crate) fn transaction<T, E>(&mut self, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
    where
        E: From<diesel::result::Error>,
    {
        let conn = &mut self.conn;
        match conn {
            // SQLite's other kind begins as a reader, and might find itself overtaken when it comes to write.
            Conn::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")?,
            Conn::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn)?,
        }
        match work(conn) {
            Ok(done) => {
                <Conn as Connection>::TransactionManager::commit_transaction(conn)?;
                Ok(done)
            }
            Err(error) => {
                // Where even that fails the connection is lost, which the caller finds out.
                let _ = <Conn as Connection>::TransactionManager::rollback_transaction(conn);
                Err(error)
            }
        }
    }

    /// Replaces a key past the engine, and tells the servers that run.
    pub(crate) fn replace_key(&mut self, holder: Holder, hash: &[u8; 32]) -> Result<(), StoreError> {
        let name = holder_name(holder);
        replace(&mut self.conn, "keys", "holder", "hash", [Bind::Text(&name), Bind::Bytes(hash)])?;
        if let Conn::Postgres(conn) = &mut self.conn {
            crate::news::tell_of(conn, Record::Key(holder))?;
        }
        Ok(())
    }

    /// Whether the database still answers on this connection; where it does not, connects again for the next batch.
    pub(crate) fn is_alive(&mut self) -> bool {
        let Conn::Postgres(conn) = &mut self.conn else { return true };
        if database::is_alive(conn) {
            return true;
        }
        match self.database.connect_by_key() {
            Ok(conn) => self.conn = conn,
            Err(error) => tracing::error!(%error, "the database can't be reached"),
        }
        false
    }
}
