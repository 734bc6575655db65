//! A basket as a file, for scripts: `{"reference": "17", "lines": [{"gtin": "6901234567892", "units": 2,
//! "unit_price_minor": 3000, "name": "Shampoo"}, "96385074"]}`, or the list of lines alone.
//!
//! A line is an item's number with units (1 where not given) and price, or the number alone; what is not given comes from the
//! catalogue. Weighed goods have `grams`, or a number that a scale of the shop printed; their price is that of the whole weight, and
//! `price_per_kg_minor` that of a kilogram.

use proto::v1::LocalizedText;
use serde::Deserialize;
use shared::{
    basket::{Basket, BasketError},
    gs1::{Gtin, GtinError},
    money::Currency,
};
use thiserror::Error;

use crate::{
    catalogue::Catalogue,
    receipt::SoldLine,
    weighed::{PriceError, Told},
};

/// Why a basket file can't be used.
#[derive(Debug, Error)]
pub enum BasketFileError {
    /// Not JSON of this shape.
    #[error("the basket is not JSON of the form expected: {0}")]
    Json(#[from] serde_json::Error),
    /// An item number that is none.
    #[error("line {line} of the basket: {error}")]
    Gtin {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        error: GtinError,
    },
    /// No price, and the catalogue knows none.
    #[error("line {line} of the basket: item {gtin} has no price and is not in the catalogue")]
    NoPrice {
        /// Counted from 1.
        line: usize,
        /// The item.
        gtin: Gtin,
    },
    /// Sold by weight, and no weight given; or sold by the piece, and one given.
    #[error("line {line} of the basket: item {gtin} is sold by {sold_by}")]
    SoldOtherwise {
        /// Counted from 1.
        line: usize,
        /// The item.
        gtin: Gtin,
        /// How it is sold.
        sold_by: &'static str,
    },
    /// A price of a kilogram that is not that of the line.
    #[error(
        "line {line} of the basket: the price of a kilogram of {gtin} does not give this price for this weight"
    )]
    Weighed {
        /// Counted from 1.
        line: usize,
        /// The item.
        gtin: Gtin,
    },
    /// Empty, or beyond a limit.
    #[error(transparent)]
    Basket(#[from] BasketError),
}

/// A basket with what the receipt calls its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasketFile {
    /// The basket.
    pub basket: Basket,
    /// The same lines, for people.
    pub sold: Vec<SoldLine>,
    /// The till's own number for the sale; may be empty.
    pub reference: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FileJson {
    List(Vec<LineJson>),
    Object {
        lines: Vec<LineJson>,
        #[serde(default)]
        reference: String,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum LineJson {
    Gtin(String),
    Full {
        gtin: String,
        #[serde(default = "one")]
        units: u32,
        unit_price_minor: Option<i64>,
        #[serde(default)]
        grams: u32,
        price_per_kg_minor: Option<i64>,
        #[serde(default)]
        name: String,
    },
}

fn one() -> u32 {
    1
}

/// Reads a basket file's bytes.
pub fn parse(json: &[u8], catalogue: &Catalogue, currency: Currency) -> Result<BasketFile, BasketFileError> {
    let (lines, reference) = match serde_json::from_slice(json)? {
        FileJson::List(lines) => (lines, String::new()),
        FileJson::Object { lines, reference } => (lines, reference),
    };
    let sold = (1..)
        .zip(lines)
        .map(|(number, line)| sold_line(number, line, catalogue))
        .collect::<Result<Vec<_>, _>>()?;
    let basket = Basket::new(currency, sold.iter().map(SoldLine::line).collect())?;
    Ok(BasketFile { basket, sold, reference })
}

fn sold_line(line: usize, json: LineJson, catalogue: &Catalogue) -> Result<SoldLine, BasketFileError> {
    let (gtin, units, told, name) = match json {
        LineJson::Gtin(gtin) => (gtin, 1, Told::default(), String::new()),
        LineJson::Full { gtin, units, unit_price_minor, grams, price_per_kg_minor, name } => {
            let told = Told { price_minor: unit_price_minor, grams, per_kg_minor: price_per_kg_minor };
            (gtin, units, told, name)
        }
    };
    let gtin = Gtin::parse(&gtin).map_err(|error| BasketFileError::Gtin { line, error })?;
    let known = catalogue.get(gtin);
    let found = match known {
        Some(item) if told.grams > 0 => item.of_weight(told.grams),
        _ => catalogue.find(gtin),
    };
    let priced = told.with(found).map_err(|error| match (error, known) {
        (PriceError::Disagrees, _) => BasketFileError::Weighed { line, gtin },
        (PriceError::Missing, None) => BasketFileError::NoPrice { line, gtin },
        (PriceError::Missing, Some(_)) => {
            let sold_by = if told.grams > 0 { "the piece" } else { "weight" };
            BasketFileError::SoldOtherwise { line, gtin, sold_by }
        }
    })?;
    let item = known.or(found.map(|found| found.item));
    let name = match item {
        Some(item) if name.is_empty() => item.name.clone(),
        _ => LocalizedText { en: name.clone(), zh: name },
    };
    Ok(SoldLine {
        gtin: item.map_or(gtin, |item| item.gtin),
        name,
        units,
        unit_price_minor: priced.price_minor,
        grams: priced.grams,
        per_kg_minor: priced.per_kg_minor,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        let file = "gtin,name_en,name_zh,price_minor,unit,scale_number\n\
            96385074,Mints,薄荷糖,450,,\n\
            6923450657713,Apples,苹果,1980,kg,123456\n";
        Catalogue::parse(file).unwrap().with_in_store(vec!["2IIIIIIWWWWWC".parse().unwrap()])
    }

    fn check(json: &str, gross_minor: i64) {
        let file = parse(json.as_bytes(), &catalogue(), Currency::CNY).unwrap();
        assert_eq!(file.basket.gross().minor, gross_minor);
    }

    #[test]
    fn lines_are_whole_or_from_the_catalogue() {
        check(r#"{"lines": [{"gtin": "6901234567892", "units": 2, "unit_price_minor": 3000}]}"#, 6000);
        check(r#"["96385074", {"gtin": "96385074", "units": 3}]"#, 1800);
        check(r#"{"reference": "17", "lines": [{"gtin": "96385074", "unit_price_minor": 1}]}"#, 1);
    }

    #[test]
    fn weighed_goods_have_the_price_of_their_weight() {
        check(r#"[{"gtin": "6923450657713", "grams": 750}]"#, 1485);
        check(r#"["2123456007503"]"#, 1485);
        check(r#"[{"gtin": "6923450657713", "grams": 750, "unit_price_minor": 1000}]"#, 1000);
        let file = parse(br#"["2123456007503"]"#, &catalogue(), Currency::CNY).unwrap();
        let line = file.basket.lines()[0];
        assert_eq!((line.gtin.short().as_str(), line.grams), ("6923450657713", 750));
        assert_eq!(file.sold[0].per_kg_minor, Some(1980));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |json: &str, expect: &str| {
            let error = parse(json.as_bytes(), &catalogue(), Currency::CNY).unwrap_err();
            assert!(error.to_string().contains(expect), "{error}");
        };
        check("{}", "JSON");
        check("[]", "empty");
        check(r#"["96385074", "96385075"]"#, "line 2");
        check(r#"["6901234567892"]"#, "has no price");
        check(r#"[{"gtin": "96385074", "units": 0}]"#, "0 units");
        check(r#"["6923450657713"]"#, "sold by weight");
        check(r#"[{"gtin": "96385074", "grams": 50}]"#, "sold by the piece");
        check(r#"[{"gtin": "6923450657713", "grams": 50, "units": 2}]"#, "one unit a line");
        let other = r#"[{"gtin": "6923450657713", "grams": 500, "unit_price_minor": 500, "price_per_kg_minor": 1980}]"#;
        check(other, "does not give this price");
        check(r#"[{"gtin": "96385074", "unit_price_minor": -1}]"#, "-1");
    }
}
