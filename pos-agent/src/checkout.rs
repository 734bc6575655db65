//! One sale for a script: price, pay, say how it ended.

use std::time::Duration;

use serde_json::{Value, json};
use shared::{ids::OfferNumber, offer::Refusal};
use tokio::time::timeout;

use crate::{
    basket_file::BasketFile,
    machine::{Machine, Outcome},
    sale::{AppliedCoupon, Priced, RefusedCoupon, Sale},
    scan::Scan,
    till::Till,
};

/// How a sale ended.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// The last price asked for.
    pub priced: Priced,
    /// The payment.
    pub payment_id: String,
    /// Its end; [`Machine::Reversing`] where the provider hasn't acknowledged the reversal in the time given. The next start
    /// goes on with that.
    pub end: Machine,
}

/// Prices and pays a basket. Where `drop_refused` is set, coupons that the provider refuses are left out and the rest is
/// asked for again, under a new payment id. `reverse_for` is how long to wait for a reversal to be acknowledged.
pub async fn checkout(
    till: &Till,
    order: &BasketFile,
    scan: &Scan,
    drop_refused: bool,
    reverse_for: Duration,
) -> Checkout {
    let mut dropped: Vec<(OfferNumber, Refusal)> = Vec::new();
    loop {
        let priced = till.price(&order.basket, scan, &dropped);
        let sale = Sale { reference: order.reference.clone(), sold: order.sold.clone(), ..Sale::default() };
        let mut running = till.pay(&priced, scan, sale);
        let mut end = running.decided().await;
        if matches!(end, Machine::Reversing { .. }) {
            end = timeout(reverse_for, running.ended()).await.unwrap_or(end);
        }
        if drop_refused
            && let Machine::Ended(Outcome::Declined(failure)) = &end
            && !newly_refused(&priced, &failure.refusals).is_empty()
        {
            dropped.extend(newly_refused(&priced, &failure.refusals));
            continue;
        }
        return Checkout { priced, payment_id: running.payment_id.clone(), end };
    }
}

/// Of the refused coupons those that were asked for: each round drops at least one, so the rounds come to an end.
fn newly_refused(priced: &Priced, refusals: &[(OfferNumber, Refusal)]) -> Vec<(OfferNumber, Refusal)> {
    let asked = |number| priced.applied.iter().any(|c| c.applied.redemption.offer_number == number);
    refusals.iter().filter(|(number, _)| asked(*number)).copied().collect()
}

impl Checkout {
    /// For machines: amounts in minor units, reasons by the words of the public API.
    pub fn to_json(&self) -> Value {
        let mut all = json!({
            "outcome": self.outcome_word(),
            "payment_id": self.payment_id,
            "currency": self.priced.due.currency.code(),
            "gross_minor": self.priced.gross.minor,
            "discount_minor": self.priced.discount.minor,
            "due_minor": self.priced.due.minor,
            "applied": self.priced.applied.iter().map(applied_json).collect::<Vec<_>>(),
            "not_applied": self.priced.refused.iter().map(refused_json).collect::<Vec<_>>(),
        });
        if let Machine::Ended(Outcome::Declined(failure)) = &self.end {
            all["reason"] = failure.reason.as_str().into();
            let refusal = |(number, reason): &(OfferNumber, Refusal)| json!({"offer_number": number.0, "reason": reason.as_str()});
            all["refused_coupons"] = failure.refusals.iter().map(refusal).collect();
        }
        all
    }

    fn outcome_word(&self) -> &'static str {
        match &self.end {
            Machine::Ended(Outcome::Paid(_)) => "paid",
            Machine::Ended(Outcome::Declined(_)) => "declined",
            Machine::Ended(Outcome::Reversed) => "reversed",
            Machine::Ended(Outcome::Standing) => "standing",
            Machine::Ended(Outcome::NotSent(_)) => "not_sent",
            _ => "unknown",
        }
    }
}

fn applied_json(coupon: &AppliedCoupon) -> Value {
    let redemption = &coupon.applied.redemption;
    let line = |redeemed: &shared::payment::RedeemedLine| {
        json!({
            "gtin": redeemed.line.gtin.short(),
            "units": redeemed.line.units,
            "unit_price_minor": redeemed.line.unit_price_minor,
            "discount_minor": redeemed.discount_minor,
        })
    };
    json!({
        "offer_number": redemption.offer_number.0,
        "title": coupon.title.en,
        "discount_minor": redemption.discount_minor(),
        "lines": redemption.lines.iter().map(line).collect::<Vec<_>>(),
    })
}

fn refused_json(coupon: &RefusedCoupon) -> Value {
    json!({
        "offer_number": coupon.offer_number.0,
        "title": coupon.title.as_ref().map(|title| &title.en),
        "reason": coupon.reason.as_str(),
    })
}
