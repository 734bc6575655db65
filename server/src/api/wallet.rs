//! `WalletService`.

use ed25519_dalek::VerifyingKey;
use proto::{
    convert::{FieldError, money_from_wire, parsed, time_to_wire},
    v1,
    v1::wallet_service_server::WalletService,
};
use shared::{
    ids::{CouponId, OfferNumber, WalletId},
    payment::approval::{self, Answer},
    reason::Reason,
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{Api, parse, view, watch};
use crate::{
    auth::{is_signed_by, signed_challenge},
    config::TOKENS_ISSUED_MAX,
    engine::decide::{
        approval::AnswerPayment,
        coupon::{ClipOffer, UnclipCoupon},
        wallet::{IssueTokens, OpenWallet, SetApprovalLimits},
    },
    error::Error,
    model::{CouponState, Payment, WalletView},
    read::{
        balances, coupons, offers,
        page::{Page, next_token},
        payments,
    },
    secrets::Session,
};

#[tonic::async_trait]
impl WalletService for Api {
    async fn create_challenge(
        &self,
        _request: Request<v1::CreateChallengeRequest>,
    ) -> Result<Response<v1::CreateChallengeResponse>, Status> {
        let expires_at = self.0.outside.clock.now().plus_ms(self.0.rules.challenge_ttl_ms);
        Ok(Response::new(v1::CreateChallengeResponse {
            challenge: self.0.secrets.challenge(expires_at, self.0.outside.random_bytes()),
            expires_at: Some(time_to_wire(expires_at)),
            provider: Some(self.0.provider_info()),
        }))
    }

    async fn open_wallet(
        &self,
        request: Request<v1::OpenWalletRequest>,
    ) -> Result<Response<v1::OpenWalletResponse>, Status> {
        let request = request.get_ref();
        let public_key = self.device_key(&request.public_key, &request.challenge, &request.signature)?;
        let wallet = self.0.engine.run(OpenWallet { public_key }).await?;
        let session = self.new_session(wallet.wallet.id);
        Ok(Response::new(v1::OpenWalletResponse {
            wallet: Some(self.0.wallet_view(&wallet)),
            session_token: self.0.secrets.session_token(session),
            session_expires_at: Some(time_to_wire(session.expires_at)),
            provider: Some(self.0.provider_info()),
            recovery_code: String::new(),
        }))
    }

    async fn start_session(
        &self,
        request: Request<v1::StartSessionRequest>,
    ) -> Result<Response<v1::StartSessionResponse>, Status> {
        let request = request.get_ref();
        let key = self.device_key(&request.public_key, &request.challenge, &request.signature)?;
        let wallet = self
            .0
            .readers
            .read(move |conn| balances::wallet_by_key(conn, &key))
            .await
            .map_err(Error::from)?;
        let missing = || Error::refused(Reason::WalletNotFound, "this device has no wallet; open one");
        let wallet = wallet.ok_or_else(missing)?;
        let session = self.new_session(wallet.wallet.id);
        Ok(Response::new(v1::StartSessionResponse {
            wallet: Some(self.0.wallet_view(&wallet)),
            session_token: self.0.secrets.session_token(session),
            session_expires_at: Some(time_to_wire(session.expires_at)),
            provider: Some(self.0.provider_info()),
        }))
    }

    async fn link_device(
        &self,
        _request: Request<v1::LinkDeviceRequest>,
    ) -> Result<Response<v1::LinkDeviceResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn recover_wallet(
        &self,
        _request: Request<v1::RecoverWalletRequest>,
    ) -> Result<Response<v1::RecoverWalletResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn create_pairing_code(
        &self,
        _request: Request<v1::CreatePairingCodeRequest>,
    ) -> Result<Response<v1::CreatePairingCodeResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn list_devices(
        &self,
        _request: Request<v1::ListDevicesRequest>,
    ) -> Result<Response<v1::ListDevicesResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn revoke_device(
        &self,
        _request: Request<v1::RevokeDeviceRequest>,
    ) -> Result<Response<v1::RevokeDeviceResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn renew_recovery_code(
        &self,
        _request: Request<v1::RenewRecoveryCodeRequest>,
    ) -> Result<Response<v1::RenewRecoveryCodeResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn close_wallet(
        &self,
        _request: Request<v1::CloseWalletRequest>,
    ) -> Result<Response<v1::CloseWalletResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn get_wallet(
        &self,
        request: Request<v1::GetWalletRequest>,
    ) -> Result<Response<v1::GetWalletResponse>, Status> {
        let wallet = self.wallet(self.0.session(request.metadata())?.wallet).await?;
        Ok(Response::new(v1::GetWalletResponse {
            wallet: Some(self.0.wallet_view(&wallet)),
            provider: Some(self.0.provider_info()),
        }))
    }

    async fn list_offers(
        &self,
        request: Request<v1::WalletServiceListOffersRequest>,
    ) -> Result<Response<v1::WalletServiceListOffersResponse>, Status> {
        self.0.session(request.metadata())?;
        let request = request.get_ref();
        let page = Page::of(request.page_size, &request.page_token, 50, 100).map_err(Error::from)?;
        let now = self.0.outside.clock.now();
        let (found, next) =
            self.0.readers.read(move |conn| offers::clippable(conn, page, now)).await.map_err(Error::from)?;
        let offers = found.iter().filter_map(|number| self.0.directory.offer(*number));
        Ok(Response::new(v1::WalletServiceListOffersResponse {
            offers: offers.map(|offer| view::offer(&offer, true)).collect(),
            next_page_token: next_token(next),
            shops: Vec::new(),
        }))
    }

    async fn clip_offer(
        &self,
        request: Request<v1::ClipOfferRequest>,
    ) -> Result<Response<v1::ClipOfferResponse>, Status> {
        let wallet = self.0.session(request.metadata())?.wallet;
        let offer = OfferNumber(request.get_ref().offer_number);
        let coupon = self.0.engine.run(ClipOffer { wallet, offer }).await?;
        Ok(Response::new(v1::ClipOfferResponse { coupon: Some(self.0.coupon_view(&coupon)) }))
    }

    async fn unclip_coupon(
        &self,
        request: Request<v1::UnclipCouponRequest>,
    ) -> Result<Response<v1::UnclipCouponResponse>, Status> {
        let wallet = self.0.session(request.metadata())?.wallet;
        let coupon: CouponId = parsed("coupon_id", &request.get_ref().coupon_id).map_err(Error::from)?;
        let coupon = self.0.engine.run(UnclipCoupon { wallet, coupon }).await?;
        Ok(Response::new(v1::UnclipCouponResponse { coupon: Some(self.0.coupon_view(&coupon)) }))
    }

    async fn list_coupons(
        &self,
        request: Request<v1::ListCouponsRequest>,
    ) -> Result<Response<v1::ListCouponsResponse>, Status> {
        let wallet = self.0.session(request.metadata())?.wallet;
        let request = request.get_ref();
        let page = Page::of(request.page_size, &request.page_token, 50, 100).map_err(Error::from)?;
        let state = match request.state() {
            v1::CouponState::Unspecified => None,
            v1::CouponState::Clipped => Some(CouponState::Clipped),
            v1::CouponState::Redeemed => Some(CouponState::Redeemed),
            v1::CouponState::Unclipped => Some(CouponState::Unclipped),
            v1::CouponState::Expired => Some(CouponState::Expired),
            v1::CouponState::Held => Some(CouponState::Held),
        };
        let now = self.0.outside.clock.now();
        let list = self.0.readers.read(move |conn| coupons::list(conn, wallet, state, page, now)).await;
        let (found, next) = list.map_err(Error::from)?;
        Ok(Response::new(v1::ListCouponsResponse {
            coupons: found.iter().map(|coupon| self.0.coupon_view(coupon)).collect(),
            next_page_token: next_token(next),
        }))
    }

    async fn issue_payment_tokens(
        &self,
        request: Request<v1::IssuePaymentTokensRequest>,
    ) -> Result<Response<v1::IssuePaymentTokensResponse>, Status> {
        let wallet = self.0.session(request.metadata())?.wallet;
        let count = request.get_ref().count;
        if !(1..=TOKENS_ISSUED_MAX).contains(&count) {
            let problem = format!("must be within 1 and {TOKENS_ISSUED_MAX}");
            return Err(Error::from(FieldError::new("count", problem)).into());
        }
        let issued = self.0.engine.run(IssueTokens { wallet, count }).await?;
        let token = |(id, expires_at)| v1::PaymentToken {
            token_number: self.0.secrets.token_number(id).to_string(),
            expires_at: Some(time_to_wire(expires_at)),
        };
        let tokens = issued.into_iter().map(token).collect();
        Ok(Response::new(v1::IssuePaymentTokensResponse { tokens }))
    }

    async fn list_payments(
        &self,
        request: Request<v1::ListPaymentsRequest>,
    ) -> Result<Response<v1::ListPaymentsResponse>, Status> {
        let wallet = self.0.session(request.metadata())?.wallet;
        let request = request.get_ref();
        let page = Page::of(request.page_size, &request.page_token, 50, 100).map_err(Error::from)?;
        let (found, next) = self
            .0
            .readers
            .read(move |conn| payments::of_wallet(conn, wallet, page))
            .await
            .map_err(Error::from)?;
        Ok(Response::new(v1::ListPaymentsResponse {
            payments: found.iter().map(|payment| self.0.payment_view(payment)).collect(),
            next_page_token: next_token(next),
        }))
    }

    async fn approve_payment(
        &self,
        request: Request<v1::ApprovePaymentRequest>,
    ) -> Result<Response<v1::ApprovePaymentResponse>, Status> {
        let wallet = self.0.session(request.metadata())?.wallet;
        let v1::ApprovePaymentRequest { payment_id, signature } = request.into_inner();
        let payment = self.answer(wallet, &payment_id, Answer::Approve, &signature).await?;
        Ok(Response::new(v1::ApprovePaymentResponse { payment: Some(self.0.payment_view(&payment)) }))
    }

    async fn reject_payment(
        &self,
        request: Request<v1::RejectPaymentRequest>,
    ) -> Result<Response<v1::RejectPaymentResponse>, Status> {
        let wallet = self.0.session(request.metadata())?.wallet;
        let v1::RejectPaymentRequest { payment_id, signature } = request.into_inner();
        let payment = self.answer(wallet, &payment_id, Answer::Reject, &signature).await?;
        Ok(Response::new(v1::RejectPaymentResponse { payment: Some(self.0.payment_view(&payment)) }))
    }

    async fn set_approval_limits(
        &self,
        request: Request<v1::SetApprovalLimitsRequest>,
    ) -> Result<Response<v1::SetApprovalLimitsResponse>, Status> {
        let wallet = self.0.session(request.metadata())?.wallet;
        let limits = request.into_inner().limits.unwrap_or_default();
        let money = |field: &str, money: Option<&v1::Money>| {
            money.map(|money| money_from_wire(field, Some(money))).transpose().map_err(Error::from)
        };
        let per_payment = money("limits.per_payment", limits.per_payment.as_ref())?;
        let per_day = money("limits.per_day", limits.per_day.as_ref())?;
        let view = self.0.engine.run(SetApprovalLimits { wallet, per_payment, per_day }).await?;
        Ok(Response::new(v1::SetApprovalLimitsResponse { wallet: Some(self.0.wallet_view(&view)) }))
    }

    type WatchWalletStream = ReceiverStream<Result<v1::WatchWalletResponse, Status>>;

    async fn watch_wallet(
        &self,
        request: Request<v1::WatchWalletRequest>,
    ) -> Result<Response<Self::WatchWalletStream>, Status> {
        let session = self.0.session(request.metadata())?;
        Ok(Response::new(watch::wallet(self.clone(), session)))
    }
}

impl Api {
    /// The caller's device key, where the caller has signed one of our challenges with it just now.
    fn device_key(&self, key: &[u8], challenge: &[u8], signature: &[u8]) -> Result<[u8; 32], Error> {
        let bad_key = || FieldError::new("public_key", "must be an Ed25519 public key of 32 bytes");
        let bytes: [u8; 32] = key.try_into().map_err(|_| bad_key())?;
        let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak()).ok_or_else(bad_key)?;
        if !self.0.secrets.challenge_is_good(challenge, self.0.outside.clock.now()) {
            return Err(Error::refused(Reason::ChallengeInvalid, "the challenge is too old; get another"));
        }
        if !signed_challenge(&key, challenge, signature) {
            return Err(Error::refused(Reason::SignatureInvalid, "the challenge was not signed by this key"));
        }
        Ok(bytes)
    }

    /// The shopper's answer to a payment of this wallet, signed by its device key.
    async fn answer(
        &self,
        wallet: WalletId,
        payment_id: &str,
        answer: Answer,
        signature: &[u8],
    ) -> Result<Payment, Error> {
        let id = parse::payment_id(payment_id)?;
        let found = self.0.readers.read(move |conn| payments::payment(conn, id)).await?;
        let payment = found
            .filter(|payment| payment.wallet == Some(wallet))
            .ok_or_else(|| Error::refused(Reason::PaymentNotFound, "this wallet has no such payment"))?;
        let key = self.wallet(wallet).await?.wallet.public_key;
        let signed = approval::signing_input(&id.to_string(), answer, payment.money(payment.due_minor));
        if !is_signed_by(&key, &signed, signature) {
            let text = "the answer was not signed by this wallet's device key";
            return Err(Error::refused(Reason::SignatureInvalid, text));
        }
        self.0.engine.run(AnswerPayment { wallet, id, answer }).await
    }

    fn new_session(&self, wallet: WalletId) -> Session {
        Session { wallet, expires_at: self.0.outside.clock.now().plus_ms(self.0.rules.session_ttl_ms) }
    }

    async fn wallet(&self, id: WalletId) -> Result<WalletView, Error> {
        let found = self.0.readers.read(move |conn| balances::wallet(conn, id)).await?;
        found.ok_or_else(|| Error::refused(Reason::WalletNotFound, "there is no such wallet"))
    }
}
