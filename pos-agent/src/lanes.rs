//! The lanes of one agent: each with one checkout at a time, all with one till (journal, offers, connection) behind them.
//!
//! Each checkout is a task that owns its [`Checkout`]; callers send it events and watch it. What must survive a crash is in
//! the till's journal: a checkout that had not asked for money is gone with the agent, and nothing has moved.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::future::join_all;
use shared::{money::Money, reason::Reason};
use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    time::timeout,
};
use tracing::{error, info};

use crate::{
    lane::{Checkout, Effect, End, Event, Order, State},
    machine::{Ending, Machine},
    metrics::Metrics,
    printing::Printers,
    receipt,
    sale::{Sale, Shown},
    scan::{Scanned, told_apart},
    shell::Running,
    till::{Recovery, Till},
    words::Lang,
};

/// Checkouts that are over and can still be asked for; older ones are known by their payments alone.
pub const CHECKOUTS_KEPT_MAX: usize = 1_000;
/// Events that may wait for one checkout.
const EVENTS_MAX: usize = 16;
/// How long a shopper waits for the offers of a code that names unknown ones.
const OFFERS_PATIENCE: Duration = Duration::from_millis(1_500);

/// Scans that may wait for a watcher; a slower one misses the oldest.
const SCANS_MAX: usize = 64;

/// A lane, and what its scanner read.
pub type LaneScan = (Arc<str>, Arc<str>);

/// An event, and whom to tell that it was taken in.
type Told = (Event, Option<oneshot::Sender<()>>);

/// A checkout that runs, or is over.
#[derive(Debug, Clone)]
pub struct Handle {
    /// Its id.
    pub checkout_id: String,
    /// Its lane.
    pub lane_id: String,
    state: watch::Receiver<Checkout>,
    events: mpsc::Sender<Told>,
}

impl Handle {
    /// As it stands.
    pub fn now(&self) -> Checkout {
        self.state.borrow().clone()
    }

    /// Its changes, the present state first; they end with the checkout.
    pub fn changes(&self) -> watch::Receiver<Checkout> {
        let mut changes = self.state.clone();
        changes.mark_changed();
        changes
    }

    /// Tells it an event and waits until that is taken in.
    pub async fn tell(&self, event: Event) -> Checkout {
        let (heard, taken_in) = oneshot::channel();
        // One that is over hears nothing, and its state says so.
        if self.events.send((event, Some(heard))).await.is_ok() {
            let _ = taken_in.await;
        }
        self.now()
    }

    /// Cancels it and waits until it is clear what that means: it is over, or its payment is being taken back.
    pub async fn cancel(&self) -> Checkout {
        self.tell(Event::Cancelled).await;
        let mut state = self.state.clone();
        // An error says that the checkout is over.
        let _ = state.wait_for(|checkout| checkout.state.frees_lane()).await;
        self.now()
    }

    /// Finishes what asks for money, ends everything else, and waits until it is over.
    async fn wind_up(&self) {
        let mut state = self.state.clone();
        loop {
            let now = state.borrow_and_update().state.clone();
            match now {
                State::Ended { .. } => return,
                State::Authorising(_) | State::Reversing { .. } | State::LookingUp { .. } => {}
                _ => drop(self.tell(Event::Cancelled).await),
            }
            if state.changed().await.is_err() {
                return;
            }
        }
    }
}

/// All lanes.
pub struct Lanes {
    till: Arc<Till>,
    lane_ids: Vec<String>,
    metrics: Arc<Metrics>,
    printers: Printers,
    scans: broadcast::Sender<LaneScan>,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    /// The last checkout of each lane.
    latest: HashMap<String, Handle>,
    checkouts: HashMap<String, Handle>,
    /// Those that are over, oldest first.
    over: VecDeque<String>,
    stopping: bool,
}

/// Why a checkout can't be opened or found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LaneError {
    /// Not one of the settings' lanes.
    #[error("there is no lane {0:?}; ListLanes names those of the settings")]
    UnknownLane(String),
    /// Another checkout is open.
    #[error("checkout {checkout_id:?} is open on this lane; finish or cancel it first")]
    Busy {
        /// That one.
        checkout_id: String,
    },
    /// The id was used for something else.
    #[error("checkout id {0:?} was used for another basket; take a new id for each sale")]
    IdReused(String),
    /// No such checkout.
    #[error(
        "there is no checkout {0:?}; one that had asked for no money is gone when the agent restarts: start it again"
    )]
    UnknownCheckout(String),
    /// The agent is being stopped.
    #[error("the agent is being stopped")]
    Stopping,
}

impl LaneError {
    /// The reason of the public API.
    pub fn reason(&self) -> Reason {
        match self {
            Self::UnknownLane(_) => Reason::LaneNotFound,
            Self::Busy { .. } => Reason::LaneBusy,
            Self::IdReused(_) => Reason::CheckoutIdReused,
            Self::UnknownCheckout(_) => Reason::CheckoutNotFound,
            Self::Stopping => Reason::Overloaded,
        }
    }
}

impl Lanes {
    /// Lanes with these ids. Payments that the last run left unfinished are shown as their checkouts.
    pub fn open(
        till: Arc<Till>,
        lane_ids: Vec<String>,
        recoveries: Vec<Recovery>,
        metrics: Arc<Metrics>,
        printers: Printers,
    ) -> Arc<Self> {
        let lanes = Arc::new(Self {
            till,
            lane_ids,
            metrics,
            printers,
            scans: broadcast::Sender::new(SCANS_MAX),
            book: Mutex::default(),
        });
        for Recovery { left, running } in recoveries {
            let asked = left.asked;
            let currency = asked.currency.parse().unwrap_or_else(|_| lanes.till.currency());
            let checkout = Checkout::left_over(left.payment_id, Money::new(currency, asked.due_minor));
            // A payment of a till without lanes goes by its own id.
            let id =
                if asked.checkout_id.is_empty() { running.payment_id.clone() } else { asked.checkout_id };
            let handle = lanes.spawn(&mut lanes.book(), &id, &asked.lane_id, checkout);
            follow(running, handle.events.clone());
        }
        lanes
    }

    /// Their printers.
    pub fn printers(&self) -> &Printers {
        &self.printers
    }

    /// The till behind them.
    pub fn till(&self) -> &Arc<Till> {
        &self.till
    }

    /// Each lane with the checkout that is open on it.
    pub fn list(&self) -> Vec<(String, Option<String>)> {
        let book = self.book();
        self.lane_ids
            .iter()
            .map(|lane| (lane.clone(), book.open_on(lane).map(|h| h.checkout_id.clone())))
            .collect()
    }

    /// Opens a checkout; asked for again, gives the one there is.
    pub fn start(
        self: &Arc<Self>,
        lane_id: &str,
        checkout_id: &str,
        order: Order,
    ) -> Result<Handle, LaneError> {
        self.has(lane_id)?;
        let mut book = self.book();
        if let Some(known) = book.checkouts.get(checkout_id) {
            let same = known.lane_id == lane_id
                && known.state.borrow().order.as_ref().is_none_or(|before| *before == order);
            return if same { Ok(known.clone()) } else { Err(LaneError::IdReused(checkout_id.to_owned())) };
        }
        // The same basket is not sold twice, however often the agent was started meanwhile.
        if let Some(over) = self.on_record(checkout_id) {
            return if over.lane_id == lane_id {
                Ok(over)
            } else {
                Err(LaneError::IdReused(checkout_id.to_owned()))
            };
        }
        if book.stopping {
            return Err(LaneError::Stopping);
        }
        if let Some(open) = book.open_on(lane_id) {
            return Err(LaneError::Busy { checkout_id: open.checkout_id.clone() });
        }
        self.metrics.started();
        Ok(self.spawn(&mut book, checkout_id, lane_id, Checkout::new(order)))
    }

    /// The checkout of an id.
    pub fn find(&self, checkout_id: &str) -> Result<Handle, LaneError> {
        let known = self.book().checkouts.get(checkout_id).cloned();
        let known = known.or_else(|| self.on_record(checkout_id));
        known.ok_or_else(|| LaneError::UnknownCheckout(checkout_id.to_owned()))
    }

    /// A checkout that was over before the agent was started, or long ago.
    fn on_record(&self, checkout_id: &str) -> Option<Handle> {
        let record = self.till.on_record(checkout_id).unwrap_or_else(|error| {
            error!(checkout_id, %error, "the journal can't be read");
            None
        })?;
        let end = match record.ended?.0 {
            Ending::Paid => End::Paid(record.payment.unwrap_or_default()),
            Ending::Declined => End::Declined(record.reason.parse().unwrap_or(Reason::Internal)),
            Ending::Reversed => End::Reversed,
            Ending::Standing => End::Standing,
        };
        Some(Handle {
            checkout_id: checkout_id.to_owned(),
            lane_id: record.asked.lane_id,
            state: watch::channel(Checkout::on_record(end, record.payment_id)).1,
            events: mpsc::channel(1).0,
        })
    }

    /// Gives what a lane's own scanner read to the checkout that is open there, where it is something to pay with; everything
    /// else is for the till software, by [`Self::scans`].
    pub async fn scan(&self, lane_id: &str, text: String) {
        let pays = !matches!(told_apart(&text), Ok(Scanned::Goods(_) | Scanned::Receipt { .. }));
        let open = self.book().open_on(lane_id).cloned();
        match open.filter(|_| pays) {
            Some(open) => drop(open.tell(Event::Scanned(text)).await),
            // Without a watcher nobody wants it.
            None => drop(self.scans.send((lane_id.into(), text.into()))),
        }
    }

    /// What the lanes' own scanners read from now on that no checkout took, each with its lane.
    pub fn scans(&self) -> broadcast::Receiver<LaneScan> {
        self.scans.subscribe()
    }

    /// Whether the settings name this lane.
    pub fn has(&self, lane_id: &str) -> Result<(), LaneError> {
        let known = self.lane_ids.iter().any(|known| known == lane_id);
        if known { Ok(()) } else { Err(LaneError::UnknownLane(lane_id.to_owned())) }
    }

    /// Takes no new checkout, finishes those that ask for money, ends the others, and gives payments that are being taken
    /// back until `patience` is over; the journal keeps what is left for the next start. Gives how many that are.
    pub async fn wind_up(&self, patience: Duration) -> usize {
        let open: Vec<Handle> = {
            let mut book = self.book();
            book.stopping = true;
            book.checkouts.values().filter(|handle| !handle.now().state.is_over()).cloned().collect()
        };
        let _ = timeout(patience, join_all(open.iter().map(Handle::wind_up))).await;
        open.iter().filter(|handle| !handle.now().state.is_over()).count()
    }

    /// How many checkouts are not over.
    pub fn open_count(&self) -> usize {
        let book = self.book();
        book.checkouts.len() - book.over.len()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawn(self: &Arc<Self>, book: &mut Book, id: &str, lane_id: &str, checkout: Checkout) -> Handle {
        let (sender, state) = watch::channel(checkout.clone());
        let (events, inbox) = mpsc::channel(EVENTS_MAX);
        let handle = Handle { checkout_id: id.to_owned(), lane_id: lane_id.to_owned(), state, events };
        if checkout.order.is_some() {
            book.latest.insert(lane_id.to_owned(), handle.clone());
        }
        book.checkouts.insert(id.to_owned(), handle.clone());
        let desk = Desk {
            lanes: Arc::clone(self),
            sale: Sale {
                reference: checkout.order.as_ref().map(|order| order.reference.clone()).unwrap_or_default(),
                lane_id: lane_id.to_owned(),
                checkout_id: id.to_owned(),
                sold: checkout.order.as_ref().map(|order| order.sold.clone()).unwrap_or_default(),
            },
            events: handle.events.downgrade(),
            paying: None,
            shopper_lang: None,
        };
        tokio::spawn(desk.run(checkout, sender, inbox));
        handle
    }

    fn over(&self, checkout_id: &str) {
        let mut book = self.book();
        book.over.push_back(checkout_id.to_owned());
        if book.over.len() > CHECKOUTS_KEPT_MAX
            && let Some(oldest) = book.over.pop_front()
        {
            book.checkouts.remove(&oldest);
        }
    }
}

impl Book {
    fn open_on(&self, lane_id: &str) -> Option<&Handle> {
        self.latest.get(lane_id).filter(|handle| !handle.state.borrow().state.frees_lane())
    }
}

/// The task of one checkout.
struct Desk {
    lanes: Arc<Lanes>,
    sale: Sale,
    events: mpsc::WeakSender<Told>,
    paying: Option<Running>,
    /// The language of the shopper whose code was priced last, where the phone named it.
    shopper_lang: Option<Lang>,
}

impl Desk {
    async fn run(
        mut self,
        mut checkout: Checkout,
        state: watch::Sender<Checkout>,
        mut inbox: mpsc::Receiver<Told>,
    ) {
        while let Some((event, heard)) = inbox.recv().await {
            let mut effects = VecDeque::from(checkout.on(event));
            while let Some(effect) = effects.pop_front() {
                effects.extend(
                    self.carry_out(effect, &checkout).into_iter().flat_map(|event| checkout.on(event)),
                );
            }
            let Sale { lane_id, checkout_id, .. } = &self.sale;
            info!(
                payment_id = checkout.state.payment_id(),
                checkout_id,
                lane_id,
                state = crate::till_service::state_word(&checkout.state),
                "checkout"
            );
            state.send_replace(checkout.clone());
            if let Some(heard) = heard {
                let _ = heard.send(());
            }
            if let State::Ended { end, priced, .. } = &checkout.state {
                self.lanes.metrics.ended(end);
                if let (End::Paid(payment), Some(priced)) = (end, priced) {
                    let receipt = receipt::of_sale(payment, &self.sale.sold, &priced.refused, &|_| None);
                    self.lanes.printers.happened(lane_id, receipt, self.shopper_lang);
                }
                self.lanes.over(checkout_id);
                return;
            }
        }
    }

    /// Gives what happens at once.
    fn carry_out(&mut self, effect: Effect, checkout: &Checkout) -> Option<Event> {
        // As long as an event is handled its checkout's handle holds the sender.
        let events = self.events.upgrade()?;
        match effect {
            Effect::Resolve(number) => {
                let till = Arc::clone(&self.lanes.till);
                tokio::spawn(async move {
                    let resolved = till.resolve_token(number).await;
                    let _ = events.send((Event::Resolved(resolved), None)).await;
                });
                None
            }
            Effect::Price(shown, dropped) => {
                let till = Arc::clone(&self.lanes.till);
                let basket = checkout.order.as_ref()?.basket.clone();
                tokio::spawn(async move {
                    hear_of_its_offers(&till, &shown).await;
                    let priced = till.price(&basket, &shown, &dropped);
                    let _ = events.send((Event::Priced(priced), None)).await;
                });
                None
            }
            Effect::Pay(priced, shown) => {
                self.shopper_lang = shown.language();
                let running = self.lanes.till.pay(&priced, &shown, self.sale.clone());
                let payment_id = running.payment_id.clone();
                follow(running.clone(), events);
                self.paying = Some(running);
                Some(Event::Asked(payment_id))
            }
            Effect::GiveUp => {
                if let Some(running) = &self.paying {
                    running.give_up();
                }
                None
            }
        }
    }
}

/// A code may name an offer that is newer than the till's book.
async fn hear_of_its_offers(till: &Till, shown: &Shown) {
    if !till.knows_offers(shown.offers()) {
        let _ = timeout(OFFERS_PATIENCE, till.refresh_offers()).await;
    }
}

/// Reports a payment's states to its checkout.
fn follow(mut running: Running, events: mpsc::Sender<Told>) {
    tokio::spawn(async move {
        loop {
            let state = running.state();
            let ended = matches!(state, Machine::Ended(_));
            if events.send((Event::Progress(state), None)).await.is_err() || ended {
                return;
            }
            running.changed().await;
        }
    });
}
