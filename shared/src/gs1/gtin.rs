//! `Gtin`: an item number that is always valid, whichever of the four lengths it was printed in.

use std::fmt;

use super::{check_digit, upc_e};

/// The largest number of 14 digits.
const MAX: u64 = 99_999_999_999_999;

/// A Global Trade Item Number with a right check digit.
///
/// GTIN-8, -12 and -13 are GTIN-14s with zeros to the left [GS1 General Specifications 3.3.2], so the number alone
/// is the identity: `Gtin`s that print differently on two packs of the same item compare equal.
///
/// A valid number need not name one item everywhere in the world: look at [`Gtin::circulation`] before comparing
/// numbers of different origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(u64);

/// Where in the world a number means the same item, by its prefix [GS1 General Specifications 1.4].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Circulation {
    /// The number names one item everywhere.
    Global,
    /// GS1 prefixes 02, 04 and 20 to 29, UPC number systems 2 and 4, GTIN-8s that start with 0 or 2. Each shop or region
    /// gives these out by itself (goods weighed in the store, with the price in the number): never an offer's item.
    Restricted,
    /// GS1 prefixes 05, 98 and 99 (UPC number system 5): a paper coupon or refund receipt, not an item.
    Coupon,
}

/// Why a text or number isn't a GTIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GtinError {
    /// A character other than 0 to 9.
    #[error("'{}' at position {position} is not a digit", found.escape_default())]
    NotADigit {
        /// The character.
        found: char,
        /// Its place, counted from 1.
        position: usize,
    },
    /// Not 8, 12, 13 or 14 digits.
    #[error("an item number has 8, 12, 13 or 14 digits, not {digits}")]
    Length {
        /// How many there were.
        digits: usize,
    },
    /// Not 6, 7 or 8 digits of UPC-E.
    #[error("a UPC-E number has 6, 7 or 8 digits, not {digits}")]
    UpcELength {
        /// How many there were.
        digits: usize,
    },
    /// A UPC-E of a number system other than 0 and 1.
    #[error("a UPC-E number starts with 0 or 1, not {found}")]
    UpcENumberSystem {
        /// The first digit.
        found: u64,
    },
    /// The last digit doesn't fit the others: misread or mistyped.
    #[error("the check digit is {found} where {expected} belongs: a digit was misread or mistyped")]
    CheckDigit {
        /// The digit that was there.
        found: u64,
        /// The digit that the others ask for.
        expected: u64,
    },
    /// Only zeros: no item, though the check digit is right.
    #[error("zero is not an item number")]
    Zero,
    /// More than 14 digits.
    #[error("{value} has more than 14 digits")]
    TooLarge {
        /// The number.
        value: u64,
    },
}

impl Gtin {
    /// Reads the 8, 12, 13 or 14 digits of a GTIN, check digit included.
    ///
    /// Eight digits are always a GTIN-8 here. A UPC-E also has eight and may start with 0 or 1 like a GTIN-8: only the
    /// scanner knows which bars it saw, so a UPC-E comes in through [`Gtin::parse_upc_e`] and never by guessing.
    pub fn parse(text: &str) -> Result<Self, GtinError> {
        let value = digits(text)?;
        match text.len() {
            8 | 12..=14 => Self::from_u64(value),
            digits => Err(GtinError::Length { digits }),
        }
    }

    /// Reads a UPC-E symbol and expands it to its GTIN-12.
    ///
    /// - 8 digits: number system (0 or 1), six digits, check digit (that of the expanded number; it must be right);
    /// - 7 digits: number system and six digits;
    /// - 6 digits: the same with number system 0.
    ///
    /// The shorter two come from scanners that keep the check digit to themselves, so it is computed.
    pub fn parse_upc_e(text: &str) -> Result<Self, GtinError> {
        let value = digits(text)?;
        match text.len() {
            6 | 7 => {
                let body = upc_e::expand(value)?;
                Self::from_u64(body * 10 + check_digit(body))
            }
            8 => Self::from_u64(upc_e::expand(value / 10)? * 10 + value % 10),
            digits => Err(GtinError::UpcELength { digits }),
        }
    }

    /// The GTIN of this value, as [`Gtin::as_u64`] gives it.
    pub fn from_u64(value: u64) -> Result<Self, GtinError> {
        let (found, expected) = (value % 10, check_digit(value / 10));
        if value == 0 {
            Err(GtinError::Zero)
        } else if value > MAX {
            Err(GtinError::TooLarge { value })
        } else if found != expected {
            Err(GtinError::CheckDigit { found, expected })
        } else {
            Ok(Self(value))
        }
    }

    /// The 14 digits as a number: what is stored, compared and sent.
    #[must_use]
    pub fn as_u64(self) -> u64 {
        self.0
    }

    /// As a person knows it from the pack: 8, 12, 13 or 14 digits, whichever is the shortest that holds it.
    #[must_use]
    pub fn short(self) -> String {
        let width = match self.0 {
            0..100_000_000 => 8,
            100_000_000..1_000_000_000_000 => 12,
            1_000_000_000_000..10_000_000_000_000 => 13,
            _ => 14,
        };
        format!("{:0width$}", self.0)
    }

    /// Whether this number means the same item everywhere.
    #[must_use]
    pub fn circulation(self) -> Circulation {
        // Neither the indicator (the pack's level) nor the check digit say who gave the number out.
        let body = self.0 / 10 % 1_000_000_000_000;
        if body < 10_000_000 {
            // Seven digits: a GTIN-8, whose prefixes are a list of their own.
            return match body / 1_000_000 {
                0 | 2 => Circulation::Restricted,
                _ => Circulation::Global,
            };
        }
        match body / 10_000_000_000 {
            2 | 4 | 20..=29 => Circulation::Restricted,
            5 | 98 | 99 => Circulation::Coupon,
            _ => Circulation::Global,
        }
    }

    /// Whether offers may name this number: [`Circulation::Global`] only.
    #[must_use]
    pub fn is_global(self) -> bool {
        self.circulation() == Circulation::Global
    }
}

impl fmt::Display for Gtin {
    /// All 14 digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:014}", self.0)
    }
}

/// The value of a text of digits; a text too long for any item number is a length error before it can overflow.
fn digits(text: &str) -> Result<u64, GtinError> {
    if let Some((before, found)) = text.chars().enumerate().find(|(_, c)| !c.is_ascii_digit()) {
        return Err(GtinError::NotADigit { found, position: before + 1 });
    }
    if text.len() > 14 {
        return Err(GtinError::Length { digits: text.len() });
    }
    Ok(text.bytes().fold(0, |value, digit| value * 10 + u64::from(digit - b'0')))
}
