//! The till's copy of the offers: the provider's word or nothing, on disk too; and a till that says at once that it is offline.

#![allow(clippy::unwrap_used)]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ed25519_dalek::{Signer, SigningKey};
use pos_agent::{
    ambient::{Ambient, SystemAmbient},
    link::Link,
    machine::{Answer, CallError, Hindrance, Machine, Outcome, Stored},
    offers::{OfferBook, OffersSettings, ProviderKey},
    provider::Payments,
    sale::{Priced, Sale},
    scan::Scan,
    till::Till,
};
use prost::Message;
use proto::{
    convert::{terms_to_wire, time_to_wire},
    v1::{
        CreatePaymentRequest, Offer, PaymentServiceListOffersResponse, Refund, RefundPaymentRequest,
        SignedOffer, TerminalEntry,
    },
};
use shared::{
    code::{TokenNumber, UnsignedCode},
    gs1::Gtin,
    ids::OfferNumber,
    money::{Currency, Money},
    offer::{Reward, Terms, TermsParts, offer_signing_input, offers_signing_input},
    time::UnixMillis,
};

const NOW: UnixMillis = UnixMillis(1_790_000_000_000);
const HOUR_MS: i64 = 3_600_000;

fn provider_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn trusted() -> Option<ProviderKey> {
    Some(hex::encode(provider_key().verifying_key().as_bytes()).parse().unwrap())
}

fn signed(number: u32, key: &SigningKey) -> SignedOffer {
    let reward = Reward::AmountOffEach { amount_minor: 500, max_units: 1 };
    let item = Gtin::parse("6901234567892").unwrap();
    let parts = TermsParts::new(Currency::CNY, vec![item], reward, UnixMillis(0), UnixMillis(NOW.0 * 2));
    let terms = Terms::try_from(TermsParts { stores: vec!["M1001".parse().unwrap()], ..parts }).unwrap();
    let offer = Offer { offer_number: number, terms: Some(terms_to_wire(&terms)), ..Offer::default() }
        .encode_to_vec();
    let signature = key.sign(&offer_signing_input(&offer)).to_bytes().to_vec();
    SignedOffer { offer, signature }
}

/// An answer of the provider to what changed since revision 0.
fn page(revision: u64, as_of: UnixMillis, offers: Vec<SignedOffer>) -> PaymentServiceListOffersResponse {
    let stamp = provider_key().sign(&offers_signing_input(0, revision, as_of));
    PaymentServiceListOffersResponse {
        signed_offers: offers,
        revision,
        as_of: Some(time_to_wire(as_of)),
        signature: stamp.to_bytes().to_vec(),
        ..PaymentServiceListOffersResponse::default()
    }
}

#[test]
fn only_what_the_provider_signed_is_an_offer() {
    let other = SigningKey::from_bytes(&[1; 32]);
    let mut changed = signed(100_003, &provider_key());
    *changed.offer.last_mut().unwrap() ^= 1;
    let offers = || vec![signed(100_001, &provider_key()), signed(100_002, &other), changed.clone()];
    let mut book = OfferBook::new(trusted());
    book.apply(0, page(7, NOW, offers())).unwrap();
    assert_eq!((book.len(), book.revision(), book.as_of()), (1, 7, Some(NOW)));
    assert!(book.get(OfferNumber(100_001)).is_some());

    // How new it is counts too: an old answer can't be passed off as a new one.
    let check = |change: &dyn Fn(&mut PaymentServiceListOffersResponse)| {
        let mut page = page(8, NOW, vec![]);
        change(&mut page);
        assert!(OfferBook::new(trusted()).apply(0, page).is_err());
    };
    check(&|page| page.as_of = Some(time_to_wire(UnixMillis(NOW.0 + 1))));
    check(&|page| page.revision = 9);
    check(&|page| page.signature.clear());
    assert!(OfferBook::new(trusted()).apply(1, page(8, NOW, vec![])).is_err(), "asked with another revision");
    assert!("12".parse::<ProviderKey>().is_err());
}

#[test]
fn what_lies_on_the_disk_is_checked_again_when_it_is_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let mut book = OfferBook::new(trusted());
    book.apply(0, page(7, NOW, vec![signed(100_001, &provider_key())])).unwrap();
    book.store(dir.path()).unwrap();
    let loaded = OfferBook::load(dir.path(), trusted());
    assert_eq!((loaded.len(), loaded.revision(), loaded.as_of()), (1, 7, Some(NOW)));

    let path = dir.path().join("offers.bin");
    let whole = std::fs::read(&path).unwrap();
    for place in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x55;
        std::fs::write(&path, bytes).unwrap();
        let loaded = OfferBook::load(dir.path(), trusted());
        let same = loaded.get(OfferNumber(100_001)) == book.get(OfferNumber(100_001));
        assert!(loaded.is_empty() || same, "byte {place} was changed");
        assert!(loaded.as_of().is_none_or(|as_of| as_of == NOW), "byte {place} was changed");
    }
    std::fs::write(&path, &whole).unwrap();
    let other = hex::encode(SigningKey::from_bytes(&[1; 32]).verifying_key().as_bytes()).parse().ok();
    assert!(OfferBook::load(dir.path(), other).is_empty(), "another provider's");
}

/// A provider that pays, as long as the line holds.
#[derive(Default)]
struct Line {
    cut: AtomicBool,
    created: Mutex<Vec<String>>,
    reversed: Mutex<Vec<String>>,
}

impl Line {
    fn through<T>(&self, answer: T) -> Result<T, CallError> {
        if self.cut.load(Ordering::SeqCst) { Err(CallError::Lost("cut".into())) } else { Ok(answer) }
    }
}

fn answer(stored: Stored) -> Answer {
    Answer { stored, payment: Box::default() }
}

#[tonic::async_trait]
impl Payments for Line {
    async fn resolve_token(
        &self,
        _: shared::code::TokenNumber,
    ) -> Result<Vec<shared::ids::OfferNumber>, CallError> {
        Ok(Vec::new())
    }

    async fn create(&self, request: CreatePaymentRequest) -> Result<Answer, CallError> {
        self.created.lock().unwrap().push(request.payment_id);
        self.through(answer(Stored::Completed))
    }

    async fn query(&self, _: &str) -> Result<Answer, CallError> {
        self.through(answer(Stored::Completed))
    }

    async fn reverse(&self, payment_id: &str) -> Result<Answer, CallError> {
        self.through(())?;
        self.reversed.lock().unwrap().push(payment_id.to_owned());
        Ok(answer(Stored::Reversed))
    }

    async fn watch_approval(&self, _: &str) -> Result<(), CallError> {
        self.through(())
    }

    async fn refund(&self, _: RefundPaymentRequest) -> Result<Refund, CallError> {
        self.through(Refund::default())
    }

    async fn entries(&self, _: UnixMillis, _: UnixMillis) -> Result<Vec<TerminalEntry>, CallError> {
        self.through(vec![])
    }

    async fn offers(&self, since: u64, _: String) -> Result<PaymentServiceListOffersResponse, CallError> {
        let stamp = provider_key().sign(&offers_signing_input(since, 1, NOW)).to_bytes().to_vec();
        let offers = if since == 0 { vec![signed(100_001, &provider_key())] } else { vec![] };
        self.through(PaymentServiceListOffersResponse { signature: stamp, ..page(1, NOW, offers) })
    }
}

/// A clock that can be set.
struct Hand(Mutex<UnixMillis>);

impl Ambient for Hand {
    fn now(&self) -> UnixMillis {
        *self.0.lock().unwrap()
    }

    fn new_id(&self) -> String {
        SystemAmbient.new_id()
    }
}

fn priced() -> Priced {
    let money = |minor| Money::new(Currency::CNY, minor);
    Priced {
        gross: money(450),
        discount: money(0),
        due: money(450),
        applied: vec![],
        refused: vec![],
        exact: true,
    }
}

fn scan() -> Scan {
    let token = TokenNumber::from_body(900_000_000_000_000_001).unwrap();
    let code = UnsignedCode { token, language: None, issued_at: 1, claims: vec![] }.sign_with([1; 64]);
    Scan::read(&code.encode()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn without_network_the_till_says_so_at_once_and_finishes_what_is_open() {
    let (line, dir) = (Arc::new(Line::default()), tempfile::tempdir().unwrap());
    let hand = Arc::new(Hand(Mutex::new(NOW)));
    let trust = OffersSettings { provider_key: trusted(), age_max: Duration::from_secs(3_600) };
    let open =
        || Till::open_with(Arc::clone(&line) as _, dir.path(), Currency::CNY, trust, Arc::clone(&hand) as _);
    let (till, _) = open().unwrap();
    let till = Arc::new(till);
    let fresh = tokio::spawn({
        let till = Arc::clone(&till);
        async move { till.keep_fresh(Duration::from_secs(60)).await }
    });
    let mut link = till.link();
    link.wait_for(|link| *link == Link::Online).await.unwrap();
    assert_eq!((till.offer_count(), till.hindrance()), (1, None));

    // The line is cut while a payment is asked for.
    line.cut.store(true, Ordering::SeqCst);
    let mut first = till.pay(&priced(), &scan(), Sale::default());
    first.changed().await;
    link.wait_for(|link| *link == Link::Offline).await.unwrap();
    let state = till.pay(&priced(), &scan(), Sale::default()).ended().await;
    assert_eq!(state, Machine::Ended(Outcome::NotSent(Hindrance::Offline)), "and nothing is written down");
    assert_eq!(till.history(UnixMillis(i64::MAX), 10).unwrap().len(), 1);
    assert!(matches!(first.decided().await, Machine::Reversing { .. }), "the open one goes on");
    line.cut.store(false, Ordering::SeqCst);
    assert_eq!(first.ended().await, Machine::Ended(Outcome::Reversed));
    assert_eq!(*line.reversed.lock().unwrap(), [first.payment_id.clone()]);
    link.wait_for(|link| *link == Link::Online).await.unwrap();
    let paid = till.pay(&priced(), &scan(), Sale::default()).ended().await;
    assert!(matches!(paid, Machine::Ended(Outcome::Paid(_))), "{paid:?}");

    // The provider's word on the offers gets old.
    *hand.0.lock().unwrap() = UnixMillis(NOW.0 + HOUR_MS);
    assert_eq!(till.hindrance(), None);
    *hand.0.lock().unwrap() = UnixMillis(NOW.0 + HOUR_MS + 1);
    assert_eq!(till.hindrance(), Some(Hindrance::OffersTooOld));
    fresh.abort();
    let _ = fresh.await;
    drop(till);
    let (again, _) = open().unwrap();
    assert_eq!((again.offer_count(), again.hindrance()), (1, Some(Hindrance::OffersTooOld)), "from disk too");
}
