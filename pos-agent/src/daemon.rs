//! `pos-agent run`: till, lanes and service of one machine, from the settings to a graceful stop.

mod guard;
mod serve;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use thiserror::Error;
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tonic_health::{ServingStatus, server::HealthReporter};
use tracing::{info, warn};

use crate::{
    ambient::SystemAmbient,
    catalogue::{Catalogue, CatalogueError, LiveCatalogue},
    config::{LaneScanner, Settings},
    lanes::Lanes,
    link::Link,
    metrics::Metrics,
    printing::Printers,
    scanner::Scanner,
    till::{OpenError, Till},
};

/// How long calls that are under way may take once all checkouts are over.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);
/// Scans of one scanner that may wait for the lane.
const SCANS_MAX: usize = 16;
/// The name under which health tells whether the provider answers.
pub const PROVIDER_HEALTH: &str = "provider";

/// Why the agent did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The till.
    #[error(transparent)]
    Till(#[from] OpenError),
    /// The catalogue.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The service's address can't be had.
    #[error("{address}: {error}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// An origin that is none, or the schema can't be shown.
    #[error("{0}")]
    Service(String),
}

/// An agent that runs.
pub struct Daemon {
    lanes: Arc<Lanes>,
    address: SocketAddr,
    health: HealthReporter,
    stop: watch::Sender<bool>,
    serving: JoinHandle<io::Result<()>>,
    refreshing: JoinHandle<()>,
    stop_patience: Duration,
    /// At work as long as they are kept.
    _devices: (Option<LiveCatalogue>, Vec<Scanner>),
}

/// Starts an agent: what the last run left unfinished is seen to at once, in the background.
pub async fn start(settings: Settings) -> Result<Daemon, StartError> {
    let live = match &settings.catalogue {
        Some(path) => Some(LiveCatalogue::follow(path, settings.in_store.clone())?),
        None => None,
    };
    let catalogue = live.as_ref().map_or_else(no_catalogue, |live| live.catalogue.clone());
    let (till, recoveries) = Till::open(&settings.till, Arc::new(SystemAmbient))?;
    let (till, metrics) = (Arc::new(till), Arc::new(Metrics::default()));
    info!(unfinished = recoveries.len(), "the journal is open");
    let printers = Printers::start(&settings.printers);
    let lane_ids = settings.lane_ids.clone();
    let lanes = Lanes::open(Arc::clone(&till), lane_ids, recoveries, Arc::clone(&metrics), printers);

    let taken = |error| StartError::Listen { address: settings.listen, error };
    let listener = TcpListener::bind(settings.listen).await.map_err(taken)?;
    let address = listener.local_addr().map_err(taken)?;
    let (health, routes) = serve::routes(&lanes, catalogue, settings.lang).await?;
    let router = serve::router(routes, &lanes, metrics, &settings)?;
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(serve::serve(listener, router, stopped));
    let refreshing = tokio::spawn(keep_fresh(till, settings.offers_interval, health.clone()));
    info!(%address, lanes = settings.lane_ids.len(), "serving");
    let scanners = settings.scanners.iter().map(|scanner| listen(&lanes, scanner)).collect();
    let stop_patience = settings.stop_patience;
    let _devices = (live, scanners);
    Ok(Daemon { lanes, address, health, stop, serving, refreshing, stop_patience, _devices })
}

fn no_catalogue() -> watch::Receiver<Arc<Catalogue>> {
    watch::channel(Arc::default()).1
}

/// Gives what a lane's own scanner reads to the lane.
fn listen(lanes: &Arc<Lanes>, LaneScanner { lane_id, scanner }: &LaneScanner) -> Scanner {
    let (sender, mut scans) = mpsc::channel(SCANS_MAX);
    let (lanes, lane_id) = (Arc::clone(lanes), lane_id.clone());
    let started = Scanner::start(&format!("lane {lane_id}"), scanner.clone(), sender);
    tokio::spawn(async move {
        while let Some(scan) = scans.recv().await {
            lanes.scan(&lane_id, scan.text).await;
        }
    });
    started
}

impl Daemon {
    /// Where `TillService` is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its lanes.
    pub fn lanes(&self) -> &Arc<Lanes> {
        &self.lanes
    }

    /// Stops with grace: payments under way are finished or taken back. Gives how many are left for the next start.
    pub async fn stop(self) -> usize {
        self.health.set_service_status("", ServingStatus::NotServing).await;
        self.refreshing.abort();
        let left = self.lanes.wind_up(self.stop_patience).await;
        self.stop.send_replace(true);
        if tokio::time::timeout(SHUTDOWN_GRACE, self.serving).await.is_err() {
            warn!("callers were still connected");
        }
        info!(left, "stopped");
        left
    }
}

/// Keeps the offers fresh for ever; health tells whether the provider answers.
async fn keep_fresh(till: Arc<Till>, every: Duration, health: HealthReporter) {
    let mut link = till.link();
    let told = async {
        loop {
            let status = match *link.borrow_and_update() {
                Link::Online => ServingStatus::Serving,
                Link::Unknown | Link::Offline => ServingStatus::NotServing,
            };
            health.set_service_status(PROVIDER_HEALTH, status).await;
            if link.changed().await.is_err() {
                return;
            }
        }
    };
    tokio::join!(till.keep_fresh(every), told);
}
