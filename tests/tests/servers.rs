//! Three servers on one PostgreSQL, 64 tills and phones, one hot shop, one hot campaign whose money runs out mid-way, and one
//! server killed mid-way: nothing is lost, doubled or overspent.

use std::time::Duration;

use proto::{status::Failure, v1::PaymentState};
use shared::reason::Reason;
use tests::{
    actors::{Deal, RawTill, Sale, Shopper, connect, minor, system_time},
    cluster::cluster,
    process::{ServerProcess, operator_key},
    world::{SHAMPOO, World},
};
use tokio::{sync::Barrier, task::JoinSet};

const SERVERS: usize = 3;
const CLIENTS: usize = 64;
const PURCHASES_EACH: usize = 6;
const PRICE_MINOR: i64 = 3_000;
const OFF_MINOR: i64 = 500;
/// About half of the purchases get a coupon.
const COUPONS: usize = CLIENTS * PURCHASES_EACH / 2;
/// Attempts at one payment before the story gives up on the system.
const ATTEMPTS_MAX: usize = 200;
const PAUSE: Duration = Duration::from_millis(20);

#[tokio::test(flavor = "multi_thread")]
async fn three_servers_agree_to_the_last_cent() {
    three_servers("three_servers", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_servers_agree_under_serializable_too() {
    three_servers("three_serializable", true).await;
}

async fn three_servers(name: &str, serializable: bool) {
    let database = cluster().database(name);
    let folder = tempfile::tempdir().expect("a folder");
    let mut servers = Vec::new();
    for _ in 0..SERVERS {
        servers.push(ServerProcess::start_on(folder.path(), &database, serializable).await);
    }
    let urls: Vec<String> = servers.iter().map(ServerProcess::url).collect();
    let world = World::begin(connect(&urls[0]), &operator_key(folder.path()), system_time()).await;
    let budget_minor = OFF_MINOR * i64::try_from(COUPONS).expect("a few");
    let deal = Deal::off_each(OFF_MINOR, 1).on(SHAMPOO).clips(1000).budget(budget_minor);
    let offer = world.offer("Silk Shampoo", deal).await;
    let key = world.shop.till_key("Lane 1").await;

    let half_way = std::sync::Arc::new(Barrier::new(CLIENTS + 1));
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        // Phones keep to the servers that stay; tills use all three.
        let seed = [u8::try_from(number + 1).expect("a few"); 32];
        let phone = Shopper::open(connect(&urls[number % (SERVERS - 1)]), system_time(), seed).await;
        world.operator.deposit(&phone.wallet_id, minor("900.00")).await;
        let tills = urls.iter().map(|url| RawTill::new(connect(url), key.clone())).collect();
        let client = Client { phone, tills, at: number % SERVERS, paid: Vec::new(), redeemed: 0 };
        clients.spawn(client.shop(offer, half_way.clone()));
    }
    half_way.wait().await;
    tokio::time::sleep(PAUSE).await;
    servers.pop().expect("three servers").kill().await;
    let clients = clients.join_all().await;

    let mut redeemed = 0;
    let mut taken_minor = 0;
    for client in &clients {
        redeemed += client.redeemed;
        let mut spent_minor = 0;
        for (id, due_minor) in &client.paid {
            let payment = client.tills[0].get(id).await.expect("an acknowledged payment is there");
            assert_eq!(payment.state(), PaymentState::Completed);
            spent_minor += due_minor;
        }
        assert_eq!(client.paid.len(), PURCHASES_EACH);
        assert_eq!(client.phone.balance().await, minor("900.00") - spent_minor);
        taken_minor += PRICE_MINOR * i64::try_from(client.paid.len()).expect("a few");
    }
    assert_eq!(redeemed, COUPONS, "the campaign's money went to the last coupon, and no further");
    assert_eq!(world.operator.balance(&world.shop.account()).await, taken_minor);
    let campaign = world.issuer.campaign(offer).await;
    let left = |money: Option<proto::v1::Money>| money.map(|money| money.minor_units);
    assert_eq!((left(campaign.budget_available), left(campaign.budget_reserved)), (Some(0), Some(0)));
    assert_eq!(campaign.coupons_redeemed, COUPONS as u64);
    world.shop.office.close().await;
    world.issuer.office().close().await;
    let audit = world.operator.audit().await;
    assert!(audit.clean, "{audit:?}");

    let (_, payments) = cluster().sql(name, "SELECT count(*) FROM payments WHERE state = 1");
    assert_eq!(payments, (CLIENTS * PURCHASES_EACH).to_string(), "none was made twice");
    let (_, sum) =
        cluster().sql(name, "SELECT sum(amount_minor), sum(sum(amount_minor)) OVER () FROM postings");
    assert_eq!(sum, "0|0");
}

/// A phone at a till that changes to another server when its own fails it.
struct Client {
    phone: Shopper,
    tills: Vec<RawTill>,
    at: usize,
    paid: Vec<(String, i64)>,
    redeemed: usize,
}

impl Client {
    async fn shop(mut self, offer: u32, half_way: std::sync::Arc<Barrier>) -> Self {
        for purchase in 0..PURCHASES_EACH {
            if purchase == PURCHASES_EACH / 2 {
                half_way.wait().await;
            }
            let clipped = self.clips(offer).await;
            let code = self.phone.code().await;
            let sale = Sale::of(&code, PRICE_MINOR);
            let sale = if clipped { sale.redeems(offer, SHAMPOO, 1, PRICE_MINOR, OFF_MINOR) } else { sale };
            self.pays(&sale).await;
            self.redeemed += usize::from(clipped);
            let due_minor = if clipped { PRICE_MINOR - OFF_MINOR } else { PRICE_MINOR };
            self.paid.push((sale.id().to_owned(), due_minor));
        }
        self
    }

    /// Whether there was a coupon left.
    async fn clips(&self, offer: u32) -> bool {
        for _ in 0..ATTEMPTS_MAX {
            match self.phone.try_clip(offer).await {
                Ok(_) => return true,
                Err(error) if format!("{error:?}").contains("OfferExhausted") => return false,
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
        panic!("a clip had no certain answer");
    }

    /// Asks with the same id until there is a certain answer, which is that it is paid.
    async fn pays(&mut self, sale: &Sale) {
        for _ in 0..ATTEMPTS_MAX {
            match self.tills[self.at].try_pay(sale).await {
                Ok(payment) => return assert_eq!(payment.state(), PaymentState::Completed),
                Err(status) => match Failure::from_status(&status).map(|failure| failure.reason) {
                    Some(Reason::WriteConflict | Reason::Overloaded) => {}
                    None => self.at = (self.at + 1) % self.tills.len(),
                    Some(reason) => panic!("a payment was refused: {reason:?} {status:?}"),
                },
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("a payment had no certain answer");
    }
}
