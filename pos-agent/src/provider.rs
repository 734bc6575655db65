//! The payment provider, over gRPC: one method a call, each with its time-out, and answers parsed once.

use std::{future::Future, sync::Arc, time::Duration};

use proto::{
    convert::time_to_wire,
    status::Failure,
    v1::{
        CreatePaymentRequest, GetPaymentRequest, ListTerminalEntriesRequest, Payment,
        PaymentServiceListOffersRequest, PaymentServiceListOffersResponse, PaymentState, Refund,
        RefundPaymentRequest, ResolveTokenRequest, ReversePaymentRequest, TerminalEntry, WatchPaymentRequest,
        payment_service_client::PaymentServiceClient,
    },
};
use shared::{code::TokenNumber, ids::OfferNumber, time::UnixMillis};
use thiserror::Error;
use tonic::{
    Request, Response, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};

use crate::machine::{Answer, CallError, Stored};

/// How long a call may take. The provider answers in milliseconds; past this the line is bad.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How often an idle connection is checked, so that a dead one is noticed before a shopper waits for it.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);

/// Entries of one day that are read at most: far more than one till has.
const ENTRIES_MAX: usize = 1_000_000;

/// Where the provider is and who asks.
#[derive(Clone)]
pub struct ProviderSettings {
    /// `http://host:port` or `https://host:port`.
    pub address: String,
    /// For `https`: the only certificates to trust, PEM. Without them those that the system trusts.
    pub ca_pem: Option<Vec<u8>>,
    /// The terminal's key.
    pub key: String,
}

/// What is wrong with the settings.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// No URL, or not one of these two schemes.
    #[error("{0:?} is not an address such as https://pay.example.com")]
    Address(String),
    /// Not a certificate, or the system has none.
    #[error("no certificate to trust can be used: {0}")]
    Certificate(String),
    /// Empty, or with characters that no key has.
    #[error("the terminal key is empty or has characters that no key has")]
    Key,
}

/// A connection that is made when it is needed and made again when it breaks.
#[derive(Clone)]
pub struct Provider {
    client: PaymentServiceClient<InterceptedService<Channel, Key>>,
}

/// What the till asks of the provider. [`Provider`] asks over gRPC; tests ask one in memory, whose messages get lost.
#[tonic::async_trait]
pub trait Payments: Send + Sync {
    /// Asks for the money.
    async fn create(&self, request: CreatePaymentRequest) -> Result<Answer, CallError>;
    /// Asks what became of a payment.
    async fn query(&self, payment_id: &str) -> Result<Answer, CallError>;
    /// Takes a payment back.
    async fn reverse(&self, payment_id: &str) -> Result<Answer, CallError>;
    /// Waits until the provider says that a payment no longer waits for approval, or the stream ends.
    async fn watch_approval(&self, payment_id: &str) -> Result<(), CallError>;
    /// Gives goods and money back.
    async fn refund(&self, request: RefundPaymentRequest) -> Result<Refund, CallError>;
    /// What has moved money at this till within a time, in order.
    async fn entries(&self, since: UnixMillis, until: UnixMillis) -> Result<Vec<TerminalEntry>, CallError>;
    /// What a token's number stands for: the offers of which the shopper has a coupon for this shop.
    async fn resolve_token(&self, number: TokenNumber) -> Result<Vec<OfferNumber>, CallError>;
    /// One page of the offers that changed after a revision.
    async fn offers(
        &self,
        since_revision: u64,
        page_token: String,
    ) -> Result<PaymentServiceListOffersResponse, CallError>;
}

/// Puts the terminal's key into each call.
#[derive(Clone)]
struct Key(Arc<MetadataValue<Ascii>>);

impl Interceptor for Key {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.as_ref().clone());
        Ok(request)
    }
}

impl Provider {
    /// Checks the settings; nothing is sent yet. Must be called within a tokio runtime.
    pub fn new(settings: &ProviderSettings) -> Result<Self, SettingsError> {
        let address = settings.address.trim_end_matches('/');
        let secure = address.starts_with("https://");
        if !secure && !address.starts_with("http://") {
            return Err(SettingsError::Address(settings.address.clone()));
        }
        let mut endpoint = Endpoint::from_shared(address.to_owned())
            .map_err(|_| SettingsError::Address(settings.address.clone()))?
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
            .keep_alive_timeout(CALL_TIMEOUT)
            .keep_alive_while_idle(true);
        if secure {
            let tls = match &settings.ca_pem {
                // A file without one would be taken, and every connection refused without a word why.
                Some(ca) if !holds_certificate(ca) => {
                    return Err(SettingsError::Certificate("the file holds no PEM certificate".to_owned()));
                }
                Some(ca) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(ca)),
                None => ClientTlsConfig::new().with_native_roots(),
            };
            endpoint = endpoint.tls_config(tls).map_err(|e| SettingsError::Certificate(e.to_string()))?;
        }
        let key = settings.key.trim();
        if key.is_empty() {
            return Err(SettingsError::Key);
        }
        let mut key: MetadataValue<Ascii> =
            format!("Bearer {key}").parse().map_err(|_| SettingsError::Key)?;
        key.set_sensitive(true);
        let channel = endpoint.connect_lazy();
        Ok(Self { client: PaymentServiceClient::with_interceptor(channel, Key(Arc::new(key))) })
    }
}

#[tonic::async_trait]
impl Payments for Provider {
    async fn create(&self, request: CreatePaymentRequest) -> Result<Answer, CallError> {
        let mut client = self.client.clone();
        let response = call(request, |request| async move { client.create_payment(request).await }).await?;
        answer(response.payment)
    }

    async fn query(&self, payment_id: &str) -> Result<Answer, CallError> {
        let mut client = self.client.clone();
        let request = GetPaymentRequest { payment_id: payment_id.to_owned() };
        let response = call(request, |request| async move { client.get_payment(request).await }).await?;
        answer(response.payment)
    }

    async fn reverse(&self, payment_id: &str) -> Result<Answer, CallError> {
        let mut client = self.client.clone();
        let request = ReversePaymentRequest { payment_id: payment_id.to_owned() };
        let response = call(request, |request| async move { client.reverse_payment(request).await }).await?;
        answer(response.payment)
    }

    async fn watch_approval(&self, payment_id: &str) -> Result<(), CallError> {
        let mut client = self.client.clone();
        let request = WatchPaymentRequest { payment_id: payment_id.to_owned() };
        let opened = client.watch_payment(request).await.map_err(|status| call_error(&status))?;
        let mut changes = opened.into_inner();
        while let Some(change) = changes.message().await.map_err(|status| call_error(&status))? {
            if change.payment.is_some_and(|payment| payment.state() != PaymentState::PendingApproval) {
                break;
            }
        }
        Ok(())
    }

    async fn resolve_token(&self, number: TokenNumber) -> Result<Vec<OfferNumber>, CallError> {
        let mut client = self.client.clone();
        let request = ResolveTokenRequest { token_number: number.to_string() };
        let response = call(request, |request| async move { client.resolve_token(request).await }).await?;
        Ok(response.offer_numbers.into_iter().map(OfferNumber).collect())
    }

    async fn refund(&self, request: RefundPaymentRequest) -> Result<Refund, CallError> {
        let mut client = self.client.clone();
        let response = call(request, |request| async move { client.refund_payment(request).await }).await?;
        response.refund.ok_or_else(|| CallError::Lost("an answer without a refund".to_owned()))
    }

    async fn entries(&self, since: UnixMillis, until: UnixMillis) -> Result<Vec<TerminalEntry>, CallError> {
        let mut client = self.client.clone();
        let request =
            ListTerminalEntriesRequest { since: Some(time_to_wire(since)), until: Some(time_to_wire(until)) };
        let opened = client.list_terminal_entries(request).await.map_err(|status| call_error(&status))?;
        let mut stream = opened.into_inner();
        let mut entries = Vec::new();
        loop {
            let next = tokio::time::timeout(CALL_TIMEOUT, stream.message()).await;
            let next = next.map_err(|_| CallError::Lost("the stream stands still".to_owned()))?;
            match next.map_err(|status| call_error(&status))? {
                Some(some) => entries.extend(some.entries),
                None => return Ok(entries),
            }
            if entries.len() > ENTRIES_MAX {
                return Err(CallError::Lost(format!("more than {ENTRIES_MAX} entries")));
            }
        }
    }

    async fn offers(
        &self,
        since_revision: u64,
        page_token: String,
    ) -> Result<PaymentServiceListOffersResponse, CallError> {
        let mut client = self.client.clone();
        let request = PaymentServiceListOffersRequest { since_revision, page_size: 0, page_token };
        call(request, |request| async move { client.list_offers(request).await }).await
    }
}

/// Sends a request and waits no longer than [`CALL_TIMEOUT`]. The provider is told of the time-out too.
async fn call<Req, Res, F>(message: Req, send: impl FnOnce(Request<Req>) -> F) -> Result<Res, CallError>
where
    F: Future<Output = Result<Response<Res>, Status>>,
{
    let mut request = Request::new(message);
    request.set_timeout(CALL_TIMEOUT);
    match tokio::time::timeout(CALL_TIMEOUT, send(request)).await {
        Ok(Ok(response)) => Ok(response.into_inner()),
        Ok(Err(status)) => Err(call_error(&status)),
        Err(_) => Err(CallError::Lost("no answer in time".to_owned())),
    }
}

fn holds_certificate(pem: &[u8]) -> bool {
    let begin = b"-----BEGIN CERTIFICATE-----";
    pem.windows(begin.len()).any(|window| window == begin)
}

fn call_error(status: &Status) -> CallError {
    match Failure::from_status(status) {
        Some(failure) => CallError::Refused(failure),
        None => CallError::Lost(format!("{:?}: {}", status.code(), status.message())),
    }
}

fn answer(payment: Option<Payment>) -> Result<Answer, CallError> {
    let payment = payment.ok_or_else(|| CallError::Lost("an answer without a payment".to_owned()))?;
    let stored = match payment.state() {
        // What was refunded was paid.
        PaymentState::Completed | PaymentState::PartiallyRefunded | PaymentState::Refunded => {
            Stored::Completed
        }
        PaymentState::PendingApproval => Stored::PendingApproval,
        PaymentState::Rejected => Stored::Rejected,
        PaymentState::Expired => Stored::Expired,
        PaymentState::Reversed => Stored::Reversed,
        PaymentState::Declined => Stored::Declined,
        PaymentState::Unspecified => return Err(CallError::Lost("a payment in no known state".to_owned())),
    };
    Ok(Answer { stored, payment: Box::new(payment) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn settings_that_can_not_work_are_named_at_the_start() {
        let check = |address: &str, ca: Option<&[u8]>, key: &str| {
            let settings = ProviderSettings {
                address: address.to_owned(),
                ca_pem: ca.map(<[u8]>::to_vec),
                key: key.to_owned(),
            };
            Provider::new(&settings).map(drop)
        };
        let key = "osk_terminal_T1001_secret";
        assert!(check("http://127.0.0.1:8080/", None, key).is_ok());
        assert!(check("https://pay.example.com", None, key).is_ok(), "the system's certificates");
        for bad in ["", "pay.example.com", "ftp://pay.example.com", "https://"] {
            assert!(matches!(check(bad, None, key), Err(SettingsError::Address(_))), "{bad:?}");
        }
        for bad in ["", " ", "with\nbreak"] {
            assert!(matches!(check("http://127.0.0.1:8080", None, bad), Err(SettingsError::Key)), "{bad:?}");
        }
        let no_certificate = check("https://pay.example.com", Some(b"not a certificate"), key);
        assert!(matches!(no_certificate, Err(SettingsError::Certificate(_))), "{no_certificate:?}");
    }
}
