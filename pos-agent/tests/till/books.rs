//! The till's books: what the journal keeps, across restarts, of many lanes, from an earlier version.

use std::{collections::BTreeMap, sync::Arc};

use pos_agent::{
    journal::{Asked, Entry, Journal, JournalError, KEPT_DAYS, endings},
    machine::{Ending, Machine, Outcome},
    receipt::{SoldLine, receipt},
    sale::Sale,
    words::Lang,
};
use shared::{gs1::Gtin, time::UnixMillis};

use crate::world::{MINTS_COUPON, SHAMPOO, SHAMPOO_COUPON, Shop, basket, scan};

const NOW: UnixMillis = UnixMillis(1_790_000_000_000);
const DAY_MS: i64 = 86_400_000;

fn asked() -> Box<Asked> {
    Box::new(Asked { currency: "CNY".into(), gross_minor: 3000, due_minor: 2500, ..Asked::default() })
}

fn begun(id: &str) -> Entry {
    Entry::Begun { payment_id: id.into(), at: NOW, asked: asked() }
}

fn ended(id: &str, ending: Ending, at: UnixMillis) -> Entry {
    Entry::Ended { payment_id: id.into(), at, ending, reason: "", receipt: None }
}

/// Opens a journal that is closed. A program that another test starts holds copies of all open files until it runs, so the lock of
/// one that was just closed may last a moment.
fn opened(dir: &std::path::Path, now: UnixMillis) -> (Journal, pos_agent::journal::Unfinished) {
    for _ in 0..100 {
        match Journal::open(dir, now) {
            Err(JournalError::InUse(_)) => std::thread::sleep(std::time::Duration::from_millis(10)),
            opened => return opened.unwrap(),
        }
    }
    panic!("{} stays in use", dir.display());
}

async fn written(dir: &std::path::Path, entries: Vec<Entry>) {
    let (journal, _) = opened(dir, NOW);
    for entry in entries {
        journal.write(entry).await.unwrap();
    }
}

/// Ids of what is unfinished after a restart, with whether it was being reversed.
fn check(dir: &std::path::Path, now: UnixMillis, expect: &[(&str, bool)]) {
    let (_, unfinished) = opened(dir, now);
    let found: Vec<_> =
        unfinished.sales.iter().map(|sale| (sale.payment_id.as_str(), sale.reversing_at.is_some())).collect();
    assert_eq!(found, expect);
}

#[tokio::test]
async fn what_was_not_finished_is_found_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    check(dir.path(), NOW, &[]);
    written(dir.path(), vec![begun("a"), begun("b"), ended("a", Ending::Paid, NOW), begun("c")]).await;
    check(dir.path(), NOW, &[("b", false), ("c", false)]);
    let reversing = Entry::Reversing { payment_id: "b".into(), at: NOW };
    written(dir.path(), vec![reversing, ended("c", Ending::Declined, NOW)]).await;
    check(dir.path(), NOW, &[("b", true)]);
    written(dir.path(), vec![ended("b", Ending::Reversed, NOW), ended("b", Ending::Paid, NOW)]).await;
    check(dir.path(), NOW, &[]);
    assert_eq!(endings(dir.path()).unwrap()["b"], Some(Ending::Reversed), "what is over stays as it is");
}

#[tokio::test]
async fn two_programs_do_not_share_a_journal() {
    let dir = tempfile::tempdir().unwrap();
    let first = Journal::open(dir.path(), NOW).unwrap();
    let Err(error) = Journal::open(dir.path(), NOW) else { panic!("opened twice") };
    assert!(matches!(error, JournalError::InUse(_)));
    assert!(error.to_string().contains("another till program is using"), "{error}");
    drop(first);
    check(dir.path(), NOW, &[]);
}

#[tokio::test]
async fn a_file_that_is_no_journal_is_named_and_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal.db");
    std::fs::write(&path, vec![b'x'; 8_192]).unwrap();
    let Err(error) = Journal::open(dir.path(), NOW) else { panic!("opened") };
    assert!(matches!(error, JournalError::Damaged { .. }), "{error:?}");
    assert_eq!(std::fs::read(&path).unwrap(), vec![b'x'; 8_192]);
    let Err(error) = Journal::open(&path, NOW) else { panic!("opened") };
    assert!(matches!(error, JournalError::Io { .. }), "a file where a folder belongs: {error:?}");
}

#[tokio::test]
async fn what_is_long_over_goes_and_what_is_open_stays() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), vec![begun("old"), ended("old", Ending::Paid, NOW), begun("open")]).await;
    check(dir.path(), UnixMillis(NOW.0 + KEPT_DAYS * DAY_MS), &[("open", false)]);
    assert_eq!(endings(dir.path()).unwrap().len(), 2);
    check(dir.path(), UnixMillis(NOW.0 + KEPT_DAYS * DAY_MS + 1), &[("open", false)]);
    assert_eq!(endings(dir.path()).unwrap(), BTreeMap::from([("open".to_owned(), None)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_lanes_write_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(dir.path(), NOW).unwrap();
    let journal = Arc::new(journal);
    let lanes = (0..32).map(|lane| {
        let journal = Arc::clone(&journal);
        tokio::spawn(async move {
            for sale in 0..10 {
                let id = format!("{lane}-{sale}");
                journal.write(begun(&id)).await.unwrap();
                journal.write(ended(&id, Ending::Paid, NOW)).await.unwrap();
                assert!(journal.sale(&id).unwrap().unwrap().ended.is_some(), "on disk when it says so");
            }
        })
    });
    for lane in lanes.collect::<Vec<_>>() {
        lane.await.unwrap();
    }
    drop(journal);
    assert_eq!(endings(dir.path()).unwrap().values().filter(|e| **e == Some(Ending::Paid)).count(), 320);
}

#[tokio::test]
async fn a_journal_of_an_earlier_version_is_carried_over_once() {
    let dir = tempfile::tempdir().unwrap();
    let begun = |id: &str| {
        format!(
            r#"{{"at_ms":1790000000000,"payment_id":"{id}","step":"begun","currency":"CNY","gross_minor":3000,"due_minor":2500,"coupons":[{{"offer_number":100001,"lines":[["6901234567892",1,3000,500]]}}],"reference":"17"}}"#
        )
    };
    let step =
        |id: &str, step: &str| format!(r#"{{"at_ms":1790000000000,"payment_id":"{id}","step":"{step}"}}"#);
    let lines = [begun("a"), step("a", "paid"), begun("b"), step("b", "reversing"), begun("c")];
    let old = dir.path().join("journal.jsonl");
    // The last line was torn by a crash.
    std::fs::write(&old, format!("{}\n{}", lines.join("\n"), &begun("d")[..30])).unwrap();
    check(dir.path(), NOW, &[("b", true), ("c", false)]);
    assert!(!old.exists() && dir.path().join("journal.jsonl.carried-over").exists());
    assert_eq!(endings(dir.path()).unwrap()["a"], Some(Ending::Paid));

    // A crash came before it was put aside: what has ended since is not opened again.
    written(dir.path(), vec![ended("c", Ending::Reversed, NOW)]).await;
    std::fs::rename(dir.path().join("journal.jsonl.carried-over"), &old).unwrap();
    check(dir.path(), NOW, &[("b", true)]);

    std::fs::write(&old, format!("{{\"at_ms\":1\n{}\n", lines.join("\n"))).unwrap();
    let error = loop {
        match Journal::open(dir.path(), NOW) {
            Err(JournalError::InUse(_)) => std::thread::sleep(std::time::Duration::from_millis(10)),
            Err(error) => break error,
            Ok(_) => panic!("opened"),
        }
    };
    assert!(error.to_string().contains("line 1"), "{error}");
    assert!(old.exists(), "it is left for support");
}

#[tokio::test]
async fn a_receipt_is_printed_again_as_it_was() {
    let shop = Shop::open().await;
    let till = shop.till().await;
    let sold = |gtin: &str, units, price| SoldLine {
        gtin: Gtin::parse(gtin).unwrap(),
        name: proto::v1::LocalizedText { en: "Item".into(), zh: "商品".into() },
        units,
        unit_price_minor: price,
        grams: 0,
        per_kg_minor: None,
    };
    let apples = SoldLine { grams: 750, per_kg_minor: Some(1980), ..sold("6923450657713", 1, 1485) };
    let lines = vec![sold(SHAMPOO, 2, 3000), apples];
    let scan = scan(1, &[SHAMPOO_COUPON, MINTS_COUPON]);
    let priced = till.price(&basket(&[(SHAMPOO, 2, 3000)]), &scan, &[]);
    let sale =
        Sale { lane_id: "L1".into(), checkout_id: "C17".into(), reference: "17".into(), sold: lines.clone() };
    let mut running = till.pay(&priced, &scan, sale);
    let Machine::Ended(Outcome::Paid(payment)) = running.ended().await else { panic!() };

    let record = till.on_record("C17").unwrap().unwrap();
    assert_eq!(record.payment_id, payment.payment_id);
    assert_eq!(till.sale(&record.payment_id).unwrap().as_ref(), Some(&record));
    let zone = jiff::tz::TimeZone::UTC;
    let first = receipt(&payment, &lines, &priced.refused, Lang::En, &zone);
    let goods = &record.asked.goods;
    let again =
        receipt(record.payment.as_ref().unwrap(), &goods.sold(), &goods.not_applied(), Lang::En, &zone);
    assert_eq!(again, first);
    assert!(again.iter().any(|line| line.contains("0.750 kg × 19.80/kg")), "{again:#?}");
    assert_eq!((till.on_record("").unwrap(), till.on_record("C18").unwrap()), (None, None));
    let history = till.history(UnixMillis(i64::MAX), 10).unwrap();
    assert_eq!(history.iter().map(|sale| sale.asked.lane_id.as_str()).collect::<Vec<_>>(), ["L1"]);

    // Of the shopper nothing is on the disk.
    let token = scan.code.token.to_string();
    for file in ["journal.db", "journal.db-wal"] {
        let bytes = std::fs::read(shop.data_dir.path().join(file)).unwrap();
        for secret in [token.as_bytes(), scan.text.as_bytes(), &scan.text.as_bytes()[..40]] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
}
