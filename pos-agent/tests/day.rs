//! The end of the day: a clean one of ten thousand payments, and one with something wrong of each kind.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, sync::Arc};

use pos_agent::{
    day::{Cause, DayReport, MARGIN_MS, Total, compare},
    journal::{Asked, Entry, Journal, RefundEnding, RefundRecord, SaleRecord},
    machine::Ending,
    words::{self, Lang},
};
use proto::{
    convert::time_to_wire,
    v1::{Money, PaymentState, RefundPaymentRequest, TerminalEntry, TerminalEntryKind},
};
use shared::{money::Currency, time::UnixMillis};

const MIDNIGHT: i64 = 1_790_000_000_000;
const DAY_MS: i64 = 86_400_000;

fn money(minor_units: i64) -> Option<Money> {
    Some(Money { currency_code: "CNY".to_owned(), minor_units })
}

fn sold(id: &str, at_ms: i64) -> SaleRecord {
    SaleRecord {
        payment_id: id.to_owned(),
        asked: Asked {
            reference: format!("R{id}"),
            currency: "CNY".into(),
            gross_minor: 3000,
            due_minor: 2500,
            ..Asked::default()
        },
        begun_at: UnixMillis(at_ms),
        reversing_at: None,
        ended: Some((Ending::Paid, UnixMillis(at_ms))),
        reason: String::new(),
        payment: None,
        refunds: vec![],
    }
}

fn refunded(id: &str, of: &str, at_ms: i64) -> RefundRecord {
    RefundRecord {
        refund_id: id.to_owned(),
        payment_id: of.to_owned(),
        currency: "CNY".into(),
        request: RefundPaymentRequest::default(),
        lines: vec![],
        begun_at: UnixMillis(at_ms),
        ended: Some((RefundEnding::Done, UnixMillis(at_ms))),
        reason: String::new(),
        refunded_minor: 2500,
    }
}

fn entry(kind: TerminalEntryKind, id: &str, refund: &str, at_ms: i64) -> TerminalEntry {
    TerminalEntry {
        kind: kind.into(),
        at: Some(time_to_wire(UnixMillis(at_ms + 80))),
        payment_id: id.to_owned(),
        refund_id: refund.to_owned(),
        merchant_reference: format!("R{id}"),
        shopper_amount: money(2500),
        discount_amount: money(500),
        payment_state: PaymentState::Completed.into(),
        ..TerminalEntry::default()
    }
}

fn day(sales: &[SaleRecord], refunds: &[RefundRecord], entries: &[TerminalEntry]) -> DayReport {
    let bounds = (UnixMillis(MIDNIGHT), UnixMillis(MIDNIGHT + DAY_MS));
    compare(bounds, Currency::CNY, (sales, refunds), entries)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_day_of_ten_thousand_payments_has_no_difference() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(dir.path(), UnixMillis(MIDNIGHT)).unwrap();
    let journal = Arc::new(journal);
    let at_ms = |n: i64| MIDNIGHT + n * (DAY_MS / 10_000);
    let lanes = (0..20).map(|lane| {
        let journal = Arc::clone(&journal);
        tokio::spawn(async move {
            for n in (0..10_000).filter(|n| n % 20 == lane) {
                let (payment_id, at) = (format!("p{n:05}"), UnixMillis(at_ms(n)));
                let asked = Box::new(sold("", 0).asked);
                journal.write(Entry::Begun { payment_id: payment_id.clone(), at, asked }).await.unwrap();
                // Every hundredth is taken back, every hundredth declined.
                let ending = match n % 100 {
                    7 => Ending::Reversed,
                    8 => Ending::Declined,
                    _ => Ending::Paid,
                };
                let ended = Entry::Ended { payment_id, at, ending, reason: "", receipt: None };
                journal.write(ended).await.unwrap();
            }
        })
    });
    for lane in lanes.collect::<Vec<_>>() {
        lane.await.unwrap();
    }
    let mut entries = Vec::new();
    for n in (0..10_000).filter(|n| n % 100 != 8) {
        let id = format!("p{n:05}");
        entries.push(entry(TerminalEntryKind::Sale, &id, "", at_ms(n)));
        // Of half of those that were taken back the provider had never heard.
        match n % 200 {
            7 => entries.push(entry(TerminalEntryKind::Reversal, &id, "", at_ms(n))),
            107 => drop(entries.pop()),
            _ => {}
        }
    }
    let bounds = (UnixMillis(MIDNIGHT - MARGIN_MS), UnixMillis(MIDNIGHT + DAY_MS + MARGIN_MS));
    let (sales, refunds) = journal.between(bounds.0, bounds.1).unwrap();
    let report = day(&sales, &refunds, &entries);
    assert_eq!(report.differences, []);
    assert_eq!(report.paid, Total { count: 9_800, minor: 9_800 * 2500 });
    assert_eq!(report.discounts, Total { count: 9_800, minor: 9_800 * 500 });
    assert_eq!((report.taken_back.count, report.declined.count), (100, 100));
}

#[test]
fn each_planted_difference_is_found_with_its_cause() {
    use Cause as C;
    use TerminalEntryKind::{Refund, Reversal, Sale};
    let noon = MIDNIGHT + DAY_MS / 2;
    let at = |n: i64| noon + n * 1_000;
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o"];
    let mut sales: Vec<_> = (0..).zip(names).map(|(n, id)| sold(id, at(n))).collect();
    let mut entries: Vec<_> = (0..).zip(names).map(|(n, id)| entry(Sale, id, "", at(n))).collect();
    let mut refunds: Vec<_> = ["r1", "r2", "r3", "r4"].map(|id| refunded(id, "o", at(60))).into();
    entries.extend(["r1", "r2", "r3", "r4"].map(|id| entry(Refund, "o", id, at(60))));
    assert_eq!(day(&sales, &refunds, &entries).differences, [], "before anything is planted");

    let place = |id: &str| names.iter().position(|name| *name == id).unwrap();
    sales[place("a")].ended = None;
    entries.retain(|entry| entry.payment_id != "b");
    sales.retain(|sale| sale.payment_id != "c");
    entries.push(entry(Sale, "d", "", at(3)));
    let there = |entries: &mut Vec<TerminalEntry>, id: &str, plant: &dyn Fn(&mut TerminalEntry)| {
        plant(entries.iter_mut().find(|e| e.payment_id == id || e.refund_id == id).unwrap());
    };
    there(&mut entries, "e", &|e| e.shopper_amount = money(2600));
    there(&mut entries, "f", &|e| e.discount_amount = money(400));
    entries.push(entry(Reversal, "g", "", at(6)));
    there(&mut entries, "h", &|e| e.payment_state = PaymentState::Reversed.into());
    let here = |sales: &mut Vec<SaleRecord>, id: &str, ending| {
        sales.iter_mut().find(|sale| sale.payment_id == id).unwrap().ended = Some((ending, UnixMillis(noon)));
    };
    here(&mut sales, "i", Ending::Reversed);
    here(&mut sales, "j", Ending::Declined);
    // A payment that could not be taken back is paid: no difference, and neither is one in another currency of the same digits.
    here(&mut sales, "k", Ending::Standing);
    there(&mut entries, "l", &|e| e.shopper_amount.as_mut().unwrap().currency_code = "JPY".into());
    refunds[0].ended = None;
    entries.retain(|entry| entry.refund_id != "r2");
    there(&mut entries, "r3", &|e| e.shopper_amount = money(1));
    refunds[3].ended = Some((RefundEnding::Refused, UnixMillis(noon)));
    entries.push(entry(Refund, "o", "r5", at(70)));

    let report = day(&sales, &refunds, &entries);
    let found: Vec<_> = report
        .differences
        .iter()
        .map(|d| (if d.refund_id.is_empty() { d.payment_id.as_str() } else { d.refund_id.as_str() }, d.cause))
        .collect();
    let expect = [
        ("a", C::StillOpen),
        ("b", C::MissingAtProvider),
        ("c", C::MissingAtTill),
        ("d", C::TwiceAtProvider),
        ("e", C::AmountDiffers),
        ("f", C::DiscountDiffers),
        ("g", C::TakenBackAtProvider),
        ("h", C::TakenBackAtProvider),
        ("i", C::NotTakenBack),
        ("j", C::PaidThoughDeclined),
        ("l", C::AmountDiffers),
        ("r1", C::RefundStillOpen),
        ("r2", C::RefundMissingAtProvider),
        ("r3", C::RefundAmountDiffers),
        ("r4", C::RefundedThoughRefused),
        ("r5", C::RefundMissingAtTill),
    ];
    assert_eq!(found, expect);
    let amounts = report.differences.iter().find(|d| d.cause == C::AmountDiffers).unwrap();
    let text = |money: Option<shared::money::Money>| money.unwrap().to_string();
    assert_eq!((text(amounts.till), text(amounts.provider)), ("CNY 25.00".into(), "CNY 26.00".into()));
    let causes: BTreeSet<_> = report.differences.iter().map(|d| d.cause).collect();
    assert_eq!(causes.len(), 14, "each cause there is");
    for cause in causes {
        for lang in [Lang::En, Lang::Zh] {
            let words = words::day::cause(cause, lang);
            assert!(words.what.is_ascii() == (lang == Lang::En) && !words.next.is_empty(), "{words:?}");
        }
    }
}

#[test]
fn midnight_is_nobodys_difference() {
    use TerminalEntryKind::{Reversal, Sale};
    let end = MIDNIGHT + DAY_MS;
    // Begun before midnight, paid after it; and the other way round, by a clock that is ahead.
    let sales = [sold("late", end - 10), sold("tomorrow", end + 10)];
    let entries = [entry(Sale, "late", "", end + 5_000), entry(Sale, "tomorrow", "", end - 5_000)];
    let report = day(&sales, &[], &entries);
    assert_eq!((report.differences.as_slice(), report.paid.count), (&[] as &[_], 1));
    // Taken back the day after: the provider's state of today says so.
    let mut reversed = sold("x", end - 10);
    reversed.ended = Some((Ending::Reversed, UnixMillis(end + DAY_MS)));
    let mut there = entry(Sale, "x", "", end - 10);
    there.payment_state = PaymentState::Reversed.into();
    assert_eq!(day(&[reversed.clone()], &[], &[there]).differences, []);
    let both = [entry(Sale, "x", "", end - 10), entry(Reversal, "x", "", end - 5)];
    assert_eq!(day(&[reversed], &[], &both).differences, []);
}
