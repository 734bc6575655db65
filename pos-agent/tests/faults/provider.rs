//! A provider in memory that keeps its contract towards tills, behind a network that does what a plan says.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use pos_agent::{
    machine::{Answer, CallError, Stored},
    provider::Payments,
};
use proto::{
    status::Failure,
    v1::{
        CreatePaymentRequest, Money, Payment, PaymentServiceListOffersResponse, PaymentState, Refund,
        RefundPaymentRequest, TerminalEntry,
    },
};
use shared::{code::TokenNumber, ids::OfferNumber, reason::Reason, time::UnixMillis};

pub(crate) const DUE_MINOR: i64 = 450;

/// Where something can go wrong: the n-th call of an RPC, or the n-th record, each counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Point {
    Create(u32),
    Get(u32),
    Watch(u32),
    Reverse(u32),
    Refund(u32),
    Record(u32),
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    RequestLost,
    AnswerLost,
    /// It arrives just before the next one.
    Delayed,
    /// It arrives when all is over.
    DelayedToTheEnd,
    /// It arrives, and once more just before the next one.
    Doubled,
    Overloaded,
    /// The till is killed before it is sent, or before the record is on disk.
    KilledBefore,
    /// The till is killed once it is done and before the answer is there.
    KilledAfter,
}

impl Fault {
    const MESSAGE: [Self; 8] = [
        Self::RequestLost,
        Self::AnswerLost,
        Self::Delayed,
        Self::DelayedToTheEnd,
        Self::Doubled,
        Self::Overloaded,
        Self::KilledBefore,
        Self::KilledAfter,
    ];

    /// Those that can happen there. After a record a kill is the same as before the next message, or at the end.
    pub(crate) fn at(point: Point) -> &'static [Self] {
        match point {
            Point::Record(_) => &[Self::KilledBefore],
            _ => &Self::MESSAGE,
        }
    }
}

/// What the provider and the shopper make of the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Story {
    /// Paid at once, and all goods come back later.
    PaidAndReturned,
    /// The same; the shop's account is too low for the first try to give back.
    ReturnedToALowAccount,
    /// Paid, and too late to be taken back.
    TooLate,
    /// Refused.
    Declined,
    /// The shopper approves when the till watches.
    Approved,
    /// The shopper approves before the till looks again.
    ApprovedMeanwhile,
    /// The shopper says no.
    Rejected,
    /// The cashier gives up while the shopper is asked.
    GivenUpApproving,
    /// The cashier gives up at once.
    GivenUpAsking,
}

impl Story {
    pub(crate) const ALL: [Self; 9] = [
        Self::PaidAndReturned,
        Self::ReturnedToALowAccount,
        Self::TooLate,
        Self::Declined,
        Self::Approved,
        Self::ApprovedMeanwhile,
        Self::Rejected,
        Self::GivenUpApproving,
        Self::GivenUpAsking,
    ];

    fn first(self) -> Stored {
        match self {
            Self::Declined => Stored::Declined,
            Self::Approved | Self::ApprovedMeanwhile | Self::Rejected | Self::GivenUpApproving => {
                Stored::PendingApproval
            }
            _ => Stored::Completed,
        }
    }
}

/// A message that is still on its way.
#[derive(Debug, Clone)]
enum Message {
    Create(String),
    Reverse(String),
    Refund(RefundPaymentRequest),
}

/// One case: what happens, and what has happened.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) story: Story,
    plan: Vec<(Point, Fault)>,
    /// Where something could have gone wrong, in order.
    pub(crate) passed: Vec<Point>,
    pub(crate) stored: BTreeMap<String, Stored>,
    pub(crate) refunds: BTreeMap<String, i64>,
    pub(crate) refused_low: u32,
    /// How often money moved from the shopper, for each payment.
    pub(crate) taken: BTreeMap<String, u32>,
    pub(crate) balance_minor: i64,
    late: Vec<Message>,
    later: Vec<Message>,
}

impl Case {
    pub(crate) fn new(story: Story, plan: Vec<(Point, Fault)>) -> Self {
        Self {
            story,
            plan,
            passed: Vec::new(),
            stored: BTreeMap::new(),
            refunds: BTreeMap::new(),
            refused_low: 0,
            taken: BTreeMap::new(),
            balance_minor: 0,
            late: Vec::new(),
            later: Vec::new(),
        }
    }

    /// Passes the next point of a kind; gives what goes wrong there.
    fn pass(&mut self, kind: fn(u32) -> Point) -> Option<Fault> {
        let nth = (1..).find(|n| !self.passed.contains(&kind(*n))).unwrap_or(u32::MAX);
        self.passed.push(kind(nth));
        self.plan.iter().find(|(point, _)| *point == kind(nth)).map(|(_, fault)| *fault)
    }

    fn arrive(&mut self, message: &Message) {
        match message {
            Message::Create(id) => drop(self.create(id)),
            Message::Reverse(id) => drop(self.reverse(id)),
            Message::Refund(request) => drop(self.refund(request)),
        }
    }

    fn deliver_late(&mut self) {
        for message in std::mem::take(&mut self.late) {
            self.arrive(&message);
        }
    }

    /// All that is still on its way arrives.
    pub(crate) fn calm(&mut self) {
        self.deliver_late();
        for message in std::mem::take(&mut self.later) {
            self.arrive(&message);
        }
    }

    fn take_money(&mut self, id: &str) {
        *self.taken.entry(id.to_owned()).or_default() += 1;
        self.balance_minor -= DUE_MINOR;
    }

    fn create(&mut self, id: &str) -> Result<Answer, CallError> {
        let stored = if let Some(stored) = self.stored.get(id) {
            *stored
        } else {
            let first = self.story.first();
            self.stored.insert(id.to_owned(), first);
            if first == Stored::Completed {
                self.take_money(id);
            }
            first
        };
        match stored {
            Stored::Declined => refused(Reason::InsufficientFunds),
            _ => Ok(self.answer(id, stored)),
        }
    }

    fn get(&mut self, id: &str) -> Result<Answer, CallError> {
        if self.story == Story::ApprovedMeanwhile {
            self.shopper_approves(id);
        }
        match self.stored.get(id) {
            Some(stored) => Ok(self.answer(id, *stored)),
            None => refused(Reason::PaymentNotFound),
        }
    }

    fn shopper_approves(&mut self, id: &str) {
        if self.stored.get(id) == Some(&Stored::PendingApproval) {
            self.stored.insert(id.to_owned(), Stored::Completed);
            self.take_money(id);
        }
    }

    fn watch(&mut self, id: &str) {
        match self.story {
            Story::Approved => self.shopper_approves(id),
            Story::Rejected if self.stored.get(id) == Some(&Stored::PendingApproval) => {
                self.stored.insert(id.to_owned(), Stored::Rejected);
            }
            _ => {}
        }
    }

    fn reverse(&mut self, id: &str) -> Result<Answer, CallError> {
        let stored = self.stored.get(id).copied();
        if stored == Some(Stored::Completed) {
            if self.story == Story::TooLate {
                return refused(Reason::ReversalTooLate);
            }
            if !self.refunds.is_empty() {
                return refused(Reason::InvalidTransition);
            }
            self.balance_minor += DUE_MINOR;
        }
        self.stored.insert(id.to_owned(), Stored::Reversed);
        Ok(self.answer(id, Stored::Reversed))
    }

    fn refund(&mut self, request: &RefundPaymentRequest) -> Result<Refund, CallError> {
        let refund = |minor| {
            Ok(Refund {
                refund_id: request.refund_id.clone(),
                payment_id: request.payment_id.clone(),
                refunded_amount: money(minor),
                ..Refund::default()
            })
        };
        if let Some(minor) = self.refunds.get(&request.refund_id) {
            return refund(*minor);
        }
        if self.stored.get(&request.payment_id) != Some(&Stored::Completed) || !self.refunds.is_empty() {
            return refused(Reason::InvalidTransition);
        }
        if self.story == Story::ReturnedToALowAccount && self.refused_low == 0 {
            self.refused_low += 1;
            return refused(Reason::MerchantBalanceTooLow);
        }
        self.balance_minor += DUE_MINOR;
        self.refunds.insert(request.refund_id.clone(), DUE_MINOR);
        refund(DUE_MINOR)
    }

    fn answer(&self, id: &str, stored: Stored) -> Answer {
        let state = match stored {
            Stored::Completed if !self.refunds.is_empty() => PaymentState::Refunded,
            Stored::Completed => PaymentState::Completed,
            Stored::PendingApproval => PaymentState::PendingApproval,
            Stored::Rejected => PaymentState::Rejected,
            Stored::Expired => PaymentState::Expired,
            Stored::Reversed => PaymentState::Reversed,
            Stored::Declined => PaymentState::Declined,
        };
        let payment = Payment {
            payment_id: id.to_owned(),
            state: state.into(),
            gross_amount: money(DUE_MINOR),
            amount_due: money(DUE_MINOR),
            ..Payment::default()
        };
        Answer { stored, payment: Box::new(payment) }
    }
}

fn money(minor_units: i64) -> Option<Money> {
    Some(Money { currency_code: "CNY".to_owned(), minor_units })
}

fn refused<T>(reason: Reason) -> Result<T, CallError> {
    Err(CallError::Refused(Failure::new(reason, "")))
}

fn lost<T>() -> Result<T, CallError> {
    Err(CallError::Lost("lost".to_owned()))
}

/// The provider and the network between, for one case after the other.
pub(crate) struct Provider(Mutex<Case>);

impl Provider {
    pub(crate) fn new(case: Case) -> Self {
        Self(Mutex::new(case))
    }

    pub(crate) fn case(&self) -> MutexGuard<'_, Case> {
        self.0.lock().unwrap()
    }

    /// A record is about to be written.
    pub(crate) fn record(&self) {
        let fault = self.case().pass(Point::Record);
        if fault == Some(Fault::KilledBefore) {
            kill();
        }
    }

    fn call<T>(
        &self,
        kind: fn(u32) -> Point,
        message: Option<Message>,
        run: impl Fn(&mut Case) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let mut case = self.case();
        let fault = case.pass(kind);
        if matches!(fault, Some(Fault::KilledBefore | Fault::KilledAfter)) {
            if fault == Some(Fault::KilledAfter) {
                case.deliver_late();
                let _ = run(&mut case);
            }
            drop(case);
            kill();
            // Who asked is not the till but the cashier, and asks again.
            return lost();
        }
        case.deliver_late();
        match fault {
            Some(Fault::RequestLost) => lost(),
            Some(Fault::Delayed) => {
                case.late.extend(message);
                lost()
            }
            Some(Fault::DelayedToTheEnd) => {
                case.later.extend(message);
                lost()
            }
            Some(Fault::Overloaded) => refused(Reason::Overloaded),
            Some(Fault::AnswerLost) => {
                let _ = run(&mut case);
                lost()
            }
            Some(Fault::Doubled) => {
                let answer = run(&mut case);
                case.late.extend(message);
                answer
            }
            _ => run(&mut case),
        }
    }
}

/// The task that runs dies here, with nobody told: what a kill leaves is what is on the disk.
fn kill() {
    if tokio::task::try_id().is_some() {
        std::panic::resume_unwind(Box::new("killed"));
    }
}

#[tonic::async_trait]
impl Payments for Provider {
    async fn resolve_token(&self, _: TokenNumber) -> Result<Vec<OfferNumber>, CallError> {
        Ok(Vec::new())
    }

    async fn create(&self, request: CreatePaymentRequest) -> Result<Answer, CallError> {
        let id = request.payment_id;
        tokio::task::yield_now().await;
        self.call(Point::Create, Some(Message::Create(id.clone())), |case| case.create(&id))
    }

    async fn query(&self, payment_id: &str) -> Result<Answer, CallError> {
        self.call(Point::Get, None, |case| case.get(payment_id))
    }

    async fn reverse(&self, payment_id: &str) -> Result<Answer, CallError> {
        let message = Message::Reverse(payment_id.to_owned());
        self.call(Point::Reverse, Some(message), |case| case.reverse(payment_id))
    }

    async fn watch_approval(&self, payment_id: &str) -> Result<(), CallError> {
        if self.case().story == Story::GivenUpApproving {
            // The shopper thinks; the cashier does not wait so long.
            tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        }
        self.call(Point::Watch, None, |case| {
            case.watch(payment_id);
            Ok(())
        })
    }

    async fn refund(&self, request: RefundPaymentRequest) -> Result<Refund, CallError> {
        self.call(Point::Refund, Some(Message::Refund(request.clone())), |case| case.refund(&request))
    }

    async fn entries(&self, _: UnixMillis, _: UnixMillis) -> Result<Vec<TerminalEntry>, CallError> {
        lost()
    }

    async fn offers(&self, _: u64, _: String) -> Result<PaymentServiceListOffersResponse, CallError> {
        lost()
    }
}
