//! The till against a provider in this process: sales, refusals, lost answers, restarts.

#![allow(clippy::unwrap_used)]

mod books;
mod desk;
#[cfg(unix)]
mod devices;
mod kill;
mod program;
mod provider;
#[cfg(unix)]
mod running;
mod service;
#[cfg(unix)]
mod terminal;
mod web;
mod world;

use pos_agent::{
    machine::{ASK_TRIES_MAX, Machine, Outcome},
    sale::Sale,
};
use proto::v1::PaymentState;
use provider::Fault;
use shared::{ids::OfferNumber, offer::Refusal, reason::Reason};
use world::{MINTS, MINTS_COUPON, SHAMPOO, SHAMPOO_COUPON, Shop, basket, scan};

#[tokio::test]
async fn a_shampoo_at_30_with_5_off_is_paid_with_25() {
    let shop = Shop::open().await;
    let till = shop.till().await;
    let scan = scan(1, &[SHAMPOO_COUPON]);
    let priced = till.price(&basket(&[(SHAMPOO, 1, 3000)]), &scan, &[]);
    assert_eq!((priced.gross.minor, priced.discount.minor, priced.due.minor), (3000, 500, 2500));

    let end = till.pay(&priced, &scan, Sale { reference: "17".into(), ..Sale::default() }).ended().await;
    let Machine::Ended(Outcome::Paid(payment)) = end else { panic!("{end:?}") };
    assert_eq!(payment.amount_due.unwrap().minor_units, 2500);
    shop.provider.with(|world| {
        assert_eq!(world.requests[0].redemptions[0].lines[0].gtin, SHAMPOO);
        assert_eq!(world.requests[0].code, scan.text);
    });
}

#[tokio::test]
async fn each_coupon_that_is_not_applied_has_its_reason() {
    let shop = Shop::open().await;
    let till = shop.till().await;
    let check = |coupons: &[(u32, &str, i64)], lines: &[(&str, u32, i64)], expect: &[(u32, Refusal)]| {
        let priced = till.price(&basket(lines), &scan(1, coupons), &[]);
        let found: Vec<_> = priced.refused.iter().map(|c| (c.offer_number.0, c.reason)).collect();
        assert_eq!(found, expect);
        assert_eq!(priced.due.minor + priced.discount.minor, priced.gross.minor);
    };
    let shampoo = &[(SHAMPOO, 1, 3000)];
    check(&[SHAMPOO_COUPON], shampoo, &[]);
    check(&[MINTS_COUPON], shampoo, &[(100_002, Refusal::ItemMismatch)]);
    check(&[(100_099, SHAMPOO, 500)], shampoo, &[(100_099, Refusal::WrongStore)]);
    check(&[(100_001, SHAMPOO, 900)], shampoo, &[(100_001, Refusal::DiscountMismatch)]);
    check(&[SHAMPOO_COUPON], &[(SHAMPOO, 1, 0)], &[(100_001, Refusal::RequirementNotMet)]);
}

#[tokio::test]
async fn the_offers_of_the_last_time_serve_a_till_without_network() {
    let shop = Shop::open().await;
    drop(shop.till().await);
    shop.provider.go_down();
    let (till, _) = shop.start_till();
    assert!(till.refresh_offers().await.is_err());
    let priced = till.price(&basket(&[(SHAMPOO, 2, 3000)]), &scan(1, &[SHAMPOO_COUPON]), &[]);
    assert_eq!(priced.due.minor, 5500);
}

#[tokio::test]
async fn offers_of_a_provider_that_was_replaced_do_not_stay() {
    let shop = Shop::open().await;
    let till = shop.till().await;
    assert_eq!(till.offer_count(), 2);
    shop.provider.with(|world| world.offers.truncate(1));
    till.refresh_offers().await.unwrap();
    assert_eq!(till.offer_count(), 2, "a refresh asks for changes only");
    till.reload_offers().await.unwrap();
    assert_eq!(till.offer_count(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_charged_once() {
    for fault in [Fault::AnswerLost, Fault::RequestLost, Fault::Door(Reason::Overloaded)] {
        let shop = Shop::open().await;
        let till = shop.till().await;
        shop.provider.fault(fault);
        let scan = scan(1, &[]);
        let priced = till.price(&basket(&[(MINTS, 1, 450)]), &scan, &[]);
        let end = till.pay(&priced, &scan, Sale::default()).ended().await;
        assert!(matches!(end, Machine::Ended(Outcome::Paid(_))), "{end:?}");
        assert_eq!(shop.provider.states(), [PaymentState::Completed]);
        assert_eq!(shop.provider.with(|world| world.balance_minor), 100_000 - 450);
    }
}

#[tokio::test]
async fn what_stays_unknown_is_taken_back_until_the_provider_acknowledges() {
    let shop = Shop::open().await;
    let till = shop.till().await;
    shop.provider.with(|world| world.reversal_faults = 3);
    for _ in 0..ASK_TRIES_MAX {
        shop.provider.fault(Fault::AnswerLost);
    }
    let scan = scan(1, &[]);
    let priced = till.price(&basket(&[(MINTS, 1, 450)]), &scan, &[]);
    let mut running = till.pay(&priced, &scan, Sale::default());
    assert!(matches!(running.decided().await, Machine::Reversing { .. }));
    assert_eq!(running.ended().await, Machine::Ended(Outcome::Reversed));
    assert_eq!(shop.provider.states(), [PaymentState::Reversed]);
    assert_eq!(shop.provider.with(|world| world.balance_minor), 100_000);
}

#[tokio::test]
async fn a_restart_finds_out_what_became_of_the_payment() {
    // The till was killed before the answer came: the money has moved, and the next run says so.
    let shop = Shop::open().await;
    let till = shop.till().await;
    for _ in 0..ASK_TRIES_MAX {
        shop.provider.fault(Fault::AnswerLost);
    }
    let scan_1 = scan(1, &[]);
    let priced = till.price(&basket(&[(MINTS, 1, 450)]), &scan_1, &[]);
    let mut running = till.pay(&priced, &scan_1, Sale::default());
    while shop.provider.states().is_empty() {
        running.changed().await;
    }
    // What a kill leaves is the journal as it is now.
    let killed = tempfile::tempdir().unwrap();
    for file in ["journal.db", "journal.db-wal"] {
        std::fs::copy(shop.data_dir.path().join(file), killed.path().join(file)).unwrap();
    }
    let next = Shop { provider: shop.provider.clone(), data_dir: killed };
    shop.provider.with(|world| world.faults.clear());
    let (_till, mut left) = next.start_till();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].left.asked.due_minor, 450);
    assert!(matches!(left[0].running.ended().await, Machine::Ended(Outcome::Paid(_))));
    assert!(next.start_again_is_clean(_till));
}

#[tokio::test]
async fn a_payment_that_the_provider_never_saw_is_made_impossible_after_a_restart() {
    let shop = Shop::open().await;
    let record = r#"{"at_ms":1,"payment_id":"0199b0f0-0000-7000-8000-000000000001","step":"begun","currency":"CNY","gross_minor":450,"due_minor":450,"coupons":[],"reference":""}"#;
    std::fs::write(shop.data_dir.path().join("journal.jsonl"), format!("{record}\n")).unwrap();
    let (till, mut left) = shop.start_till();
    assert_eq!(left[0].running.ended().await, Machine::Ended(Outcome::Reversed));
    assert_eq!(shop.provider.states(), [PaymentState::Reversed]);
    assert!(shop.start_again_is_clean(till));
}

impl Shop {
    /// Whether a restart after this till finds nothing left over.
    fn start_again_is_clean(&self, till: pos_agent::till::Till) -> bool {
        drop(till);
        // The lock is free once the last task of the till is gone.
        for _ in 0..100 {
            if let Ok((_, left)) =
                pos_agent::journal::Journal::open(self.data_dir.path(), shared::time::UnixMillis(0))
            {
                return left.sales.is_empty();
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        false
    }
}

#[tokio::test]
async fn a_provider_behind_tls_is_trusted_by_its_certificate_alone() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let (cert, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let provider = provider::FakeProvider::start_with_tls(&cert, &key).await;
    let refresh = async |ca_pem: Option<String>| {
        let dir = tempfile::tempdir().unwrap();
        let settings = pos_agent::provider::ProviderSettings {
            address: format!("https://{}", provider.address),
            ca_pem: ca_pem.map(String::into_bytes),
            key: "osk_terminal_T1001_secret".into(),
        };
        let shop = Shop { provider: provider.clone(), data_dir: dir };
        let settings = pos_agent::till::TillSettings { provider: settings, ..shop.settings() };
        let opened =
            pos_agent::till::Till::open(&settings, std::sync::Arc::new(pos_agent::ambient::SystemAmbient));
        match opened {
            Ok((till, _)) => till.refresh_offers().await.map_err(|error| format!("{error:?}")),
            Err(error) => Err(error.to_string()),
        }
    };
    assert_eq!(refresh(Some(cert)).await, Ok(()));
    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap().cert.pem();
    assert!(refresh(Some(other)).await.is_err());
    let by_the_system = refresh(None).await.unwrap_err();
    assert!(by_the_system.contains("Lost"), "the system does not vouch for it: {by_the_system}");
}

#[tokio::test]
async fn refusals_come_with_their_reason_and_move_nothing() {
    let shop = Shop::open().await;
    let till = shop.till().await;
    let scan = scan(1, &[SHAMPOO_COUPON]);
    let priced = till.price(&basket(&[(SHAMPOO, 1, 3000)]), &scan, &[]);

    shop.provider.with(|world| world.balance_minor = 100);
    let end = till.pay(&priced, &scan, Sale::default()).ended().await;
    let Machine::Ended(Outcome::Declined(failure)) = end else { panic!("{end:?}") };
    assert_eq!(failure.reason, Reason::InsufficientFunds);

    shop.provider.with(|world| {
        world.balance_minor = 100_000;
        world.refuse_coupons = vec![(OfferNumber(100_001), Refusal::AlreadyRedeemed)];
    });
    let end = till.pay(&priced, &scan, Sale::default()).ended().await;
    let Machine::Ended(Outcome::Declined(failure)) = end else { panic!("{end:?}") };
    assert_eq!(failure.refusals, [(OfferNumber(100_001), Refusal::AlreadyRedeemed)]);

    let without = till.price(&basket(&[(SHAMPOO, 1, 3000)]), &scan, &failure.refusals);
    assert_eq!(without.due.minor, 3000);
    assert_eq!(without.refused[0].reason, Refusal::AlreadyRedeemed);
    let end = till.pay(&without, &scan, Sale::default()).ended().await;
    assert!(matches!(end, Machine::Ended(Outcome::Paid(_))));
    shop.provider.with(|world| {
        let ids: std::collections::BTreeSet<_> = world.requests.iter().map(|r| &r.payment_id).collect();
        assert_eq!(ids.len(), 3, "each try after a refusal has an id of its own");
        assert_eq!(world.balance_minor, 97_000);
    });
}
