//! The cashier's screen as a value: which customer, which basket, what was said last. Pure: [`Session::on`] takes an event and
//! gives acts for [`crate::ui`] to carry out.
//!
//! Scanning the code closes the basket and pays, with no key between: the shopper has chosen the coupons and agreed by showing a
//! code that was made for this purchase, the amount is on the screen while the money moves, and a queue is as
//! long as its slowest step. Who wants to see the amount before shows the code after it.

mod cashier;
mod desk;

pub use desk::{Desk, HISTORY_SHOWN, refund_words};

use std::path::PathBuf;

use proto::v1::Payment;
use shared::{basket::Basket, ids::OfferNumber, money::Currency, offer::Refusal};

use crate::{
    catalogue::Catalogue,
    journal::SaleRecord,
    machine::{Machine, Outcome},
    receipt::SoldLine,
    returns::{Returnable, Returned},
    sale::Priced,
    scan::Scan,
    scanner::picture::ScanError,
    words::{self, Lang, Message},
};

/// What happens to a session.
#[derive(Debug, Clone)]
pub enum Event {
    /// A line was typed, pasted or scanned.
    Line(String),
    /// A picture was read for a code.
    Read(Result<String, ScanError>),
    /// The price of a payment that is about to be asked for.
    Asking(Priced),
    /// The payment that is waited for goes on.
    Progress(Machine),
    /// The price without the refused coupons.
    Quoted(Priced),
    /// A payment that nobody waits for any longer came to its end.
    TakenBack(Machine),
    /// A payment of the last run came to its end.
    Recovered(Box<SaleRecord>, Machine),
    /// Whether the provider can be reached.
    Online(bool),
    /// How long the shopper still has to approve.
    SecondsLeft(u64),
    /// What the desk waits for, or why it can't be had.
    Desk(Box<Result<Desk, Message>>),
}

/// What to carry out.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Read a picture.
    Read(PathBuf),
    /// Price and ask for the money.
    Pay(Order),
    /// Price only.
    Quote(Order),
    /// No longer wait for the shopper's approval.
    GiveUp,
    /// Read the last payments.
    History,
    /// Find out what of a payment can be given back.
    LookUp(String),
    /// Give goods back.
    GiveBack(Box<Returnable>, Returned),
    /// Compare the day with the provider's.
    CloseDay,
    /// End the program.
    Quit,
}

/// A basket and a code.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The basket.
    pub basket: Basket,
    /// The code.
    pub scan: Scan,
    /// Coupons that the provider has refused.
    pub dropped: Vec<(OfferNumber, Refusal)>,
    /// The basket's lines by name, for the journal.
    pub sold: Vec<SoldLine>,
}

/// What is on the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Screen {
    /// Items are rung up.
    Selling,
    /// A picture is being read.
    Reading,
    /// The money is being asked for; the price comes first.
    Asking {
        /// What is asked for.
        priced: Option<Priced>,
        /// Whether an answer was lost already.
        again: bool,
    },
    /// The shopper has to approve it on the phone.
    Approving {
        /// What is asked for.
        priced: Priced,
    },
    /// The provider refused coupons; the cashier decides.
    CouponsRefused {
        /// What it costs without them.
        without: Priced,
    },
    /// Paid.
    Paid {
        /// What was paid.
        priced: Priced,
        /// The provider's receipt.
        payment: Box<Payment>,
    },
    /// History, refund, end of day.
    Desk(Desk),
    /// Not paid.
    Stopped {
        /// What was asked for, if it came to that.
        priced: Option<Priced>,
        /// What happened.
        what: String,
        /// What to do now.
        next: String,
    },
}

/// Where a scan came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A scanner that acts as a keyboard, or the keyboard itself.
    Keys,
    /// A picture.
    Picture,
}

/// What became of the last scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// There was none, or nobody waits for it any more.
    Nothing,
    /// It was understood.
    Read(Source),
    /// It was not.
    NotRead(Source),
}

/// One till's counter.
#[derive(Debug, Clone)]
pub struct Session {
    /// The cashier's language.
    pub lang: Lang,
    /// The items on sale.
    pub catalogue: Catalogue,
    /// The basket.
    pub lines: Vec<SoldLine>,
    /// What is on the screen.
    pub screen: Screen,
    /// What was said last; gone with the next line.
    pub notice: Option<String>,
    /// Payments being taken back.
    pub pending: usize,
    /// Whether the offers are fresh.
    pub online: bool,
    /// What became of the last scan.
    pub heard: Heard,
    /// How long the shopper still has to approve, where that is known.
    pub seconds_left: Option<u64>,
    currency: Currency,
    scan: Option<Scan>,
    dropped: Vec<(OfferNumber, Refusal)>,
}

impl Session {
    /// An empty counter. `pending` payments of the last run are being seen to.
    pub fn new(lang: Lang, catalogue: Catalogue, currency: Currency, pending: usize) -> Self {
        Self {
            lang,
            catalogue,
            lines: Vec::new(),
            screen: Screen::Selling,
            notice: None,
            pending,
            online: true,
            heard: Heard::Nothing,
            seconds_left: None,
            currency,
            scan: None,
            dropped: Vec::new(),
        }
    }

    /// Whether something is under way whose result is awaited.
    pub fn busy(&self) -> bool {
        match &self.screen {
            Screen::Reading | Screen::Asking { .. } | Screen::Approving { .. } => true,
            Screen::Desk(desk) => desk.busy(),
            _ => false,
        }
    }

    /// The currency of all prices.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The language of the shopper: that of the code, else the cashier's.
    pub fn shopper_lang(&self) -> Lang {
        self.scan.as_ref().and_then(Scan::language).unwrap_or(self.lang)
    }

    /// Takes an event in and says what to carry out.
    pub fn on(&mut self, event: Event) -> Vec<Act> {
        let labels = self.lang.labels();
        match event {
            Event::Line(line) => {
                if !self.busy() {
                    self.heard = Heard::Nothing;
                }
                return self.desk_line(&line).unwrap_or_else(|| self.line(&line));
            }
            Event::Desk(answer) => self.desk_answer(*answer),
            Event::Read(Ok(text)) => return self.code(&text, Source::Picture),
            Event::Read(Err(error)) => {
                self.heard = Heard::NotRead(Source::Picture);
                let what = match error {
                    ScanError::NoCode => labels.no_code,
                    ScanError::NotAPicture(_) => labels.no_picture,
                };
                self.notice = Some(what.to_owned());
                if self.screen == Screen::Reading {
                    self.screen = Screen::Selling;
                }
            }
            Event::Asking(priced) => self.screen = Screen::Asking { priced: Some(priced), again: false },
            Event::Progress(machine) => return self.progress(machine),
            Event::Quoted(without) => self.screen = Screen::CouponsRefused { without },
            Event::TakenBack(machine) => {
                self.pending = self.pending.saturating_sub(1);
                self.taken_back(&machine);
            }
            Event::Recovered(left, machine) => {
                self.pending = self.pending.saturating_sub(1);
                let what = match machine {
                    Machine::Ended(Outcome::Paid(_)) => labels.recovered_paid,
                    Machine::Ended(Outcome::Standing) => labels.recovered_standing,
                    _ => labels.recovered_not_paid,
                };
                let due = left.asked.money(left.asked.due_minor);
                self.notice = Some(format!("{what}: {due}"));
            }
            Event::Online(online) => self.online = online,
            Event::SecondsLeft(seconds) => self.seconds_left = Some(seconds),
        }
        Vec::new()
    }

    fn pay(&mut self) -> Vec<Act> {
        self.seconds_left = None;
        let Some(order) = self.order() else { return Vec::new() };
        self.screen = Screen::Asking { priced: None, again: false };
        vec![Act::Pay(order)]
    }

    fn order(&self) -> Option<Order> {
        let (basket, scan) = (self.basket()?, self.scan.clone()?);
        Some(Order { basket, scan, dropped: self.dropped.clone(), sold: self.lines.clone() })
    }

    /// The basket; `None` where it is empty or holds more than a sale can.
    pub fn basket(&self) -> Option<Basket> {
        Basket::new(self.currency, self.lines.iter().map(SoldLine::line).collect()).ok()
    }

    fn progress(&mut self, machine: Machine) -> Vec<Act> {
        let priced = match &self.screen {
            Screen::Asking { priced: Some(priced), .. } | Screen::Approving { priced } => priced.clone(),
            _ => return Vec::new(),
        };
        match machine {
            Machine::Ended(Outcome::Paid(payment)) => self.screen = Screen::Paid { priced, payment },
            Machine::Ended(Outcome::Declined(failure)) if !failure.refusals.is_empty() => {
                self.dropped.extend(failure.refusals);
                return self.order().map(Act::Quote).into_iter().collect();
            }
            Machine::Asking { tries } => {
                self.screen = Screen::Asking { priced: Some(priced), again: tries > 1 };
            }
            Machine::Approving { .. } => self.screen = Screen::Approving { priced },
            decided @ (Machine::Ended(_) | Machine::Reversing { .. }) => {
                self.pending += usize::from(matches!(decided, Machine::Reversing { .. }));
                if let Some((what, next)) = words::ending(&decided, self.lang) {
                    self.stop(Some(priced), what, next);
                }
            }
            Machine::New | Machine::LookingUp { .. } => {}
        }
        Vec::new()
    }

    /// Where the cashier still looks at that payment, the screen says how it ended; else a notice does.
    fn taken_back(&mut self, end: &Machine) {
        let labels = self.lang.labels();
        let Some((what, next)) = words::ending(end, self.lang) else { return };
        match &self.screen {
            Screen::Stopped { priced, what: shown, .. } if shown == labels.reversing => {
                let priced = priced.clone();
                self.stop(priced, what, next);
            }
            _ if *end == Machine::Ended(Outcome::Reversed) => {
                self.notice = Some(labels.taken_back.to_owned())
            }
            _ => self.notice = Some(format!("{what} {next}")),
        }
    }

    fn stop(&mut self, priced: Option<Priced>, what: &str, next: &str) {
        self.screen = Screen::Stopped { priced, what: what.to_owned(), next: next.to_owned() };
    }
}
