//! Refunds: rows of `refunds`, read with their payments and written once.

use diesel::prelude::*;
use prost::Message;
use proto::{convert, v1};
use shared::{
    money::{Currency, Money},
    payment::refund::{Returned, ReturnedLine},
    time::UnixMillis,
};

use super::{
    Conn, StoreError,
    codes::{bytes, uuid},
    schema::refunds,
    table::Table,
    values::Bind::{Bytes, Int},
};
use crate::model::{CouponOutcome, Payment, Refund, RefundId, RefundedCoupon};

/// A row of `refunds`.
#[derive(Queryable)]
struct RefundRow {
    _payment_id: Vec<u8>,
    _number: i64,
    refund_id: Vec<u8>,
    request_hash: Vec<u8>,
    gross_minor: i64,
    shopper_minor: i64,
    details: Vec<u8>,
    at_ms: i64,
    entry_id: i64,
}

/// Puts its refunds into each payment that has any.
pub(crate) fn fill(conn: &mut Conn, payments: &mut [Payment]) -> Result<(), StoreError> {
    for payment in payments {
        if payment.state.has_paid() {
            let rows: Vec<RefundRow> = refunds::table
                .filter(refunds::payment_id.eq(payment.id.as_bytes().as_slice()))
                .order(refunds::number)
                .load(conn)?;
            payment.refunds = rows.iter().map(|row| row.read(payment)).collect::<Result<_, _>>()?;
        }
    }
    Ok(())
}

struct Refunds;

impl Table for Refunds {
    const NAME: &'static str = "refunds";
    const FIXED: &'static [&'static str] = &[
        "payment_id",
        "number",
        "refund_id",
        "request_hash",
        "gross_minor",
        "shopper_minor",
        "details",
        "at_ms",
        "entry_id",
    ];
}

/// Inserts a refund of a payment.
pub(super) fn add(conn: &mut Conn, payment: &Payment, id: RefundId) -> Result<(), StoreError> {
    let numbered = payment.refunds.iter().zip(1..).find(|(refund, _)| refund.id == id);
    let (refund, number) = numbered.ok_or(StoreError::Corrupt("a refund that its payment has not"))?;
    let details = to_wire(payment, refund).encode_to_vec();
    let row = [
        Bytes(payment.id.as_bytes()),
        Int(number),
        Bytes(refund.id.as_bytes()),
        Bytes(&refund.request_hash),
        Int(refund.gross_minor),
        Int(refund.shopper_minor),
        Bytes(&details),
        Int(refund.at.0),
        Int(refund.entry),
    ];
    Ok(Refunds::insert(conn, [row])?)
}

impl RefundRow {
    fn read(&self, payment: &Payment) -> Result<Refund, StoreError> {
        let corrupt = || StoreError::Corrupt("a refund's details");
        let wire = v1::Refund::decode(self.details.as_slice()).map_err(|_| corrupt())?;
        let (returned, coupons) = of_wire(payment, &wire).ok_or_else(corrupt)?;
        Ok(Refund {
            id: uuid(&self.refund_id)?,
            request_hash: bytes(&self.request_hash)?,
            terminal: wire.terminal_id.parse().ok(),
            returned,
            gross_minor: self.gross_minor,
            shopper_minor: self.shopper_minor,
            coupons,
            at: UnixMillis(self.at_ms),
            entry: self.entry_id,
        })
    }
}

/// A refund as it travels, and as its details are kept.
pub(crate) fn to_wire(payment: &Payment, refund: &Refund) -> v1::Refund {
    let money = |minor| Some(convert::money_to_wire(payment.money(minor)));
    let offer = |coupon: usize| payment.redemptions.get(coupon).map_or(0, |r| r.offer_number.0);
    let line = |line: &ReturnedLine| v1::ReturnedLine {
        offer_number: offer(line.coupon),
        line_index: u32::try_from(line.line).unwrap_or(u32::MAX),
        units: line.units,
    };
    let coupon = |(place, part): (usize, &RefundedCoupon)| v1::RefundedCoupon {
        offer_number: offer(place),
        amount: money(part.amount_minor),
        outcome: part.outcome.map_or(v1::CouponOutcome::Unspecified, outcome_to_wire).into(),
        discount_left: money(part.discount_left_minor),
    };
    v1::Refund {
        refund_id: refund.id.to_string(),
        payment_id: payment.id.to_string(),
        returned_lines: refund.returned.lines.iter().map(line).collect(),
        other_amount: money(refund.returned.other_minor),
        gross_amount: money(refund.gross_minor),
        refunded_amount: money(refund.shopper_minor),
        coupons: refund.coupons.iter().enumerate().map(coupon).collect(),
        refunded_at: Some(convert::time_to_wire(refund.at)),
        terminal_id: refund.terminal.map(|id| id.to_string()).unwrap_or_default(),
    }
}

fn of_wire(payment: &Payment, wire: &v1::Refund) -> Option<(Returned, Vec<RefundedCoupon>)> {
    let minor = |money: &Option<v1::Money>| money_minor(money.as_ref()?, payment.currency);
    let lines = wire.returned_lines.iter().map(|line| {
        let coupon = payment.redemptions.iter().position(|r| r.offer_number.0 == line.offer_number)?;
        Some(ReturnedLine { coupon, line: usize::try_from(line.line_index).ok()?, units: line.units })
    });
    let coupons = wire.coupons.iter().map(|part| {
        Some(RefundedCoupon {
            amount_minor: minor(&part.amount)?,
            discount_left_minor: minor(&part.discount_left)?,
            outcome: outcome_of_wire(part.outcome()),
        })
    });
    let returned = Returned { lines: lines.collect::<Option<_>>()?, other_minor: minor(&wire.other_amount)? };
    Some((returned, coupons.collect::<Option<_>>()?))
}

fn money_minor(money: &v1::Money, currency: Currency) -> Option<i64> {
    let money: Money = convert::money_from_wire("", Some(money)).ok()?;
    (money.currency == currency).then_some(money.minor)
}

fn outcome_to_wire(outcome: CouponOutcome) -> v1::CouponOutcome {
    match outcome {
        CouponOutcome::Restored => v1::CouponOutcome::Restored,
        CouponOutcome::Burned => v1::CouponOutcome::Burned,
        CouponOutcome::OfferOver => v1::CouponOutcome::OfferOver,
        CouponOutcome::BudgetShort => v1::CouponOutcome::BudgetShort,
    }
}

fn outcome_of_wire(outcome: v1::CouponOutcome) -> Option<CouponOutcome> {
    let all = [
        CouponOutcome::Restored,
        CouponOutcome::Burned,
        CouponOutcome::OfferOver,
        CouponOutcome::BudgetShort,
    ];
    all.into_iter().find(|known| outcome_to_wire(*known) == outcome)
}
