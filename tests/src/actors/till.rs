//! A till: the agent's own library, with its journal in a folder of its own.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use pos_agent::{
    ambient::Ambient,
    journal,
    machine::{Ending, Machine, Outcome},
    offers::OffersSettings,
    provider::ProviderSettings,
    sale::{Priced, Sale},
    scan::Scan,
    shell::Running,
    till::{Recovery, Till as Agent, TillSettings},
};
use proto::v1::Payment;
use shared::{
    basket::{Basket, Line},
    gs1::Gtin,
    money::Currency,
    time::UnixMillis,
};
use tempfile::TempDir;

use super::{Now, payment_id};

/// Item, units, price of one in minor units.
pub type Item<'a> = (&'a str, u32, i64);

/// A till with an agent.
pub struct Till {
    agent: Agent,
    data_dir: PathBuf,
    /// The folder goes with the last till that works in it.
    folder: Arc<TempDir>,
    settings: TillSettings,
    now: Now,
}

/// What came of asking for the money.
#[derive(Debug)]
pub struct Sold {
    /// What the till showed.
    pub priced: Priced,
    /// How it ended.
    pub outcome: Outcome,
}

impl Till {
    /// A till that reaches the provider at `url`; its offers are fetched if the provider can be reached.
    pub async fn open(url: &str, key: String, now: Now) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let provider = ProviderSettings { address: url.to_owned(), ca_pem: None, key };
        let data_dir = folder.path().to_owned();
        let settings =
            TillSettings { provider, data_dir, currency: Currency::CNY, offers: OffersSettings::default() };
        let (till, recoveries) = Self::resume(settings, folder, now);
        assert!(recoveries.is_empty(), "a new till has nothing to recover");
        till.agent.refresh_offers().await.ok();
        till
    }

    /// The same till with its line to the provider laid elsewhere.
    #[must_use]
    pub fn behind(self, url: &str) -> Self {
        let Self { agent, folder, mut settings, now, .. } = self;
        // Its journal is one program's alone.
        drop(agent);
        url.clone_into(&mut settings.provider.address);
        let (till, recoveries) = Self::resume(settings, folder, now);
        assert!(recoveries.is_empty(), "the till has sold nothing yet");
        till
    }

    fn resume(settings: TillSettings, folder: Arc<TempDir>, now: Now) -> (Self, Vec<Recovery>) {
        let hand = Arc::new(Hand(now.clone()));
        let (agent, recoveries) = Agent::open(&settings, hand).expect("the till opens");
        let data_dir = settings.data_dir.clone();
        (Self { agent, data_dir, folder, settings, now }, recoveries)
    }

    /// Fetches the offers that are new.
    pub async fn refresh(&self) {
        self.agent.refresh_offers().await.expect("the offers are fetched");
    }

    /// What it would show for a basket and a scanned code.
    pub fn price(&self, basket: &[Item<'_>], code: &str) -> (Priced, Scan) {
        let scan = Scan::read(code).expect("a code that can be read");
        (self.agent.price(&basket_of(basket), &scan, &[]), scan)
    }

    /// One scan: prices the basket with the code's coupons and asks for the money until there is an outcome.
    pub async fn pay(&self, basket: &[Item<'_>], code: &str) -> Sold {
        let (priced, scan) = self.price(basket, code);
        let outcome = outcome(&mut self.agent.pay(&priced, &scan, Sale::default())).await;
        Sold { priced, outcome }
    }

    /// The same, leaving the till in the middle of it.
    pub fn start(&self, basket: &[Item<'_>], code: &str) -> Running {
        let (priced, scan) = self.price(basket, code);
        self.agent.pay(&priced, &scan, Sale::default())
    }

    /// How each payment ended, by its journal; those that are still under way are missing.
    pub fn journal(&self) -> BTreeMap<String, Ending> {
        journal(&self.data_dir)
    }
}

/// The last word of a till's journal on each of its payments that is over.
pub fn journal(data_dir: &Path) -> BTreeMap<String, Ending> {
    let all = journal::endings(data_dir).expect("the journal can be read");
    all.into_iter().filter_map(|(payment, ending)| Some((payment, ending?))).collect()
}

impl Sold {
    /// The payment, which must have gone through.
    pub fn completed(self) -> Payment {
        match self.outcome {
            Outcome::Paid(payment) => *payment,
            other => panic!("not paid: {other:?}"),
        }
    }
}

/// Brings everything that a till's journal has unfinished to its end.
pub async fn recover(url: &str, key: &str, data_dir: &Path, now: Now) {
    let provider = ProviderSettings { address: url.to_owned(), ca_pem: None, key: key.to_owned() };
    let settings = TillSettings {
        provider,
        data_dir: data_dir.to_owned(),
        currency: Currency::CNY,
        offers: OffersSettings::default(),
    };
    let (_till, recoveries) = Agent::open(&settings, Arc::new(Hand(now))).expect("the till opens");
    for mut recovery in recoveries {
        outcome(&mut recovery.running).await;
    }
}

/// How a payment ends.
pub async fn outcome(running: &mut Running) -> Outcome {
    match running.ended().await {
        Machine::Ended(outcome) => outcome,
        other => panic!("the till stopped in the middle: {other:?}"),
    }
}

/// A checked basket.
pub fn basket_of(items: &[Item<'_>]) -> Basket {
    let line = |(gtin, units, unit_price_minor): &Item<'_>| Line {
        gtin: Gtin::parse(gtin).expect("a GTIN"),
        units: *units,
        unit_price_minor: *unit_price_minor,
        grams: 0,
    };
    Basket::new(Currency::CNY, items.iter().map(line).collect()).expect("a basket")
}

struct Hand(Now);

impl Ambient for Hand {
    fn now(&self) -> UnixMillis {
        (self.0)()
    }

    fn new_id(&self) -> String {
        payment_id()
    }
}
