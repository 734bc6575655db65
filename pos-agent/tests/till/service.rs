//! The daemon as the shop's till software sees it: gRPC on loopback, several lanes, restarts.

use std::{path::Path, time::Duration};

use pos_agent::{
    config::{self, Settings},
    daemon::{self, Daemon},
};
use proto::{
    status::Failure,
    v1::{
        AttentionTrouble, BasketLine, CancelCheckoutRequest, Checkout, CheckoutState, ConfirmCheckoutRequest,
        GetReceiptRequest, GetTotalsRequest, ListAttentionRequest, ListLanesRequest, Money, PaymentState,
        ScanKind, StartCheckoutRequest, SubmitScanRequest, TillTotal, WatchCheckoutRequest,
        WatchScansRequest, till_service_client::TillServiceClient,
    },
};
use shared::{ids::OfferNumber, offer::Refusal, reason::Reason};
use tonic::transport::Channel;

use crate::{
    provider::Fault,
    world::{MINTS, SHAMPOO, SHAMPOO_COUPON, Shop, code},
};

/// The shop's till software.
#[derive(Clone)]
pub(crate) struct Software(pub(crate) TillServiceClient<Channel>);

fn settings(shop: &Shop) -> Settings {
    let folder = shop.data_dir.path();
    let key = folder.join("terminal.key");
    std::fs::write(&key, "osk_terminal_T1001_secret").unwrap();
    private(&key);
    let path = folder.join("till.toml");
    let text = format!(
        "[provider]\naddress = \"{}\"\nkey_file = \"terminal.key\"\n[service]\nlisten = \"127.0.0.1:0\"\n\
         allowed_origins = [\"https://till.example.com\"]\n[lanes]\nids = [\"1\", \"2\"]\n",
        shop.provider.url()
    );
    std::fs::write(&path, text).unwrap();
    config::load(&path).unwrap()
}

#[cfg(unix)]
pub(crate) fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
pub(crate) fn private(_: &Path) {}

pub(crate) async fn agent(shop: &Shop) -> (Daemon, Software) {
    let daemon = daemon::start(settings(shop)).await.unwrap();
    while daemon.lanes().till().offer_count() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let channel = Channel::from_shared(format!("http://{}", daemon.address())).unwrap().connect_lazy();
    (daemon, Software(TillServiceClient::new(channel)))
}

pub(crate) fn sale(id: &str, gtin: &str, price_minor: i64) -> StartCheckoutRequest {
    let unit_price = Some(Money { currency_code: "CNY".into(), minor_units: price_minor });
    StartCheckoutRequest {
        lane_id: "1".into(),
        checkout_id: id.into(),
        lines: vec![BasketLine { gtin: gtin.into(), units: 1, unit_price, ..Default::default() }],
        ..Default::default()
    }
}

impl Software {
    pub(crate) async fn start(&mut self, request: StartCheckoutRequest) -> Result<Checkout, Reason> {
        answer(self.0.start_checkout(request).await, |r| r.checkout)
    }

    pub(crate) async fn scan(&mut self, id: &str, text: &str) -> Result<Checkout, Reason> {
        let request = SubmitScanRequest { checkout_id: id.into(), scan: text.into() };
        answer(self.0.submit_scan(request).await, |r| r.checkout)
    }

    async fn confirm(&mut self, id: &str) -> Result<Checkout, Reason> {
        answer(self.0.confirm_checkout(ConfirmCheckoutRequest { checkout_id: id.into() }).await, |r| {
            r.checkout
        })
    }

    async fn cancel(&mut self, id: &str) -> Result<Checkout, Reason> {
        answer(self.0.cancel_checkout(CancelCheckoutRequest { checkout_id: id.into() }).await, |r| r.checkout)
    }

    /// Watches until this state.
    pub(crate) async fn until(&mut self, id: &str, state: CheckoutState) -> Checkout {
        let request = WatchCheckoutRequest { checkout_id: id.into() };
        let mut changes = self.0.watch_checkout(request).await.unwrap().into_inner();
        let mut seen = Vec::new();
        while let Some(change) = changes.message().await.unwrap() {
            let checkout = change.checkout.unwrap();
            if checkout.state() == state {
                return checkout;
            }
            seen.push(checkout.state());
        }
        panic!("{id} never was {state:?}: {seen:?}");
    }
}

fn answer<T>(
    result: Result<tonic::Response<T>, tonic::Status>,
    checkout: impl Fn(T) -> Option<Checkout>,
) -> Result<Checkout, Reason> {
    match result {
        Ok(response) => Ok(checkout(response.into_inner()).unwrap()),
        Err(status) => Err(Failure::from_status(&status).unwrap_or_else(|| panic!("{status:?}")).reason),
    }
}

pub(crate) fn due(checkout: &Checkout) -> i64 {
    checkout.amount_due.as_ref().unwrap().minor_units
}

#[tokio::test(flavor = "multi_thread")]
async fn the_till_software_sells_by_one_scan() {
    let shop = Shop::open().await;
    let (daemon, mut software) = agent(&shop).await;
    let request = StartCheckoutRequest { merchant_reference: "17".into(), ..sale("c1", SHAMPOO, 3000) };
    let opened = software.start(request.clone()).await.unwrap();
    assert_eq!(opened.state(), CheckoutState::WaitingForScan);
    assert_eq!(opened.words.unwrap().what.unwrap().en, "Ready for the customer's code.");
    assert_eq!(software.start(request.clone()).await.unwrap().state(), CheckoutState::WaitingForScan);
    let other = StartCheckoutRequest { merchant_reference: "18".into(), ..request };
    assert_eq!(software.start(other).await, Err(Reason::CheckoutIdReused));

    assert_eq!(software.scan("c1", "hello").await.unwrap().reason, "CODE_MALFORMED");
    software.scan("c1", &code(1, &[SHAMPOO_COUPON, crate::world::MINTS_COUPON])).await.unwrap();
    let paid = software.until("c1", CheckoutState::Completed).await;
    assert_eq!((due(&paid), paid.merchant_reference.as_str()), (2500, "17"));
    assert_eq!(paid.applied_coupons[0].discount.as_ref().unwrap().minor_units, 500);
    assert_eq!(paid.unused_coupons[0].why.as_ref().unwrap().zh, "购物篮里没有适用商品");
    assert_eq!(paid.payment.as_ref().unwrap().payment_id, paid.payment_id);
    assert_eq!(
        software.cancel("c1").await.unwrap().state(),
        CheckoutState::Completed,
        "what is paid is refunded"
    );
    assert_eq!(software.scan("c1", "x").await, Err(Reason::InvalidTransition));
    assert_eq!(shop.provider.states(), [PaymentState::Completed]);
    assert_eq!(daemon.stop().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_not_is_named() {
    let shop = Shop::open().await;
    let (_daemon, mut software) = agent(&shop).await;
    let nowhere = StartCheckoutRequest { lane_id: "9".into(), ..sale("c1", MINTS, 450) };
    assert_eq!(software.start(nowhere).await, Err(Reason::LaneNotFound));
    assert_eq!(software.start(sale("", MINTS, 450)).await, Err(Reason::InvalidArgument));
    assert_eq!(software.cancel("c1").await, Err(Reason::CheckoutNotFound));
    software.start(sale("c1", MINTS, 450)).await.unwrap();
    assert_eq!(software.confirm("c1").await, Err(Reason::InvalidTransition));
    assert_eq!(software.start(sale("c2", MINTS, 450)).await, Err(Reason::LaneBusy));
    let lanes = software.0.list_lanes(ListLanesRequest {}).await.unwrap().into_inner().lanes;
    let lanes: Vec<_> = lanes.iter().map(|lane| (lane.lane_id.as_str(), lane.checkout_id.as_str())).collect();
    assert_eq!(lanes, [("1", "c1"), ("2", "")]);
    assert_eq!(software.cancel("c1").await.unwrap().state(), CheckoutState::Cancelled);
    assert_eq!(software.start(sale("c2", MINTS, 450)).await.unwrap().state(), CheckoutState::WaitingForScan);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_that_is_cancelled_while_the_money_is_asked_for_is_taken_back() {
    let shop = Shop::open().await;
    let (_daemon, mut software) = agent(&shop).await;
    shop.provider.fault(Fault::Slow(Duration::from_secs(60)));
    software.start(sale("c1", MINTS, 450)).await.unwrap();
    software.scan("c1", &code(1, &[])).await.unwrap();
    while shop.provider.states().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(shop.provider.with(|world| world.balance_minor), 100_000 - 450);
    let cancelled = software.cancel("c1").await.unwrap();
    assert!(matches!(cancelled.state(), CheckoutState::Reversing | CheckoutState::Cancelled));
    let cancelled = software.until("c1", CheckoutState::Cancelled).await;
    assert!(!cancelled.payment_id.is_empty());
    assert_eq!(shop.provider.states(), [PaymentState::Reversed]);
    assert_eq!(shop.provider.with(|world| world.balance_minor), 100_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shopper_approves_or_the_cashier_stops_waiting() {
    let shop = Shop::open().await;
    let (_daemon, mut software) = agent(&shop).await;
    shop.provider.with(|world| world.wants_approval = true);
    for (id, lane) in [("c1", "1"), ("c2", "2")] {
        let request = StartCheckoutRequest { lane_id: lane.into(), ..sale(id, MINTS, 450) };
        software.start(request).await.unwrap();
        software.scan(id, &code(1, &[])).await.unwrap();
        let waiting = software.until(id, CheckoutState::WaitingForApproval).await;
        assert_eq!(waiting.words.unwrap().next.unwrap().en, "Ask the customer to approve it.");
        assert_eq!(waiting.approval_time.map(|time| time.seconds), Some(120), "as the provider says");
    }
    software.cancel("c2").await.unwrap();
    software.until("c2", CheckoutState::Cancelled).await;
    shop.provider.approve_all();
    software.until("c1", CheckoutState::Completed).await;
    assert_eq!(shop.provider.with(|world| world.balance_minor), 100_000 - 450);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_whose_amount_is_not_agreed_to_moves_nothing() {
    let shop = Shop::open().await;
    let (_daemon, mut software) = agent(&shop).await;
    let request = StartCheckoutRequest { confirm_amount: true, ..sale("c1", SHAMPOO, 3000) };
    software.start(request).await.unwrap();
    software.scan("c1", &code(1, &[SHAMPOO_COUPON])).await.unwrap();
    assert_eq!(due(&software.until("c1", CheckoutState::WaitingForConfirmation).await), 2500);
    assert_eq!(software.cancel("c1").await.unwrap().state(), CheckoutState::Cancelled);
    assert_eq!(software.cancel("c1").await.unwrap().state(), CheckoutState::Cancelled, "asked again");
    assert!(shop.provider.states().is_empty(), "the provider was never asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_human_is_listed() {
    let shop = Shop::open().await;
    let (daemon, mut software) = agent(&shop).await;
    let listed = software.0.list_attention(ListAttentionRequest {}).await.unwrap().into_inner();
    assert!(listed.items.is_empty());

    // The sale is cancelled, and the provider no longer takes it back.
    shop.provider.with(|world| world.too_late = true);
    shop.provider.fault(Fault::Slow(Duration::from_secs(60)));
    software.start(sale("c1", MINTS, 450)).await.unwrap();
    software.scan("c1", &code(1, &[])).await.unwrap();
    while shop.provider.states().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    software.cancel("c1").await.unwrap();
    let standing = software.until("c1", CheckoutState::RefundDue).await;
    let items = software.0.list_attention(ListAttentionRequest {}).await.unwrap().into_inner().items;
    let [item] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(item.trouble(), AttentionTrouble::RefundDue);
    assert_eq!((&item.payment_id, item.amount.as_ref().unwrap().minor_units), (&standing.payment_id, 450));
    assert_eq!(item.words.as_ref().unwrap().next.as_ref().unwrap().en, "Refund it.");
    drop(daemon);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_without_a_2d_scanner_takes_the_bare_number_and_the_shopper_approves() {
    let shop = Shop::open().await;
    let (_daemon, mut software) = agent(&shop).await;
    let number = shared::code::TokenNumber::from_body(900_000_000_000_000_001).unwrap().to_string();
    software.start(sale("c1", SHAMPOO, 3000)).await.unwrap();
    software.scan("c1", &number).await.unwrap();
    while software.start(sale("c1", SHAMPOO, 3000)).await.unwrap().reason != "TOKEN_UNKNOWN" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    shop.provider.with(|world| world.clipped = vec![100_001, 100_002]);
    software.scan("c1", &number).await.unwrap();
    let waiting = software.until("c1", CheckoutState::WaitingForApproval).await;
    assert_eq!((due(&waiting), waiting.unused_coupons.len()), (2500, 1));
    shop.provider.approve_all();
    let paid = software.until("c1", CheckoutState::Completed).await;
    assert_eq!(due(&paid), 2500);
    shop.provider.with(|world| {
        assert_eq!(world.requests[0].token_number, number);
        assert!(world.requests[0].code.is_empty());
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agents_own_scanner_gives_goods_to_the_till_software_and_codes_to_the_checkout() {
    let shop = Shop::open().await;
    let (daemon, mut software) = agent(&shop).await;
    let request = WatchScansRequest { lane_id: "1".into() };
    let mut scans = software.0.watch_scans(request).await.unwrap().into_inner();
    daemon.lanes().scan("2", "6901234567892".into()).await;
    daemon.lanes().scan("1", MINTS.into()).await;
    daemon.lanes().scan("1", code(1, &[])).await;
    let goods = scans.message().await.unwrap().unwrap();
    assert_eq!((goods.kind(), goods.gtin.as_str()), (ScanKind::Goods, MINTS));
    assert_eq!(
        scans.message().await.unwrap().unwrap().kind(),
        ScanKind::Code,
        "too early: the basket is open"
    );

    software.start(sale("c1", MINTS, 450)).await.unwrap();
    daemon.lanes().scan("1", code(1, &[])).await;
    software.until("c1", CheckoutState::Completed).await;
    let nowhere = WatchScansRequest { lane_id: "9".into() };
    assert_eq!(software.0.watch_scans(nowhere).await.unwrap_err().code(), tonic::Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_coupons_wait_for_a_yes_or_are_dropped() {
    let shop = Shop::open().await;
    let (_daemon, mut software) = agent(&shop).await;
    shop.provider.with(|world| world.refuse_coupons = vec![(OfferNumber(100_001), Refusal::AlreadyRedeemed)]);
    software.start(sale("c1", SHAMPOO, 3000)).await.unwrap();
    software.scan("c1", &code(1, &[SHAMPOO_COUPON])).await.unwrap();
    let asked = software.until("c1", CheckoutState::WaitingForConfirmation).await;
    assert_eq!((due(&asked), asked.unused_coupons.len()), (3000, 1));
    software.confirm("c1").await.unwrap();
    assert_eq!(due(&software.until("c1", CheckoutState::Completed).await), 3000);

    let mut request = sale("c2", SHAMPOO, 3000);
    request.set_refused_coupons(proto::v1::RefusedCoupons::Drop);
    software.start(request).await.unwrap();
    software.scan("c2", &code(2, &[SHAMPOO_COUPON])).await.unwrap();
    assert_eq!(due(&software.until("c2", CheckoutState::Completed).await), 3000);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_the_checkout_tells_how_it_ended() {
    let shop = Shop::open().await;
    let (daemon, mut software) = agent(&shop).await;
    // It is done, and the answer doesn't come before the agent is gone.
    shop.provider.fault(Fault::Slow(Duration::from_secs(60)));
    software.start(sale("c1", MINTS, 450)).await.unwrap();
    software.scan("c1", &code(1, &[])).await.unwrap();
    while shop.provider.states().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // What a kill leaves is the journal as it is now.
    let next = Shop { provider: shop.provider.clone(), data_dir: tempfile::tempdir().unwrap() };
    copy_folder(&shop.data_dir.path().join("till-data"), &next.data_dir.path().join("till-data"));
    let (_next_daemon, mut software) = agent(&next).await;
    let paid = software.until("c1", CheckoutState::Completed).await;
    assert_eq!((due(&paid), paid.lane_id.as_str()), (450, "1"));
    let again = software.start(sale("c1", MINTS, 450)).await.unwrap();
    assert_eq!(again.state(), CheckoutState::Completed, "asked again, it isn't sold again");
    assert_eq!(shop.provider.with(|world| world.balance_minor), 100_000 - 450);
    drop(daemon);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_that_was_over_before_the_restart_is_still_known_and_not_sold_again() {
    let shop = Shop::open().await;
    let (daemon, mut software) = agent(&shop).await;
    software.start(sale("c1", SHAMPOO, 3000)).await.unwrap();
    software.scan("c1", &code(1, &[SHAMPOO_COUPON])).await.unwrap();
    software.until("c1", CheckoutState::Completed).await;
    assert_eq!(daemon.stop().await, 0);
    drop(software);

    let (_daemon, mut software) = agent(&shop).await;
    let known = software.until("c1", CheckoutState::Completed).await;
    let again = software.start(sale("c1", SHAMPOO, 3000)).await.unwrap();
    assert_eq!((due(&known), again.payment_id), (2500, known.payment_id.clone()));
    assert_eq!(shop.provider.states().len(), 1);

    let request =
        GetReceiptRequest { payment_id: known.payment_id.clone(), copy: true, ..Default::default() };
    let receipt = software.0.get_receipt(request.clone()).await.unwrap().into_inner();
    assert!(receipt.text.iter().any(|line| line.contains("CNY 25.00")), "{:#?}", receipt.text);
    let by_scan = GetReceiptRequest { payment_id: receipt.receipt.unwrap().qr_text, ..request };
    assert_eq!(software.0.get_receipt(by_scan).await.unwrap().into_inner().text, receipt.text);
    let totals =
        software.0.get_totals(GetTotalsRequest::default()).await.unwrap().into_inner().totals.unwrap();
    let sum = |total: Option<TillTotal>| total.map(|t| (t.count, t.amount.unwrap().minor_units)).unwrap();
    assert_eq!((sum(totals.sales), sum(totals.discounts)), ((1, 2500), (1, 500)));
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "lock" {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_with_grace_finishes_or_takes_back_what_is_open() {
    let shop = Shop::open().await;
    let (daemon, mut software) = agent(&shop).await;
    // One is about to be answered, one waits for its shopper.
    shop.provider.with(|world| world.wants_approval = true);
    software.start(sale("c1", MINTS, 450)).await.unwrap();
    software.scan("c1", &code(1, &[])).await.unwrap();
    software.until("c1", CheckoutState::WaitingForApproval).await;
    shop.provider.with(|world| world.wants_approval = false);
    shop.provider.fault(Fault::Slow(Duration::from_millis(300)));
    software.start(StartCheckoutRequest { lane_id: "2".into(), ..sale("c2", MINTS, 450) }).await.unwrap();
    software.scan("c2", &code(2, &[])).await.unwrap();
    while shop.provider.states().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut watching = software.clone();
    let end = tokio::spawn(async move { watching.until("c2", CheckoutState::Completed).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(daemon.stop().await, 0);
    end.await.unwrap();
    let mut states = shop.provider.states();
    states.sort();
    assert_eq!(states, [PaymentState::Completed, PaymentState::Reversed]);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_and_health_are_on_the_same_port() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let shop = Shop::open().await;
    let (daemon, mut software) = agent(&shop).await;
    software.start(sale("c1", MINTS, 450)).await.unwrap();
    software.cancel("c1").await.unwrap();
    let get = async |more: &str| {
        let mut stream = tokio::net::TcpStream::connect(daemon.address()).await.unwrap();
        let request = format!("GET /metrics HTTP/1.1\r\nhost: till\r\nconnection: close\r\n{more}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let text = get("").await;
    assert!(text.contains("onescan_till_checkouts_ended_total{outcome=\"cancelled\"} 1"), "{text}");
    let refused = get("origin: https://evil.example.com\r\n").await;
    assert!(!refused.contains("onescan_till_checkouts"), "{refused}");
    assert!(get("origin: https://till.example.com\r\n").await.contains("onescan_till_checkouts"));
}
