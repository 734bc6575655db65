//! A provider with shops, campaigns and wallets, made through its public API, and the payments that they allow, signed beforehand.

pub(crate) mod enrol;
pub(crate) mod history;
pub(crate) mod kept;
pub(crate) mod phone;

use std::ops::Range;

use proto::{convert, v1};
use shared::{ids::OfferNumber, offer::Terms};
use tonic::{Request, transport::Channel};

use crate::{
    bench::Bench,
    load::{self, Call, Pace},
    program::Program,
};
use enrol::Enrolled;
use phone::Phone;

pub(crate) const PRICE_MINOR: i64 = 3_000;
pub(crate) const OFF_MINOR: i64 = 500;
/// Calls that make the world go on at the same time.
const AT_ONCE: usize = 64;

/// How large a world is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub shops: usize,
    pub campaigns: usize,
    pub wallets: usize,
}

/// Whom the payments go to, and whose coupons they redeem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// Shops and campaigns in turn.
    Spread,
    /// One shop, campaigns in turn.
    OneShop,
    /// Shops in turn, the same campaigns in each payment.
    OneCampaign,
}

/// A campaign as a till knows it.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub number: OfferNumber,
    pub terms: Terms,
}

/// Everybody who deals with one provider.
pub(crate) struct World {
    pub till_keys: Vec<String>,
    pub offers: Vec<Offer>,
    pub phones: Vec<Phone>,
    /// Payments made ready so far, so that the next ones come from other wallets.
    made: usize,
}

impl World {
    /// Enrols everybody at a provider that is still empty.
    pub(crate) fn begin(server: &Program, operator_key: &str, size: Size) -> Self {
        let Enrolled { till_keys, offers } =
            wait_for(async { enrol::enrol(&connect(server).await, operator_key, size).await });
        let mut world = Self { till_keys, offers, phones: Vec::new(), made: 0 };
        world.open_phones(server, 0..size.wallets);
        world
    }

    /// Goes on with these phones, whose wallets are there already or are opened.
    pub(crate) fn open_phones(&mut self, server: &Program, phones: Range<usize>) {
        self.phones = wait_for(async {
            let channel = connect(server).await;
            all(phones, |n| Phone::open(channel.clone(), n)).await
        });
    }

    /// So many payments with so many coupons each, ready to be sent once.
    pub(crate) fn payments(
        &mut self,
        bench: &Bench,
        server: &Program,
        count: usize,
        coupons: usize,
        aim: Aim,
    ) -> Vec<Call> {
        let turns = self.prepare(bench, server, count, coupons, aim);
        let payment = |turn: usize| {
            let till = if aim == Aim::OneShop { 0 } else { turn % self.till_keys.len() };
            let offers = self.chosen(turn, coupons, aim);
            let wallet = turn % self.phones.len();
            let request = self.phones[wallet].payment(&offers);
            Call::new("/onescan.v1.PaymentService/CreatePayment", &self.till_keys[till], &request)
        };
        turns.map(payment).collect()
    }

    /// Clips the coupons and fetches the tokens for so many payments: their turns.
    pub(crate) fn prepare(
        &mut self,
        bench: &Bench,
        server: &Program,
        count: usize,
        coupons: usize,
        aim: Aim,
    ) -> Range<usize> {
        let turns = self.made..self.made + count;
        self.made += count;
        let wallets = self.phones.len();
        let clip = |turn: usize| {
            let phone = &self.phones[turn % wallets];
            self.chosen(turn, coupons, aim).into_iter().map(|offer| phone.clip(offer.number))
        };
        let clips: Vec<Call> = turns.clone().flat_map(clip).collect();
        if !clips.is_empty() {
            load::send(bench, server, &clips, Pace::Streams(AT_ONCE)).all_granted();
        }
        let mut wanted = vec![0; wallets];
        turns.clone().for_each(|turn| wanted[turn % wallets] += 1);
        wait_for(async {
            let channel = connect(server).await;
            let short = self.phones.iter_mut().zip(wanted);
            all(short.map(|(phone, wanted)| phone.have_tokens(&channel, wanted)), |fetch| fetch).await;
        });
        turns
    }

    /// The offers of the coupons of one payment. A wallet comes to other ones each time, since it holds one coupon of an offer.
    pub(crate) fn chosen(&self, turn: usize, coupons: usize, aim: Aim) -> Vec<Offer> {
        let (wallet, visit) = (turn % self.phones.len(), turn / self.phones.len());
        let first = if aim == Aim::OneCampaign { 0 } else { (wallet + visit) * coupons };
        (0..coupons).map(|n| self.offers[(first + n) % self.offers.len()].clone()).collect()
    }
}

/// Runs calls that prepare something; they are not measured.
pub(crate) fn wait_for<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

pub(crate) async fn connect(server: &Program) -> Channel {
    Channel::from_shared(server.url.clone()).unwrap().connect().await.unwrap()
}

/// Does something to each, [`AT_ONCE`] at the same time, and gives the outcomes in order.
pub(crate) async fn all<T, F: Future>(
    over: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> F,
) -> Vec<F::Output> {
    use futures::stream::{StreamExt, iter};
    iter(over.into_iter().map(work)).buffered(AT_ONCE).collect().await
}

/// A request with its caller's key.
pub(crate) fn with<T>(key: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
    request
}

pub(crate) fn cny(minor: i64) -> Option<v1::Money> {
    Some(v1::Money { currency_code: "CNY".to_owned(), minor_units: minor })
}

impl Offer {
    pub(crate) fn of(wire: &v1::Offer) -> Self {
        let terms = convert::terms_from_wire(wire.terms.as_ref().unwrap()).unwrap();
        Self { number: OfferNumber(wire.offer_number), terms }
    }
}
