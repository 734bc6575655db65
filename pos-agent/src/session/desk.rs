//! What a till does beside selling: history, refunds, the end of the day. Eleven keys are enough for all of it: digits and Enter. 0 leads
//! back everywhere.

use super::{Act, Screen, Session};
use crate::{
    attention::Attention,
    day::DayReport,
    input::{ItemRef, Typed, read},
    journal::SaleRecord,
    machine::{RefundMachine, RefundOutcome},
    receipt::link,
    returns::{Returnable, ReturnableLine, Returned},
    words::{self, Message},
};

/// Payments that the history shows: one for each digit.
pub const HISTORY_SHOWN: u32 = 9;

/// What is on the screen beside selling.
#[derive(Debug, Clone, PartialEq)]
pub enum Desk {
    /// What there is to do.
    Menu,
    /// Units of the last line are asked for.
    Quantity,
    /// The last payments, newest first.
    History(Vec<SaleRecord>),
    /// One of them.
    Receipt(Box<SaleRecord>),
    /// A receipt is to be scanned.
    ScanReceipt,
    /// The provider or the journal is asked.
    Waiting,
    /// Goods are chosen: units of each line of the receipt.
    Choosing {
        /// The receipt.
        from: Returnable,
        /// Chosen units, line by line.
        units: Vec<u32>,
    },
    /// The cashier is asked whether they are to come back.
    Confirming {
        /// The receipt.
        from: Returnable,
        /// What comes back.
        returned: Returned,
    },
    /// How the refund stands.
    Refund(RefundMachine),
    /// The end of the day.
    Day(DayReport, Vec<Attention>),
    /// It can't be done.
    Failed(Message),
}

impl Desk {
    /// Whether something is under way whose result is awaited.
    pub fn busy(&self) -> bool {
        match self {
            Self::Waiting => true,
            Self::Refund(refund) => !refund.is_decided(),
            _ => false,
        }
    }

    /// Whether Enter turns the pages of what is too long for the screen, before it goes on.
    pub fn has_pages(&self) -> bool {
        matches!(
            self,
            Self::History(_)
                | Self::Receipt(_)
                | Self::Choosing { .. }
                | Self::Confirming { .. }
                | Self::Day(..)
        )
    }
}

/// A line of digits alone.
fn number(line: &str) -> Option<usize> {
    let text = line.trim();
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

impl Session {
    /// Whether a line leads to the desk or stays there; gives what is to be carried out.
    pub(super) fn desk_line(&mut self, line: &str) -> Option<Vec<Act>> {
        let receipt = link::payment_id(line.trim());
        match (&self.screen, receipt) {
            (Screen::Desk(desk), _) if desk.busy() => return Some(Vec::new()),
            (Screen::Desk(_) | Screen::Selling | Screen::Paid { .. } | Screen::Stopped { .. }, Some(id)) => {
                self.screen = Screen::Desk(Desk::Waiting);
                return Some(vec![Act::LookUp(id)]);
            }
            (Screen::Selling, None) if number(line) == Some(0) => {
                self.notice = None;
                self.screen = Screen::Desk(Desk::Menu);
                return Some(Vec::new());
            }
            (Screen::Desk(desk), None) => {
                let desk = desk.clone();
                self.notice = None;
                return Some(self.at(desk, line));
            }
            _ => {}
        }
        None
    }

    fn at(&mut self, desk: Desk, line: &str) -> Vec<Act> {
        let (key, enter) = (number(line), line.trim().is_empty());
        let no = key == Some(0) || line.trim().eq_ignore_ascii_case("n");
        match desk {
            Desk::Refund(_) | Desk::Day(..) | Desk::Failed(_) if enter || no => self.screen = Screen::Selling,
            Desk::Receipt(_) if no => return self.ask(Act::History),
            _ if no => self.screen = Screen::Selling,
            Desk::Menu => return self.menu(key),
            Desk::Quantity => self.quantity(key),
            Desk::History(sales) => {
                let chosen =
                    key.and_then(|key| key.checked_sub(1)).and_then(|place| sales.into_iter().nth(place));
                match chosen {
                    Some(sale) => self.screen = Screen::Desk(Desk::Receipt(Box::new(sale))),
                    None => self.no_such_key(),
                }
            }
            Desk::Receipt(sale) if key == Some(1) => return self.ask(Act::LookUp(sale.payment_id)),
            Desk::Choosing { from, units } => self.choosing(from, units, line),
            Desk::Confirming { from, returned } if key == Some(1) => {
                return self.ask(Act::GiveBack(Box::new(from), returned));
            }
            _ => self.no_such_key(),
        }
        Vec::new()
    }

    fn ask(&mut self, act: Act) -> Vec<Act> {
        self.screen = Screen::Desk(Desk::Waiting);
        vec![act]
    }

    fn no_such_key(&mut self) {
        self.notice = Some(self.lang.labels().no_such_key.to_owned());
    }

    fn menu(&mut self, key: Option<usize>) -> Vec<Act> {
        match key {
            Some(1) if self.last_is_counted() => {
                self.screen = Screen::Desk(Desk::Quantity);
            }
            Some(2) => {
                self.screen = Screen::Selling;
                return self.line("v");
            }
            Some(3) => {
                self.screen = Screen::Selling;
                return self.line("new");
            }
            Some(4) => return self.ask(Act::History),
            Some(5) => self.screen = Screen::Desk(Desk::ScanReceipt),
            Some(6) => return self.ask(Act::CloseDay),
            _ => self.no_such_key(),
        }
        Vec::new()
    }

    /// Whether the last line has a quantity that can be changed.
    pub fn last_is_counted(&self) -> bool {
        self.lines.last().is_some_and(|line| line.grams == 0)
    }

    fn quantity(&mut self, key: Option<usize>) {
        let units = key.and_then(|key| u32::try_from(key).ok());
        let Some((line, units)) = self.lines.last_mut().zip(units) else { return self.no_such_key() };
        let before = std::mem::replace(&mut line.units, units);
        self.screen = Screen::Selling;
        if self.basket().is_none() {
            if let Some(line) = self.lines.last_mut() {
                line.units = before;
            }
            self.notice = Some(self.lang.labels().too_much.to_owned());
        }
    }

    /// A line's number takes one more unit of it, and none again after the last; so do the goods themselves under the scanner, which
    /// never take less. Enter goes on.
    fn choosing(&mut self, from: Returnable, mut units: Vec<u32>, line: &str) {
        match read(line) {
            Typed::Enter => {
                let chosen: Vec<_> =
                    units.iter().copied().enumerate().filter(|(_, units)| *units > 0).collect();
                let returned = if chosen.is_empty() { Returned::Everything } else { Returned::Lines(chosen) };
                self.screen = Screen::Desk(Desk::Confirming { from, returned });
                return;
            }
            Typed::Item { item: ItemRef::Quick(number), units: 1 } if (1..=units.len()).contains(&number) => {
                let place = number - 1;
                units[place] = if units[place] < from.lines[place].left() { units[place] + 1 } else { 0 };
            }
            Typed::Item { item: ItemRef::Gtin(gtin), units: 1 } => {
                let gtin = self.catalogue.find(gtin).map_or(gtin, |found| found.item.gtin);
                let mut lines = from.lines.iter().zip(&mut units);
                let more = |(line, units): &(&ReturnableLine, &mut u32)| {
                    line.gtin == Some(gtin) && **units < line.left()
                };
                match lines.find(more) {
                    Some((_, units)) => *units += 1,
                    None => self.notice = Some(self.lang.labels().not_to_return.to_owned()),
                }
            }
            _ => return self.no_such_key(),
        }
        self.screen = Screen::Desk(Desk::Choosing { from, units });
    }

    /// The answer to what the desk waits for. One that comes after the cashier has gone on is dropped.
    pub(super) fn desk_answer(&mut self, answer: Result<Desk, Message>) {
        if matches!(&self.screen, Screen::Desk(desk) if desk.busy()) {
            self.screen = Screen::Desk(answer.unwrap_or_else(Desk::Failed));
        }
    }
}

/// How a refund stands, in words.
pub fn refund_words(refund: &RefundMachine, lang: words::Lang) -> Message {
    let labels = lang.labels();
    let waits = |what| Message { what, next: labels.refund_waits_next };
    match refund {
        RefundMachine::Ended(RefundOutcome::Done(_)) => {
            Message { what: labels.refund_done, next: labels.refund_done_next }
        }
        RefundMachine::Ended(RefundOutcome::Refused(failure)) => words::reason(failure.reason, lang),
        RefundMachine::Ended(RefundOutcome::NotSent) => Message { what: labels.disk, next: labels.disk_next },
        RefundMachine::Asking { waits_for: Some(reason), .. } => waits(words::reason(*reason, lang).what),
        RefundMachine::New | RefundMachine::Asking { .. } => waits(labels.refund_waits),
    }
}
