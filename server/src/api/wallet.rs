//! `WalletService`.

use proto::{
    convert::{FieldError, money_from_wire, parsed, time_to_wire},
    v1,
    v1::wallet_service_server::WalletService,
};
use shared::{
    ids::{CouponId, DeviceId, OfferNumber, WalletId},
    payment::approval::{self, Answer},
    reason::Reason,
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{Api, parse, view, watch};
use crate::{
    auth::is_signed_by,
    config::TOKENS_ISSUED_MAX,
    engine::decide::{
        approval::AnswerPayment,
        close::CloseWallet,
        coupon::{ClipOffer, UnclipCoupon},
        device::{Caller, CreatePairingCode, RenewRecoveryCode, RevokeDevice},
        wallet::{IssueTokens, OpenWallet, SetApprovalLimits},
    },
    error::Error,
    model::{CouponState, Payment, WalletView},
    read::{
        balances, coupons, offers,
        page::{Page, next_token},
        payments,
    },
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
        let device_name = parse::device_name(&request.device_name).map_err(Error::from)?;
        let (recovery_code, recovery) = self.new_recovery_code();
        let joined = self.0.engine.run(OpenWallet { public_key, device_name, recovery }).await?;
        let session = self.new_session(joined.view.wallet.id, joined.device);
        Ok(Response::new(v1::OpenWalletResponse {
            wallet: Some(self.0.wallet_view(&joined.view)),
            session_token: self.0.secrets.session_token(session),
            session_expires_at: Some(time_to_wire(session.expires_at)),
            provider: Some(self.0.provider_info()),
            recovery_code: if joined.new { recovery_code } else { String::new() },
        }))
    }

    async fn start_session(
        &self,
        request: Request<v1::StartSessionRequest>,
    ) -> Result<Response<v1::StartSessionResponse>, Status> {
        let request = request.get_ref();
        let key = self.device_key(&request.public_key, &request.challenge, &request.signature)?;
        let (device, view) = self.device(key).await?;
        let session = self.new_session(device.wallet, device.id);
        Ok(Response::new(v1::StartSessionResponse {
            wallet: Some(self.0.wallet_view(&view)),
            session_token: self.0.secrets.session_token(session),
            session_expires_at: Some(time_to_wire(session.expires_at)),
            provider: Some(self.0.provider_info()),
        }))
    }

    async fn link_device(
        &self,
        request: Request<v1::LinkDeviceRequest>,
    ) -> Result<Response<v1::LinkDeviceResponse>, Status> {
        let request = request.get_ref();
        let public_key = self.device_key(&request.public_key, &request.challenge, &request.signature)?;
        let joined = self.link(public_key, &request.pairing_code, &request.device_name).await?;
        let session = self.new_session(joined.view.wallet.id, joined.device);
        Ok(Response::new(v1::LinkDeviceResponse {
            wallet: Some(self.0.wallet_view(&joined.view)),
            session_token: self.0.secrets.session_token(session),
            session_expires_at: Some(time_to_wire(session.expires_at)),
            provider: Some(self.0.provider_info()),
        }))
    }

    async fn recover_wallet(
        &self,
        request: Request<v1::RecoverWalletRequest>,
    ) -> Result<Response<v1::RecoverWalletResponse>, Status> {
        let request = request.get_ref();
        let public_key = self.device_key(&request.public_key, &request.challenge, &request.signature)?;
        let (joined, recovery_code) =
            self.recover(public_key, &request.recovery_code, &request.device_name).await?;
        let session = self.new_session(joined.view.wallet.id, joined.device);
        Ok(Response::new(v1::RecoverWalletResponse {
            wallet: Some(self.0.wallet_view(&joined.view)),
            session_token: self.0.secrets.session_token(session),
            session_expires_at: Some(time_to_wire(session.expires_at)),
            provider: Some(self.0.provider_info()),
            recovery_code,
        }))
    }

    async fn create_pairing_code(
        &self,
        request: Request<v1::CreatePairingCodeRequest>,
    ) -> Result<Response<v1::CreatePairingCodeResponse>, Status> {
        let caller = self.0.session(request.metadata())?.caller();
        let (pairing_code, code) = self.new_pairing_code();
        let expires_at = self.0.engine.run(CreatePairingCode { caller, code }).await?;
        let expires_at = Some(time_to_wire(expires_at));
        Ok(Response::new(v1::CreatePairingCodeResponse { pairing_code, expires_at }))
    }

    async fn list_devices(
        &self,
        request: Request<v1::ListDevicesRequest>,
    ) -> Result<Response<v1::ListDevicesResponse>, Status> {
        let session = self.0.session(request.metadata())?;
        let read = self.0.readers.read(move |conn| balances::devices_of(conn, session.wallet)).await;
        let devices = view::devices(&read.map_err(Error::from)?, session.device);
        Ok(Response::new(v1::ListDevicesResponse { devices }))
    }

    async fn revoke_device(
        &self,
        request: Request<v1::RevokeDeviceRequest>,
    ) -> Result<Response<v1::RevokeDeviceResponse>, Status> {
        let caller = self.0.session(request.metadata())?.caller();
        let device: DeviceId = parsed("device_id", &request.get_ref().device_id).map_err(Error::from)?;
        let left = self.0.engine.run(RevokeDevice { caller, device }).await?;
        Ok(Response::new(v1::RevokeDeviceResponse { devices: view::devices(&left, caller.device) }))
    }

    async fn renew_recovery_code(
        &self,
        request: Request<v1::RenewRecoveryCodeRequest>,
    ) -> Result<Response<v1::RenewRecoveryCodeResponse>, Status> {
        let caller = self.0.session(request.metadata())?.caller();
        let (recovery_code, code) = self.new_recovery_code();
        self.0.engine.run(RenewRecoveryCode { caller, code }).await?;
        Ok(Response::new(v1::RenewRecoveryCodeResponse { recovery_code }))
    }

    async fn close_wallet(
        &self,
        request: Request<v1::CloseWalletRequest>,
    ) -> Result<Response<v1::CloseWalletResponse>, Status> {
        let caller = self.0.session(request.metadata())?.caller();
        let wallet = self.0.engine.run(CloseWallet { caller }).await?;
        Ok(Response::new(v1::CloseWalletResponse { wallet: Some(self.0.wallet_view(&wallet)) }))
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
        let offers: Vec<_> =
            found.iter().filter_map(|number| self.0.directory.offer_to_show(*number)).collect();
        Ok(Response::new(v1::WalletServiceListOffersResponse {
            offers: offers.iter().map(|offer| view::offer(offer, true)).collect(),
            next_page_token: next_token(next),
            shops: self.0.shops_of(&offers),
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
        let caller = self.0.session(request.metadata())?.caller();
        let count = request.get_ref().count;
        if !(1..=TOKENS_ISSUED_MAX).contains(&count) {
            let problem = format!("must be within 1 and {TOKENS_ISSUED_MAX}");
            return Err(Error::from(FieldError::new("count", problem)).into());
        }
        let issued = self.0.engine.run(IssueTokens { caller, count }).await?;
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
        let caller = self.0.session(request.metadata())?.caller();
        let limits = request.into_inner().limits.unwrap_or_default();
        let money = |field: &str, money: Option<&v1::Money>| {
            money.map(|money| money_from_wire(field, Some(money))).transpose().map_err(Error::from)
        };
        let per_payment = money("limits.per_payment", limits.per_payment.as_ref())?;
        let per_day = money("limits.per_day", limits.per_day.as_ref())?;
        let view = self.0.engine.run(SetApprovalLimits { caller, per_payment, per_day }).await?;
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
    /// The shopper's answer to a payment of this wallet, signed by the key of one of its devices.
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
        let devices = self.0.readers.read(move |conn| balances::devices_of(conn, wallet)).await?;
        let signed = approval::signing_input(&id.to_string(), answer, payment.money(payment.due_minor));
        let signer = devices.iter().find(|device| is_signed_by(&device.public_key, &signed, signature));
        let Some(signer) = signer.map(|device| Caller { wallet, device: device.id }) else {
            let text = "the answer was not signed by the key of any device of this wallet";
            return Err(Error::refused(Reason::SignatureInvalid, text));
        };
        self.0.engine.run(AnswerPayment { signer, id, answer }).await
    }

    async fn wallet(&self, id: WalletId) -> Result<WalletView, Error> {
        let found = self.0.readers.read(move |conn| balances::wallet(conn, id)).await?;
        found.ok_or_else(|| Error::refused(Reason::WalletNotFound, "there is no such wallet"))
    }
}
