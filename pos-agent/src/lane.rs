//! One checkout of a lane: from the closed basket to the outcome.
//!
//! Pure: [`Checkout::on`] takes an event and gives effects for [`crate::lanes`] to carry out. The rules:
//! - before the provider was asked for money, a cancellation moves nothing;
//! - after that, the payment is given up, and [`crate::machine`] takes it back unless its outcome was told before;
//! - a lane whose payment is being taken back is free: its cashier takes other means meanwhile;
//! - a code that a fresh one can replace (too old, used) leaves the checkout waiting for the next scan;
//! - coupons that the provider refuses are left out, with the cashier's yes or without, as the caller chose.

use std::time::Duration;

use proto::v1::Payment;
use shared::{
    basket::Basket, code::TokenNumber, ids::OfferNumber, money::Money, offer::Refusal, reason::Reason,
};

use crate::{
    machine::{CallError, Hindrance, Machine, Outcome},
    receipt::SoldLine,
    sale::{BareToken, Priced, Shown},
    scan::{self, Scanned},
};

/// What a caller wants to sell.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The basket.
    pub basket: Basket,
    /// The same lines, for people.
    pub sold: Vec<SoldLine>,
    /// The till's own number for the sale; may be empty.
    pub reference: String,
    /// Whether the amount is confirmed before the money is asked for.
    pub confirm_amount: bool,
    /// Whether coupons that the provider refuses are left out without a question.
    pub drop_refused: bool,
}

/// What happens to a checkout.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A scanner read this.
    Scanned(String),
    /// What a token's number stands for.
    Resolved(Result<BareToken, CallError>),
    /// The price with the shopper's coupons.
    Priced(Priced),
    /// The cashier agrees to the amount.
    Confirmed,
    /// The money is being asked for under this id.
    Asked(String),
    /// The payment goes on.
    Progress(Machine),
    /// The cashier or the till software ends it.
    Cancelled,
}

/// What to carry out.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask what a token's number stands for.
    Resolve(TokenNumber),
    /// Price the basket with what the shopper showed, without the coupons that were refused before.
    Price(Shown, Vec<(OfferNumber, Refusal)>),
    /// Ask for the money.
    Pay(Priced, Shown),
    /// No longer wait for the payment.
    GiveUp,
}

/// Why a checkout waits for the cashier's yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The caller wants every amount confirmed.
    Amount,
    /// The provider refused coupons.
    WithoutCoupons,
}

/// A payment that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asking {
    /// What is asked for.
    pub priced: Priced,
    /// What the shopper showed.
    pub shown: Shown,
    /// The payment; empty for the moment in which it is made.
    pub payment_id: String,
    /// Tries made.
    pub tries: u32,
    /// Whether the cashier has given it up.
    pub cancelling: bool,
    /// How long the shopper has to approve it; `None` while nobody asked for that, or where the provider doesn't say.
    pub approval_time: Option<Duration>,
}

/// How a checkout ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// Paid.
    Paid(Box<Payment>),
    /// Refused.
    Declined(Reason),
    /// Something kept the till from asking: nothing was sent.
    NotSent(Hindrance),
    /// Cancelled before the provider was asked.
    Cancelled,
    /// Taken back.
    Reversed,
    /// Too late to take back: a refund is due.
    Standing,
}

/// Where a checkout stands.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// The code is awaited; with why the last one was no good.
    WaitingForScan {
        /// Why.
        problem: Option<Reason>,
    },
    /// The number of a token came, and the provider is asked what it stands for.
    Resolving {
        /// The number.
        number: TokenNumber,
    },
    /// The coupons are being matched.
    Matching {
        /// What the shopper showed.
        shown: Shown,
    },
    /// The cashier's yes is awaited.
    Confirming {
        /// What the shopper showed.
        shown: Shown,
        /// The price.
        priced: Priced,
        /// Why.
        question: Question,
    },
    /// The provider is asked.
    Authorising(Asking),
    /// The shopper has to approve.
    Approving(Asking),
    /// A payment from before a restart is looked up.
    LookingUp {
        /// The payment.
        payment_id: String,
        /// What was asked for.
        due: Money,
    },
    /// The payment is being taken back.
    Reversing {
        /// The payment.
        payment_id: String,
        /// What was asked for; `None` after a restart.
        priced: Option<Priced>,
    },
    /// Over.
    Ended {
        /// How.
        end: End,
        /// The payment; empty where none was asked for.
        payment_id: String,
        /// The last price; `None` where it didn't come to that, or after a restart.
        priced: Option<Priced>,
    },
}

impl State {
    /// Whether the lane is free for the next sale.
    pub fn frees_lane(&self) -> bool {
        matches!(self, Self::Reversing { .. } | Self::Ended { .. } | Self::LookingUp { .. })
    }

    /// Whether nothing can change any more.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Ended { .. })
    }

    /// The price, where it is known.
    pub fn priced(&self) -> Option<&Priced> {
        match self {
            Self::Confirming { priced, .. }
            | Self::Authorising(Asking { priced, .. })
            | Self::Approving(Asking { priced, .. }) => Some(priced),
            Self::Reversing { priced, .. } | Self::Ended { priced, .. } => priced.as_ref(),
            _ => None,
        }
    }

    /// The payment asked for last; empty where there is none.
    pub fn payment_id(&self) -> &str {
        match self {
            Self::Authorising(Asking { payment_id, .. })
            | Self::Approving(Asking { payment_id, .. })
            | Self::LookingUp { payment_id, .. }
            | Self::Reversing { payment_id, .. }
            | Self::Ended { payment_id, .. } => payment_id,
            _ => "",
        }
    }
}

/// One sale at one lane.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkout {
    /// What is sold; `None` for one of before a restart.
    pub order: Option<Order>,
    /// Where it stands.
    pub state: State,
    /// Coupons that the provider has refused.
    dropped: Vec<(OfferNumber, Refusal)>,
}

impl Checkout {
    /// A basket that waits for the shopper's code.
    pub fn new(order: Order) -> Self {
        Self { order: Some(order), state: State::WaitingForScan { problem: None }, dropped: Vec::new() }
    }

    /// One whose payment the last run of the agent left unfinished.
    pub fn left_over(payment_id: String, due: Money) -> Self {
        Self { order: None, state: State::LookingUp { payment_id, due }, dropped: Vec::new() }
    }

    /// One that was over before the agent was started, as the journal has it.
    pub fn on_record(end: End, payment_id: String) -> Self {
        Self { order: None, state: State::Ended { end, payment_id, priced: None }, dropped: Vec::new() }
    }

    /// Takes an event in and says what to carry out. An event that doesn't belong to the state changes nothing.
    pub fn on(&mut self, event: Event) -> Vec<Effect> {
        match (&self.state, event) {
            (State::WaitingForScan { .. } | State::Confirming { .. }, Event::Scanned(text)) => {
                self.scanned(&text)
            }
            (State::Resolving { number }, Event::Resolved(result)) => match result {
                Ok(token) if token.number == *number => self.match_coupons(Shown::Token(token)),
                Ok(_) => Vec::new(),
                Err(CallError::Refused(failure)) => self.ask_for_fresh_code(failure.reason),
                // Without the provider a bare token is worth nothing.
                Err(CallError::Lost(_)) => self.ask_for_fresh_code(Reason::Overloaded),
            },
            (State::Matching { shown }, Event::Priced(priced)) => {
                let shown = shown.clone();
                self.priced(shown, priced)
            }
            (State::Confirming { shown, priced, .. }, Event::Confirmed) => {
                let (shown, priced) = (shown.clone(), priced.clone());
                self.ask(shown, priced)
            }
            (
                State::WaitingForScan { .. }
                | State::Resolving { .. }
                | State::Matching { .. }
                | State::Confirming { .. },
                Event::Cancelled,
            ) => self.end(End::Cancelled),
            (State::Authorising(_) | State::Approving(_), Event::Cancelled) => {
                if let State::Authorising(asking) | State::Approving(asking) = &mut self.state {
                    asking.cancelling = true;
                }
                vec![Effect::GiveUp]
            }
            (State::Authorising(_), Event::Asked(id)) => {
                if let State::Authorising(asking) = &mut self.state {
                    asking.payment_id = id;
                }
                Vec::new()
            }
            (_, Event::Progress(machine)) if !self.state.is_over() => self.progress(machine),
            _ => Vec::new(),
        }
    }

    fn scanned(&mut self, text: &str) -> Vec<Effect> {
        // What was refused of another code says nothing of this one.
        self.dropped.clear();
        match scan::told_apart(text) {
            Ok(Scanned::Code(scan)) => self.match_coupons(Shown::Code(scan)),
            Ok(Scanned::Token(number)) => {
                self.state = State::Resolving { number };
                vec![Effect::Resolve(number)]
            }
            // The basket is closed, and a receipt pays nothing.
            Ok(Scanned::Goods(_) | Scanned::Receipt { .. }) => self.ask_for_fresh_code(Reason::CodeMalformed),
            Err(problem) => self.ask_for_fresh_code(problem.reason()),
        }
    }

    fn ask_for_fresh_code(&mut self, problem: Reason) -> Vec<Effect> {
        self.state = State::WaitingForScan { problem: Some(problem) };
        Vec::new()
    }

    fn match_coupons(&mut self, shown: Shown) -> Vec<Effect> {
        self.state = State::Matching { shown: shown.clone() };
        vec![Effect::Price(shown, self.dropped.clone())]
    }

    fn priced(&mut self, shown: Shown, priced: Priced) -> Vec<Effect> {
        let order = self.order.as_ref();
        let question = if !self.dropped.is_empty() && order.is_some_and(|order| !order.drop_refused) {
            Some(Question::WithoutCoupons)
        } else {
            order.is_some_and(|order| order.confirm_amount).then_some(Question::Amount)
        };
        match question {
            Some(question) => {
                self.state = State::Confirming { shown, priced, question };
                Vec::new()
            }
            None => self.ask(shown, priced),
        }
    }

    fn ask(&mut self, shown: Shown, priced: Priced) -> Vec<Effect> {
        let effect = Effect::Pay(priced.clone(), shown.clone());
        self.state = State::Authorising(Asking {
            priced,
            shown,
            payment_id: String::new(),
            tries: 1,
            cancelling: false,
            approval_time: None,
        });
        vec![effect]
    }

    fn progress(&mut self, machine: Machine) -> Vec<Effect> {
        match machine {
            Machine::New | Machine::LookingUp { .. } => Vec::new(),
            Machine::Asking { tries } => {
                if let State::Authorising(asking) = &mut self.state {
                    asking.tries = tries;
                }
                Vec::new()
            }
            Machine::Approving { allowed, .. } => {
                if let State::Authorising(asking) = &self.state {
                    self.state = State::Approving(Asking { approval_time: allowed, ..asking.clone() });
                }
                Vec::new()
            }
            Machine::Reversing { .. } => {
                let (payment_id, priced) = (self.state.payment_id().to_owned(), self.state.priced().cloned());
                self.state = State::Reversing { payment_id, priced };
                Vec::new()
            }
            Machine::Ended(outcome) => self.outcome(outcome),
        }
    }

    fn outcome(&mut self, outcome: Outcome) -> Vec<Effect> {
        let failure = match outcome {
            Outcome::Paid(payment) => return self.end(End::Paid(payment)),
            Outcome::Reversed => return self.end(End::Reversed),
            Outcome::Standing => return self.end(End::Standing),
            Outcome::NotSent(hindrance) => return self.end(End::NotSent(hindrance)),
            Outcome::Declined(failure) => failure,
        };
        let (State::Authorising(asking) | State::Approving(asking)) = &self.state else {
            return self.end(End::Declined(failure.reason));
        };
        if asking.cancelling {
            return self.end(End::Declined(failure.reason));
        }
        let asked = |number| {
            asking.priced.applied.iter().any(|coupon| coupon.applied.redemption.offer_number == number)
        };
        // Only coupons that were asked for: each round leaves at least one out, so the rounds come to an end.
        let refused: Vec<_> = failure.refusals.iter().filter(|(number, _)| asked(*number)).copied().collect();
        if !refused.is_empty() {
            let shown = asking.shown.clone();
            self.dropped.extend(refused);
            return self.match_coupons(shown);
        }
        if a_fresh_code_helps(failure.reason) {
            return self.ask_for_fresh_code(failure.reason);
        }
        self.end(End::Declined(failure.reason))
    }

    fn end(&mut self, end: End) -> Vec<Effect> {
        let (payment_id, priced) = (self.state.payment_id().to_owned(), self.state.priced().cloned());
        self.state = State::Ended { end, payment_id, priced };
        Vec::new()
    }
}

/// Whether another code of the same phone may pay where this one did not.
fn a_fresh_code_helps(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::CodeExpired
            | Reason::CodeFromFuture
            | Reason::TokenAlreadyUsed
            | Reason::TokenExpired
            | Reason::TokenRevoked
    )
}
