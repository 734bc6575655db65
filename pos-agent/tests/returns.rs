//! Goods that come back: which of a receipt's units the till asks the provider to take back.

#![allow(clippy::unwrap_used)]

use pos_agent::{
    journal::{
        Asked, BackLine, BookedCoupon, BookedLine, BookedRedemption, Goods, RefundEnding, RefundRecord,
        SaleRecord, Title,
    },
    machine::Ending,
    returns::{ReturnError, Returnable, Returned},
};
use proto::v1::{
    CouponRedemption, Money, Payment, PaymentState, RedeemedLine, Refund, RefundPaymentRequest, ReturnedLine,
};
use shared::time::UnixMillis;

const SHAMPOO: &str = "6901234567892";
const MINTS: &str = "96385074";
const OFFER: u32 = 100_001;

fn money(minor_units: i64) -> Option<Money> {
    Some(Money { currency_code: "CNY".to_owned(), minor_units })
}

/// Three shampoos at 30.00, of which a coupon used two, and two mints at 4.50.
fn sold() -> (Payment, SaleRecord) {
    let line = |gtin: &str, units, unit_price_minor| BookedLine {
        gtin: gtin.into(),
        name: Title("Item".into(), "商品".into()),
        units,
        unit_price_minor,
        grams: 0,
        per_kg_minor: None,
    };
    let used = BookedRedemption {
        line: Some(0),
        gtin: SHAMPOO.into(),
        units: 2,
        unit_price_minor: 3000,
        discount_minor: 1000,
    };
    let coupon = BookedCoupon { offer_number: OFFER, title: Title::default(), lines: vec![used] };
    let goods = Goods {
        lines: vec![line(SHAMPOO, 3, 3000), line(MINTS, 2, 450)],
        coupons: vec![coupon],
        refused: vec![],
    };
    let asked =
        Asked { currency: "CNY".into(), gross_minor: 9900, due_minor: 8900, goods, ..Asked::default() };
    let redeemed = RedeemedLine {
        gtin: SHAMPOO.into(),
        units: 2,
        unit_price: money(3000),
        discount: money(1000),
        grams: 0,
    };
    let payment = Payment {
        payment_id: "p".into(),
        state: PaymentState::Completed.into(),
        gross_amount: money(9900),
        amount_due: money(8900),
        redemptions: vec![CouponRedemption {
            offer_number: OFFER,
            lines: vec![redeemed],
            ..Default::default()
        }],
        ..Payment::default()
    };
    let record = SaleRecord {
        payment_id: "p".into(),
        asked,
        begun_at: UnixMillis(1),
        reversing_at: None,
        ended: Some((Ending::Paid, UnixMillis(2))),
        reason: String::new(),
        payment: None,
        refunds: vec![],
    };
    (payment, record)
}

/// What is asked for: units of the coupon's line, and the shelf price of the rest.
fn check(from: &Returnable, lines: &[(usize, u32)], expect: (u32, i64)) -> RefundPaymentRequest {
    let (request, _) = from.request("r".into(), &Returned::Lines(lines.to_vec())).unwrap();
    let units = request.returned_lines.iter().map(|line| line.units).sum();
    assert_eq!((units, request.other_amount.as_ref().map_or(0, |money| money.minor_units)), expect);
    assert!(!request.everything);
    request
}

#[test]
fn units_without_a_coupon_come_back_first() {
    let (payment, record) = sold();
    let from = Returnable::of(&payment, Some(&record));
    assert_eq!(from.lines.iter().map(|line| line.left()).collect::<Vec<_>>(), [3, 2]);
    check(&from, &[(0, 1)], (0, 3000));
    check(&from, &[(1, 1)], (0, 450));
    check(&from, &[(1, 1), (1, 1)], (0, 900));
    let request = check(&from, &[(0, 3), (1, 2)], (2, 3900));
    assert_eq!(request.returned_lines, [ReturnedLine { offer_number: OFFER, line_index: 0, units: 2 }]);
    let (all, lines) = from.request("r".into(), &Returned::Everything).unwrap();
    assert!(all.everything && all.returned_lines.is_empty() && all.other_amount.is_none());
    assert_eq!(lines.iter().map(|line| line.units).collect::<Vec<_>>(), [3, 2]);
    for (lines, too_many) in
        [(vec![(0, 4)], true), (vec![(0, 0)], true), (vec![], true), (vec![(2, 1)], false)]
    {
        let error = from.request("r".into(), &Returned::Lines(lines)).unwrap_err();
        assert_eq!(matches!(error, ReturnError::TooMany), too_many, "{error:?}");
    }
}

#[test]
fn what_came_back_before_is_not_there_any_more_wherever_it_came_back() {
    let (mut payment, mut record) = sold();
    // One of the coupon's units at another till, and a plain one and a mint here.
    payment.refunds.push(Refund {
        returned_lines: vec![ReturnedLine { offer_number: OFFER, line_index: 0, units: 1 }],
        ..Refund::default()
    });
    payment.set_state(PaymentState::PartiallyRefunded);
    let here = |ended| RefundRecord {
        refund_id: "r1".into(),
        payment_id: "p".into(),
        currency: "CNY".into(),
        request: RefundPaymentRequest::default(),
        lines: vec![
            BackLine { line: 0, units: 1, plain_units: 1 },
            BackLine { line: 1, units: 1, plain_units: 1 },
        ],
        begun_at: UnixMillis(3),
        ended,
        reason: String::new(),
        refunded_minor: 0,
    };
    record.refunds = vec![here(Some((RefundEnding::Done, UnixMillis(4))))];
    let from = Returnable::of(&payment, Some(&record));
    assert_eq!(from.lines.iter().map(|line| line.left()).collect::<Vec<_>>(), [1, 1]);
    check(&from, &[(0, 1), (1, 1)], (1, 450));

    record.refunds = vec![here(Some((RefundEnding::Refused, UnixMillis(4))))];
    assert_eq!(Returnable::of(&payment, Some(&record)).lines[1].left(), 2, "a refused one took nothing");
    record.refunds = vec![here(None)];
    let open = Returnable::of(&payment, Some(&record)).request("r".into(), &Returned::Everything);
    assert!(matches!(open, Err(ReturnError::UnderWay)));
    payment.set_state(PaymentState::Refunded);
    record.refunds = vec![];
    let over = Returnable::of(&payment, Some(&record));
    assert!(matches!(over.request("r".into(), &Returned::Everything), Err(ReturnError::NothingLeft)));
}

#[test]
fn of_another_tills_receipt_the_lines_with_coupons_and_the_rest_are_known() {
    let (payment, _) = sold();
    let from = Returnable::of(&payment, None);
    let lines: Vec<_> = from.lines.iter().map(|line| (line.left(), line.unit_price_minor)).collect();
    assert_eq!(lines, [(2, 3000), (1, 3900)]);
    check(&from, &[(0, 1)], (1, 0));
    check(&from, &[(1, 1)], (0, 3900));
    let partly = Payment {
        refunds: vec![Refund { other_amount: money(450), ..Refund::default() }],
        state: PaymentState::PartiallyRefunded.into(),
        ..payment
    };
    let rest = Returnable::of(&partly, None);
    assert_eq!(rest.lines[1].left(), 0, "how much of the rest is still there only its own till knows");
}
