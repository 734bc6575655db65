//! Goods sold by weight. Weight, price of a kilogram and price stand on the receipt side by side, as whoever sells by weight must show
//! them, and agree [OIML R 76-1, price-computing instruments; Directive 98/6/EC]. What a scale's label gives as a price alone has
//! neither here: a weight worked out from it was measured by nobody, and the one that was is on the label.

use shared::money::{AMOUNT_MINOR_MAX, share_of_units};
use thiserror::Error;

use crate::catalogue::Found;

/// Grams of the unit that goods are priced by.
pub const KILOGRAM: u32 = 1_000;

/// What so many grams cost, in minor units, rounded as all amounts are.
pub fn price_of(per_kg_minor: i64, grams: u32) -> i64 {
    share_of_units(per_kg_minor, grams, KILOGRAM)
}

/// Whether a price of a kilogram and a weight give this price, whichever way a scale rounds.
pub fn agrees(per_kg_minor: i64, grams: u32, price_minor: i64) -> bool {
    let kilogram = i128::from(KILOGRAM);
    let exact = i128::from(per_kg_minor) * i128::from(grams);
    (exact - i128::from(price_minor) * kilogram).abs() < kilogram
}

/// What whoever sells a line says of it; the rest is in the catalogue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Price of one, or of the whole weight.
    pub price_minor: Option<i64>,
    /// What was weighed, in grams; 0 for counted goods, and where the item's number says it.
    pub grams: u32,
    /// Price of a kilogram.
    pub per_kg_minor: Option<i64>,
}

/// A line's price, and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priced {
    /// Price of one, or of the whole weight.
    pub price_minor: i64,
    /// What was weighed, in grams; 0 for counted goods.
    pub grams: u32,
    /// Price of a kilogram, of what was weighed; `None` where nobody told it.
    pub per_kg_minor: Option<i64>,
}

/// Why a line has no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PriceError {
    /// Neither told nor in the catalogue.
    #[error("is not set, and the catalogue has no such item")]
    Missing,
    /// Weight, price of a kilogram and price are not those of one thing.
    #[error("does not give this price for this weight")]
    Disagrees,
}

impl Told {
    /// The line's price with what the catalogue says. Its price of a kilogram holds for the catalogue's own price only: goods sold
    /// cheaper today have another, which must be told.
    pub fn with(self, found: Option<Found<'_>>) -> Result<Priced, PriceError> {
        let grams = if self.grams > 0 { self.grams } else { found.map_or(0, |found| found.grams) };
        let of_weight = self.per_kg_minor.filter(|_| grams > 0).map(|per_kg| price_of(per_kg, grams));
        let price = self.price_minor.or(of_weight).or(found.map(|found| found.price_minor));
        let price_minor = price.ok_or(PriceError::Missing)?;
        let fits = |per_kg: &i64| {
            grams > 0 && (0..=AMOUNT_MINOR_MAX).contains(per_kg) && agrees(*per_kg, grams, price_minor)
        };
        if self.per_kg_minor.is_some_and(|per_kg| !fits(&per_kg)) {
            return Err(PriceError::Disagrees);
        }
        let known = found.and_then(|found| found.per_kg_minor).filter(fits);
        Ok(Priced { price_minor, grams, per_kg_minor: self.per_kg_minor.or(known) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn a_scale_may_round_up_or_down_and_not_further() {
        // 333 g at 125.00 are 41.625.
        assert_eq!(price_of(12_500, 333), 4_163);
        for (price_minor, expect) in [(4_161, false), (4_162, true), (4_163, true), (4_164, false)] {
            assert_eq!(agrees(12_500, 333, price_minor), expect, "{price_minor}");
        }
        assert!(agrees(1_980, 750, 1_485) && !agrees(1_980, 750, 1_484) && !agrees(1_980, 750, 1_486));
    }

    #[test]
    fn what_is_told_goes_before_the_catalogue_and_never_beside_a_price_that_it_does_not_give() {
        let file = "gtin,name_en,name_zh,price_minor,unit\n6923450657713,Apples,苹果,1980,kg\n";
        let catalogue = Catalogue::parse(file).unwrap();
        let check = |price_minor, per_kg_minor, expect| {
            let told = Told { price_minor, grams: 750, per_kg_minor };
            let priced = told.with(catalogue.items()[0].of_weight(750));
            assert_eq!(priced.map(|priced| (priced.price_minor, priced.per_kg_minor)), expect);
        };
        check(None, None, Ok((1_485, Some(1_980))));
        check(Some(1_485), None, Ok((1_485, Some(1_980))));
        check(Some(1_000), None, Ok((1_000, None)));
        check(None, Some(1_600), Ok((1_200, Some(1_600))));
        check(Some(1_200), Some(1_600), Ok((1_200, Some(1_600))));
        check(Some(1_300), Some(1_600), Err(PriceError::Disagrees));
        let unweighed = Told { price_minor: Some(450), grams: 0, per_kg_minor: Some(1_980) };
        assert_eq!(unweighed.with(None), Err(PriceError::Disagrees));
        assert_eq!(Told::default().with(None), Err(PriceError::Missing));
    }
}
