//! Keys, deposits, and who may do what.

use std::os::unix::fs::PermissionsExt;

use ed25519_dalek::SigningKey;
use proto::v1;
use server::OPERATOR_KEY_FILE;
use shared::reason::Reason;
use uuid::Uuid;

use super::{BACKEND, world::*};
use crate::{Backend, cluster::cluster};

#[tokio::test]
async fn the_operators_key_is_readable_by_its_owner_alone() {
    let world = World::new().await;
    let mode = std::fs::metadata(world.dir.path().join(OPERATOR_KEY_FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let database = match BACKEND {
        Backend::Sqlite => std::fs::read(world.dir.path().join("onescan.sqlite")).unwrap(),
        Backend::Postgres => cluster().sql(&database_name(world.dir.path()), "TABLE keys").1.into_bytes(),
    };
    let secret = world.operator.key.splitn(4, '_').last().unwrap().as_bytes().to_vec();
    assert!(!database.windows(secret.len()).any(|window| window == secret), "keys are stored hashed");
}

#[tokio::test]
async fn each_caller_keeps_to_its_own() {
    let mut world = World::new().await;
    let till = world.till().await;
    let issuer = world.issuer(0).await;
    let phone = world.phone(0).await;
    let operator = world.operator.key.clone();
    let check = async |key: &str, expect: [Option<Reason>; 4]| {
        let of = |result: Result<(), tonic::Status>| result.err().map(|status| reason(&status));
        let mut as_operator = world.operator.client.clone();
        let balance = v1::GetBalanceRequest { account: "cash".to_owned() };
        let mut as_till = till.client.clone();
        let mut as_issuer = issuer.client.clone();
        let mut as_wallet = phone.client.clone();
        let got = [
            of(as_operator.get_balance(with(key, balance)).await.map(drop)),
            of(as_till
                .list_offers(with(key, v1::PaymentServiceListOffersRequest::default()))
                .await
                .map(drop)),
            of(as_issuer.list_campaigns(with(key, v1::ListCampaignsRequest::default())).await.map(drop)),
            of(as_wallet.get_wallet(with(key, v1::GetWalletRequest {})).await.map(drop)),
        ];
        assert_eq!(got, expect);
    };
    let (yes, no) = (None, Some(Reason::Forbidden));
    check(&operator, [yes, no, no, no]).await;
    check(&till.key, [no, yes, no, no]).await;
    check(&issuer.key, [no, no, yes, no]).await;
    check(&phone.session, [no, no, no, yes]).await;
    let unknown = Some(Reason::Unauthenticated);
    check("", [unknown; 4]).await;
    check("osk_terminal_T1001_wrong", [unknown, unknown, unknown, no]).await;
    let forged = till.key.replace(&till.id, "T1999");
    check(&forged, [unknown, unknown, unknown, no]).await;
}

#[tokio::test]
async fn a_rotated_key_is_dead_at_once() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    for holder in [till.id.clone(), "operator".to_owned()] {
        let request = v1::RotateKeyRequest { holder_id: holder.clone() };
        let new = world.operator.client.rotate_key(with(&world.operator.key, request)).await.unwrap();
        let new = new.into_inner().key;
        if holder == "operator" {
            assert_eq!(refused(world.operator.balance("cash").await), Reason::Unauthenticated);
            world.operator.key = new;
            world.balance("cash").await;
        } else {
            let request = with(&till.key, v1::PaymentServiceListOffersRequest::default());
            assert_eq!(refused(till.client.list_offers(request).await), Reason::Unauthenticated);
            till.key = new;
            till.offers(0).await;
        }
    }
    let request = v1::RotateKeyRequest { holder_id: "T9999".to_owned() };
    let unknown = world.operator.client.rotate_key(with(&world.operator.key, request)).await;
    assert_eq!(refused(unknown), Reason::HolderNotFound);
}

#[tokio::test]
async fn a_deposit_is_booked_once() {
    let mut world = World::new().await;
    let phone = world.phone(0).await;
    let id = Uuid::now_v7();
    for _ in 0..2 {
        assert_eq!(world.operator.deposit_as(id, &phone.wallet_id, 700).await.unwrap(), 700);
    }
    assert_eq!(refused(world.operator.deposit_as(id, &phone.wallet_id, 701).await), Reason::RequestIdReused);
    assert_eq!(refused(world.operator.deposit("W9999", 1).await), Reason::WalletNotFound);
    assert_eq!(refused(world.operator.deposit("I9999", 1).await), Reason::HolderNotFound);
    assert_eq!(refused(world.operator.deposit("M1001", 1).await), Reason::InvalidArgument);
    assert_eq!(refused(world.operator.deposit(&phone.wallet_id, 0).await), Reason::InvalidArgument);
    assert_eq!(world.balance("cash").await, -700);
}

#[tokio::test]
async fn a_wallet_belongs_to_its_device_key() {
    let mut world = World::new().await;
    let key = SigningKey::from_bytes(&[7; 32]);
    let mut phone = world.phone_with(key.clone()).await;
    assert_eq!(world.phone_with(key.clone()).await.wallet_id, phone.wallet_id, "opening again finds it");

    let challenge = phone.client.create_challenge(v1::CreateChallengeRequest {}).await.unwrap().into_inner();
    let v1::OpenWalletRequest { public_key, challenge, signature, .. } = open_request(&key, challenge.challenge);
    let good = v1::StartSessionRequest { public_key, challenge, signature };
    let session = phone.client.start_session(good.clone()).await.unwrap().into_inner();
    assert_eq!(session.wallet.unwrap().wallet_id, phone.wallet_id);

    let mut forged = good.clone();
    forged.signature[0] ^= 1;
    assert_eq!(refused(phone.client.start_session(forged).await), Reason::SignatureInvalid);
    let mut foreign = good.clone();
    foreign.challenge[20] ^= 1;
    assert_eq!(refused(phone.client.start_session(foreign).await), Reason::ChallengeInvalid);
    world.clock.advance_ms(2 * 60_000);
    assert_eq!(refused(phone.client.start_session(good).await), Reason::ChallengeInvalid);

    world.clock.advance_ms(60 * 60_000);
    let over = phone.client.get_wallet(with(&phone.session, v1::GetWalletRequest {})).await;
    assert_eq!(refused(over), Reason::SessionExpired);
}
