//! The shop's items: number, names, price, and for weighed goods what the price is for. [`Catalogue::find`] also reads the numbers
//! that the shop's scales print, which have weight or price in them.

mod file;
mod live;

use std::collections::BTreeMap;

use proto::v1::LocalizedText;
use shared::gs1::{Gtin, InStorePattern, ScaleValue};

use crate::weighed;

pub use file::CatalogueError;
pub use live::{LiveCatalogue, POLL_INTERVAL};

/// How an item is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// By the piece.
    #[default]
    Each,
    /// By weight: the price is that of a kilogram.
    Kilogram,
}

/// An item on sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its number.
    pub gtin: Gtin,
    /// What it is called.
    pub name: LocalizedText,
    /// Price of one, or of a kilogram, as `unit` says.
    pub price_minor: i64,
    /// How it is sold.
    pub unit: Unit,
    /// The number by which the shop's scales know it.
    pub scale_number: Option<u32>,
}

/// An item with what is to be paid for one of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'a> {
    /// The item.
    pub item: &'a Item,
    /// The price of one, or of what was weighed.
    pub price_minor: i64,
    /// What was weighed, in grams; 0 for counted goods and where a scale printed the price alone.
    pub grams: u32,
    /// Price of a kilogram, of what was weighed.
    pub per_kg_minor: Option<i64>,
}

/// All items, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    items: Vec<Item>,
    places: BTreeMap<Gtin, usize>,
    scale_places: BTreeMap<u32, usize>,
    patterns: Vec<InStorePattern>,
}

impl Catalogue {
    /// The same items, found also by numbers of these patterns.
    #[must_use]
    pub fn with_in_store(self, patterns: Vec<InStorePattern>) -> Self {
        Self { patterns, ..self }
    }

    /// What was scanned: the item of this number, or what a scale's number says. `None` where it is not sold here, or is sold by
    /// weight and the number has none.
    pub fn find(&self, gtin: Gtin) -> Option<Found<'_>> {
        if let Some(item) = self.get(gtin) {
            return item.one();
        }
        let scales = self.patterns.iter().filter_map(|pattern| pattern.read(gtin));
        scales.filter_map(|read| self.weighed(self.scale_places.get(&read.item)?, read.value)).next()
    }

    fn weighed(&self, place: &usize, value: ScaleValue) -> Option<Found<'_>> {
        let item = self.items.get(*place)?;
        match value {
            ScaleValue::Grams(grams) => item.of_weight(grams),
            ScaleValue::PriceMinor(price_minor) => Some(item.at(price_minor)),
        }
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

impl Item {
    /// One of it; `None` where it is sold by weight.
    pub fn one(&self) -> Option<Found<'_>> {
        (self.unit == Unit::Each).then(|| self.at(self.price_minor))
    }

    /// So many grams of it; `None` where it is sold by the piece.
    pub fn of_weight(&self, grams: u32) -> Option<Found<'_>> {
        let per_kg_minor = self.per_kg_minor()?;
        let price_minor = weighed::price_of(per_kg_minor, grams);
        Some(Found { grams, per_kg_minor: Some(per_kg_minor), ..self.at(price_minor) })
    }

    /// The price of a kilogram; `None` where it is sold by the piece.
    pub fn per_kg_minor(&self) -> Option<i64> {
        (self.unit == Unit::Kilogram).then_some(self.price_minor)
    }

    /// One of it at a price, as far as anybody knows unweighed.
    fn at(&self, price_minor: i64) -> Found<'_> {
        Found { item: self, price_minor, grams: 0, per_kg_minor: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "gtin,name_en,name_zh,price_minor,unit,scale_number\n\
        # personal care\n\
        6901234567892,\"Silk Shampoo, 500 ml\",丝滑洗发水 500毫升,3000,,\n\
        96385074, Mints ,薄荷糖,450,each,\n\
        6923450657713,Apples,苹果,1980,kg,123456\n\
        6923450657720,Ham,火腿,1250,100g,42\n";

    fn catalogue() -> Catalogue {
        let patterns = ["2IIIIIIWWWWWC", "02IIIIIPPPPPC"].map(|pattern| pattern.parse().unwrap());
        Catalogue::parse(FILE).unwrap().with_in_store(patterns.to_vec())
    }

    #[test]
    fn items_are_found_by_number_and_by_place() {
        let catalogue = catalogue();
        let shampoo = catalogue.get(Gtin::parse("06901234567892").unwrap()).unwrap();
        assert_eq!(shampoo.name.en, "Silk Shampoo, 500 ml");
        assert_eq!(shampoo.price_minor, 3000);
        assert_eq!(catalogue.quick(2).unwrap().name.en, "Mints");
        assert_eq!((catalogue.quick(0), catalogue.quick(5)), (None, None));
    }

    #[test]
    fn what_the_scale_printed_is_what_is_sold() {
        let catalogue = catalogue();
        let check = |number: &str, expect: Option<(&str, i64, u32, Option<i64>)>| {
            let found = catalogue.find(Gtin::parse(number).unwrap());
            let found = found.map(|found| {
                (found.item.name.en.as_str(), found.price_minor, found.grams, found.per_kg_minor)
            });
            assert_eq!(found, expect, "{number}");
        };
        check("6901234567892", Some(("Silk Shampoo, 500 ml", 3000, 0, None)));
        check("2123456007503", Some(("Apples", 1485, 750, Some(1980))));
        check("2000042003333", Some(("Ham", 4163, 333, Some(12_500)))); // 41.625
        check("0200042012997", Some(("Ham", 1299, 0, None)));
        check("2999999007504", None);
        // Sold by weight, and nothing was weighed.
        check("6923450657713", None);
    }
}
