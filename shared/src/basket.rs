//! What the shopper buys: lines of items with units and a price for one.

use thiserror::Error;

use crate::{
    gs1::Gtin,
    money::{AMOUNT_MINOR_MAX, Currency, Money},
};

/// Lines that one basket can have.
pub const BASKET_LINES_MAX: usize = 500;
/// Units that one line can have.
pub const LINE_UNITS_MAX: u32 = 9_999;

/// What can be wrong with a basket.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BasketError {
    /// No line at all.
    #[error("the basket is empty")]
    Empty,
    /// Over [`BASKET_LINES_MAX`].
    #[error("the basket has {0} lines; at most {BASKET_LINES_MAX} are allowed")]
    TooManyLines(usize),
    /// None, or over [`LINE_UNITS_MAX`].
    #[error("item {gtin}: {units} units; from 1 to {LINE_UNITS_MAX} are allowed")]
    BadUnits {
        /// The line's item.
        gtin: Gtin,
        /// Its units.
        units: u32,
    },
    /// A weighed line counts as one unit.
    #[error("item {gtin}: weighed goods are one unit a line, not {units}")]
    WeighedUnits {
        /// The line's item.
        gtin: Gtin,
        /// Its units.
        units: u32,
    },
    /// Below zero or over [`AMOUNT_MINOR_MAX`].
    #[error("item {gtin}: a price of {unit_price_minor} minor units is not allowed")]
    BadPrice {
        /// The line's item.
        gtin: Gtin,
        /// Its price.
        unit_price_minor: i64,
    },
    /// The sum is over [`AMOUNT_MINOR_MAX`].
    #[error("the basket's total is too large")]
    TotalTooLarge,
}

/// Some units of one item at one price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The item.
    pub gtin: Gtin,
    /// Units of it, 1 or more.
    pub units: u32,
    /// Price of one before any discount.
    pub unit_price_minor: i64,
    /// Weight of goods that were weighed, in grams: such a line is one unit with the price of that weight. 0 for counted goods.
    pub grams: u32,
}

impl Line {
    /// Price of all units. Fits for a line of a checked basket; stays at the limit otherwise.
    pub fn total_minor(&self) -> i64 {
        self.unit_price_minor.saturating_mul(i64::from(self.units))
    }

    /// The limits every line keeps.
    pub fn check(&self) -> Result<(), BasketError> {
        let Self { gtin, units, unit_price_minor, grams } = *self;
        if units == 0 || units > LINE_UNITS_MAX {
            return Err(BasketError::BadUnits { gtin, units });
        }
        if grams > 0 && units != 1 {
            return Err(BasketError::WeighedUnits { gtin, units });
        }
        if !(0..=AMOUNT_MINOR_MAX).contains(&unit_price_minor) {
            return Err(BasketError::BadPrice { gtin, unit_price_minor });
        }
        Ok(())
    }
}

/// A checked basket: its total fits and all lines keep the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket {
    currency: Currency,
    lines: Vec<Line>,
    gross_minor: i64,
}

impl Basket {
    /// Checks the lines and adds them up.
    pub fn new(currency: Currency, lines: Vec<Line>) -> Result<Self, BasketError> {
        match lines.len() {
            0 => return Err(BasketError::Empty),
            count if count > BASKET_LINES_MAX => return Err(BasketError::TooManyLines(count)),
            _ => {}
        }
        let mut gross_minor = 0_i64;
        for line in &lines {
            line.check()?;
            gross_minor = gross_minor
                .checked_add(line.total_minor())
                .filter(|sum| *sum <= AMOUNT_MINOR_MAX)
                .ok_or(BasketError::TotalTooLarge)?;
        }
        Ok(Self { currency, lines, gross_minor })
    }

    /// The currency of every price.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The lines as rung up.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The total before discounts.
    pub fn gross(&self) -> Money {
        Money::new(self.currency, self.gross_minor)
    }
}
