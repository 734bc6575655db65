//! The shop's items: number, names, price. From a CSV file with the columns `gtin,name_en,name_zh,price_minor`.

use std::{collections::BTreeMap, path::Path};

use proto::v1::LocalizedText;
use serde::Deserialize;
use shared::{
    gs1::{Gtin, GtinError},
    money::AMOUNT_MINOR_MAX,
};
use thiserror::Error;

/// Why a catalogue can't be used.
#[derive(Debug, Error)]
pub enum CatalogueError {
    /// Not readable, or not CSV with these columns.
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
    /// The same item twice.
    #[error("line {line}: item {gtin} is there twice")]
    Twice {
        /// Of the file, counted from 1.
        line: u64,
        /// The item.
        gtin: Gtin,
    },
}

/// An item on sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its number.
    pub gtin: Gtin,
    /// What it is called.
    pub name: LocalizedText,
    /// Price of one.
    pub price_minor: i64,
}

/// All items, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    items: Vec<Item>,
    places: BTreeMap<Gtin, usize>,
}

#[derive(Deserialize)]
struct Row {
    gtin: String,
    name_en: String,
    name_zh: String,
    price_minor: i64,
}

impl Catalogue {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, CatalogueError> {
        Self::read(&mut csv_reader().from_path(path)?)
    }

    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        Self::read(&mut csv_reader().from_reader(text.as_bytes()))
    }

    fn read<R: std::io::Read>(reader: &mut csv::Reader<R>) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::default();
        let headers = reader.headers()?.clone();
        for record in reader.records() {
            let record = record?;
            let line = record.position().map_or(0, csv::Position::line);
            let row: Row = record.deserialize(Some(&headers))?;
            let gtin = Gtin::parse(&row.gtin).map_err(|error| CatalogueError::Gtin { line, error })?;
            if !(0..=AMOUNT_MINOR_MAX).contains(&row.price_minor) {
                return Err(CatalogueError::Price { line, price_minor: row.price_minor });
            }
            if catalogue.places.insert(gtin, catalogue.items.len()).is_some() {
                return Err(CatalogueError::Twice { line, gtin });
            }
            let name = LocalizedText { en: row.name_en, zh: row.name_zh };
            catalogue.items.push(Item { gtin, name, price_minor: row.price_minor });
        }
        Ok(catalogue)
    }

    /// The item of this number.
    pub fn get(&self, gtin: Gtin) -> Option<&Item> {
        self.places.get(&gtin).map(|place| &self.items[*place])
    }

    /// The item that stands at this place of the file, counted from 1: the quick keys of a till.
    pub fn quick(&self, place: usize) -> Option<&Item> {
        self.items.get(place.checked_sub(1)?)
    }

    /// All items.
    pub fn items(&self) -> &[Item] {
        &self.items
    }
}

fn csv_reader() -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder.trim(csv::Trim::All).comment(Some(b'#'));
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_found_by_number_and_by_place() {
        let catalogue = Catalogue::parse(
            "gtin,name_en,name_zh,price_minor\n\
             # personal care\n\
             6901234567892,\"Silk Shampoo, 500 ml\",丝滑洗发水 500毫升,3000\n\
             96385074, Mints ,薄荷糖,450\n",
        )
        .unwrap();
        let shampoo = catalogue.get(Gtin::parse("06901234567892").unwrap()).unwrap();
        assert_eq!(shampoo.name.en, "Silk Shampoo, 500 ml");
        assert_eq!(shampoo.price_minor, 3000);
        assert_eq!(catalogue.quick(2).unwrap().name.en, "Mints");
        assert_eq!((catalogue.quick(0), catalogue.quick(3)), (None, None));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let check = |rows: &str, expect: &str| {
            let error = Catalogue::parse(&format!("gtin,name_en,name_zh,price_minor\n{rows}")).unwrap_err();
            assert!(error.to_string().contains(expect), "{error}");
        };
        check("6901234567893,a,b,1\n", "line 2: the check digit is 3 where 2 belongs");
        check("96385074,a,b,1\n6901234567892,a,b,-5\n", "line 3: a price of -5");
        check("96385074,a,b,1\n00000096385074,a,b,1\n", "line 3: item 00000096385074 is there twice");
        check("96385074,a,b,cheap\n", "line: 2");
        check("96385074,a\n", "fields");
    }
}
