//! The till's copy of the offers that its shop honours, kept on disk so that a till without network still knows them.
//!
//! On disk it is the provider's own answer to ListOffers, so there is one format and one parser. It can be deleted at any
//! time: the next refresh fetches it whole.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use prost::Message;
use proto::{
    convert::terms_from_wire,
    v1::{LocalizedText, Offer, PaymentServiceListOffersResponse, SignedOffer},
};
use shared::{
    ids::{MerchantId, OfferNumber},
    offer::{Store, Terms, TermsParts},
};
use tracing::warn;

use crate::{disk, machine::CallError, provider::Provider};

/// Pages that one refresh reads at most: 500 offers each, far above what one shop has.
const PAGES_MAX: usize = 200;

const FILE: &str = "offers.bin";

/// The shop as the terms in the book know it: the provider sends only offers that the caller's shop honours, so the book
/// keeps their terms without the list of shops and branches, and any shop is this one.
pub const THIS_SHOP: Store = Store { merchant: MerchantId(0), branch: None };

/// An offer as the till needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownOffer {
    /// What it is for.
    pub title: LocalizedText,
    /// The promise, for [`THIS_SHOP`].
    pub terms: Terms,
}

/// All offers of the shop, at a revision.
#[derive(Debug, Default)]
pub struct OfferBook {
    revision: u64,
    wire: BTreeMap<u32, SignedOffer>,
    known: BTreeMap<OfferNumber, KnownOffer>,
}

impl OfferBook {
    /// The book as the last run left it. A damaged one is as good as none.
    pub fn load(data_dir: &Path) -> Self {
        let path = file(data_dir);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::default(),
            Err(error) => {
                warn!(path = %path.display(), %error, "the stored offers can't be read");
                return Self::default();
            }
        };
        match PaymentServiceListOffersResponse::decode(bytes.as_slice()) {
            Ok(stored) => {
                let mut book = Self::default();
                book.apply(stored);
                book
            }
            Err(error) => {
                warn!(path = %path.display(), %error, "the stored offers are damaged");
                Self::default()
            }
        }
    }

    /// Keeps the book for the next run.
    pub fn store(&self, data_dir: &Path) -> io::Result<()> {
        let stored = PaymentServiceListOffersResponse {
            signed_offers: self.wire.values().cloned().collect(),
            revision: self.revision,
            ..PaymentServiceListOffersResponse::default()
        };
        disk::replace(data_dir, &file(data_dir), &stored.encode_to_vec())
    }

    /// Takes in one page.
    pub fn apply(&mut self, page: PaymentServiceListOffersResponse) {
        for signed in page.signed_offers {
            let offer = match Offer::decode(signed.offer.as_slice()) {
                Ok(offer) => offer,
                Err(error) => {
                    warn!(%error, "an offer is damaged");
                    continue;
                }
            };
            match known(&offer) {
                Ok(known) => {
                    self.known.insert(OfferNumber(offer.offer_number), known);
                    self.wire.insert(offer.offer_number, signed);
                }
                // An offer of a kind that came with a later version: this till doesn't know it, and says so of its coupons.
                Err(problem) => warn!(offer = offer.offer_number, problem, "an offer can't be used"),
            }
        }
        self.revision = self.revision.max(page.revision);
    }

    /// The offer of this number.
    pub fn get(&self, number: OfferNumber) -> Option<&KnownOffer> {
        self.known.get(&number)
    }

    /// The revision that the book is at; 0 where it is empty.
    pub fn revision(&self) -> u64 {
        self.revision
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
    provider: &Provider,
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
