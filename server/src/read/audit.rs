//! Checks every invariant of the ledger on one snapshot, reading the journal once from its beginning, a bounded number of entries
//! at a time. What it keeps is one balance an account.

mod entries;
mod standing;

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use shared::ledger::{Account, EntryKind, Posting};

use crate::{
    directory::Directory,
    model::{EntryId, Payment, PaymentId},
    store::{
        Conn, StoreError,
        codes::{Coded, account_of, maybe_uuid},
        load,
        schema::{entries as entries_table, postings},
    },
};

/// Findings that are told; one is enough to act on.
const FINDINGS_MAX: usize = 100;
/// Entries that are looked at together.
const ENTRIES_MAX: i64 = 1_000;

/// Something that should not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The invariant, as `ARCHITECTURE.md` names it.
    pub invariant: &'static str,
    /// The first entry that breaks it; none where no single entry does.
    pub entry: Option<EntryId>,
    /// What it concerns.
    pub subject: String,
    /// What was expected and what was found.
    pub detail: String,
}

/// What was looked at, and what was found.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    /// Journal entries.
    pub entries: u64,
    /// Accounts.
    pub accounts: u64,
    /// Payments.
    pub payments: u64,
    /// Coupons.
    pub coupons: u64,
    /// By entry, those without one last.
    pub findings: Vec<Finding>,
    balances: HashMap<Account, i64>,
}

/// An entry as it stands in the journal.
pub(super) struct Written {
    id: EntryId,
    kind: EntryKind,
    payment: Option<PaymentId>,
    postings: Vec<Posting>,
}

impl Audit {
    fn found(&mut self, invariant: &'static str, entry: Option<EntryId>, subject: String, detail: String) {
        // Of one subject the first entry is named; the rest follows from it.
        let known = |f: &Finding| f.invariant == invariant && f.subject == subject;
        if self.findings.len() < FINDINGS_MAX && !self.findings.iter().any(known) {
            self.findings.push(Finding { invariant, entry, subject, detail });
        }
    }
}

/// Looks at everything.
pub(crate) fn audit(conn: &mut Conn, directory: &Directory) -> Result<Audit, StoreError> {
    let mut audit = Audit::default();
    let mut after = 0;
    loop {
        let written = journal(conn, after)?;
        let Some(last) = written.last() else { break };
        after = last.id;
        let ids: Vec<PaymentId> = written.iter().filter_map(|entry| entry.payment).collect();
        let payments: BTreeMap<PaymentId, Payment> =
            load::payments(conn, &ids)?.into_iter().map(|payment| (payment.id, payment)).collect();
        for entry in &written {
            audit.entries += 1;
            audit.entry(entry, &payments);
        }
    }
    audit.balances(conn)?;
    audit.payments(conn)?;
    audit.coupons(conn, directory)?;
    audit.redemptions(conn)?;
    audit.batches(conn)?;
    audit.findings.sort_by_key(|finding| finding.entry.unwrap_or(EntryId::MAX));
    Ok(audit)
}

/// The next entries of the journal, with their postings.
fn journal(conn: &mut Conn, after: EntryId) -> Result<Vec<Written>, StoreError> {
    let rows: Vec<(i64, i64, Option<Vec<u8>>)> = entries_table::table
        .filter(entries_table::id.gt(after))
        .order(entries_table::id)
        .select((entries_table::id, entries_table::kind, entries_table::payment_id))
        .limit(ENTRIES_MAX)
        .load(conn)?;
    let Some(last) = rows.last().map(|row| row.0) else { return Ok(Vec::new()) };
    let lines: Vec<(i64, i64, i64, i64)> = postings::table
        .filter(postings::entry_id.gt(after).and(postings::entry_id.le(last)))
        .order((postings::entry_id, postings::kind, postings::owner))
        .select((postings::entry_id, postings::kind, postings::owner, postings::amount_minor))
        .load(conn)?;
    let mut by_entry: HashMap<EntryId, Vec<Posting>> = HashMap::new();
    for (entry, kind, owner, amount_minor) in lines {
        let account = account_of(kind, owner)?;
        by_entry.entry(entry).or_default().push(Posting { account, amount_minor });
    }
    let written = rows.into_iter().map(|(id, kind, payment)| {
        Ok(Written {
            id,
            kind: EntryKind::of_code(kind)?,
            payment: maybe_uuid(payment.as_deref())?,
            postings: by_entry.remove(&id).unwrap_or_default(),
        })
    });
    written.collect()
}
