//! Receipts of long ago, as a table, and what they saved.

use proto::{convert::time_to_wire, v1::CouponRefusalReason};
use shared::time::UnixMillis;

use super::*;
use crate::model::{
    Event, Month, Unused,
    tests::{Phone, cny, offline},
};

/// 2023-11-14 22:13:20 UTC, when the phones of the stories are made.
const NOW: UnixMillis = UnixMillis(1_700_000_000_000);
const DAY_MS: i64 = 86_400_000;

fn payment(id: &str, days_ago: i64, shop: &str, saved_minor: i64) -> v1::Payment {
    let at = Some(time_to_wire(NOW.plus_ms(-days_ago * DAY_MS)));
    v1::Payment {
        payment_id: id.to_owned(),
        state: PaymentState::Completed.into(),
        merchant_id: "M1001".to_owned(),
        merchant_name: shop.to_owned(),
        merchant_reference: format!("sale {id}"),
        gross_amount: cny(3_000),
        discount_amount: cny(saved_minor),
        amount_due: cny(3_000 - saved_minor),
        refunded_amount: cny(0),
        created_at: at,
        completed_at: at,
        ..Default::default()
    }
}

impl Phone {
    fn history(&mut self, event: HistoryEvent) -> &mut Self {
        self.on(Event::History(event))
    }

    /// A wallet whose receipts these are.
    fn having_paid(payments: Vec<v1::Payment>) -> Self {
        let mut phone = Self::open();
        phone.on(Event::Went(Route::Receipts));
        assert!(phone.did(|effect| matches!(effect, Effect::ListPayments(token) if token.is_empty())));
        let page = PaymentsPage { payments, next_page_token: String::new() };
        phone.history(HistoryEvent::Came(Ok(Box::new(page))));
        phone
    }

    fn looks_up(&mut self, words: &str, expect: &[&str]) {
        self.history(HistoryEvent::Searched(words.to_owned()));
        let found = self.model.receipts_found();
        let found: Vec<&str> = found.iter().map(|receipt| receipt.payment.payment_id.as_str()).collect();
        assert_eq!(found, expect, "{words}");
    }
}

#[test]
fn receipts_are_found_by_shop_day_amount_and_number() {
    let payments = vec![payment("p1", 0, "Corner Market", 500), payment("p2", 20, "街角市场", 0)];
    let mut phone = Phone::having_paid(payments);
    phone.looks_up("", &["p1", "p2"]);
    phone.looks_up("corner", &["p1"]);
    phone.looks_up("街角", &["p2"]);
    phone.looks_up("2023-11", &["p1"]);
    phone.looks_up("2023-10-25", &["p2"]);
    phone.looks_up("25.00", &["p1"]);
    phone.looks_up("sale p2", &["p2"]);
    phone.looks_up("nowhere", &[]);
}

#[test]
fn what_never_moved_money_is_no_receipt_and_what_is_known_stays_when_the_network_fails() {
    let mut declined = payment("p2", 1, "Shop", 0);
    declined.state = PaymentState::Declined.into();
    let mut phone = Phone::having_paid(vec![payment("p1", 0, "Shop", 0), declined]);
    phone.looks_up("", &["p1"]);
    phone.after(60_000).on(Event::Went(Route::Pay)).on(Event::Went(Route::Receipts));
    phone.history(HistoryEvent::Came(offline()));
    phone.looks_up("", &["p1"]);
}

#[test]
fn the_table_is_one_that_spreadsheets_read_and_no_name_is_a_formula() {
    let mut refunded = payment("p2", 1, "=HYPERLINK(\"x\"),Shop", 500);
    refunded.state = PaymentState::PartiallyRefunded.into();
    refunded.refunded_amount = cny(1_000);
    let mut phone = Phone::having_paid(vec![payment("p1", 0, "Corner Market", 500), refunded]);
    phone.model.utc_offset_minutes = 480;
    phone.history(HistoryEvent::ExportTapped);
    let Some(Effect::Download { name, text }) = phone.effects.first() else { panic!("a file is given") };
    assert_eq!(name, "onescan-2023-11-15.csv");
    assert_eq!(
        text,
        "\u{FEFF}Time,Shop,State,Basket total,Discounts,Paid,Refunded,Currency,Shop’s number,Payment number\r\n\
         2023-11-15 06:13,Corner Market,Paid,30.00,5.00,25.00,0.00,CNY,sale p1,p1\r\n\
         2023-11-14 06:13,\"'=HYPERLINK(\"\"x\"\"),Shop\",Partly refunded,30.00,5.00,25.00,10.00,CNY,sale p2,p2\r\n"
    );
}

#[test]
fn savings_are_added_up_by_month_without_what_came_back() {
    let mut returned = payment("p3", 30, "Shop", 800);
    let coupons = vec![v1::RefundedCoupon { amount: cny(300), ..Default::default() }];
    returned.refunds = vec![v1::Refund { coupons, ..Default::default() }];
    let mut reversed = payment("p4", 31, "Shop", 999);
    reversed.state = PaymentState::Reversed.into();
    let old = payment("p5", 400, "Shop", 100);
    let all = vec![payment("p1", 0, "Shop", 500), payment("p2", 3, "Shop", 250), returned, reversed, old];
    let phone = Phone::having_paid(all);
    assert_eq!(phone.model.saved_so_far_minor(), 500 + 250 + 500 + 100);
    let month = |month, saved_minor| Month { year: 2023, month, saved_minor };
    let expect = [month(6, 0), month(7, 0), month(8, 0), month(9, 0), month(10, 500), month(11, 750)];
    assert_eq!(phone.model.savings(), expect);
}

#[test]
fn a_coupon_that_was_not_used_has_its_reason_on_the_receipt() {
    let why = |change: &dyn Fn(&mut v1::Terms, &mut v1::Payment)| {
        let mut phone = Phone::open();
        let mut paid = payment("p1", 0, "Shop", 0);
        let terms = phone.model.memory.coupons[0].offer.as_mut().unwrap().terms.as_mut().unwrap();
        change(terms, &mut paid);
        let change = v1::WatchWalletResponse { payment: Some(paid), ..Default::default() };
        phone.on(Event::Changed(Box::new(change)));
        let unused = &phone.model.receipt("p1").unwrap().unused;
        unused.iter().map(Unused::reason).collect::<Vec<_>>()
    };
    let other = v1::CouponRedemption {
        offer_number: 7,
        lines: vec![v1::RedeemedLine { gtin: "6901234567892".to_owned(), ..Default::default() }],
        ..Default::default()
    };
    assert_eq!(why(&|_, _| {}), [CouponRefusalReason::ItemMismatch]);
    assert_eq!(
        why(&|terms, _| terms.merchant_ids = vec!["M7".to_owned()]),
        [CouponRefusalReason::WrongStore]
    );
    assert_eq!(why(&|terms, _| terms.basket_minimum = cny(3_001)), [CouponRefusalReason::RequirementNotMet]);
    assert_eq!(
        why(&|terms, _| terms.starts_at = Some(time_to_wire(NOW.plus_ms(1)))),
        [CouponRefusalReason::NotStarted]
    );
    // It is Tuesday 22:13; this one holds on Mondays.
    let monday = v1::Hours { weekdays: 1, from_minute: 0, to_minute: 1_440, utc_offset_minutes: 0 };
    assert_eq!(why(&|terms, _| terms.hours = Some(monday)), [CouponRefusalReason::OutsideHours]);
    assert_eq!(
        why(&|_, paid| paid.redemptions = vec![other.clone()]),
        [CouponRefusalReason::NotStackable],
        "the other one took its item"
    );
    let used = v1::CouponRedemption { offer_number: 100_001, ..Default::default() };
    assert_eq!(why(&|_, paid| paid.redemptions = vec![used.clone()]), [] as [CouponRefusalReason; 0]);
}
