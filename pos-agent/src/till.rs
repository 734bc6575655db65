//! The till as a library: offers in, code priced, money asked for exactly once, what was left unfinished brought to its end.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use shared::{
    basket::Basket, code::TokenNumber, ids::OfferNumber, money::Currency, offer::Refusal, time::UnixMillis,
};
use thiserror::Error;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use tracing::warn;

use crate::{
    ambient::Ambient,
    attention::{self, Attention},
    day::{self, DayReport},
    journal::{Asked, BackLine, Journal, JournalError, RefundRecord, SaleRecord, Unfinished},
    link::{Link, Watched},
    machine::{CallError, Hindrance},
    offers::{self, OfferBook, OffersSettings},
    provider::{Payments, Provider, ProviderSettings, SettingsError},
    returns::{ReturnError, Returnable, Returned},
    sale::{BareToken, Means, Priced, Sale, price},
    scan::Scan,
    shell::{Running, RunningRefund, Shell},
};

/// How long the provider may take to say what has changed, before the till calls itself offline.
const PROBE_PATIENCE: Duration = Duration::from_secs(2);
/// The pause between tries while offline.
pub const OFFLINE_PAUSE: Duration = Duration::from_secs(1);

/// What a till needs to know.
#[derive(Clone)]
pub struct TillSettings {
    /// The provider.
    pub provider: ProviderSettings,
    /// Where journal and offers are kept; this till's alone.
    pub data_dir: PathBuf,
    /// The currency of its prices.
    pub currency: Currency,
    /// What it trusts in offers.
    pub offers: OffersSettings,
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

/// Why the day can't be closed.
#[derive(Debug, Error)]
pub enum CloseError {
    /// The provider can't be asked.
    #[error("the provider can't be asked: {0:?}")]
    Provider(CallError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A payment of the last run, being brought to its end.
#[derive(Debug, Clone)]
pub struct Recovery {
    /// What the journal says of it.
    pub left: SaleRecord,
    /// Where it stands now.
    pub running: Running,
}

/// A refund that was asked for.
#[derive(Debug, Clone)]
pub enum GivenBack {
    /// It has just been begun, or has no certain answer yet.
    UnderWay(RunningRefund),
    /// It was asked for before and is over.
    Over(Box<RefundRecord>),
}

/// An open till.
pub struct Till {
    giving: Mutex<()>,
    line: Arc<Watched>,
    trust: OffersSettings,
    shell: Arc<Shell>,
    offers: Mutex<OfferBook>,
    data_dir: PathBuf,
    currency: Currency,
}

impl Till {
    /// Opens journal and offers, and at once sees to what the last run left unfinished, in the background: payments are told to the
    /// caller, refunds just go on. Must be called within a tokio runtime; nothing waits for the network.
    pub fn open(
        settings: &TillSettings,
        ambient: Arc<dyn Ambient>,
    ) -> Result<(Self, Vec<Recovery>), OpenError> {
        let provider = Arc::new(Provider::new(&settings.provider)?);
        Ok(Self::open_with(provider, &settings.data_dir, settings.currency, settings.offers, ambient)?)
    }

    /// The same, with a provider that is reached in another way.
    pub fn open_with(
        provider: Arc<dyn Payments>,
        data_dir: &Path,
        currency: Currency,
        trust: OffersSettings,
        ambient: Arc<dyn Ambient>,
    ) -> Result<(Self, Vec<Recovery>), JournalError> {
        let (journal, Unfinished { sales, refunds }) = Journal::open(data_dir, ambient.now())?;
        let line = Arc::new(Watched::new(provider));
        let shell = Shell::new(Arc::clone(&line) as _, ambient, journal);
        let till = Self {
            giving: Mutex::default(),
            shell: Arc::clone(&shell),
            offers: Mutex::new(OfferBook::load(data_dir, trust.provider_key)),
            line,
            trust,
            data_dir: data_dir.to_owned(),
            currency,
        };
        for left in &refunds {
            shell.resume_refund(left);
        }
        let resume = |left: SaleRecord| Recovery { running: shell.resume(&left), left };
        Ok((till, sales.into_iter().map(resume).collect()))
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
        self.fetch_offers(revision).await
    }

    /// Fetches all offers anew: what a till does when it starts, so that a book from long ago, or of a provider whose data was
    /// replaced, doesn't stay.
    pub async fn reload_offers(&self) -> Result<(), CallError> {
        self.fetch_offers(0).await
    }

    async fn fetch_offers(&self, revision: u64) -> Result<(), CallError> {
        let fetched = offers::changes_since(self.shell.provider.as_ref(), revision).await;
        let pages = fetched.inspect_err(|error| {
            if matches!(error, CallError::Lost(_)) {
                self.line.set(Link::Offline);
            }
        })?;
        let mut book = self.book();
        let mut next =
            if revision == 0 { OfferBook::new(self.trust.provider_key) } else { std::mem::take(&mut *book) };
        let taken_in = pages.into_iter().try_for_each(|page| next.apply(revision, page));
        // Anew means all or nothing; of changes those before the wrong one are right.
        if taken_in.is_ok() || revision != 0 {
            *book = next;
        }
        taken_in.map_err(|problem| CallError::Lost(problem.to_owned()))?;
        if let Err(error) = book.store(&self.data_dir) {
            warn!(%error, "the offers can't be stored");
        }
        Ok(())
    }

    /// Keeps the offers fresh and knows whether the provider can be reached, for as long as this is polled: all offers once, then
    /// what has changed, at these intervals and whenever a call was lost; while offline every [`OFFLINE_PAUSE`].
    pub async fn keep_fresh(&self, every: Duration) {
        let mut reloaded = false;
        loop {
            let fresh = if reloaded {
                let late = || Err(CallError::Lost("no answer in time".to_owned()));
                timeout(PROBE_PATIENCE, self.refresh_offers()).await.unwrap_or_else(|_| late())
            } else {
                self.reload_offers().await
            };
            reloaded |= fresh.is_ok();
            if let Err(error) = fresh {
                warn!(?error, "the offers are those of the last time");
                self.line.set(Link::Offline);
                sleep(OFFLINE_PAUSE).await;
                continue;
            }
            // A doubt that was raised before the answer is cleared up by it.
            let _ = timeout(Duration::ZERO, self.line.doubted()).await;
            let _ = timeout(every, self.line.doubted()).await;
        }
    }

    /// Has whoever keeps the offers fresh look whether the provider answers: a good moment is when a sale begins.
    pub fn look(&self) {
        self.line.doubt();
    }

    /// What is known of the line to the provider, and each change of it.
    pub fn link(&self) -> watch::Receiver<Link> {
        self.line.link()
    }

    /// What keeps the till from taking a new payment; what is under way goes on all the same.
    pub fn hindrance(&self) -> Option<Hindrance> {
        if *self.line.link().borrow() == Link::Offline {
            return Some(Hindrance::Offline);
        }
        let age_max = i64::try_from(self.trust.age_max.as_millis()).unwrap_or(i64::MAX);
        let too_old = |as_of: UnixMillis| self.now().0.saturating_sub(as_of.0) > age_max;
        self.book().as_of().is_some_and(too_old).then_some(Hindrance::OffersTooOld)
    }

    /// Whether the till has heard of every offer that a code names; where it hasn't, a refresh may help.
    pub fn knows_offers_of(&self, scan: &Scan) -> bool {
        self.knows_offers(scan.claims.iter().map(|claim| claim.offer_number))
    }

    /// Whether the till has heard of all of these offers.
    pub fn knows_offers(&self, numbers: impl IntoIterator<Item = OfferNumber>) -> bool {
        let book = self.book();
        numbers.into_iter().all(|number| book.get(number).is_some())
    }

    /// What a token's number stands for, which the provider knows. Nothing is used up by asking.
    pub async fn resolve_token(&self, number: TokenNumber) -> Result<BareToken, CallError> {
        let offers = self.shell.provider.resolve_token(number).await?;
        Ok(BareToken { number, offers })
    }

    /// Prices a basket with the coupons of what the shopper pays with, without those in `dropped`, at the time of the till's clock.
    pub fn price(&self, basket: &Basket, means: &impl Means, dropped: &[(OfferNumber, Refusal)]) -> Priced {
        price(basket, means, &self.book(), dropped, self.now())
    }

    /// Asks for the money, under a new payment id; where something keeps the till from it, says so at once and nothing is sent.
    pub fn pay(&self, priced: &Priced, means: &impl Means, sale: impl Into<Sale>) -> Running {
        let sale = sale.into();
        let payment_id = self.shell.ambient.new_id();
        if let Some(hindrance) = self.hindrance() {
            return self.shell.not_sent(payment_id, Asked::of(priced, &sale), hindrance);
        }
        let request = priced.request(payment_id, means, &sale.reference);
        self.shell.start(request, Asked::of(priced, &sale))
    }

    /// One payment of this till, with what was given back of it.
    pub fn sale(&self, payment_id: &str) -> Result<Option<SaleRecord>, JournalError> {
        self.shell.journal.sale(payment_id)
    }

    /// The newest payment of a checkout, which may have taken several.
    pub fn on_record(&self, checkout_id: &str) -> Result<Option<SaleRecord>, JournalError> {
        self.shell.journal.of_checkout(checkout_id)
    }

    /// The newest payments begun before an instant, newest first.
    pub fn history(&self, before: UnixMillis, limit: u32) -> Result<Vec<SaleRecord>, JournalError> {
        self.shell.journal.latest(before, limit)
    }

    /// What of a payment can be given back, as the provider has it now: of this till or of another one of the shop.
    pub async fn returnable(&self, payment_id: &str) -> Result<Returnable, CallError> {
        let answer = self.shell.provider.query(payment_id).await?;
        let record = self.sale(payment_id).unwrap_or_else(|problem| {
            warn!(payment_id, %problem, "the journal can't be read");
            None
        });
        Ok(Returnable::of(&answer.payment, record.as_ref()))
    }

    /// A new id for a refund.
    pub fn new_id(&self) -> String {
        self.shell.ambient.new_id()
    }

    /// Gives goods back, once for each refund id: asked for again, gives the refund that there is.
    pub fn give_back(
        &self,
        refund_id: &str,
        from: &Returnable,
        returned: &Returned,
    ) -> Result<GivenBack, ReturnError> {
        let _one_at_a_time = self.giving.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |payment_id: &str, lines: &[BackLine], everything: bool| {
            let same = payment_id == from.payment_id && returned.is(lines, everything);
            if same { Ok(()) } else { Err(ReturnError::IdReused) }
        };
        let open = self.shell.open_refunds();
        if let Some(known) = open.iter().find(|refund| refund.request.refund_id == refund_id) {
            same(&known.request.payment_id, &known.lines, known.request.everything)?;
            return Ok(GivenBack::UnderWay(known.clone()));
        }
        if let Some(known) = self.shell.journal.refund(refund_id)? {
            same(&known.payment_id, &known.lines, known.request.everything)?;
            return Ok(GivenBack::Over(Box::new(known)));
        }
        if open.iter().any(|refund| refund.request.payment_id == from.payment_id) {
            return Err(ReturnError::UnderWay);
        }
        let (request, lines) = from.request(refund_id.to_owned(), returned)?;
        Ok(GivenBack::UnderWay(self.shell.give_back(request, from.gross.currency.code(), lines)))
    }

    /// The refund of an id, where this till has begun it.
    pub fn refund(&self, refund_id: &str) -> Result<Option<GivenBack>, JournalError> {
        let mut open = self.shell.open_refunds().into_iter();
        if let Some(running) = open.find(|refund| refund.request.refund_id == refund_id) {
            return Ok(Some(GivenBack::UnderWay(running)));
        }
        Ok(self.shell.journal.refund(refund_id)?.map(|record| GivenBack::Over(Box::new(record))))
    }

    /// Payments under way, oldest first.
    pub fn open_sales(&self) -> Vec<Running> {
        self.shell.open_sales()
    }

    /// Refunds under way, oldest first.
    pub fn open_refunds(&self) -> Vec<RunningRefund> {
        self.shell.open_refunds()
    }

    /// What needs a human, oldest first.
    pub fn attention(&self) -> Result<Vec<Attention>, JournalError> {
        let standing = self.shell.journal.standing()?;
        Ok(attention::list(&self.shell.open_sales(), &self.shell.open_refunds(), &standing))
    }

    /// What moved within a time, by the journal alone.
    pub fn totals(&self, since: UnixMillis, until: UnixMillis) -> Result<DayReport, JournalError> {
        let (sales, refunds) = self.shell.journal.between(since, until)?;
        let report = day::compare((since, until), self.currency, (&sales, &refunds), &[]);
        // Nobody was asked, so nothing differs.
        Ok(DayReport { differences: Vec::new(), ..report })
    }

    /// Compares a time, from the first instant to the first one after it, with what the provider says has moved money at this till.
    pub async fn close_day(&self, since: UnixMillis, until: UnixMillis) -> Result<DayReport, CloseError> {
        let (from, to) = (UnixMillis(since.0 - day::MARGIN_MS), UnixMillis(until.0 + day::MARGIN_MS));
        let entries = self.shell.provider.entries(from, to).await.map_err(CloseError::Provider)?;
        let (sales, refunds) = self.shell.journal.between(from, to)?;
        Ok(day::compare((since, until), self.currency, (&sales, &refunds), &entries))
    }

    fn book(&self) -> MutexGuard<'_, OfferBook> {
        self.offers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
