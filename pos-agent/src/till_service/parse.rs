//! What a caller of `StartCheckout` wants to sell, checked.

use proto::{
    convert::{FieldError, money_from_wire},
    v1::{BasketLine, Money, RefusedCoupons, StartCheckoutRequest},
};
use shared::{basket::Basket, gs1::Gtin, money::Currency};

use crate::{
    catalogue::{Catalogue, Found},
    lane::Order,
    receipt::SoldLine,
    weighed::{PriceError, Told},
};

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
    let sold = request
        .lines
        .iter()
        .enumerate()
        .map(|(i, wire)| line(wire, catalogue, currency).map_err(|e| e.within(format!("lines[{i}]"))))
        .collect::<Result<Vec<_>, _>>()?;
    let basket = Basket::new(currency, sold.iter().map(SoldLine::line).collect());
    Ok(Order {
        basket: basket.map_err(|error| FieldError::new("lines", error))?,
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

fn line(wire: &BasketLine, catalogue: &Catalogue, currency: Currency) -> Result<SoldLine, FieldError> {
    let gtin = Gtin::parse(&wire.gtin).map_err(|error| FieldError::new("gtin", error))?;
    let found = found(catalogue, gtin, wire.grams);
    let told = Told {
        price_minor: price("unit_price", wire.unit_price.as_ref(), currency)?,
        grams: wire.grams,
        per_kg_minor: price("price_per_kg", wire.price_per_kg.as_ref(), currency)?,
    };
    let priced = told.with(found).map_err(|error| match error {
        PriceError::Missing => FieldError::new("unit_price", error),
        PriceError::Disagrees => FieldError::new("price_per_kg", error),
    })?;
    let item = found.map(|found| found.item).or_else(|| catalogue.get(gtin));
    Ok(SoldLine {
        // What a scale prints stands for an item of the catalogue, and offers name items.
        gtin: item.map_or(gtin, |item| item.gtin),
        name: wire.name.clone().or_else(|| item.map(|item| item.name.clone())).unwrap_or_default(),
        units: wire.units,
        unit_price_minor: priced.price_minor,
        grams: priced.grams,
        per_kg_minor: priced.per_kg_minor,
    })
}

fn price(field: &'static str, wire: Option<&Money>, currency: Currency) -> Result<Option<i64>, FieldError> {
    let Some(wire) = wire else { return Ok(None) };
    let price = money_from_wire(field, Some(wire))?;
    if price.currency == currency {
        return Ok(Some(price.minor));
    }
    Err(FieldError::new("currency_code", format!("must be {currency}")).within(field))
}

/// What the catalogue says of an item of which so many grams are sold; 0 grams for counted goods, or where the number says it.
fn found(catalogue: &Catalogue, gtin: Gtin, grams: u32) -> Option<Found<'_>> {
    match grams {
        0 => catalogue.find(gtin),
        grams => catalogue.get(gtin).and_then(|item| item.of_weight(grams)),
    }
}

#[cfg(test)]
mod tests {
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
    fn weighed_goods_cost_what_they_weigh() {
        let catalogue =
            "gtin,name_en,name_zh,price_minor,unit,scale_number\n6901234567892,Apples,苹果,1200,kg,12345\n";
        let patterns = vec!["21IIIIIWWWWWC".parse().unwrap()];
        let catalogue = Catalogue::parse(catalogue).unwrap().with_in_store(patterns);
        let check = |gtin: &str, grams: u32, expect: (i64, u32)| {
            let mut request = request("a", gtin, 1, None);
            request.lines[0].grams = grams;
            let order = order(&request, &catalogue, Currency::CNY).unwrap();
            assert_eq!((order.sold[0].unit_price_minor, order.sold[0].grams), expect);
            assert_eq!(order.sold[0].per_kg_minor, Some(1200));
            assert_eq!(order.sold[0].gtin.short(), "6901234567892");
        };
        check("6901234567892", 500, (600, 500));
        check("2112345005003", 0, (600, 500));
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
        let mut per_kg = request("a", "96385074", 1, Some(("CNY", 450)));
        per_kg.lines[0].price_per_kg = Some(Money { currency_code: "CNY".into(), minor_units: 1980 });
        check(per_kg, "lines[0].price_per_kg");
        check(StartCheckoutRequest { checkout_id: "a".into(), ..Default::default() }, "lines");
        let long =
            StartCheckoutRequest { merchant_reference: "7".repeat(65), ..request("a", "96385074", 1, None) };
        check(long, "merchant_reference");
    }
}
