//! A receipt as JSON, for till software that takes no protobuf: amounts in minor units, texts in both languages, reasons by the words
//! of the public API.

use jiff::Timestamp;
use proto::{
    convert::{refusal_from_wire, time_from_wire},
    v1::{
        CouponOutcome, LocalizedText, Receipt, ReceiptCoupon, ReceiptKind, ReceiptLine, ReceiptUnusedCoupon,
    },
};
use serde_json::{Value, json};

use super::build::amount;

/// The receipt as one JSON object.
pub fn to_json(receipt: &Receipt) -> Value {
    let at = time_from_wire("at", receipt.at.as_ref()).ok();
    let at = at.and_then(|at| Timestamp::from_millisecond(at.0).ok()).map(|at| at.to_string());
    json!({
        "kind": match receipt.kind() {
            ReceiptKind::Refund => "refund",
            ReceiptKind::Declined => "declined",
            ReceiptKind::Sale | ReceiptKind::Unspecified => "sale",
        },
        "copy": receipt.copy,
        "payment_id": receipt.payment_id,
        "refund_id": receipt.refund_id,
        "merchant_name": receipt.merchant_name,
        "terminal_id": receipt.terminal_id,
        "merchant_reference": receipt.merchant_reference,
        "at": at,
        "currency": amount(receipt.gross_amount.as_ref()).currency.code(),
        "lines": receipt.lines.iter().map(line).collect::<Vec<_>>(),
        "gross_minor": amount(receipt.gross_amount.as_ref()).minor,
        "coupons": receipt.coupons.iter().map(coupon).collect::<Vec<_>>(),
        "discount_minor": amount(receipt.discount_amount.as_ref()).minor,
        "amount_minor": amount(receipt.amount.as_ref()).minor,
        "unused_coupons": receipt.unused_coupons.iter().map(unused).collect::<Vec<_>>(),
        "what": both(receipt.what.as_ref()),
        "next": both(receipt.next.as_ref()),
        "qr_text": receipt.qr_text,
    })
}

fn line(line: &ReceiptLine) -> Value {
    json!({
        "gtin": line.gtin,
        "name": both(line.name.as_ref()),
        "units": line.units,
        "unit_price_minor": amount(line.unit_price.as_ref()).minor,
        "grams": line.grams,
        "price_per_kg_minor": line.price_per_kg.as_ref().map(|price| amount(Some(price)).minor),
        "total_minor": amount(line.total.as_ref()).minor,
    })
}

fn coupon(coupon: &ReceiptCoupon) -> Value {
    let line = |line: &proto::v1::RedeemedLine| {
        json!({
            "gtin": line.gtin,
            "units": line.units,
            "grams": line.grams,
            "discount_minor": amount(line.discount.as_ref()).minor,
        })
    };
    json!({
        "offer_number": coupon.offer_number,
        "title": both(coupon.title.as_ref()),
        "paid_by": coupon.paid_by,
        "amount_minor": amount(coupon.amount.as_ref()).minor,
        "lines": coupon.lines.iter().map(line).collect::<Vec<_>>(),
        "outcome": match coupon.outcome() {
            CouponOutcome::Unspecified => None,
            CouponOutcome::Restored => Some("RESTORED"),
            CouponOutcome::Burned => Some("BURNED"),
            CouponOutcome::OfferOver => Some("OFFER_OVER"),
            CouponOutcome::BudgetShort => Some("BUDGET_SHORT"),
        },
    })
}

fn unused(coupon: &ReceiptUnusedCoupon) -> Value {
    json!({
        "offer_number": coupon.offer_number,
        "title": both(coupon.title.as_ref()),
        "reason": refusal_from_wire(coupon.reason()).map(|reason| reason.as_str()),
        "why": both(coupon.why.as_ref()),
    })
}

fn both(text: Option<&LocalizedText>) -> Option<Value> {
    text.map(|text| json!({ "en": text.en, "zh": text.zh }))
}
