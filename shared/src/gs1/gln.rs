//! `Gln`: the number of a place, such as one branch of a shop.

use std::{fmt, str::FromStr};

use super::check_digit;

/// A Global Location Number: 13 digits with a right check digit [GS1 General Specifications 3.4.8, AI 414].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gln(u64);

/// Why a text isn't a GLN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlnError {
    /// Not 13 digits.
    #[error("a location number has 13 digits and nothing else")]
    NotThirteenDigits,
    /// The last digit doesn't fit the others, or all are zero.
    #[error("the location number's check digit is wrong: a digit was misread or mistyped")]
    CheckDigit,
}

impl FromStr for Gln {
    type Err = GlnError;

    fn from_str(text: &str) -> Result<Self, GlnError> {
        if text.len() != 13 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(GlnError::NotThirteenDigits);
        }
        let value: u64 = text.parse().map_err(|_| GlnError::NotThirteenDigits)?;
        if value == 0 || check_digit(value / 10) != value % 10 {
            return Err(GlnError::CheckDigit);
        }
        Ok(Self(value))
    }
}

impl fmt::Display for Gln {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:013}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_number_has_thirteen_digits_and_a_right_check_digit() {
        let gln: Gln = "0614141000012".parse().unwrap();
        assert_eq!(gln.to_string(), "0614141000012");
        for bad in ["", "614141000012", "06141410000122", "061414100001x", "+614141000012"] {
            assert_eq!(bad.parse::<Gln>(), Err(GlnError::NotThirteenDigits), "{bad}");
        }
        for bad in ["0614141000013", "0000000000000"] {
            assert_eq!(bad.parse::<Gln>(), Err(GlnError::CheckDigit), "{bad}");
        }
    }
}
