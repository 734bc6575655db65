//! Payments and what was redeemed in them.

use shared::{
    basket::Line,
    gs1::Gtin,
    ids::OfferNumber,
    money::{Currency, Money},
    offer::Refusal,
    payment::{PaymentState, RedeemedLine, Redemption},
};

use super::{FieldError, money_from_wire, money_to_wire};
use crate::v1::{self, CouponRefusalReason};

/// Lines that one coupon can be redeemed on: as many as a basket has.
pub const REDEEMED_LINES_MAX: usize = shared::basket::BASKET_LINES_MAX;

/// One coupon's part in a payment; every amount must be in `currency`.
pub fn redemption_from_wire(
    wire: &v1::CouponRedemption,
    currency: Currency,
) -> Result<Redemption, FieldError> {
    if wire.lines.is_empty() || wire.lines.len() > REDEEMED_LINES_MAX {
        let problem = format!("{} lines; from 1 to {REDEEMED_LINES_MAX} are allowed", wire.lines.len());
        return Err(FieldError::new("lines", problem));
    }
    let lines = wire
        .lines
        .iter()
        .enumerate()
        .map(|(i, line)| line_from_wire(line, currency).map_err(|error| error.within(format!("lines[{i}]"))))
        .collect::<Result<_, _>>()?;
    Ok(Redemption { offer_number: OfferNumber(wire.offer_number), lines })
}

fn line_from_wire(wire: &v1::RedeemedLine, currency: Currency) -> Result<RedeemedLine, FieldError> {
    let amount = |field, money: Option<&v1::Money>| {
        let money = money_from_wire(field, money)?;
        if money.currency == currency {
            Ok(money.minor)
        } else {
            Err(FieldError::new(field, format!("must be in {currency}")))
        }
    };
    let line = Line {
        gtin: Gtin::parse(&wire.gtin).map_err(|error| FieldError::new("gtin", error))?,
        units: wire.units,
        unit_price_minor: amount("unit_price", wire.unit_price.as_ref())?,
        grams: wire.grams,
    };
    line.check().map_err(|error| FieldError::new("units", error))?;
    Ok(RedeemedLine { line, discount_minor: amount("discount", wire.discount.as_ref())? })
}

/// One coupon's part in a payment, without the offer's title.
pub fn redemption_to_wire(redemption: &Redemption, currency: Currency) -> v1::CouponRedemption {
    let money = |minor| Some(money_to_wire(Money::new(currency, minor)));
    let line = |redeemed: &RedeemedLine| v1::RedeemedLine {
        gtin: redeemed.line.gtin.short(),
        units: redeemed.line.units,
        unit_price: money(redeemed.line.unit_price_minor),
        discount: money(redeemed.discount_minor),
        grams: redeemed.line.grams,
    };
    v1::CouponRedemption {
        offer_number: redemption.offer_number.0,
        lines: redemption.lines.iter().map(line).collect(),
        title: None,
        issuer_name: String::new(),
    }
}

/// A payment's state.
pub fn state_to_wire(state: PaymentState) -> v1::PaymentState {
    match state {
        PaymentState::Completed => v1::PaymentState::Completed,
        PaymentState::Reversed => v1::PaymentState::Reversed,
        PaymentState::Declined => v1::PaymentState::Declined,
        PaymentState::PendingApproval => v1::PaymentState::PendingApproval,
        PaymentState::Rejected => v1::PaymentState::Rejected,
        PaymentState::Expired => v1::PaymentState::Expired,
        PaymentState::PartiallyRefunded => v1::PaymentState::PartiallyRefunded,
        PaymentState::Refunded => v1::PaymentState::Refunded,
    }
}

/// A coupon's refusal.
pub fn refusal_to_wire(refusal: Refusal) -> CouponRefusalReason {
    match refusal {
        Refusal::NotClipped => CouponRefusalReason::NotClipped,
        Refusal::Expired => CouponRefusalReason::Expired,
        Refusal::NotStarted => CouponRefusalReason::NotStarted,
        Refusal::AlreadyRedeemed => CouponRefusalReason::AlreadyRedeemed,
        Refusal::WrongStore => CouponRefusalReason::WrongStore,
        Refusal::ItemMismatch => CouponRefusalReason::ItemMismatch,
        Refusal::RequirementNotMet => CouponRefusalReason::RequirementNotMet,
        Refusal::DiscountMismatch => CouponRefusalReason::DiscountMismatch,
        Refusal::NotStackable => CouponRefusalReason::NotStackable,
        Refusal::OutsideHours => CouponRefusalReason::OutsideHours,
    }
}

/// A coupon's refusal; `None` for one that this version does not know.
pub fn refusal_from_wire(wire: CouponRefusalReason) -> Option<Refusal> {
    Refusal::ALL.into_iter().find(|refusal| refusal_to_wire(*refusal) == wire)
}
