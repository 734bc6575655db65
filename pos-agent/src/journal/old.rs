//! The journal of earlier versions, one line of JSON for each step: read once, carried over, and put aside under another name.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use diesel::{QueryResult, SqliteConnection};
use serde::Deserialize;
use shared::time::UnixMillis;

use super::{
    Entry, JournalError,
    record::{Asked, BookedCoupon, BookedRedemption, Goods, Title},
    writer::book,
};
use crate::machine::Ending;

const FILE: &str = "journal.jsonl";
const CARRIED: &str = "journal.jsonl.carried-over";

#[derive(Deserialize)]
struct Record {
    at_ms: i64,
    payment_id: String,
    #[serde(flatten)]
    step: Step,
}

#[derive(Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
enum Step {
    Begun(OldAsked),
    Reversing,
    Paid,
    Declined,
    Reversed,
    Standing,
}

#[derive(Deserialize)]
struct OldAsked {
    currency: String,
    gross_minor: i64,
    due_minor: i64,
    coupons: Vec<OldCoupon>,
    reference: String,
}

#[derive(Deserialize)]
struct OldCoupon {
    offer_number: u32,
    /// Item, units, price of one, discount on all of them.
    lines: Vec<(String, u32, i64, i64)>,
}

/// The steps of the old journal in a folder; none where there is no such file.
pub(super) fn read(data_dir: &Path) -> Result<Option<Vec<Entry>>, JournalError> {
    let path = data_dir.join(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(JournalError::io(&path, error)),
    };
    // What follows the last line break was torn by a crash and never acted on.
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let lines = bytes[..whole].split_inclusive(|byte| *byte == b'\n').zip(1..);
    let entry = |(line, number): (&[u8], usize)| {
        let record: Record = serde_json::from_slice(line).map_err(|error| JournalError::Damaged {
            path: path.clone(),
            problem: format!("line {number}: {error}"),
        })?;
        Ok(record.entry())
    };
    lines.map(entry).collect::<Result<_, _>>().map(Some)
}

/// Books the steps of the payments that are not in the new journal yet: a crash may have come between booking and putting aside.
pub(super) fn carry_over(conn: &mut SqliteConnection, entries: &[Entry]) -> QueryResult<()> {
    let mut known = std::collections::BTreeSet::new();
    for entry in entries {
        if let Entry::Begun { payment_id, .. } = entry
            && super::read::sale(conn, payment_id)?.is_some()
        {
            known.insert(payment_id.clone());
        }
    }
    entries
        .iter()
        .filter(|entry| payment(entry).is_some_and(|id| !known.contains(id)))
        .try_for_each(|entry| book(conn, entry))
}

/// Renames the old file, so that it is not read again.
pub(super) fn put_aside(data_dir: &Path) -> Result<PathBuf, JournalError> {
    let (from, to) = (data_dir.join(FILE), data_dir.join(CARRIED));
    fs::rename(&from, &to).map_err(|error| JournalError::io(&from, error))?;
    Ok(to)
}

fn payment(entry: &Entry) -> Option<&str> {
    match entry {
        Entry::Begun { payment_id, .. }
        | Entry::Reversing { payment_id, .. }
        | Entry::Ended { payment_id, .. } => Some(payment_id),
        Entry::RefundBegun { .. } | Entry::RefundEnded { .. } => None,
    }
}

impl Record {
    fn entry(self) -> Entry {
        let (payment_id, at) = (self.payment_id, UnixMillis(self.at_ms));
        let ended = |ending, payment_id| Entry::Ended { payment_id, at, ending, reason: "", receipt: None };
        match self.step {
            Step::Begun(asked) => Entry::Begun { payment_id, at, asked: Box::new(asked.into()) },
            Step::Reversing => Entry::Reversing { payment_id, at },
            Step::Paid => ended(Ending::Paid, payment_id),
            Step::Declined => ended(Ending::Declined, payment_id),
            Step::Reversed => ended(Ending::Reversed, payment_id),
            Step::Standing => ended(Ending::Standing, payment_id),
        }
    }
}

impl From<OldAsked> for Asked {
    fn from(old: OldAsked) -> Self {
        let coupon = |coupon: OldCoupon| BookedCoupon {
            offer_number: coupon.offer_number,
            title: Title::default(),
            lines: coupon
                .lines
                .into_iter()
                .map(|(gtin, units, unit_price_minor, discount_minor)| BookedRedemption {
                    line: None,
                    gtin,
                    units,
                    unit_price_minor,
                    discount_minor,
                })
                .collect(),
        };
        Self {
            reference: old.reference,
            currency: old.currency,
            gross_minor: old.gross_minor,
            due_minor: old.due_minor,
            goods: Goods { coupons: old.coupons.into_iter().map(coupon).collect(), ..Goods::default() },
            ..Self::default()
        }
    }
}
