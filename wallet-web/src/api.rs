//! The calls to the provider, over any transport: gRPC natively, gRPC-web in the browser. A session is started when one is
//! needed and started again when it has ended; callers never see it.

mod account;
mod error;
mod pages;
mod session;

use proto::{
    convert::money_from_wire,
    v1::{self, wallet_service_client::WalletServiceClient},
};
use shared::payment::approval::{Answer, signing_input};
use tonic::{
    Streaming,
    body::Body,
    client::GrpcService,
    codegen::{Body as HttpBody, Bytes, StdError},
};

use crate::keys::DeviceKey;
use pages::Pages;
use session::Session;

pub use account::{Join, Opened};
pub use error::CallError;

/// Entries asked for at once.
pub const PAGE_SIZE: u32 = 100;
/// Pages read of one list; what lies beyond is not shown.
pub const PAGES_MAX: usize = 20;
/// Tokens that one call can ask for.
pub const TOKENS_PER_CALL_MAX: u32 = 15;

type Client<T> = WalletServiceClient<T>;

/// What carries the calls: a `tonic` channel, or the browser's fetch.
pub trait Transport:
    GrpcService<
        Body,
        ResponseBody: HttpBody<Data = Bytes, Error: Into<StdError> + Send> + Send + 'static,
        Error: Into<StdError>,
    > + Clone
{
}

impl<T> Transport for T where
    T: GrpcService<
            Body,
            ResponseBody: HttpBody<Data = Bytes, Error: Into<StdError> + Send> + Send + 'static,
            Error: Into<StdError>,
        > + Clone
{
}

/// The wallet's own view of itself and its provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Balance and state.
    pub wallet: v1::Wallet,
    /// The provider, its time among it.
    pub provider: v1::ProviderInfo,
}

/// A page of the offers.
pub type OffersPage = v1::WalletServiceListOffersResponse;
/// A page of the payments.
pub type PaymentsPage = v1::ListPaymentsResponse;

/// The provider, called with one device key. Clones share the session.
#[derive(Debug, Clone)]
pub struct Provider<T, K> {
    transport: T,
    streams: T,
    key: K,
    session: Session,
}

impl<T: Transport, K: DeviceKey> Provider<T, K> {
    /// Calls through `transport`.
    pub fn new(transport: T, key: K) -> Self {
        Self { streams: transport.clone(), transport, key, session: Session::default() }
    }

    /// Streams go through another transport: in the browser one without the time limit of a single call.
    #[must_use]
    pub fn with_streams(self, streams: T) -> Self {
        Self { streams, ..self }
    }

    /// The device key.
    pub fn key(&self) -> &K {
        &self.key
    }

    /// The wallet as it stands.
    pub async fn account(&self) -> Result<Account, CallError> {
        let call = |mut client: Client<T>, request| async move { client.get_wallet(request).await };
        let got = self.call(v1::GetWalletRequest {}, call).await?;
        account(got.wallet, got.provider)
    }

    /// Offers that can be clipped now, newest first, up to [`PAGES_MAX`] pages.
    pub async fn offers(&self) -> Result<Vec<v1::Offer>, CallError> {
        let mut pages = Pages::new();
        while let Some(page_token) = pages.due() {
            let page = self.offers_page(page_token).await?;
            pages.add(page.offers, page.next_page_token);
        }
        Ok(pages.into_items())
    }

    /// One page of them; the first where the token is empty.
    pub async fn offers_page(&self, page_token: String) -> Result<OffersPage, CallError> {
        let request = v1::WalletServiceListOffersRequest { page_size: PAGE_SIZE, page_token };
        let call = |mut client: Client<T>, request| async move { client.list_offers(request).await };
        self.call(request, call).await
    }

    /// The coupons that are in the wallet, unused, newest first.
    pub async fn coupons(&self) -> Result<Vec<v1::Coupon>, CallError> {
        let mut pages = Pages::new();
        while let Some(page_token) = pages.due() {
            let state = v1::CouponState::Clipped.into();
            let request = v1::ListCouponsRequest { page_size: PAGE_SIZE, page_token, state };
            let call = |mut client: Client<T>, request| async move { client.list_coupons(request).await };
            let page = self.call(request, call).await?;
            pages.add(page.coupons, page.next_page_token);
        }
        Ok(pages.into_items())
    }

    /// The wallet's payments, newest first, up to [`PAGES_MAX`] pages.
    pub async fn payments(&self) -> Result<Vec<v1::Payment>, CallError> {
        let mut pages = Pages::new();
        while let Some(page_token) = pages.due() {
            let page = self.payments_page(page_token).await?;
            pages.add(page.payments, page.next_page_token);
        }
        Ok(pages.into_items())
    }

    /// One page of them; the first where the token is empty.
    pub async fn payments_page(&self, page_token: String) -> Result<PaymentsPage, CallError> {
        let request = v1::ListPaymentsRequest { page_size: PAGE_SIZE, page_token };
        let call = |mut client: Client<T>, request| async move { client.list_payments(request).await };
        self.call(request, call).await
    }

    /// Puts an offer's coupon into the wallet.
    pub async fn clip(&self, offer_number: u32) -> Result<v1::Coupon, CallError> {
        let call = |mut client: Client<T>, request| async move { client.clip_offer(request).await };
        let clipped = self.call(v1::ClipOfferRequest { offer_number }, call).await?;
        clipped.coupon.ok_or(CallError::Incomplete("coupon"))
    }

    /// Gives a coupon back.
    pub async fn unclip(&self, coupon_id: &str) -> Result<v1::Coupon, CallError> {
        let call = |mut client: Client<T>, request| async move { client.unclip_coupon(request).await };
        let request = v1::UnclipCouponRequest { coupon_id: coupon_id.to_owned() };
        let unclipped = self.call(request, call).await?;
        unclipped.coupon.ok_or(CallError::Incomplete("coupon"))
    }

    /// The shopper's answer to a payment that waits for approval, signed with the device key.
    pub async fn answer(&self, payment: &v1::Payment, answer: Answer) -> Result<v1::Payment, CallError> {
        let due = money_from_wire("amount_due", payment.amount_due.as_ref());
        let due = due.map_err(|_| CallError::Incomplete("amount_due"))?;
        let signature = self.key.sign(&signing_input(&payment.payment_id, answer, due)).await?.to_vec();
        let payment_id = payment.payment_id.clone();
        let answered = match answer {
            Answer::Approve => {
                let call =
                    |mut client: Client<T>, request| async move { client.approve_payment(request).await };
                self.call(v1::ApprovePaymentRequest { payment_id, signature }, call).await?.payment
            }
            Answer::Reject => {
                let call =
                    |mut client: Client<T>, request| async move { client.reject_payment(request).await };
                self.call(v1::RejectPaymentRequest { payment_id, signature }, call).await?.payment
            }
        };
        answered.ok_or(CallError::Incomplete("payment"))
    }

    /// Lowers what the wallet pays without asking; a limit that is not set is the provider's.
    pub async fn set_approval_limits(&self, limits: v1::ApprovalLimits) -> Result<v1::Wallet, CallError> {
        let call = |mut client: Client<T>, request| async move { client.set_approval_limits(request).await };
        let set = self.call(v1::SetApprovalLimitsRequest { limits: Some(limits) }, call).await?;
        set.wallet.ok_or(CallError::Incomplete("wallet"))
    }

    /// New payment tokens, 1 to [`TOKENS_PER_CALL_MAX`].
    pub async fn issue_tokens(&self, count: u32) -> Result<Vec<v1::PaymentToken>, CallError> {
        let call = |mut client: Client<T>, request| async move { client.issue_payment_tokens(request).await };
        let request = v1::IssuePaymentTokensRequest { count: count.clamp(1, TOKENS_PER_CALL_MAX) };
        Ok(self.call(request, call).await?.tokens)
    }

    /// The wallet as it stands, and every change from then on.
    pub async fn watch(&self) -> Result<Changes, CallError> {
        let call = |mut client: Client<T>, request| async move { client.watch_wallet(request).await };
        Ok(Changes(self.call_over(&self.streams, v1::WatchWalletRequest {}, call).await?))
    }
}

/// The stream of changes.
#[derive(Debug)]
pub struct Changes(Streaming<v1::WatchWalletResponse>);

impl Changes {
    /// The next change; `None` when the provider ended the stream, as it does with the session.
    pub async fn next(&mut self) -> Result<Option<v1::WatchWalletResponse>, CallError> {
        Ok(self.0.message().await?)
    }
}

fn account(wallet: Option<v1::Wallet>, provider: Option<v1::ProviderInfo>) -> Result<Account, CallError> {
    Ok(Account {
        wallet: wallet.ok_or(CallError::Incomplete("wallet"))?,
        provider: provider.ok_or(CallError::Incomplete("provider"))?,
    })
}

#[cfg(test)]
mod tests {
    use tonic::transport::Channel;

    use super::*;
    use crate::keys::SoftwareKey;

    /// Demo and tests play many phones at once, each in a task of its own.
    #[allow(dead_code, reason = "compiling it is the test")]
    fn calls_can_be_made_from_any_task(
        phone: &'static Provider<Channel, SoftwareKey>,
        payment: &'static v1::Payment,
    ) {
        fn check<F: Future + Send>(_: F) {}
        check(phone.open("phone"));
        check(phone.join(Join::Link, "K7Q2-9XMD", "phone"));
        check(phone.account());
        check(phone.offers());
        check(phone.coupons());
        check(phone.payments());
        check(phone.unclip("100001-1"));
        check(phone.answer(payment, Answer::Approve));
        check(phone.clip(100_001));
        check(phone.issue_tokens(15));
        check(async move { phone.watch().await?.next().await });
    }
}
