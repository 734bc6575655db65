//! Whether the provider can be reached: known from every call, so that the till says at once when it can't.

use std::sync::Arc;

use proto::v1::{
    CreatePaymentRequest, PaymentServiceListOffersResponse, Refund, RefundPaymentRequest, TerminalEntry,
};
use shared::{code::TokenNumber, ids::OfferNumber, time::UnixMillis};
use tokio::sync::{Notify, watch};

use crate::{
    machine::{Answer, CallError},
    provider::Payments,
};

/// What is known of the line to the provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Link {
    /// Nobody has asked yet.
    #[default]
    Unknown,
    /// It answered.
    Online,
    /// It did not answer, and not when it was asked again either.
    Offline,
}

/// A provider whose line is watched. An answer says that it is online, whatever the answer is. A lost one only raises a doubt,
/// which whoever keeps the offers fresh clears up: it may have been that one message.
pub(crate) struct Watched {
    provider: Arc<dyn Payments>,
    link: watch::Sender<Link>,
    doubt: Notify,
}

impl Watched {
    pub(crate) fn new(provider: Arc<dyn Payments>) -> Self {
        Self { provider, link: watch::Sender::default(), doubt: Notify::new() }
    }

    pub(crate) fn link(&self) -> watch::Receiver<Link> {
        self.link.subscribe()
    }

    pub(crate) fn set(&self, now: Link) {
        self.link.send_if_modified(|link| std::mem::replace(link, now) != now);
    }

    /// Raises a doubt.
    pub(crate) fn doubt(&self) {
        self.doubt.notify_one();
    }

    /// Waits for a doubt.
    pub(crate) async fn doubted(&self) {
        self.doubt.notified().await;
    }

    fn seen<T>(&self, result: Result<T, CallError>) -> Result<T, CallError> {
        match &result {
            Ok(_) | Err(CallError::Refused(_)) => self.set(Link::Online),
            Err(CallError::Lost(_)) => self.doubt(),
        }
        result
    }
}

#[tonic::async_trait]
impl Payments for Watched {
    async fn create(&self, request: CreatePaymentRequest) -> Result<Answer, CallError> {
        self.seen(self.provider.create(request).await)
    }

    async fn query(&self, payment_id: &str) -> Result<Answer, CallError> {
        self.seen(self.provider.query(payment_id).await)
    }

    async fn reverse(&self, payment_id: &str) -> Result<Answer, CallError> {
        self.seen(self.provider.reverse(payment_id).await)
    }

    async fn resolve_token(&self, number: TokenNumber) -> Result<Vec<OfferNumber>, CallError> {
        self.seen(self.provider.resolve_token(number).await)
    }

    async fn watch_approval(&self, payment_id: &str) -> Result<(), CallError> {
        self.seen(self.provider.watch_approval(payment_id).await)
    }

    async fn refund(&self, request: RefundPaymentRequest) -> Result<Refund, CallError> {
        self.seen(self.provider.refund(request).await)
    }

    async fn entries(&self, since: UnixMillis, until: UnixMillis) -> Result<Vec<TerminalEntry>, CallError> {
        self.seen(self.provider.entries(since, until).await)
    }

    async fn offers(
        &self,
        since_revision: u64,
        page_token: String,
    ) -> Result<PaymentServiceListOffersResponse, CallError> {
        self.seen(self.provider.offers(since_revision, page_token).await)
    }
}
