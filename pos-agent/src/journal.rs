//! What must survive a crash: one line of JSON for each step of a payment, on disk before the step is taken.
//!
//! Append-only, synced at each line. A last line that was torn by a crash was never acted on and is dropped; a damaged line
//! anywhere else stops the till, since it could hide a payment that waits to be taken back. At start the file is rewritten
//! without all but the last [`PAYMENTS_KEPT_MAX`] finished payments. The scanned code is not kept: a payment found unfinished
//! is looked up or taken back, never sent again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use proto::v1::CreatePaymentRequest;
use serde::{Deserialize, Serialize};
use shared::time::UnixMillis;
use thiserror::Error;

use crate::{
    machine::{Ending, Mark},
    sale::Sale,
};

/// Finished payments that stay in the journal for people to read.
pub const PAYMENTS_KEPT_MAX: usize = 1_000;

const FILE: &str = "journal.jsonl";
const LOCK: &str = "lock";

/// Why the journal can't be used.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Another program holds it.
    #[error("another till program is using {}", .0.display())]
    InUse(PathBuf),
    /// A line in the middle is not what was written.
    #[error("line {line} of {} is damaged: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// The disk.
    #[error("{}: {error}", path.display())]
    Io {
        /// What could not be read or written.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// The payment.
    pub payment_id: String,
    /// What happened to it.
    #[serde(flatten)]
    pub step: Step,
}

/// What happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// About to be sent for the first time.
    Begun(Asked),
    /// To be taken back from now on.
    Reversing,
    /// Over: the money has moved.
    Paid,
    /// Over: refused.
    Declined,
    /// Over: taken back.
    Reversed,
    /// Over: too late to be taken back; the money has moved.
    Standing,
}

/// What the till asks the provider for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// ISO 4217.
    pub currency: String,
    /// The basket's total before discounts.
    pub gross_minor: i64,
    /// What the shopper is to pay.
    pub due_minor: i64,
    /// The coupons.
    pub coupons: Vec<AskedCoupon>,
    /// The till's own number for the sale.
    pub reference: String,
    /// The lane it is for; empty for a till of one lane.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lane_id: String,
    /// The checkout of the lane; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub checkout_id: String,
}

/// One coupon of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedCoupon {
    /// The offer.
    pub offer_number: u32,
    /// Lines it was applied to: item, units, price of one, discount on all of them.
    pub lines: Vec<(String, u32, i64, i64)>,
}

impl Asked {
    /// What a request asks for, and for whom.
    pub fn new(request: &CreatePaymentRequest, sale: &Sale) -> Self {
        let minor = |money: &Option<proto::v1::Money>| money.as_ref().map_or(0, |m| m.minor_units);
        let coupon = |coupon: &proto::v1::CouponRedemption| AskedCoupon {
            offer_number: coupon.offer_number,
            lines: coupon
                .lines
                .iter()
                .map(|line| (line.gtin.clone(), line.units, minor(&line.unit_price), minor(&line.discount)))
                .collect(),
        };
        Self {
            currency: request.amount_due.as_ref().map(|m| m.currency_code.clone()).unwrap_or_default(),
            gross_minor: minor(&request.gross_amount),
            due_minor: minor(&request.amount_due),
            coupons: request.redemptions.iter().map(coupon).collect(),
            reference: sale.reference.clone(),
            lane_id: sale.lane_id.clone(),
            checkout_id: sale.checkout_id.clone(),
        }
    }
}

impl Step {
    /// The step that a mark of the machine is written as; `asked` goes with the first.
    pub fn of(mark: &Mark, asked: &Asked) -> Self {
        match mark {
            Mark::Begun => Self::Begun(asked.clone()),
            Mark::Reversing => Self::Reversing,
            Mark::Ended(Ending::Paid) => Self::Paid,
            Mark::Ended(Ending::Declined) => Self::Declined,
            Mark::Ended(Ending::Reversed) => Self::Reversed,
            Mark::Ended(Ending::Standing) => Self::Standing,
        }
    }
}

/// A payment that the last run left unfinished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The payment.
    pub payment_id: String,
    /// When it was begun.
    pub begun_at: UnixMillis,
    /// What was asked.
    pub asked: Asked,
    /// Whether the till had already decided to take it back.
    pub reversing: bool,
}

/// The open journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes of whole records; what lies beyond is the rest of a write that failed.
    len: u64,
    /// Held as long as the journal is open.
    _lock: File,
}

impl Journal {
    /// Opens or creates the journal of a data folder for this program alone, and says what is unfinished in it.
    pub fn open(data_dir: &Path) -> Result<(Self, Vec<Unfinished>), JournalError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |error| JournalError::Io { path, error }
        };
        fs::create_dir_all(data_dir).map_err(io(data_dir))?;
        let lock_path = data_dir.join(LOCK);
        let lock = File::create(&lock_path).map_err(io(&lock_path))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => JournalError::InUse(data_dir.to_owned()),
            TryLockError::Error(error) => JournalError::Io { path: lock_path, error },
        })?;

        let path = data_dir.join(FILE);
        let records = read(&path)?;
        let (kept, unfinished) = sorted_out(records);
        rewrite(data_dir, &path, &kept).map_err(io(&path))?;
        let file = OpenOptions::new().append(true).open(&path).map_err(io(&path))?;
        let len = file.metadata().map_err(io(&path))?.len();
        Ok((Self { path, file, len, _lock: lock }, unfinished))
    }

    /// Appends a record; when this returns it is on disk.
    pub fn write(&mut self, record: &Record) -> Result<(), JournalError> {
        self.append(&line(record)).map_err(|error| JournalError::Io { path: self.path.clone(), error })
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        // What a failed write left behind would make this line unreadable.
        if self.file.metadata()?.len() != self.len {
            self.file.set_len(self.len)?;
        }
        self.file.write_all(line)?;
        self.file.sync_data()?;
        self.len += line.len() as u64;
        Ok(())
    }
}

fn line(record: &Record) -> Vec<u8> {
    // Strings, numbers and lists: there is nothing in a record that JSON can't hold.
    let mut line = serde_json::to_vec(record).unwrap_or_default();
    line.push(b'\n');
    line
}

/// All whole records. What follows the last line break was torn.
fn read(path: &Path) -> Result<Vec<Record>, JournalError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(JournalError::Io { path: path.to_owned(), error }),
    };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    bytes[..whole]
        .split_inclusive(|byte| *byte == b'\n')
        .zip(1..)
        .map(|(line, number)| {
            serde_json::from_slice(line).map_err(|error| JournalError::Damaged {
                path: path.to_owned(),
                line: number,
                problem: error.to_string(),
            })
        })
        .collect()
}

/// What to keep, and what is unfinished, oldest first.
fn sorted_out(records: Vec<Record>) -> (Vec<Record>, Vec<Unfinished>) {
    let mut open: BTreeMap<&str, Unfinished> = BTreeMap::new();
    let mut ended: Vec<&str> = Vec::new();
    for record in &records {
        let id = record.payment_id.as_str();
        match &record.step {
            Step::Begun(asked) => {
                let unfinished = Unfinished {
                    payment_id: id.to_owned(),
                    begun_at: UnixMillis(record.at_ms),
                    asked: asked.clone(),
                    reversing: false,
                };
                open.insert(id, unfinished);
            }
            Step::Reversing => {
                if let Some(unfinished) = open.get_mut(id) {
                    unfinished.reversing = true;
                }
            }
            _ => {
                open.remove(id);
                ended.push(id);
            }
        }
    }
    let mut unfinished: Vec<Unfinished> = open.into_values().collect();
    unfinished.sort_by_key(|payment| payment.begun_at);

    let dropped: BTreeSet<String> =
        ended[..ended.len().saturating_sub(PAYMENTS_KEPT_MAX)].iter().map(|id| (*id).to_owned()).collect();
    let kept = records.into_iter().filter(|record| !dropped.contains(&record.payment_id)).collect();
    (kept, unfinished)
}

/// Replaces the file as a whole, so that a crash leaves the old one or the new one.
fn rewrite(data_dir: &Path, path: &Path, records: &[Record]) -> io::Result<()> {
    crate::disk::replace(data_dir, path, &records.iter().flat_map(line).collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked {
            currency: "CNY".into(),
            gross_minor: 3000,
            due_minor: 2500,
            coupons: vec![AskedCoupon {
                offer_number: 100_001,
                lines: vec![("6901234567892".into(), 1, 3000, 500)],
            }],
            reference: "17".into(),
            lane_id: String::new(),
            checkout_id: String::new(),
        }
    }

    fn record(id: &str, step: Step) -> Record {
        Record { at_ms: 1_790_000_000_000, payment_id: id.into(), step }
    }

    fn written(dir: &Path, records: &[Record]) {
        let (mut journal, _) = Journal::open(dir).unwrap();
        for record in records {
            journal.write(record).unwrap();
        }
    }

    /// Ids of what is unfinished after a restart, with whether it was being reversed.
    fn check(dir: &Path, expect: &[(&str, bool)]) {
        let (_, unfinished) = Journal::open(dir).unwrap();
        let found: Vec<_> = unfinished.iter().map(|u| (u.payment_id.as_str(), u.reversing)).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn what_was_not_finished_is_found_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        check(dir.path(), &[]);
        let begun = |id| record(id, Step::Begun(asked()));
        written(dir.path(), &[begun("a"), begun("b"), record("a", Step::Paid), begun("c")]);
        check(dir.path(), &[("b", false), ("c", false)]);
        written(dir.path(), &[record("b", Step::Reversing), record("c", Step::Declined)]);
        check(dir.path(), &[("b", true)]);
        written(dir.path(), &[record("b", Step::Reversed)]);
        check(dir.path(), &[]);
        let (_, unfinished) = Journal::open(dir.path()).unwrap();
        assert!(unfinished.is_empty());
    }

    #[test]
    fn a_torn_last_line_is_dropped_and_a_damaged_one_before_stops() {
        let dir = tempfile::tempdir().unwrap();
        written(dir.path(), &[record("a", Step::Begun(asked()))]);
        let path = dir.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        for cut in 1..whole.len() {
            fs::write(&path, [&whole[..], &whole[..cut]].concat()).unwrap();
            if cut < whole.len() {
                check(dir.path(), &[("a", false)]);
            }
        }
        fs::write(&path, [b"{\"at_ms\":1\n".as_slice(), &whole].concat()).unwrap();
        assert!(matches!(Journal::open(dir.path()), Err(JournalError::Damaged { line: 1, .. })));
    }

    #[test]
    fn two_programs_do_not_share_a_journal() {
        let dir = tempfile::tempdir().unwrap();
        let first = Journal::open(dir.path()).unwrap();
        assert!(matches!(Journal::open(dir.path()), Err(JournalError::InUse(_))));
        drop(first);
        check(dir.path(), &[]);
    }

    #[test]
    fn old_finished_payments_go_and_unfinished_ones_stay() {
        let dir = tempfile::tempdir().unwrap();
        let mut lines: Vec<u8> = line(&record("open", Step::Begun(asked())));
        for i in 0..PAYMENTS_KEPT_MAX + 5 {
            let id = format!("p{i}");
            lines.extend(line(&record(&id, Step::Begun(asked()))));
            lines.extend(line(&record(&id, Step::Paid)));
        }
        fs::write(dir.path().join(FILE), lines).unwrap();
        check(dir.path(), &[("open", false)]);
        let kept = read(&dir.path().join(FILE)).unwrap();
        assert_eq!(kept.len(), 1 + 2 * PAYMENTS_KEPT_MAX);
        assert_eq!(kept[1].payment_id, "p5");
    }

    #[test]
    fn the_rest_of_a_failed_write_is_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(dir.path()).unwrap();
        journal.file.write_all(b"{\"half").unwrap();
        journal.write(&record("a", Step::Begun(asked()))).unwrap();
        drop(journal);
        check(dir.path(), &[("a", false)]);
    }
}
