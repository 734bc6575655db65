//! A provider in this process: an empty database in a folder of its own, on a free port of the loopback.

use std::{
    net::SocketAddr,
    ops::Deref,
    path::{Path, PathBuf},
    sync::Arc,
};

use server::{
    Running,
    clock::{Clock, ManualClock, Surroundings},
    config::{Config, Rules},
    serve,
    store::Store,
};
use shared::{money::Currency, time::UnixMillis};
use tempfile::TempDir;

use crate::{
    actors::{Now, Till, connect, system_time},
    process::operator_key,
    world::World,
};

/// When stories with a clock of their own begin: 2027-01-15 08:00 UTC.
const BEGIN: UnixMillis = UnixMillis(1_800_000_000_000);

/// A world with its provider in this process.
pub struct Stage {
    world: World,
    /// The provider's clock and everybody's. In a live story nobody looks at it.
    pub clock: Arc<ManualClock>,
    server: Option<Running>,
    config: Config,
    address: SocketAddr,
    outside: Surroundings,
    folder: TempDir,
}

/// What is left of a stage that was shut down.
#[derive(Debug)]
pub struct Remains(TempDir);

impl Stage {
    /// A story with a clock that stands still until it is moved.
    pub async fn set() -> Self {
        let clock = ManualClock::at(BEGIN);
        let now: Now = {
            let clock = Arc::clone(&clock);
            Arc::new(move || clock.now())
        };
        let outside = Surroundings { clock: Arc::<ManualClock>::clone(&clock), ..Surroundings::system() };
        Self::start(Config::default(), outside, clock, now).await
    }

    /// A story in real time, for programs that read the machine's clock.
    pub async fn live() -> Self {
        Self::live_with(Config::default()).await
    }

    /// The same with the wallet's files, and money for whoever opens one.
    pub async fn with_wallet(dist: &Path, welcome_minor: i64) -> Self {
        let rules = Rules { welcome_minor, demo: true, ..Rules::default() };
        Self::live_with(Config { wallet_dir: Some(dist.to_owned()), rules, ..Config::default() }).await
    }

    async fn live_with(config: Config) -> Self {
        Self::start(config, Surroundings::system(), ManualClock::at(BEGIN), system_time()).await
    }

    async fn start(config: Config, outside: Surroundings, clock: Arc<ManualClock>, now: Now) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = open(folder.path(), config.clone(), outside.clone()).await;
        let address = server.address();
        let world = World::begin(connect(&server.url()), &operator_key(folder.path()), now).await;
        Self { world, clock, server: Some(server), config, address, outside, folder }
    }

    /// Where the provider listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A till of the shop with an agent.
    pub async fn till(&self) -> Till {
        Till::open(&self.url(), self.shop.till_key("Lane 1").await, self.time()).await
    }

    /// The same in one of its branches.
    pub async fn till_at(&self, branch_gln: &str) -> Till {
        Till::open(&self.url(), self.shop.till_key_at("Lane 1", branch_gln).await, self.time()).await
    }

    /// Settles what is due by time, as the provider does every minute.
    pub async fn sweep(&self) {
        self.server.as_ref().expect("the provider runs").sweep().await.expect("the sweep succeeds");
    }

    /// Stops the provider for a while.
    pub async fn stop(&mut self) {
        let server = self.server.take().expect("the provider runs");
        server.shutdown().await;
    }

    /// Starts it again, on its database and at its address.
    pub async fn go_on(&mut self) {
        let config = Config { listen: self.address, ..self.config.clone() };
        self.server = Some(open(self.folder.path(), config, self.outside.clone()).await);
    }

    /// Ends the provider.
    pub async fn shut_down(mut self) -> Remains {
        self.stop().await;
        Remains(self.folder)
    }
}

async fn open(folder: &Path, config: Config, outside: Surroundings) -> Running {
    let store = Store::open(folder, Currency::CNY, &outside).expect("the database opens");
    serve(config, store, outside).await.expect("the provider starts")
}

impl Remains {
    /// The provider's database.
    pub fn database(&self) -> PathBuf {
        database(self.0.path())
    }
}

/// The database in a provider's folder.
pub fn database(data_dir: &Path) -> PathBuf {
    data_dir.join("onescan.sqlite")
}

impl Deref for Stage {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}
