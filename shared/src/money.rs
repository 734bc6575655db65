//! Money in whole minor units with a currency, and the arithmetic that refuses to lose or mix it.

mod allocate;
mod round;

use std::{fmt, str::FromStr};

use thiserror::Error;

pub use allocate::allocate;
pub use round::{BASIS_POINTS_WHOLE, PPM_WHOLE, ppm_of, share_of, share_of_units};

/// The largest amount taken from outside, in minor units: far above any purchase, far below overflow of a sum.
pub const AMOUNT_MINOR_MAX: i64 = 1_000_000_000_000;

/// What can be wrong with an amount or with a sum of two.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Not three capital letters.
    #[error("{0:?} is not an ISO 4217 currency code such as \"CNY\"")]
    BadCurrency(String),
    /// Two currencies in one sum.
    #[error("an amount in {right} can't be added to one in {left}")]
    MixedCurrencies {
        /// Currency of the first amount.
        left: Currency,
        /// Currency of the second.
        right: Currency,
    },
    /// Beyond what 64 bits hold.
    #[error("the sum is too large")]
    Overflow,
}

/// ISO 4217 alphabetic code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Renminbi.
    pub const CNY: Self = Self(*b"CNY");

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Decimals in which people write it (ISO 4217's exponent).
    pub fn exponent(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
            | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        match code.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|l| l.is_ascii_uppercase()) => Ok(Self([*a, *b, *c])),
            _ => Err(MoneyError::BadCurrency(code.to_owned())),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount: minor units (2500 is 25.00) of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// The currency.
    pub currency: Currency,
    /// Minor units; below zero only for a balance.
    pub minor: i64,
}

impl Money {
    /// An amount of `minor` units.
    pub const fn new(currency: Currency, minor: i64) -> Self {
        Self { currency, minor }
    }

    /// The sum, where both are of one currency and it fits.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The difference, where both are of one currency and it fits.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The digits people read, without the currency: "25.00", "-0.05".
    pub fn digits(self) -> String {
        format_minor(self.minor, self.currency.exponent())
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::MixedCurrencies { left: self.currency, right: other.currency })
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.digits())
    }
}

/// Minor units as digits with a decimal point.
fn format_minor(minor: i64, exponent: u32) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let unit = 10_u64.pow(exponent);
    let (whole, part) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
    match exponent {
        0 => format!("{sign}{whole}"),
        width => format!("{sign}{whole}.{part:0width$}", width = width as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        let check = |code: &str, minor, expect: &str| {
            let currency = code.parse().unwrap();
            assert_eq!(Money::new(currency, minor).to_string(), expect);
        };
        check("CNY", 2500, "CNY 25.00");
        check("CNY", -5, "CNY -0.05");
        check("JPY", 2500, "JPY 2500");
        check("KWD", 2500, "KWD 2.500");
        check("CNY", i64::MIN, "CNY -92233720368547758.08");
    }

    #[test]
    fn sums_neither_overflow_nor_mix_currencies() {
        let cny = |minor| Money::new(Currency::CNY, minor);
        let eur = Money::new("EUR".parse().unwrap(), 1);
        assert_eq!(cny(3000).checked_sub(cny(500)), Ok(cny(2500)));
        assert_eq!(cny(i64::MAX).checked_add(cny(1)), Err(MoneyError::Overflow));
        assert_eq!(cny(i64::MIN).checked_sub(cny(1)), Err(MoneyError::Overflow));
        assert!(matches!(cny(1).checked_add(eur), Err(MoneyError::MixedCurrencies { .. })));
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        for bad in ["", "cny", "CN", "CNYX", "C Y", "人民币"] {
            assert!(bad.parse::<Currency>().is_err(), "{bad:?}");
        }
    }
}
