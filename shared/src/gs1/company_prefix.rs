//! `CompanyPrefix`: the digits that all item numbers of one company begin with.

use std::{fmt, str::FromStr};

use super::Gtin;

/// A GS1 company prefix, 4 to 12 digits [GS1 General Specifications 1.4.2].
///
/// A U.P.C. company prefix is written with its leading zero, as it stands in a GTIN-13.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompanyPrefix {
    value: u64,
    digits: u32,
}

/// Why a text isn't a company prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a company prefix has 4 to 12 digits and nothing else")]
pub struct CompanyPrefixError;

/// Digits of a GTIN-13 without its check digit.
const BODY_DIGITS: u32 = 12;

impl CompanyPrefix {
    /// Whether the item's number was given out under this prefix. Numbers that a shop or region gives out by itself, and
    /// GTIN-8s, which carry no company prefix, never are.
    pub fn covers(self, gtin: Gtin) -> bool {
        // Without the indicator of a GTIN-14 (the pack's level) and the check digit.
        let body = gtin.as_u64() / 10 % 10_u64.pow(BODY_DIGITS);
        gtin.is_global() && body >= 10_000_000 && body / 10_u64.pow(BODY_DIGITS - self.digits) == self.value
    }
}

impl FromStr for CompanyPrefix {
    type Err = CompanyPrefixError;

    fn from_str(text: &str) -> Result<Self, CompanyPrefixError> {
        let digits = u32::try_from(text.len()).map_err(|_| CompanyPrefixError)?;
        if !(4..=BODY_DIGITS).contains(&digits) || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CompanyPrefixError);
        }
        Ok(Self { value: text.parse().map_err(|_| CompanyPrefixError)?, digits })
    }
}

impl fmt::Display for CompanyPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.value, width = self.digits as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_covers_the_numbers_that_begin_with_it_whatever_the_pack() {
        let check = |prefix: &str, gtin: &str, expect| {
            let prefix: CompanyPrefix = prefix.parse().unwrap();
            assert_eq!(prefix.covers(Gtin::parse(gtin).unwrap()), expect, "{prefix} {gtin}");
        };
        check("6901234", "6901234567892", true);
        check("6901235", "6901234567892", false);
        check("690123456789", "6901234567892", true);
        check("6901234", "16901234567899", true); // a case of them
        check("0614141", "614141000036", true); // U.P.C.
        check("2012", "2012345678903", false); // weighed in the shop
        check("0000", "96385074", false); // a GTIN-8
    }

    #[test]
    fn a_prefix_is_read_as_it_is_written() {
        assert_eq!("0614141".parse::<CompanyPrefix>().unwrap().to_string(), "0614141");
        for bad in ["", "690", "6901234567890", "690a", "+6901"] {
            assert_eq!(bad.parse::<CompanyPrefix>(), Err(CompanyPrefixError), "{bad}");
        }
    }
}
