//! A provider in this process that keeps its contract towards tills in memory, and misbehaves on demand.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use prost::Message;
use proto::{
    convert::{money_from_wire, money_to_wire, time_to_wire},
    status::Failure,
    v1::{
        CreatePaymentRequest, CreatePaymentResponse, GetPaymentRequest, GetPaymentResponse,
        ListTerminalEntriesRequest, ListTerminalEntriesResponse, LocalizedText, Offer, Payment,
        PaymentServiceListOffersRequest, PaymentServiceListOffersResponse, PaymentServiceListPaymentsRequest,
        PaymentServiceListPaymentsResponse, PaymentState, Refund, RefundPaymentRequest,
        RefundPaymentResponse, ResolveTokenRequest, ResolveTokenResponse, ReversePaymentRequest,
        ReversePaymentResponse, SignedOffer, WatchPaymentRequest, WatchPaymentResponse,
        payment_service_server::{PaymentService, PaymentServiceServer},
    },
};
use shared::{ids::OfferNumber, money::Money, offer::Refusal, reason::Reason, time::UnixMillis};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::{
    Request, Response, Status,
    transport::{Identity, Server, ServerTlsConfig},
};

/// What goes wrong with the next call of CreatePayment.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// It is done, and the answer is lost.
    AnswerLost,
    /// It never arrives.
    RequestLost,
    /// It is done, and the answer takes its time.
    Slow(Duration),
    /// It is refused at the door, without being stored.
    Door(Reason),
}

#[derive(Default)]
pub(crate) struct World {
    pub(crate) payments: BTreeMap<String, Payment>,
    pub(crate) requests: Vec<CreatePaymentRequest>,
    pub(crate) reversals: usize,
    pub(crate) faults: VecDeque<Fault>,
    pub(crate) reversal_faults: usize,
    /// Nothing can be taken back any more.
    pub(crate) too_late: bool,
    pub(crate) offers: Vec<Offer>,
    pub(crate) refuse_coupons: Vec<(OfferNumber, Refusal)>,
    pub(crate) balance_minor: i64,
    /// Offers of which the shopper of every bare token has a coupon; without any there is no token.
    pub(crate) clipped: Vec<u32>,
    /// Payments wait for the shopper's approval.
    pub(crate) wants_approval: bool,
    /// The shop's account can't cover a refund.
    pub(crate) account_too_low: bool,
    /// Ids of what was given back.
    pub(crate) refunds: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct FakeProvider {
    pub(crate) address: SocketAddr,
    pub(crate) world: Arc<Mutex<World>>,
    task: Arc<JoinHandle<()>>,
}

impl FakeProvider {
    /// Behind TLS with this certificate and key.
    pub(crate) async fn start_with_tls(cert_pem: &str, key_pem: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tls = ServerTlsConfig::new().identity(Identity::from_pem(cert_pem, key_pem));
        Self::serve(listener, Server::builder().tls_config(tls).unwrap())
    }

    pub(crate) async fn start() -> Self {
        Self::serve(TcpListener::bind("127.0.0.1:0").await.unwrap(), Server::builder())
    }

    fn serve(listener: TcpListener, mut server: Server) -> Self {
        let address = listener.local_addr().unwrap();
        let world = Arc::new(Mutex::new(World { balance_minor: 100_000, ..World::default() }));
        let service = PaymentServiceServer::new(Service(Arc::clone(&world)));
        let serving = server.add_service(service).serve_with_incoming(TcpListenerStream::new(listener));
        let task = tokio::spawn(async move { serving.await.unwrap() });
        Self { address, world, task: Arc::new(task) }
    }

    /// The port is closed; nobody answers any more.
    pub(crate) fn go_down(&self) {
        self.task.abort();
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.world.lock().unwrap())
    }

    pub(crate) fn fault(&self, fault: Fault) {
        self.with(|world| world.faults.push_back(fault));
    }

    /// The shopper says yes to all that waits for it.
    pub(crate) fn approve_all(&self) {
        self.with(World::approve_all);
    }

    /// States of all payments, oldest first.
    pub(crate) fn states(&self) -> Vec<PaymentState> {
        self.with(|world| world.payments.values().map(Payment::state).collect())
    }
}

impl World {
    fn create(&mut self, request: CreatePaymentRequest) -> Result<Payment, Failure> {
        self.requests.push(request.clone());
        if let Some(known) = self.payments.get(&request.payment_id) {
            return match known.decline_reason.parse() {
                Ok(reason) => Err(self.refusal(reason)),
                Err(_) => Ok(known.clone()),
            };
        }
        let due = money_from_wire("amount_due", request.amount_due.as_ref())?;
        let gross = money_from_wire("gross_amount", request.gross_amount.as_ref())?;
        let refused: Vec<_> = request
            .redemptions
            .iter()
            .filter(|r| self.refuse_coupons.iter().any(|(number, _)| number.0 == r.offer_number))
            .collect();
        let reason = if !refused.is_empty() {
            Some(Reason::CouponRefused)
        } else if due.minor > self.balance_minor {
            Some(Reason::InsufficientFunds)
        } else {
            None
        };
        let state = match reason {
            Some(_) => PaymentState::Declined,
            None if self.wants_approval || !request.token_number.is_empty() => PaymentState::PendingApproval,
            None => PaymentState::Completed,
        };
        let title =
            |number| self.offers.iter().find(|o| o.offer_number == number).and_then(|o| o.title.clone());
        let redemptions = request
            .redemptions
            .iter()
            .cloned()
            .map(|r| proto::v1::CouponRedemption { title: title(r.offer_number), ..r });
        let payment = Payment {
            payment_id: request.payment_id.clone(),
            state: state.into(),
            merchant_id: "M1001".into(),
            merchant_name: "Corner Shop 街角小店".into(),
            terminal_id: "T1001".into(),
            gross_amount: request.gross_amount.clone(),
            discount_amount: Some(money_to_wire(Money::new(gross.currency, gross.minor - due.minor))),
            amount_due: request.amount_due.clone(),
            redemptions: redemptions.collect(),
            merchant_reference: request.merchant_reference.clone(),
            created_at: Some(time_to_wire(UnixMillis(1_790_000_000_000))),
            approval_expires_at: (state == PaymentState::PendingApproval)
                .then(|| time_to_wire(UnixMillis(1_790_000_120_000))),
            decline_reason: reason.map(Reason::as_str).unwrap_or_default().to_owned(),
            ..Payment::default()
        };
        self.payments.insert(request.payment_id, payment.clone());
        match reason {
            Some(reason) => Err(self.refusal(reason)),
            None => {
                if state == PaymentState::Completed {
                    self.balance_minor -= due.minor;
                }
                Ok(payment)
            }
        }
    }

    fn approve_all(&mut self) {
        for payment in self.payments.values_mut().filter(|p| p.state() == PaymentState::PendingApproval) {
            payment.set_state(PaymentState::Completed);
            self.balance_minor -= payment.amount_due.as_ref().unwrap().minor_units;
        }
    }

    fn refusal(&self, reason: Reason) -> Failure {
        let refusals = if reason == Reason::CouponRefused { self.refuse_coupons.clone() } else { vec![] };
        Failure { refusals, ..Failure::new(reason, "refused") }
    }

    fn reverse(&mut self, id: &str) -> Payment {
        self.reversals += 1;
        let payment = self.payments.entry(id.to_owned()).or_insert_with(|| Payment {
            payment_id: id.to_owned(),
            state: PaymentState::Declined.into(),
            ..Payment::default()
        });
        if payment.state() == PaymentState::Completed {
            self.balance_minor += payment.amount_due.as_ref().unwrap().minor_units;
        }
        payment.set_state(PaymentState::Reversed);
        payment.clone()
    }
}

struct Service(Arc<Mutex<World>>);

fn authenticated<T>(request: &Request<T>) -> Result<(), Failure> {
    match request.metadata().get("authorization").and_then(|value| value.to_str().ok()) {
        Some("Bearer osk_terminal_T1001_secret") => Ok(()),
        _ => Err(Failure::new(Reason::Unauthenticated, "no valid key")),
    }
}

#[tonic::async_trait]
impl PaymentService for Service {
    type WatchPaymentStream = tokio_stream::Empty<Result<WatchPaymentResponse, Status>>;

    async fn create_payment(
        &self,
        request: Request<CreatePaymentRequest>,
    ) -> Result<Response<CreatePaymentResponse>, Status> {
        authenticated(&request)?;
        let fault = self.0.lock().unwrap().faults.pop_front();
        if let Some(Fault::Slow(time)) = fault {
            let done = self.0.lock().unwrap().create(request.into_inner());
            tokio::time::sleep(time).await;
            return Ok(Response::new(CreatePaymentResponse { payment: Some(done?) }));
        }
        let mut world = self.0.lock().unwrap();
        let lost = || Status::unavailable("connection reset");
        match fault {
            Some(Fault::RequestLost) => return Err(lost()),
            Some(Fault::Door(reason)) => return Err(Failure::new(reason, "at the door").into()),
            Some(Fault::AnswerLost) => {
                let _ = world.create(request.into_inner());
                return Err(lost());
            }
            Some(Fault::Slow(_)) | None => {}
        }
        let payment = world.create(request.into_inner())?;
        Ok(Response::new(CreatePaymentResponse { payment: Some(payment) }))
    }

    async fn get_payment(
        &self,
        request: Request<GetPaymentRequest>,
    ) -> Result<Response<GetPaymentResponse>, Status> {
        authenticated(&request)?;
        let payment = self.0.lock().unwrap().payments.get(&request.get_ref().payment_id).cloned();
        let payment = payment.ok_or_else(|| Failure::new(Reason::PaymentNotFound, "no such payment"))?;
        Ok(Response::new(GetPaymentResponse { payment: Some(payment) }))
    }

    async fn watch_payment(
        &self,
        _: Request<WatchPaymentRequest>,
    ) -> Result<Response<Self::WatchPaymentStream>, Status> {
        Err(Status::unimplemented("tills here don't watch"))
    }

    async fn reverse_payment(
        &self,
        request: Request<ReversePaymentRequest>,
    ) -> Result<Response<ReversePaymentResponse>, Status> {
        authenticated(&request)?;
        let mut world = self.0.lock().unwrap();
        if world.reversal_faults > 0 {
            world.reversal_faults -= 1;
            return Err(Status::unavailable("connection reset"));
        }
        if world.too_late {
            return Err(Failure::new(Reason::ReversalTooLate, "too late").into());
        }
        let payment = world.reverse(&request.get_ref().payment_id);
        Ok(Response::new(ReversePaymentResponse { payment: Some(payment) }))
    }

    async fn resolve_token(
        &self,
        request: Request<ResolveTokenRequest>,
    ) -> Result<Response<ResolveTokenResponse>, Status> {
        authenticated(&request)?;
        let offer_numbers = self.0.lock().unwrap().clipped.clone();
        if offer_numbers.is_empty() {
            return Err(Failure::new(Reason::TokenUnknown, "no such token").into());
        }
        Ok(Response::new(ResolveTokenResponse { offer_numbers, expires_at: None }))
    }

    type ListTerminalEntriesStream = ReceiverStream<Result<ListTerminalEntriesResponse, Status>>;

    async fn list_terminal_entries(
        &self,
        _: Request<ListTerminalEntriesRequest>,
    ) -> Result<Response<Self::ListTerminalEntriesStream>, Status> {
        Err(Status::unimplemented("no day ends here"))
    }

    async fn refund_payment(
        &self,
        request: Request<RefundPaymentRequest>,
    ) -> Result<Response<RefundPaymentResponse>, Status> {
        let RefundPaymentRequest { refund_id, payment_id, .. } = request.into_inner();
        let mut world = self.0.lock().unwrap();
        if world.account_too_low {
            return Err(Failure::new(Reason::MerchantBalanceTooLow, "the shop's account is too low").into());
        }
        world.refunds.push(refund_id.clone());
        let payment = world.payments[&payment_id].clone();
        // Stories here give back everything.
        let refund = Refund {
            refund_id,
            payment_id,
            gross_amount: payment.gross_amount.clone(),
            refunded_amount: payment.amount_due.clone(),
            ..Refund::default()
        };
        Ok(Response::new(RefundPaymentResponse { refund: Some(refund), payment: Some(payment) }))
    }

    async fn list_payments(
        &self,
        _: Request<PaymentServiceListPaymentsRequest>,
    ) -> Result<Response<PaymentServiceListPaymentsResponse>, Status> {
        Err(Status::unimplemented("tills here don't look back"))
    }

    async fn list_offers(
        &self,
        request: Request<PaymentServiceListOffersRequest>,
    ) -> Result<Response<PaymentServiceListOffersResponse>, Status> {
        authenticated(&request)?;
        // One offer a page, so that paging is exercised; the revision is the number of offers.
        let offers = self.0.lock().unwrap().offers.clone();
        let PaymentServiceListOffersRequest { since_revision, page_token, .. } = request.into_inner();
        let place = page_token.parse().unwrap_or(usize::try_from(since_revision).unwrap());
        let next = if place + 1 < offers.len() { (place + 1).to_string() } else { String::new() };
        Ok(Response::new(PaymentServiceListOffersResponse {
            revision: u64::try_from((place + 1).min(offers.len())).unwrap(),
            signed_offers: offers.iter().skip(place).take(1).map(signed).collect(),
            next_page_token: next,
            ..PaymentServiceListOffersResponse::default()
        }))
    }
}

/// An offer in the provider's words; what signs it is no matter here.
fn signed(offer: &Offer) -> SignedOffer {
    SignedOffer { offer: offer.encode_to_vec(), signature: Vec::new() }
}

/// A title in both languages.
pub(crate) fn title(en: &str, zh: &str) -> Option<LocalizedText> {
    Some(LocalizedText { en: en.into(), zh: zh.into() })
}
