//! Runs what the [`Machine`] decides: writes the journal, calls the provider, waits.
//!
//! Each payment is a task of its own, so that the till can sell on while one is being taken back. A task can be dropped at
//! any point, as a crash would: the next start finds the payment in the journal.

mod refund;

pub use refund::RunningRefund;

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use proto::v1::CreatePaymentRequest;
use shared::time::UnixMillis;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use tracing::{error, info, warn};

use crate::{
    ambient::Ambient,
    journal::{Asked, Entry, Journal, SaleRecord},
    machine::{Answer, CallError, Effect, Event, Hindrance, Machine, Mark, Outcome},
    provider::Payments,
};

/// The pause before a journal that could not be written is tried again.
const DISK_PAUSE: Duration = Duration::from_secs(1);

/// A payment under way.
#[derive(Debug, Clone)]
pub struct Running {
    /// Its id.
    pub payment_id: String,
    /// What is asked for.
    pub asked: Arc<Asked>,
    /// When it was begun.
    pub begun_at: UnixMillis,
    state: watch::Receiver<Machine>,
    given_up: Arc<watch::Sender<bool>>,
}

impl Running {
    /// Where it stands.
    pub fn state(&self) -> Machine {
        self.state.borrow().clone()
    }

    /// Takes the payment back unless its outcome is known already; then nothing happens.
    pub fn give_up(&self) {
        self.given_up.send_replace(true);
    }

    /// Waits for the next change; `false` when there is none to come.
    pub async fn changed(&mut self) -> bool {
        self.state.changed().await.is_ok()
    }

    /// Waits for the end.
    pub async fn ended(&mut self) -> Machine {
        self.until(|state| matches!(state, Machine::Ended(_))).await
    }

    /// Waits until the shopper need not wait any longer: the end, or the decision to take the payment back.
    pub async fn decided(&mut self) -> Machine {
        self.until(|state| matches!(state, Machine::Ended(_) | Machine::Reversing { .. })).await
    }

    /// The first state for which this holds, or the last one should the run time shut down before.
    async fn until(&mut self, holds: impl Fn(&Machine) -> bool) -> Machine {
        while !holds(&self.state.borrow()) && self.changed().await {}
        self.state()
    }
}

/// What all payments of a till share.
pub(crate) struct Shell {
    pub(crate) provider: Arc<dyn Payments>,
    pub(crate) ambient: Arc<dyn Ambient>,
    pub(crate) journal: Journal,
    /// Everything under way; what is over goes with the next that begins.
    sales: Mutex<Vec<Running>>,
    refunds: Mutex<Vec<RunningRefund>>,
}

impl Shell {
    pub(crate) fn new(provider: Arc<dyn Payments>, ambient: Arc<dyn Ambient>, journal: Journal) -> Arc<Self> {
        Arc::new(Self { provider, ambient, journal, sales: Mutex::default(), refunds: Mutex::default() })
    }

    /// Asks for the money.
    pub(crate) fn start(self: &Arc<Self>, request: CreatePaymentRequest, asked: Asked) -> Running {
        let payment_id = request.payment_id.clone();
        let task = Task::new(payment_id, asked, self.ambient.now(), Some(request));
        self.spawn(task, Event::Start)
    }

    /// Goes on with what the last run left.
    pub(crate) fn resume(self: &Arc<Self>, left: &SaleRecord) -> Running {
        let event = Event::Resume { reversing: left.reversing_at.is_some() };
        let task = Task::new(left.payment_id.clone(), left.asked.clone(), left.begun_at, None);
        self.spawn(task, event)
    }

    /// A payment that is over before it began.
    pub(crate) fn not_sent(&self, payment_id: String, asked: Asked, hindrance: Hindrance) -> Running {
        let (_, state) = watch::channel(Machine::Ended(Outcome::NotSent(hindrance)));
        let given_up = Arc::new(watch::Sender::new(false));
        Running { payment_id, asked: Arc::new(asked), begun_at: self.ambient.now(), state, given_up }
    }

    fn spawn(self: &Arc<Self>, task: Task, event: Event) -> Running {
        let (sender, state) = watch::channel(Machine::New);
        let running = Running {
            payment_id: task.payment_id.clone(),
            asked: Arc::clone(&task.asked),
            begun_at: task.begun_at,
            state,
            given_up: Arc::clone(&task.given_up),
        };
        let mut sales = self.sales.lock().unwrap_or_else(PoisonError::into_inner);
        sales.retain(|sale| !matches!(*sale.state.borrow(), Machine::Ended(_)));
        sales.push(running.clone());
        tokio::spawn(task.run(Arc::clone(self), event, sender));
        running
    }

    /// Payments under way, oldest first.
    pub(crate) fn open_sales(&self) -> Vec<Running> {
        let sales = self.sales.lock().unwrap_or_else(PoisonError::into_inner);
        sales.iter().filter(|sale| !matches!(*sale.state.borrow(), Machine::Ended(_))).cloned().collect()
    }
}

struct Task {
    payment_id: String,
    asked: Arc<Asked>,
    begun_at: UnixMillis,
    request: Option<CreatePaymentRequest>,
    given_up: Arc<watch::Sender<bool>>,
}

impl Task {
    fn new(
        payment_id: String,
        asked: Asked,
        begun_at: UnixMillis,
        request: Option<CreatePaymentRequest>,
    ) -> Self {
        let given_up = Arc::new(watch::Sender::new(false));
        Self { payment_id, asked: Arc::new(asked), begun_at, request, given_up }
    }

    async fn run(self, shell: Arc<Shell>, first: Event, state: watch::Sender<Machine>) {
        let mut next = Some(first);
        while let Some(event) = next.take() {
            let before = state.borrow().clone();
            // Who gave up before the outcome was known is not told otherwise: the payment is taken back.
            let gave_up = before.is_awaited() && event != Event::DiskRefused && *self.given_up.borrow();
            let event = if gave_up { Event::GivenUp } else { event };
            log(&self.payment_id, &event);
            let (machine, effects) = before.on(event);
            for effect in effects {
                let written_down = matches!(effect, Effect::Write(_));
                // What is to be written down first is told to nobody before.
                if !written_down {
                    state.send_replace(machine.clone());
                }
                let done = self.run_effect(&shell, effect, &machine);
                next = if machine.is_awaited() && !written_down {
                    self.unless_given_up(done).await
                } else {
                    done.await
                };
                if next.is_some() {
                    break;
                }
            }
            state.send_replace(machine);
        }
    }

    /// `None` where the next effect is to follow.
    async fn run_effect(&self, shell: &Shell, effect: Effect, machine: &Machine) -> Option<Event> {
        match effect {
            Effect::Write(mark) => self.write(shell, mark, machine).await,
            Effect::Create => Some(self.create(shell).await),
            Effect::Query => Some(Event::Queried(shell.provider.query(&self.payment_id).await)),
            Effect::Reverse => Some(Event::ReverseAnswered(shell.provider.reverse(&self.payment_id).await)),
            Effect::Pause(time) => Some(pause(time).await),
            Effect::Watch(longest) => Some(self.watch(shell, longest).await),
        }
    }

    async fn create(&self, shell: &Shell) -> Event {
        Event::Created(match &self.request {
            Some(request) => shell.provider.create(request.clone()).await,
            None => Err(CallError::Lost("the request is no longer known".to_owned())),
        })
    }

    /// A stream that can't be had is no reason to ask faster.
    async fn watch(&self, shell: &Shell, longest: Duration) -> Event {
        let watch = async {
            if shell.provider.watch_approval(&self.payment_id).await.is_err() {
                sleep(longest).await;
            }
        };
        let _ = timeout(longest, watch).await;
        Event::PauseOver
    }

    /// What is waited for, or that the cashier no longer waits.
    async fn unless_given_up(&self, done: impl Future<Output = Option<Event>>) -> Option<Event> {
        let mut given_up = self.given_up.subscribe();
        tokio::select! {
            event = done => event,
            _ = given_up.wait_for(|given_up| *given_up) => Some(Event::GivenUp),
        }
    }

    /// Without the first record nothing is sent. The decision to reverse is tried until it is on disk. An end that can't be
    /// written is found out again at the next start.
    async fn write(&self, shell: &Shell, mark: Mark, machine: &Machine) -> Option<Event> {
        loop {
            let entry = self.entry(shell.ambient.now(), &mark, machine);
            let Err(problem) = shell.journal.write(entry).await else { return None };
            error!(payment_id = self.payment_id, %problem, "the journal can't be written");
            match mark {
                Mark::Begun => return Some(Event::DiskRefused),
                Mark::Ended(_) => return None,
                Mark::Reversing => sleep(DISK_PAUSE).await,
            }
        }
    }

    fn entry(&self, at: UnixMillis, mark: &Mark, machine: &Machine) -> Entry {
        let payment_id = self.payment_id.clone();
        match mark {
            Mark::Begun => Entry::Begun { payment_id, at, asked: Box::new(Asked::clone(&self.asked)) },
            Mark::Reversing => Entry::Reversing { payment_id, at },
            Mark::Ended(ending) => {
                let (reason, receipt) = match machine {
                    Machine::Ended(Outcome::Paid(payment)) => ("", Some(payment.clone())),
                    Machine::Ended(Outcome::Declined(failure)) => (failure.reason.as_str(), None),
                    _ => ("", None),
                };
                Entry::Ended { payment_id, at, ending: *ending, reason, receipt }
            }
        }
    }
}

async fn pause(time: Duration) -> Event {
    sleep(time).await;
    Event::PauseOver
}

/// Reasons and causes go to the log; people get words.
fn log(payment_id: &str, event: &Event) {
    match event {
        Event::Created(result) | Event::Queried(result) | Event::ReverseAnswered(result) => match result {
            Ok(Answer { stored, .. }) => info!(payment_id, ?stored, "answered"),
            Err(error) => log_failed(payment_id, error),
        },
        Event::Start | Event::Resume { .. } => info!(payment_id, ?event, "begun"),
        Event::GivenUp => info!(payment_id, "given up by the cashier"),
        Event::PauseOver | Event::DiskRefused => {}
    }
}

fn log_failed(payment_id: &str, error: &CallError) {
    match error {
        CallError::Refused(failure) => {
            warn!(payment_id, reason = failure.reason.as_str(), message = failure.message, "refused");
        }
        CallError::Lost(cause) => warn!(payment_id, cause, "no answer"),
    }
}
