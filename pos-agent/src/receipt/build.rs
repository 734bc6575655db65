//! What happened, as the data of a receipt.

use proto::{
    convert::{money_from_wire, money_to_wire, refusal_to_wire, time_to_wire},
    v1::{
        CouponRedemption, LocalizedText, Payment, Receipt, ReceiptCoupon, ReceiptKind, ReceiptLine,
        ReceiptUnusedCoupon, Refund,
    },
};
use shared::{
    ids::OfferNumber,
    money::{Currency, Money},
    offer::Refusal,
    reason::Reason,
    time::UnixMillis,
};

use super::{SoldLine, link};
use crate::{
    sale::RefusedCoupon,
    words::{self, Lang},
};

/// Who pays for an offer, by its number, where the provider's answer doesn't say; `None` where the till doesn't know either.
pub type Payers<'a> = &'a dyn Fn(OfferNumber) -> Option<String>;

/// The receipt of a sale. `sold` is the basket, `refused` the coupons of the code that took nothing off.
pub fn of_sale(
    payment: &Payment,
    sold: &[SoldLine],
    refused: &[RefusedCoupon],
    payers: Payers<'_>,
) -> Receipt {
    let currency = amount(payment.gross_amount.as_ref()).currency;
    Receipt {
        at: payment.completed_at.or(payment.created_at),
        lines: sold.iter().map(|line| receipt_line(line, currency)).collect(),
        gross_amount: payment.gross_amount.clone(),
        coupons: payment.redemptions.iter().map(|redemption| used(redemption, currency, payers)).collect(),
        discount_amount: payment.discount_amount.clone(),
        amount: payment.amount_due.clone(),
        unused_coupons: refused.iter().map(unused).collect(),
        ..of_payment(payment, ReceiptKind::Sale)
    }
}

/// The receipt of a refund. `returned` is what came back, as far as the till knows.
pub fn of_refund(payment: &Payment, refund: &Refund, returned: &[SoldLine], payers: Payers<'_>) -> Receipt {
    let currency = amount(refund.gross_amount.as_ref()).currency;
    let redemption = |offer| payment.redemptions.iter().find(|redemption| redemption.offer_number == offer);
    let coupons = refund.coupons.iter().map(|coupon| ReceiptCoupon {
        offer_number: coupon.offer_number,
        title: redemption(coupon.offer_number).and_then(|redemption| redemption.title.clone()),
        paid_by: paid_by(redemption(coupon.offer_number), coupon.offer_number, payers),
        amount: coupon.amount.clone(),
        lines: Vec::new(),
        outcome: coupon.outcome,
    });
    let back_to_makers = refund.coupons.iter().map(|coupon| amount(coupon.amount.as_ref()).minor);
    let back_to_makers = back_to_makers.fold(0_i64, i64::saturating_add);
    Receipt {
        refund_id: refund.refund_id.clone(),
        at: refund.refunded_at,
        lines: returned.iter().map(|line| receipt_line(line, currency)).collect(),
        gross_amount: refund.gross_amount.clone(),
        coupons: coupons.collect(),
        discount_amount: Some(money_to_wire(Money::new(currency, back_to_makers))),
        amount: refund.refunded_amount.clone(),
        ..of_payment(payment, ReceiptKind::Refund)
    }
}

/// A payment that was refused, as the till knows it: the provider may have none.
#[derive(Debug, Clone)]
pub struct NotPaid<'a> {
    /// The payment asked for.
    pub payment_id: &'a str,
    /// The shop; empty where the till has never heard its name.
    pub merchant_name: &'a str,
    /// The till.
    pub terminal_id: &'a str,
    /// The till's own number for the sale.
    pub reference: &'a str,
    /// When it was refused.
    pub at: UnixMillis,
    /// Before discounts.
    pub gross: Money,
    /// What was asked for.
    pub due: Money,
    /// Why.
    pub reason: Reason,
}

/// The receipt of a payment that was refused.
pub fn of_declined(not_paid: &NotPaid<'_>, sold: &[SoldLine]) -> Receipt {
    let both = |word: fn(words::Message) -> &'static str| LocalizedText {
        en: word(words::reason(not_paid.reason, Lang::En)).to_owned(),
        zh: word(words::reason(not_paid.reason, Lang::Zh)).to_owned(),
    };
    let discount = Money::new(not_paid.due.currency, not_paid.gross.minor.saturating_sub(not_paid.due.minor));
    Receipt {
        kind: ReceiptKind::Declined.into(),
        payment_id: not_paid.payment_id.to_owned(),
        merchant_name: not_paid.merchant_name.to_owned(),
        terminal_id: not_paid.terminal_id.to_owned(),
        merchant_reference: not_paid.reference.to_owned(),
        at: Some(time_to_wire(not_paid.at)),
        lines: sold.iter().map(|line| receipt_line(line, not_paid.due.currency)).collect(),
        gross_amount: Some(money_to_wire(not_paid.gross)),
        discount_amount: Some(money_to_wire(discount)),
        amount: Some(money_to_wire(not_paid.due)),
        what: Some(both(|message| message.what)),
        next: Some(both(|message| message.next)),
        ..Receipt::default()
    }
}

/// The same receipt, marked as printed a second time.
pub fn copy(receipt: Receipt) -> Receipt {
    Receipt { copy: true, ..receipt }
}

/// An amount for showing; the provider's answers have all of them.
pub(super) fn amount(wire: Option<&proto::v1::Money>) -> Money {
    money_from_wire("amount", wire).unwrap_or(Money::new(Currency::CNY, 0))
}

fn of_payment(payment: &Payment, kind: ReceiptKind) -> Receipt {
    Receipt {
        kind: kind.into(),
        payment_id: payment.payment_id.clone(),
        merchant_name: payment.merchant_name.clone(),
        terminal_id: payment.terminal_id.clone(),
        merchant_reference: payment.merchant_reference.clone(),
        qr_text: link::text(&payment.payment_id),
        ..Receipt::default()
    }
}

fn receipt_line(sold: &SoldLine, currency: Currency) -> ReceiptLine {
    let money = |minor| Some(money_to_wire(Money::new(currency, minor)));
    ReceiptLine {
        gtin: sold.gtin.short(),
        name: Some(sold.name.clone()),
        units: sold.units,
        unit_price: money(sold.unit_price_minor),
        grams: sold.grams,
        total: money(sold.line().total_minor()),
        price_per_kg: sold.per_kg_minor.and_then(money),
    }
}

fn used(redemption: &CouponRedemption, currency: Currency, payers: Payers<'_>) -> ReceiptCoupon {
    let off = redemption.lines.iter().map(|line| amount(line.discount.as_ref()).minor);
    let off = off.fold(0_i64, i64::saturating_add);
    ReceiptCoupon {
        offer_number: redemption.offer_number,
        title: redemption.title.clone(),
        paid_by: paid_by(Some(redemption), redemption.offer_number, payers),
        amount: Some(money_to_wire(Money::new(currency, off))),
        lines: redemption.lines.clone(),
        outcome: 0,
    }
}

fn paid_by(redemption: Option<&CouponRedemption>, offer_number: u32, payers: Payers<'_>) -> String {
    match redemption.map_or("", |redemption| &redemption.issuer_name) {
        "" => payers(OfferNumber(offer_number)).unwrap_or_default(),
        name => name.to_owned(),
    }
}

fn unused(coupon: &RefusedCoupon) -> ReceiptUnusedCoupon {
    let why = |reason: Refusal| LocalizedText {
        en: words::refusal(reason, Lang::En).to_owned(),
        zh: words::refusal(reason, Lang::Zh).to_owned(),
    };
    ReceiptUnusedCoupon {
        offer_number: coupon.offer_number.0,
        title: coupon.title.clone(),
        reason: refusal_to_wire(coupon.reason).into(),
        why: Some(why(coupon.reason)),
    }
}
