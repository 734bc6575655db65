//! The printers of the lanes. A sale never waits for one: receipts go through a queue, a task for each printer, and what could
//! not be printed is said to the cashier, logged, and printed again from the journal once the printer is well.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::tz::TimeZone;
use proto::v1::{Receipt, ReceiptKind};
use tokio::sync::{mpsc, oneshot};
use tracing::{info, warn};

use crate::{
    config::{LanePrinter, PrinterSpeech},
    receipt::{PrintError, print},
    words::Lang,
};

/// Receipts that may wait for one printer: it has been off for long, and paper that comes too late helps nobody.
const QUEUE_MAX: usize = 32;

/// Why a receipt is not on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPrinted {
    /// The lane has none.
    NoPrinter,
    /// It can't be reached, or takes nothing.
    Unreachable,
}

/// All printers of an agent.
#[derive(Debug, Default)]
pub struct Printers {
    of_lanes: HashMap<String, Printer>,
}

#[derive(Debug)]
struct Printer {
    settings: LanePrinter,
    queue: mpsc::Sender<Job>,
    /// Why the last receipt was not printed.
    problem: Arc<Mutex<Option<NotPrinted>>>,
}

struct Job {
    receipt: Receipt,
    lang: Lang,
    done: oneshot::Sender<Result<(), NotPrinted>>,
}

/// Says, once it is known, whether a receipt was printed.
pub type Printed = oneshot::Receiver<Result<(), NotPrinted>>;

impl Printers {
    /// Starts a task for each. Must be called within a tokio runtime.
    pub fn start(all: &[LanePrinter]) -> Self {
        let printer = |settings: &LanePrinter| {
            let (queue, jobs) = mpsc::channel(QUEUE_MAX);
            let problem = Arc::default();
            tokio::spawn(work(settings.clone(), jobs, Arc::clone(&problem)));
            (settings.lane_id.clone(), Printer { settings: settings.clone(), queue, problem })
        };
        Self { of_lanes: all.iter().map(printer).collect() }
    }

    /// Prints the receipt of something that has just happened, where the lane's printer is set to; nothing waits for it.
    /// `shopper_lang` is the language that the shopper's phone named.
    pub fn happened(&self, lane_id: &str, receipt: Receipt, shopper_lang: Option<Lang>) {
        if let Some(printer) = self.of_lanes.get(lane_id)
            && printer.settings.prints(receipt.kind())
        {
            drop(printer.enqueue(receipt, shopper_lang));
        }
    }

    /// Prints a receipt because somebody asks for it.
    ///
    /// # Errors
    /// Where the lane has no printer, or one with a full queue.
    pub fn print(
        &self,
        lane_id: &str,
        receipt: Receipt,
        shopper_lang: Option<Lang>,
    ) -> Result<Printed, NotPrinted> {
        self.of_lanes.get(lane_id).ok_or(NotPrinted::NoPrinter)?.enqueue(receipt, shopper_lang)
    }

    /// Why the last receipt of a lane was not printed; `None` where it was.
    pub fn problem(&self, lane_id: &str) -> Option<NotPrinted> {
        self.of_lanes.get(lane_id).and_then(|printer| *lock(&printer.problem))
    }
}

impl Printer {
    fn enqueue(&self, receipt: Receipt, shopper_lang: Option<Lang>) -> Result<Printed, NotPrinted> {
        let lang = match self.settings.speech {
            PrinterSpeech::Shopper(otherwise) => shopper_lang.unwrap_or(otherwise),
            PrinterSpeech::Always(lang) => lang,
        };
        let (done, printed) = oneshot::channel();
        let payment_id = receipt.payment_id.clone();
        self.queue.try_send(Job { receipt, lang, done }).map_err(|_| {
            warn!(
                payment_id,
                lane_id = self.settings.lane_id,
                "not printed: too many receipts wait for the printer"
            );
            *lock(&self.problem) = Some(NotPrinted::Unreachable);
            NotPrinted::Unreachable
        })?;
        Ok(printed)
    }
}

/// One receipt after the other, in the order of what happened.
async fn work(settings: LanePrinter, mut jobs: mpsc::Receiver<Job>, problem: Arc<Mutex<Option<NotPrinted>>>) {
    let lane_id = &settings.lane_id;
    while let Some(Job { receipt, lang, done }) = jobs.recv().await {
        let payment_id = &receipt.payment_id;
        let printed = print(&receipt, lang, &TimeZone::system(), &settings.printer).await;
        match &printed {
            Ok(()) => info!(payment_id, lane_id, kind = kind_word(receipt.kind()), "printed"),
            Err(error @ (PrintError::Io(_) | PrintError::Stuck)) => {
                warn!(payment_id, lane_id, %error, "not printed");
            }
        }
        let printed = printed.map_err(|_| NotPrinted::Unreachable);
        *lock(&problem) = printed.err();
        // Who asked may have stopped waiting.
        let _ = done.send(printed);
    }
}

fn kind_word(kind: ReceiptKind) -> &'static str {
    kind.as_str_name().trim_start_matches("RECEIPT_KIND_")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
