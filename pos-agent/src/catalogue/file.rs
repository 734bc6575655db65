//! The catalogue's file: CSV with the columns `gtin,name_en,name_zh,price_minor` and, for weighed goods, `unit` and
//! `scale_number`. Lines that begin with `#` are comments.
//!
//! `unit` is `each` (or empty), `kg`, or grams that divide a kilogram such as `100g`: what the price is for. `scale_number` is the
//! number by which the shop's scales know the item.

use std::path::Path;

use proto::v1::LocalizedText;
use serde::Deserialize;
use shared::{
    gs1::{Gtin, GtinError},
    money::AMOUNT_MINOR_MAX,
};
use thiserror::Error;

use super::{Catalogue, Item, Unit};
use crate::weighed::KILOGRAM;

/// What spreadsheets put before UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Why a catalogue can't be used.
#[derive(Debug, Error)]
pub enum CatalogueError {
    /// Not readable.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Not CSV with these columns.
    #[error("{0}")]
    Csv(#[from] csv::Error),
    /// An item number that is none.
    #[error("line {line}: {error}")]
    Gtin {
        /// Of the file, counted from 1.
        line: u64,
        /// What is wrong.
        error: GtinError,
    },
    /// Below zero or too large.
    #[error("line {line}: a price of {price_minor} minor units is not allowed")]
    Price {
        /// Of the file, counted from 1.
        line: u64,
        /// The price.
        price_minor: i64,
    },
    /// Neither a piece nor a weight.
    #[error(
        "line {line}: {unit:?} is no unit; write each, kg, or grams that divide a kilogram, such as 100g"
    )]
    Unit {
        /// Of the file, counted from 1.
        line: u64,
        /// What is there.
        unit: String,
    },
    /// The same item twice.
    #[error("line {line}: item {gtin} is there twice")]
    Twice {
        /// Of the file, counted from 1.
        line: u64,
        /// The item.
        gtin: Gtin,
    },
    /// The same number of the scales twice.
    #[error("line {line}: scale number {scale_number} is there twice")]
    ScaleNumberTwice {
        /// Of the file, counted from 1.
        line: u64,
        /// The number.
        scale_number: u32,
    },
}

#[derive(Deserialize)]
struct Row {
    gtin: String,
    name_en: String,
    name_zh: String,
    price_minor: i64,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    scale_number: Option<u32>,
}

impl Catalogue {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, CatalogueError> {
        Self::parse(&std::fs::read_to_string(path)?)
    }

    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        let mut builder = csv::ReaderBuilder::new();
        let mut reader = builder.trim(csv::Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
        let mut catalogue = Self::default();
        let headers = reader.headers()?.clone();
        for record in reader.records() {
            let record = record?;
            let line = record.position().map_or(0, csv::Position::line);
            catalogue.add(line, record.deserialize(Some(&headers))?)?;
        }
        Ok(catalogue)
    }

    fn add(&mut self, line: u64, row: Row) -> Result<(), CatalogueError> {
        let gtin = Gtin::parse(&row.gtin).map_err(|error| CatalogueError::Gtin { line, error })?;
        let Some((unit, times)) = unit(&row.unit) else {
            return Err(CatalogueError::Unit { line, unit: row.unit });
        };
        let price_minor = row.price_minor.saturating_mul(times.into());
        if !(0..=AMOUNT_MINOR_MAX).contains(&price_minor) {
            return Err(CatalogueError::Price { line, price_minor });
        }
        if self.places.insert(gtin, self.items.len()).is_some() {
            return Err(CatalogueError::Twice { line, gtin });
        }
        if let Some(scale_number) = row.scale_number
            && self.scale_places.insert(scale_number, self.items.len()).is_some()
        {
            return Err(CatalogueError::ScaleNumberTwice { line, scale_number });
        }
        let name = LocalizedText { en: row.name_en, zh: row.name_zh };
        self.items.push(Item { gtin, name, price_minor, unit, scale_number: row.scale_number });
        Ok(())
    }
}

/// How an item is sold, and how often the price is contained in the one that the catalogue keeps.
fn unit(text: &str) -> Option<(Unit, u32)> {
    match text {
        "" | "each" => Some((Unit::Each, 1)),
        "kg" => Some((Unit::Kilogram, 1)),
        grams => {
            let grams: u32 = grams.strip_suffix('g')?.parse().ok()?;
            let divides = KILOGRAM.checked_rem(grams) == Some(0);
            divides.then(|| (Unit::Kilogram, KILOGRAM / grams))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_two_columns_may_be_left_out_and_a_byte_order_mark_may_be_there() {
        let catalogue =
            Catalogue::parse("\u{feff}gtin,name_en,name_zh,price_minor\n96385074,a,b,1\n").unwrap();
        assert_eq!(catalogue.items()[0].unit, Unit::Each);
        assert_eq!(catalogue.items()[0].scale_number, None);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let check = |rows: &str, expect: &str| {
            let head = "gtin,name_en,name_zh,price_minor,unit,scale_number\n";
            let error = Catalogue::parse(&format!("{head}{rows}")).unwrap_err();
            assert!(error.to_string().contains(expect), "{error}");
        };
        check("6901234567893,a,b,1,,\n", "line 2: the check digit is 3 where 2 belongs");
        check("96385074,a,b,1,,\n6901234567892,a,b,-5,,\n", "line 3: a price of -5");
        check("96385074,a,b,1,,\n00000096385074,a,b,1,,\n", "line 3: item 00000096385074 is there twice");
        check("96385074,a,b,1,kg,7\n6901234567892,a,b,1,kg,7\n", "line 3: scale number 7 is there twice");
        check("96385074,a,b,1,lb,\n", "line 2: \"lb\" is no unit");
        check("96385074,a,b,1,0g,\n", "line 2: \"0g\" is no unit");
        check("96385074,a,b,1,300g,\n", "line 2: \"300g\" is no unit");
        check("96385074,a,b,cheap,,\n", "line: 2");
        check("96385074,a\n", "fields");
    }
}
