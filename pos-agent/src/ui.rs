//! The cashier's `till`: carries out what the [`Session`] decides, on a terminal's screen or line by line.

mod band;
mod basket;
mod colours;
mod desk;
mod draw;
mod lines;
mod marks;
mod office;
mod rows;
mod small;
mod terminal;

pub use colours::Colours;
pub use draw::{Around, draw};
pub(crate) use rows::coupon_rows;

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::mpsc,
    task::spawn_blocking,
    time::{interval, timeout},
};

use crate::{
    catalogue::Catalogue,
    link::Link,
    machine::Machine,
    sale::Sale,
    scanner::{
        folder::{Folder, POLL_INTERVAL},
        picture::{self, ScanError},
    },
    session::{Act, Event, Order, Session},
    shell::Running,
    till::{Recovery, Till},
    words::Lang,
};

/// How often the offers are refreshed.
const OFFERS_INTERVAL: Duration = Duration::from_secs(60);
/// How long a shopper waits for the offers of a code that names unknown ones.
const OFFERS_PATIENCE: Duration = Duration::from_millis(1_500);
/// Events that may wait for the screen.
const EVENTS_MAX: usize = 64;

/// What the cashier's till is set to.
#[derive(Debug, Clone)]
pub struct TillUi {
    /// The cashier's language.
    pub lang: Lang,
    /// The items on sale.
    pub catalogue: Catalogue,
    /// A folder to watch for pictures.
    pub watch: Option<PathBuf>,
    /// The till's number, for the head of the screen.
    pub terminal_id: String,
}

/// Runs until the cashier quits or the input ends.
pub async fn run(till: Till, recoveries: Vec<Recovery>, ui: TillUi) -> std::io::Result<()> {
    let (sender, events) = mpsc::channel(EVENTS_MAX);
    let session = Session::new(ui.lang, ui.catalogue, till.currency(), recoveries.len());
    let counter = Counter { till: Arc::new(till), events: sender, paying: Arc::default(), lang: ui.lang };
    for recovery in recoveries {
        counter.follow_recovery(recovery);
    }
    if let Some(folder) = &ui.watch {
        counter.watch_folder(folder);
    }
    if std::io::stdout().is_terminal() && std::io::stdin().is_terminal() {
        counter.keep_fresh();
        let (terminal_id, watch) = (ui.terminal_id, ui.watch);
        let colours = Colours::of_environment();
        let around = Around { terminal_id, watch, colours, ..Around::default() };
        terminal::run(&counter, session, events, around).await
    } else {
        counter.reload_offers().await;
        lines::run(&counter, session, events, tokio::io::stdin(), std::io::stdout()).await
    }
}

/// The till with the tasks that work for it; each reports by an event.
struct Counter {
    till: Arc<Till>,
    events: mpsc::Sender<Event>,
    /// The cashier's language.
    lang: Lang,
    /// The payment that the shopper waits for.
    paying: Arc<Mutex<Option<Running>>>,
}

impl Counter {
    /// Carries an act out; [`Act::Quit`] is the caller's.
    fn carry_out(&self, act: Act) {
        match act {
            Act::Read(path) => self.read(path),
            Act::Pay(order) => self.pay(order),
            Act::Quote(order) => self.quote(order),
            Act::GiveUp => {
                if let Some(running) = self.paying.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
                    running.give_up();
                }
            }
            Act::History => self.history(),
            Act::LookUp(payment_id) => self.look_up(payment_id),
            Act::GiveBack(from, returned) => self.give_back(*from, returned),
            Act::CloseDay => self.close_day(),
            Act::Quit => {}
        }
    }

    fn read(&self, path: PathBuf) {
        let events = self.events.clone();
        tokio::spawn(async move { send(&events, Event::Read(decode_file(path).await)).await });
    }

    fn pay(&self, order: Order) {
        let (till, events) = (Arc::clone(&self.till), self.events.clone());
        let paying = Arc::clone(&self.paying);
        tokio::spawn(async move {
            if !till.knows_offers_of(&order.scan) {
                let fresh = matches!(timeout(OFFERS_PATIENCE, till.refresh_offers()).await, Ok(Ok(())));
                send(&events, Event::Online(fresh)).await;
            }
            let priced = till.price(&order.basket, &order.scan, &order.dropped);
            send(&events, Event::Asking(priced.clone())).await;
            let mut running = till.pay(&priced, &order.scan, Sale { sold: order.sold, ..Sale::default() });
            *paying.lock().unwrap_or_else(PoisonError::into_inner) = Some(running.clone());
            loop {
                let state = running.state();
                let decided = matches!(state, Machine::Ended(_) | Machine::Reversing { .. });
                send(&events, Event::Progress(state.clone())).await;
                if decided {
                    if matches!(state, Machine::Reversing { .. }) {
                        let end = running.ended().await;
                        send(&events, Event::TakenBack(end)).await;
                    }
                    return;
                }
                match state {
                    Machine::Approving { allowed: Some(allowed), .. } => {
                        let until = running.begun_at.0.saturating_add_unsigned(millis(allowed));
                        tokio::select! {
                            _ = running.changed() => {}
                            () = count_down(&till, until, &events) => {}
                        }
                    }
                    // A task that fell over is for the next start, which asks what became of the payment.
                    _ if !running.changed().await => return,
                    _ => {}
                }
            }
        });
    }

    fn quote(&self, order: Order) {
        let (till, events) = (Arc::clone(&self.till), self.events.clone());
        tokio::spawn(async move {
            let priced = till.price(&order.basket, &order.scan, &order.dropped);
            send(&events, Event::Quoted(priced)).await;
        });
    }

    fn follow_recovery(&self, mut recovery: Recovery) {
        let events = self.events.clone();
        tokio::spawn(async move {
            let end = recovery.running.ended().await;
            send(&events, Event::Recovered(Box::new(recovery.left), end)).await;
        });
    }

    fn watch_folder(&self, folder: &Path) {
        let events = self.events.clone();
        let mut folder = Folder::watch(folder);
        tokio::spawn(async move {
            let mut ticks = interval(POLL_INTERVAL);
            while !events.is_closed() {
                ticks.tick().await;
                if let Some(path) = folder.poll() {
                    send(&events, Event::Read(decode_file(path).await)).await;
                }
            }
        });
    }

    /// Keeps the offers fresh as long as the screen is there, and tells it whether the provider can be reached.
    fn keep_fresh(&self) {
        let (till, events) = (Arc::clone(&self.till), self.events.clone());
        tokio::spawn(async move {
            let mut link = till.link();
            let told = async {
                while link.changed().await.is_ok() {
                    let online = *link.borrow_and_update() == Link::Online;
                    send(&events, Event::Online(online)).await;
                }
            };
            tokio::select! {
                () = till.keep_fresh(OFFERS_INTERVAL) => {}
                () = told => {}
                () = events.closed() => {}
            }
        });
    }

    async fn reload_offers(&self) {
        let fresh = self.till.reload_offers().await.is_ok();
        send(&self.events, Event::Online(fresh)).await;
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Says each second how many are left, for as long as it is asked.
async fn count_down(till: &Till, until_ms: i64, events: &mpsc::Sender<Event>) {
    let mut seconds = interval(Duration::from_secs(1));
    loop {
        seconds.tick().await;
        let left = until_ms.saturating_sub(till.now().0).max(0) / 1_000;
        send(events, Event::SecondsLeft(left.unsigned_abs())).await;
    }
}

/// A closed channel means that the cashier has quit: nobody is left to tell.
async fn send(events: &mpsc::Sender<Event>, event: Event) {
    let _ = events.send(event).await;
}

async fn decode_file(path: PathBuf) -> Result<String, ScanError> {
    let decoded = spawn_blocking(move || {
        let bytes = std::fs::read(&path).map_err(|error| ScanError::NotAPicture(error.to_string()))?;
        picture::decode(&bytes)
    });
    decoded.await.unwrap_or(Err(ScanError::NoCode))
}
