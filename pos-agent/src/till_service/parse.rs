//! What a caller of `StartCheckout` wants to sell, checked.

use proto::{
    convert::{FieldError, money_from_wire},
    v1::{BasketLine, RefusedCoupons, StartCheckoutRequest},
};
use shared::{
    basket::{Basket, Line},
    gs1::Gtin,
    money::Currency,
};

use crate::{catalogue::Catalogue, lane::Order, receipt::SoldLine};

/// Characters of a checkout's id.
pub(super) const CHECKOUT_ID_CHARS_MAX: usize = 64;
/// Characters of the till's own number of a sale; the provider takes no more.
const REFERENCE_CHARS_MAX: usize = 64;

/// The order of a request.
pub(super) fn order(
    request: &StartCheckoutRequest,
    catalogue: &Catalogue,
    currency: Currency,
) -> Result<Order, FieldError> {
    checkout_id(&request.checkout_id)?;
    if request.merchant_reference.chars().count() > REFERENCE_CHARS_MAX {
        let problem = format!("has more than {REFERENCE_CHARS_MAX} characters");
        return Err(FieldError::new("merchant_reference", problem));
    }
    let lines = request
        .lines
        .iter()
        .enumerate()
        .map(|(i, wire)| line(wire, catalogue, currency).map_err(|e| e.within(format!("lines[{i}]"))))
        .collect::<Result<Vec<_>, _>>()?;
    let (lines, sold) = lines.into_iter().unzip();
    Ok(Order {
        basket: Basket::new(currency, lines).map_err(|error| FieldError::new("lines", error))?,
        sold,
        reference: request.merchant_reference.clone(),
        confirm_amount: request.confirm_amount,
        drop_refused: request.refused_coupons() == RefusedCoupons::Drop,
    })
}

fn checkout_id(id: &str) -> Result<(), FieldError> {
    let good = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
    if (1..=CHECKOUT_ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(good) {
        return Ok(());
    }
    let problem = format!("must be 1 to {CHECKOUT_ID_CHARS_MAX} letters, digits, `-` or `_`, e.g. a UUID");
    Err(FieldError::new("checkout_id", problem))
}

fn line(
    wire: &BasketLine,
    catalogue: &Catalogue,
    currency: Currency,
) -> Result<(Line, SoldLine), FieldError> {
    let gtin = Gtin::parse(&wire.gtin).map_err(|error| FieldError::new("gtin", error))?;
    let item = catalogue.get(gtin);
    let unit_price_minor = match &wire.unit_price {
        Some(price) => {
            let price = money_from_wire("unit_price", Some(price))?;
            if price.currency != currency {
                return Err(FieldError::new("unit_price.currency_code", format!("must be {currency}")));
            }
            price.minor
        }
        None => item
            .map(|item| item.price_minor)
            .ok_or_else(|| FieldError::new("unit_price", "is not set, and the catalogue has no such item"))?,
    };
    let name = wire.name.clone().or_else(|| item.map(|item| item.name.clone())).unwrap_or_default();
    let line = Line { gtin, units: wire.units, unit_price_minor, grams: wire.grams };
    Ok((line, SoldLine { gtin, name, units: wire.units, unit_price_minor, grams: wire.grams }))
}

#[cfg(test)]
mod tests {
    use proto::v1::Money;

    use super::*;

    fn request(id: &str, gtin: &str, units: u32, price: Option<(&str, i64)>) -> StartCheckoutRequest {
        let money = |(code, minor_units): (&str, i64)| Money { currency_code: code.into(), minor_units };
        StartCheckoutRequest {
            checkout_id: id.into(),
            lines: vec![BasketLine {
                gtin: gtin.into(),
                units,
                unit_price: price.map(money),
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    fn parsed(request: &StartCheckoutRequest) -> Result<i64, String> {
        let catalogue =
            Catalogue::parse("gtin,name_en,name_zh,price_minor\n96385074,Mints,薄荷糖,450\n").unwrap();
        order(request, &catalogue, Currency::CNY)
            .map(|order| order.basket.gross().minor)
            .map_err(|error| error.field)
    }

    #[test]
    fn a_line_has_its_price_or_the_catalogues() {
        assert_eq!(parsed(&request("a", "96385074", 2, None)), Ok(900));
        assert_eq!(parsed(&request("a", "96385074", 2, Some(("CNY", 400)))), Ok(800));
        assert_eq!(parsed(&request("a", "6901234567892", 1, Some(("CNY", 3000)))), Ok(3000));
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        let check = |request: StartCheckoutRequest, field: &str| {
            assert_eq!(parsed(&request), Err(field.to_owned()));
        };
        check(request("", "96385074", 1, None), "checkout_id");
        check(request("a b", "96385074", 1, None), "checkout_id");
        check(request(&"a".repeat(65), "96385074", 1, None), "checkout_id");
        check(request("a", "96385075", 1, None), "lines[0].gtin");
        check(request("a", "6901234567892", 1, None), "lines[0].unit_price");
        check(request("a", "96385074", 1, Some(("USD", 1))), "lines[0].unit_price.currency_code");
        check(request("a", "96385074", 0, None), "lines");
        check(StartCheckoutRequest { checkout_id: "a".into(), ..Default::default() }, "lines");
        let long =
            StartCheckoutRequest { merchant_reference: "7".repeat(65), ..request("a", "96385074", 1, None) };
        check(long, "merchant_reference");
    }
}
