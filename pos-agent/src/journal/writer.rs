//! The one writer: takes all entries that wait and writes them in one transaction, so that many lanes share one wait for the disk.

use std::{
    path::PathBuf,
    thread::{self, JoinHandle},
};

use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl, SqliteConnection};
use prost::Message;
use proto::v1::{Payment, RefundPaymentRequest};
use shared::time::UnixMillis;
use tokio::sync::{mpsc, oneshot};

use super::{
    JournalError,
    record::{Asked, BackLine, RefundEnding},
    schema::{refund, sale},
};
use crate::machine::Ending;

/// Entries that one transaction takes at most.
const BATCH_ENTRIES_MAX: usize = 256;
/// Entries that may wait; beyond, who writes waits too.
const WAITING_ENTRIES_MAX: usize = 1_024;

/// One step of a payment or a refund.
#[derive(Debug, Clone)]
pub enum Entry {
    /// A payment is about to be sent for the first time.
    Begun {
        /// The payment.
        payment_id: String,
        /// Now.
        at: UnixMillis,
        /// What is asked for.
        asked: Box<Asked>,
    },
    /// It is to be taken back from now on.
    Reversing {
        /// The payment.
        payment_id: String,
        /// Now.
        at: UnixMillis,
    },
    /// It is over.
    Ended {
        /// The payment.
        payment_id: String,
        /// Now.
        at: UnixMillis,
        /// How.
        ending: Ending,
        /// Why it was declined; empty otherwise.
        reason: &'static str,
        /// The provider's receipt, of what is paid.
        receipt: Option<Box<Payment>>,
    },
    /// A refund is about to be sent for the first time.
    RefundBegun {
        /// Its currency, ISO 4217.
        currency: String,
        /// Now.
        at: UnixMillis,
        /// What is asked for.
        request: Box<RefundPaymentRequest>,
        /// Which lines come back.
        lines: Vec<BackLine>,
    },
    /// A refund is over.
    RefundEnded {
        /// The refund.
        refund_id: String,
        /// Now.
        at: UnixMillis,
        /// How.
        ending: RefundEnding,
        /// Why it was refused; empty otherwise.
        reason: &'static str,
        /// What the shopper got.
        refunded_minor: i64,
    },
}

struct Job {
    entry: Entry,
    done: oneshot::Sender<Result<(), JournalError>>,
}

/// The thread that writes; it ends with this value, once all that waits is written.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// `held` lives as long as the thread.
    pub(super) fn start(mut conn: SqliteConnection, path: PathBuf, held: impl Send + 'static) -> Self {
        let (jobs, mut waiting) = mpsc::channel::<Job>(WAITING_ENTRIES_MAX);
        let thread = thread::spawn(move || {
            while let Some(first) = waiting.blocking_recv() {
                let mut batch = vec![first];
                while batch.len() < BATCH_ENTRIES_MAX
                    && let Ok(job) = waiting.try_recv()
                {
                    batch.push(job);
                }
                let written = conn
                    .immediate_transaction(|conn| batch.iter().try_for_each(|job| book(conn, &job.entry)));
                let written =
                    written.map_err(|error: diesel::result::Error| JournalError::database(&path, error));
                for job in batch {
                    // Who no longer waits was dropped, as by a crash.
                    let _ = job.done.send(written.clone());
                }
            }
            drop((conn, held));
        });
        Self { jobs: Some(jobs), thread: Some(thread) }
    }

    /// When this returns it is on disk.
    pub(super) async fn write(&self, entry: Entry) -> Result<(), JournalError> {
        let (done, written) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or(JournalError::Closed)?;
        jobs.send(Job { entry, done }).await.map_err(|_| JournalError::Closed)?;
        written.await.unwrap_or(Err(JournalError::Closed))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Writes one entry. What is over stays as it is.
pub(super) fn book(conn: &mut SqliteConnection, entry: &Entry) -> QueryResult<()> {
    match entry {
        Entry::Begun { payment_id, at, asked } => diesel::insert_into(sale::table)
            .values((
                sale::payment_id.eq(payment_id),
                sale::lane_id.eq(&asked.lane_id),
                sale::checkout_id.eq(&asked.checkout_id),
                sale::reference.eq(&asked.reference),
                sale::currency.eq(&asked.currency),
                sale::gross_minor.eq(asked.gross_minor),
                sale::due_minor.eq(asked.due_minor),
                sale::goods.eq(json(&asked.goods)),
                sale::begun_ms.eq(at.0),
                sale::reason.eq(""),
            ))
            .execute(conn),
        Entry::Reversing { payment_id, at } => diesel::update(
            sale::table.filter(sale::payment_id.eq(payment_id)).filter(sale::ended_ms.is_null()),
        )
        .set(sale::reversing_ms.eq(at.0))
        .execute(conn),
        Entry::Ended { payment_id, at, ending, reason, receipt } => diesel::update(
            sale::table.filter(sale::payment_id.eq(payment_id)).filter(sale::ended_ms.is_null()),
        )
        .set((
            sale::ended_ms.eq(at.0),
            sale::ending.eq(super::ending_word(*ending)),
            sale::reason.eq(*reason),
            sale::receipt.eq(receipt.as_ref().map(|payment| payment.encode_to_vec())),
        ))
        .execute(conn),
        Entry::RefundBegun { currency, at, request, lines } => diesel::insert_into(refund::table)
            .values((
                refund::refund_id.eq(&request.refund_id),
                refund::payment_id.eq(&request.payment_id),
                refund::currency.eq(currency),
                refund::request.eq(request.encode_to_vec()),
                refund::goods.eq(json(lines)),
                refund::begun_ms.eq(at.0),
                refund::reason.eq(""),
                refund::refunded_minor.eq(0_i64),
            ))
            .execute(conn),
        Entry::RefundEnded { refund_id, at, ending, reason, refunded_minor } => diesel::update(
            refund::table.filter(refund::refund_id.eq(refund_id)).filter(refund::ended_ms.is_null()),
        )
        .set((
            refund::ended_ms.eq(at.0),
            refund::ending.eq(super::refund_word(*ending)),
            refund::reason.eq(*reason),
            refund::refunded_minor.eq(*refunded_minor),
        ))
        .execute(conn),
    }
    .map(drop)
}

/// Strings, numbers and lists: there is nothing in it that JSON can't hold.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
