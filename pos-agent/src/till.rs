//! The till as a library: offers in, code priced, money asked for exactly once, what was left unfinished brought to its end.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use proto::v1::PaymentServiceListOffersResponse;
use shared::{basket::Basket, ids::OfferNumber, money::Currency, offer::Refusal, time::UnixMillis};
use thiserror::Error;
use tracing::warn;

use crate::{
    ambient::Ambient,
    journal::{Journal, JournalError, Unfinished},
    machine::CallError,
    offers::{self, OfferBook},
    provider::{Provider, ProviderSettings, SettingsError},
    sale::{Priced, price},
    scan::Scan,
    shell::{Running, Shell},
};

/// What a till needs to know.
#[derive(Clone)]
pub struct TillSettings {
    /// The provider.
    pub provider: ProviderSettings,
    /// Where journal and offers are kept; this till's alone.
    pub data_dir: PathBuf,
    /// The currency of its prices.
    pub currency: Currency,
}

/// Why a till can't be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A payment of the last run, being brought to its end.
#[derive(Debug, Clone)]
pub struct Recovery {
    /// What the journal says of it.
    pub left: Unfinished,
    /// Where it stands now.
    pub running: Running,
}

/// An open till.
pub struct Till {
    shell: Arc<Shell>,
    offers: Mutex<OfferBook>,
    data_dir: PathBuf,
    currency: Currency,
}

impl Till {
    /// Opens journal and offers, and at once sees to what the last run left unfinished, in the background. Must be called within a
    /// tokio runtime; nothing waits for the network.
    pub fn open(
        settings: &TillSettings,
        ambient: Arc<dyn Ambient>,
    ) -> Result<(Self, Vec<Recovery>), OpenError> {
        let provider = Provider::new(&settings.provider)?;
        let (journal, unfinished) = Journal::open(&settings.data_dir)?;
        let shell = Shell::new(provider, ambient, journal);
        let till = Self {
            shell: Arc::clone(&shell),
            offers: Mutex::new(OfferBook::load(&settings.data_dir)),
            data_dir: settings.data_dir.clone(),
            currency: settings.currency,
        };
        let resume = |left: Unfinished| Recovery { running: shell.resume(left.clone()), left };
        Ok((till, unfinished.into_iter().map(resume).collect()))
    }

    /// The currency of its prices.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The time by its clock.
    pub fn now(&self) -> UnixMillis {
        self.shell.ambient.now()
    }

    /// How many offers it knows.
    pub fn offer_count(&self) -> usize {
        self.book().len()
    }

    /// Fetches what changed of the offers and keeps it on disk.
    pub async fn refresh_offers(&self) -> Result<(), CallError> {
        let revision = self.book().revision();
        let pages = offers::changes_since(&self.shell.provider, revision).await?;
        self.take_in(pages, false);
        Ok(())
    }

    fn take_in(&self, pages: Vec<PaymentServiceListOffersResponse>, anew: bool) {
        let mut book = self.book();
        if anew {
            *book = OfferBook::default();
        } else if pages.iter().all(|page| page.signed_offers.is_empty()) {
            return;
        }
        pages.into_iter().for_each(|page| book.apply(page));
        if let Err(error) = book.store(&self.data_dir) {
            warn!(%error, "the offers can't be stored");
        }
    }

    /// Fetches all offers anew: what a till does when it starts, so that a book from long ago, or of a provider whose data was
    /// replaced, doesn't stay.
    pub async fn reload_offers(&self) -> Result<(), CallError> {
        let pages = offers::changes_since(&self.shell.provider, 0).await?;
        self.take_in(pages, true);
        Ok(())
    }

    /// Whether the till has heard of every offer that a code names; where it hasn't, a refresh may help.
    pub fn knows_offers_of(&self, scan: &Scan) -> bool {
        let book = self.book();
        scan.claims.iter().all(|claim| book.get(claim.offer_number).is_some())
    }

    /// Prices a basket with the coupons of a code, without those in `dropped`, at the time of the till's clock.
    pub fn price(&self, basket: &Basket, scan: &Scan, dropped: &[(OfferNumber, Refusal)]) -> Priced {
        price(basket, scan, &self.book(), dropped, self.now())
    }

    /// Asks for the money, under a new payment id.
    pub fn pay(&self, priced: &Priced, scan: &Scan, reference: &str) -> Running {
        let payment_id = self.shell.ambient.new_payment_id();
        self.shell.start(priced.request(payment_id, scan, reference))
    }

    fn book(&self) -> MutexGuard<'_, OfferBook> {
        self.offers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
