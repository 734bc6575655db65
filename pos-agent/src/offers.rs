//! The till's copy of the offers that its shop honours, kept on disk so that a till without network still knows them.
//!
//! On disk it is the provider's own signed answer to ListOffers, so there is one format and one parser; where the till has the
//! provider's key, signatures are checked when they come and again when they are loaded. The file can be deleted at any time: the
//! next refresh fetches it whole.

mod signed;

pub use signed::{KeyError, ProviderKey};

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use prost::Message;
use proto::{
    convert::terms_from_wire,
    v1::{LocalizedText, Offer, PaymentServiceListOffersResponse, SignedOffer},
};
use shared::{
    ids::{MerchantId, OfferNumber},
    offer::{Store, Terms, TermsParts},
    time::UnixMillis,
};
use tracing::warn;

use crate::{disk, machine::CallError, provider::Payments};

/// Pages that one refresh reads at most: 500 offers each, far above what one shop has.
const PAGES_MAX: usize = 200;
/// How old the copy may be where the settings don't say.
pub const OFFERS_AGE_MAX: Duration = Duration::from_secs(86_400);

const FILE: &str = "offers.bin";

/// The shop as the terms in the book know it: the provider sends only offers that the caller's shop honours, so the book
/// keeps their terms without the list of shops and branches, and any shop is this one.
pub const THIS_SHOP: Store = Store { merchant: MerchantId(0), branch: None };

/// What a till trusts in offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffersSettings {
    /// The provider's key; without it signatures are not checked.
    pub provider_key: Option<ProviderKey>,
    /// How old the copy may be for a new payment.
    pub age_max: Duration,
}

impl Default for OffersSettings {
    fn default() -> Self {
        Self { provider_key: None, age_max: OFFERS_AGE_MAX }
    }
}

/// An offer as the till needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownOffer {
    /// What it is for.
    pub title: LocalizedText,
    /// The promise, for [`THIS_SHOP`].
    pub terms: Terms,
}

/// The copy on disk: the offers in one answer, and what its stamp was asked with.
#[derive(Clone, PartialEq, Message)]
struct Stored {
    #[prost(uint64, tag = "1")]
    since_revision: u64,
    #[prost(message, optional, tag = "2")]
    answer: Option<PaymentServiceListOffersResponse>,
}

/// All offers of the shop, at a revision.
#[derive(Debug, Default)]
pub struct OfferBook {
    key: Option<ProviderKey>,
    wire: BTreeMap<u32, SignedOffer>,
    known: BTreeMap<OfferNumber, KnownOffer>,
    /// The last answer without its offers, and the revision it was asked with.
    stamp: PaymentServiceListOffersResponse,
    since_revision: u64,
    as_of: Option<UnixMillis>,
}

impl OfferBook {
    /// An empty book.
    pub fn new(key: Option<ProviderKey>) -> Self {
        Self { key, ..Self::default() }
    }

    /// The book as the last run left it. A damaged one, or one that the provider does not vouch for, is as good as none.
    pub fn load(data_dir: &Path, key: Option<ProviderKey>) -> Self {
        let path = file(data_dir);
        let useless = |problem: &dyn std::fmt::Display| {
            warn!(path = %path.display(), %problem, "the stored offers can't be used");
            Self::new(key)
        };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::new(key),
            Err(error) => return useless(&error),
        };
        match Stored::decode(bytes.as_slice()) {
            Ok(Stored { since_revision, answer: Some(answer) }) => {
                let mut book = Self::new(key);
                match book.apply(since_revision, answer) {
                    Ok(()) => book,
                    Err(problem) => useless(&problem),
                }
            }
            Ok(Stored { answer: None, .. }) => useless(&"there is nothing in it"),
            Err(error) => useless(&error),
        }
    }

    /// Keeps the book for the next run.
    pub fn store(&self, data_dir: &Path) -> io::Result<()> {
        let signed_offers = self.wire.values().cloned().collect();
        let answer = PaymentServiceListOffersResponse { signed_offers, ..self.stamp.clone() };
        let stored = Stored { since_revision: self.since_revision, answer: Some(answer) };
        disk::replace(data_dir, &file(data_dir), &stored.encode_to_vec())
    }

    /// Takes in one page that was asked for with a revision. A page that the provider does not vouch for changes nothing; of its
    /// offers those that it does not vouch for are left out.
    pub fn apply(
        &mut self,
        since_revision: u64,
        page: PaymentServiceListOffersResponse,
    ) -> Result<(), &'static str> {
        let as_of = match &self.key {
            Some(key) => {
                Some(key.as_of(since_revision, &page).ok_or("the answer is not signed by the provider")?)
            }
            None => signed::as_of(&page),
        };
        for signed in &page.signed_offers {
            if let Err(problem) = self.take_in(signed) {
                warn!(problem, "an offer can't be used");
            }
        }
        self.stamp = PaymentServiceListOffersResponse { signed_offers: Vec::new(), ..page };
        self.since_revision = since_revision;
        self.as_of = as_of;
        Ok(())
    }

    fn take_in(&mut self, signed: &SignedOffer) -> Result<(), String> {
        if self.key.is_some_and(|key| !key.vouches_for(signed)) {
            return Err("it is not signed by the provider".to_owned());
        }
        let offer = Offer::decode(signed.offer.as_slice()).map_err(|error| error.to_string())?;
        // An offer of a kind that came with a later version: this till doesn't know it, and says so of its coupons.
        let known = known(&offer).map_err(|problem| format!("{}: {problem}", offer.offer_number))?;
        self.known.insert(OfferNumber(offer.offer_number), known);
        self.wire.insert(offer.offer_number, signed.clone());
        Ok(())
    }

    /// The offer of this number.
    pub fn get(&self, number: OfferNumber) -> Option<&KnownOffer> {
        self.known.get(&number)
    }

    /// The revision that the book is at; 0 where it is empty.
    pub fn revision(&self) -> u64 {
        self.stamp.revision
    }

    /// When the provider said that this is all; none where it never did.
    pub fn as_of(&self) -> Option<UnixMillis> {
        self.as_of
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

/// What changed after `revision`, page by page.
pub(crate) async fn changes_since(
    provider: &dyn Payments,
    revision: u64,
) -> Result<Vec<PaymentServiceListOffersResponse>, CallError> {
    let mut pages = Vec::new();
    let mut token = String::new();
    while pages.len() < PAGES_MAX {
        let page = provider.offers(revision, token).await?;
        token = page.next_page_token.clone();
        pages.push(page);
        if token.is_empty() {
            return Ok(pages);
        }
    }
    Err(CallError::Lost(format!("more than {PAGES_MAX} pages of offers")))
}

fn known(offer: &Offer) -> Result<KnownOffer, String> {
    let terms = offer.terms.as_ref().ok_or("it has no terms")?;
    let terms = terms_from_wire(terms).map_err(|error| error.to_string())?;
    let everywhere = TermsParts { stores: Vec::new(), branches: Vec::new(), ..terms.parts().clone() };
    let terms = Terms::try_from(everywhere).map_err(|error| error.to_string())?;
    Ok(KnownOffer { title: offer.title.clone().unwrap_or_default(), terms })
}

fn file(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}
