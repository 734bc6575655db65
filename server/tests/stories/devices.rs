//! Several devices on one wallet: linking, revoking, getting a lost wallet back, closing it.

use ed25519_dalek::{Signer, SigningKey};
use proto::{
    convert,
    v1::{self, CouponState, PaymentState, WalletState},
};
use server::config::{Rules, WRONG_CODES_A_MINUTE_MAX};
use shared::{
    payment::approval::{self, Answer, Limits},
    reason::Reason,
};
use tonic::Status;
use uuid::Uuid;

use super::world::*;

#[tokio::test]
async fn a_second_phone_is_linked_and_pays_from_the_same_wallet() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let code = phone.pairing_code().await.unwrap();
    let mut tablet = world.link(7, &code.to_lowercase().replace('-', " "), "Tablet").await.unwrap();
    assert_eq!(tablet.wallet_id, phone.wallet_id);
    assert_eq!(refused(world.link(8, &code, "").await), Reason::PairingCodeInvalid, "it is used up");

    till.pay(&Sale::of(&tablet.code(&[]).await, 1_000)).await.unwrap();
    till.pay(&Sale::of(&phone.code(&[]).await, 1_000)).await.unwrap();
    assert_eq!((phone.balance().await, tablet.balance().await), (8_000, 8_000));
    let seen = tablet.devices().await.unwrap();
    let seen: Vec<_> = seen.iter().map(|device| (device.name.as_str(), device.this_device)).collect();
    assert_eq!(seen, [("Phone", false), ("Tablet", true)]);

    let mut stolen = phone.tokens(1).await;
    let code = tablet.sign(tablet.unsigned(stolen.remove(0), &[]));
    let foreign = till.pay(&Sale::of(&code, 100)).await;
    assert_eq!(refused(foreign), Reason::SignatureInvalid, "a token is good with its own device's key only");
}

#[tokio::test]
async fn a_pairing_code_is_good_for_a_short_while_and_the_newest_counts() {
    let mut world = World::new().await;
    let mut phone = world.phone(0).await;
    let first = phone.pairing_code().await.unwrap();
    let second = phone.pairing_code().await.unwrap();
    assert_eq!(refused(world.link(7, &first, "").await), Reason::PairingCodeInvalid);
    world.clock.advance_ms(5 * 60_000);
    assert_eq!(refused(world.link(7, &second, "").await), Reason::PairingCodeInvalid);
    assert_eq!(refused(world.link(7, "K7Q2-9XM", "").await), Reason::PairingCodeInvalid, "too short");

    let code = phone.pairing_code().await.unwrap();
    world.phone_with(SigningKey::from_bytes(&[9; 32])).await;
    assert_eq!(refused(world.link(9, &code, "").await), Reason::DeviceInUse);
    world.link(10, &code, "").await.unwrap();
}

#[tokio::test]
async fn a_wallet_has_a_few_devices_at_a_time() {
    let mut world = World::new().await;
    let mut phone = world.phone(0).await;
    for n in 1..8 {
        let code = phone.pairing_code().await.unwrap();
        world.link(n, &code, "").await.unwrap();
    }
    let code = phone.pairing_code().await.unwrap();
    assert_eq!(refused(world.link(8, &code, "").await), Reason::DeviceLimitReached);
    let oldest = phone.devices().await.unwrap()[1].device_id.clone();
    assert_eq!(phone.revoke(&oldest).await.unwrap().len(), 7);
    world.link(8, &code, "").await.unwrap();
}

#[tokio::test]
async fn a_revoked_device_is_dead_at_once() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let code = phone.pairing_code().await.unwrap();
    let mut lost = world.link(7, &code, "Lost").await.unwrap();
    let (kept, shown) = (phone.code(&[]).await, lost.code(&[]).await);
    let request = with(&lost.session, v1::WatchWalletRequest {});
    let mut watching = lost.client.watch_wallet(request).await.unwrap().into_inner();
    watching.message().await.unwrap().unwrap();

    let id = phone.devices().await.unwrap()[1].device_id.clone();
    assert_eq!(phone.revoke(&id).await.unwrap().len(), 1);
    assert_eq!(phone.revoke(&id).await.unwrap().len(), 1, "again");
    assert_eq!(refused(watching.message().await), Reason::DeviceRevoked);
    assert_eq!(refused(till.pay(&Sale::of(&shown, 100)).await), Reason::TokenRevoked);
    assert_eq!(refused(lost.devices().await), Reason::DeviceRevoked);
    assert_eq!(refused(lost.start().await), Reason::DeviceRevoked);
    assert_eq!(refused(world.open(7).await), Reason::DeviceRevoked);
    till.pay(&Sale::of(&kept, 100)).await.unwrap();
    assert_eq!(refused(phone.revoke("D1").await), Reason::DeviceNotFound);

    // Also after the server was started again.
    let world = world.restart().await;
    lost.client = v1::wallet_service_client::WalletServiceClient::new(world.channel.clone());
    assert_eq!(refused(lost.devices().await), Reason::DeviceRevoked);
}

#[tokio::test]
async fn a_lost_phone_is_replaced_by_the_recovery_code() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    let (mut lost, recovery) = world.open(1).await.unwrap();
    world.operator.deposit(&lost.wallet_id, 5_000).await.unwrap();
    assert_eq!(world.open(1).await.unwrap().1, "", "it is shown once");
    let shown = lost.code(&[]).await;

    let mut typed = recovery.clone();
    typed.replace_range(..1, if recovery.starts_with('0') { "2" } else { "0" });
    assert_eq!(refused(world.recover(2, &typed).await), Reason::RecoveryCodeInvalid);
    let (mut new, renewed) = world.recover(2, &recovery.to_lowercase()).await.unwrap();
    assert_eq!((new.wallet_id.clone(), new.balance().await), (lost.wallet_id.clone(), 5_000));
    assert_eq!(refused(lost.devices().await), Reason::DeviceRevoked);
    assert_eq!(refused(till.pay(&Sale::of(&shown, 100)).await), Reason::TokenRevoked);
    assert_eq!(refused(world.recover(3, &recovery).await), Reason::RecoveryCodeInvalid, "it was replaced");

    let code = new.renew_recovery_code().await.unwrap();
    assert_eq!(refused(world.recover(3, &renewed).await), Reason::RecoveryCodeInvalid);
    let (mut third, _) = world.recover(3, &code).await.unwrap();
    assert_eq!(third.devices().await.unwrap().len(), 1);
    assert_eq!(refused(new.devices().await), Reason::DeviceRevoked);
}

#[tokio::test]
async fn whoever_guesses_codes_has_to_wait() {
    let mut world = World::new().await;
    let mut phone = world.phone(0).await;
    let code = phone.pairing_code().await.unwrap();
    for _ in 0..WRONG_CODES_A_MINUTE_MAX {
        assert_eq!(refused(world.link(7, "0000-0000", "").await), Reason::PairingCodeInvalid);
    }
    let refusal = world.link(7, &code, "").await.err().unwrap();
    let failure = proto::status::Failure::from_status(&refusal).unwrap();
    assert_eq!(failure.reason, Reason::Overloaded);
    world.clock.advance_ms(i64::try_from(failure.retry_after.unwrap().as_millis()).unwrap());
    world.link(7, &code, "").await.unwrap();
}

#[tokio::test]
async fn any_device_of_the_wallet_approves() {
    let limits = Limits { per_payment_minor: 100, per_day_minor: 100 };
    let mut world = World::with_rules(Rules { approval_limits: limits, ..Rules::default() }).await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let code = phone.pairing_code().await.unwrap();
    let mut watch = world.link(7, &code, "Watch").await.unwrap();
    let payment = till.pay(&Sale::of(&phone.code(&[]).await, 1_000)).await.unwrap();
    assert_eq!(payment.state(), PaymentState::PendingApproval);
    let done = watch.approve(&payment).await.unwrap();
    assert_eq!(done.state(), PaymentState::Completed);

    let payment = till.pay(&Sale::of(&phone.code(&[]).await, 1_000)).await.unwrap();
    let id = phone.devices().await.unwrap()[1].device_id.clone();
    phone.revoke(&id).await.unwrap();
    watch.session = phone.session.clone();
    assert_eq!(refused(watch.approve(&payment).await), Reason::SignatureInvalid, "no device of it any more");
}

#[tokio::test]
async fn a_closed_wallet_pays_nothing_and_keeps_nothing_but_its_receipts() {
    let mut world = World::new().await;
    let (mut issuer, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let coupon = phone.clip(offer).await.unwrap();
    let sale = Sale::of(&phone.code(&[&coupon]).await, 3_000).redeem(offer, SHAMPOO, 1, 3_000, 500);
    till.pay(&sale).await.unwrap();
    till.reverse(sale.id()).await.unwrap();
    let shown = phone.code(&[]).await;
    assert_eq!(minor(&issuer.campaign(offer).await.budget_reserved), 500);

    let closed = phone.close().await.unwrap();
    assert_eq!((closed.state(), minor(&closed.balance)), (WalletState::Closed, 10_000));
    assert_eq!(phone.close().await.unwrap(), closed, "again");
    assert_eq!(minor(&issuer.campaign(offer).await.budget_reserved), 0);
    assert_eq!(phone.coupons(CouponState::Unclipped).await.len(), 1);
    assert_eq!(refused(till.pay(&Sale::of(&shown, 100)).await), Reason::TokenRevoked);
    assert_eq!(refused(phone.clip(offer).await), Reason::WalletClosed);
    assert_eq!(refused(phone.pairing_code().await), Reason::WalletClosed);
    assert_eq!(refused(phone.start().await), Reason::WalletClosed);
    let deposit = world.operator.deposit(&phone.wallet_id, 1).await;
    assert_eq!(refused(deposit), Reason::WalletClosed);
    assert_eq!(phone.payments().await.len(), 1, "receipts are readable until the session ends");

    let payout = Uuid::now_v7();
    for _ in 0..2 {
        assert_eq!(world.operator.pay_out_wallet(payout, &phone.wallet_id, 10_000).await.unwrap(), 10_000);
    }
    let more = world.operator.pay_out_wallet(Uuid::now_v7(), &phone.wallet_id, 1).await;
    assert_eq!(refused(more), Reason::InsufficientFunds);
    assert_eq!(phone.balance().await, 0);
    world.operator.audit_is_clean().await;
}

#[tokio::test]
async fn what_comes_back_to_a_closed_wallet_is_money_alone() {
    let mut world = World::new().await;
    let (mut issuer, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let coupon = phone.clip(offer).await.unwrap();
    let sale = Sale::of(&phone.code(&[&coupon]).await, 3_000).redeem(offer, SHAMPOO, 1, 3_000, 500);
    till.pay(&sale).await.unwrap();
    phone.close().await.unwrap();
    till.reverse(sale.id()).await.unwrap();
    assert_eq!(phone.balance().await, 10_000);
    assert_eq!(phone.coupons(CouponState::Clipped).await.len(), 0);
    assert_eq!(minor(&issuer.campaign(offer).await.budget_reserved), 0);
    world.operator.audit_is_clean().await;
}

#[tokio::test]
async fn a_wallet_with_a_payment_that_waits_is_not_closed() {
    let limits = Limits { per_payment_minor: 100, per_day_minor: 100 };
    let mut world = World::with_rules(Rules { approval_limits: limits, ..Rules::default() }).await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let open = world.operator.pay_out_wallet(Uuid::now_v7(), &phone.wallet_id, 1).await;
    assert_eq!(refused(open), Reason::InvalidTransition, "only a closed wallet is paid out");
    till.pay(&Sale::of(&phone.code(&[]).await, 1_000)).await.unwrap();
    assert_eq!(refused(phone.close().await), Reason::PaymentWaiting);
    world.clock.advance_ms(3 * 60_000);
    assert_eq!(phone.close().await.unwrap().state(), WalletState::Closed, "its time is over");
    let mut frozen = world.phone(0).await;
    world.operator.freeze(&frozen.wallet_id, true).await;
    assert_eq!(refused(frozen.close().await), Reason::WalletFrozen);
}

impl Phone {
    pub(crate) async fn pairing_code(&mut self) -> Result<String, Status> {
        let request = with(&self.session, v1::CreatePairingCodeRequest {});
        Ok(self.client.create_pairing_code(request).await?.into_inner().pairing_code)
    }

    pub(crate) async fn devices(&mut self) -> Result<Vec<v1::Device>, Status> {
        let request = with(&self.session, v1::ListDevicesRequest {});
        Ok(self.client.list_devices(request).await?.into_inner().devices)
    }

    pub(crate) async fn revoke(&mut self, device_id: &str) -> Result<Vec<v1::Device>, Status> {
        let request = v1::RevokeDeviceRequest { device_id: device_id.to_owned() };
        Ok(self.client.revoke_device(with(&self.session, request)).await?.into_inner().devices)
    }

    async fn renew_recovery_code(&mut self) -> Result<String, Status> {
        let request = with(&self.session, v1::RenewRecoveryCodeRequest {});
        Ok(self.client.renew_recovery_code(request).await?.into_inner().recovery_code)
    }

    async fn close(&mut self) -> Result<v1::Wallet, Status> {
        let request = with(&self.session, v1::CloseWalletRequest {});
        Ok(self.client.close_wallet(request).await?.into_inner().wallet.unwrap())
    }

    pub(crate) async fn approve(&mut self, payment: &v1::Payment) -> Result<v1::Payment, Status> {
        let due = convert::money_from_wire("amount_due", payment.amount_due.as_ref()).unwrap();
        let signed = approval::signing_input(&payment.payment_id, Answer::Approve, due);
        let request = v1::ApprovePaymentRequest {
            payment_id: payment.payment_id.clone(),
            signature: self.key.sign(&signed).to_bytes().to_vec(),
        };
        Ok(self.client.approve_payment(with(&self.session, request)).await?.into_inner().payment.unwrap())
    }

    /// A new session of the same key.
    pub(crate) async fn start(&mut self) -> Result<(), Status> {
        let v1::OpenWalletRequest { public_key, challenge, signature, .. } = self.proof().await;
        let request = v1::StartSessionRequest { public_key, challenge, signature };
        self.session = self.client.start_session(request).await?.into_inner().session_token;
        Ok(())
    }

    async fn proof(&mut self) -> v1::OpenWalletRequest {
        let challenge = self.client.create_challenge(v1::CreateChallengeRequest {}).await.unwrap();
        open_request(&self.key, challenge.into_inner().challenge)
    }
}

impl World {
    fn stranger(&self, n: u8) -> Phone {
        Phone {
            key: SigningKey::from_bytes(&[n; 32]),
            client: v1::wallet_service_client::WalletServiceClient::new(self.channel.clone()),
            wallet_id: String::new(),
            session: String::new(),
            clock: self.clock.clone(),
        }
    }

    /// The phone with the nth key opens its wallet, and is shown a recovery code.
    async fn open(&mut self, n: u8) -> Result<(Phone, String), Status> {
        let mut phone = self.stranger(n);
        let request = phone.proof().await;
        let opened = phone.client.open_wallet(request).await?.into_inner();
        (phone.wallet_id, phone.session) = (opened.wallet.unwrap().wallet_id, opened.session_token);
        Ok((phone, opened.recovery_code))
    }

    /// The phone with the nth key is linked.
    pub(crate) async fn link(&mut self, n: u8, code: &str, name: &str) -> Result<Phone, Status> {
        let mut phone = self.stranger(n);
        let v1::OpenWalletRequest { public_key, challenge, signature, .. } = phone.proof().await;
        let (pairing_code, device_name) = (code.to_owned(), name.to_owned());
        let request =
            v1::LinkDeviceRequest { pairing_code, public_key, challenge, signature, device_name };
        let linked = phone.client.link_device(request).await?.into_inner();
        (phone.wallet_id, phone.session) = (linked.wallet.unwrap().wallet_id, linked.session_token);
        Ok(phone)
    }

    /// The phone with the nth key gets a wallet back, and is shown another recovery code.
    async fn recover(&mut self, n: u8, code: &str) -> Result<(Phone, String), Status> {
        let mut phone = self.stranger(n);
        let v1::OpenWalletRequest { public_key, challenge, signature, device_name } = phone.proof().await;
        let recovery_code = code.to_owned();
        let request =
            v1::RecoverWalletRequest { recovery_code, public_key, challenge, signature, device_name };
        let found = phone.client.recover_wallet(request).await?.into_inner();
        (phone.wallet_id, phone.session) = (found.wallet.unwrap().wallet_id, found.session_token);
        Ok((phone, found.recovery_code))
    }
}

impl Operator {
    pub(crate) async fn audit_is_clean(&mut self) {
        let request = with(&self.key, v1::AuditLedgerRequest {});
        let audit = self.client.audit_ledger(request).await.unwrap().into_inner();
        assert!(audit.clean, "{:?}", audit.findings);
    }

    async fn pay_out_wallet(&mut self, id: Uuid, wallet: &str, amount: i64) -> Result<i64, Status> {
        let what = v1::WalletPayOut { wallet_id: wallet.to_owned(), amount: cny(amount) };
        let what = Some(v1::pay_out_request::What::Wallet(what));
        let request = v1::PayOutRequest { payout_id: id.to_string(), what };
        Ok(minor(&self.client.pay_out(with(&self.key, request)).await?.into_inner().amount))
    }
}
