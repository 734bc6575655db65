//! `TokenNumber`: the number that stands for a wallet once, in the place where a card would have its own (tag 5A).

use std::fmt;

const DIGITS: usize = 19;
const BODY_MAX: u64 = 999_999_999_999_999_999;

/// A payment token's number: 19 digits, the last of them the Luhn digit of the others [ISO/IEC 7812-1, annex B].
///
/// It is drawn anew for each payment and says nothing about the wallet. Beware that it may exceed an `i64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenNumber(u64);

/// Why this isn't a token number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenNumberError {
    /// Not 19 digits (or, in bytes, not 10 with digits in every half but the last).
    #[error("a token number has 19 digits and nothing else")]
    Digits,
    /// The half byte after the last digit isn't F.
    #[error("a token number of 19 digits is followed by F")]
    Padding,
    /// The last digit doesn't fit the others.
    #[error("the token number's check digit is {found} where {expected} belongs")]
    Luhn {
        /// The digit that was there.
        found: u64,
        /// The digit that the others ask for.
        expected: u64,
    },
}

impl TokenNumber {
    /// Adds the check digit to `body`, a number of at most 18 digits.
    pub fn from_body(body: u64) -> Result<Self, TokenNumberError> {
        if body > BODY_MAX {
            return Err(TokenNumberError::Digits);
        }
        Ok(Self(body * 10 + luhn(body)))
    }

    /// Reads 19 digits.
    pub fn parse(text: &str) -> Result<Self, TokenNumberError> {
        if text.len() != DIGITS || !text.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(TokenNumberError::Digits);
        }
        Self::checked(text.bytes().map(|digit| digit - b'0'))
    }

    /// Reads the value of tag 5A: a digit each half byte, then F.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TokenNumberError> {
        let bytes: &[u8; 10] = bytes.try_into().map_err(|_| TokenNumberError::Digits)?;
        let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
        if halves.clone().take(DIGITS).any(|digit| digit > 9) {
            return Err(TokenNumberError::Digits);
        }
        if bytes[9] & 0x0F != 0x0F {
            return Err(TokenNumberError::Padding);
        }
        Self::checked(halves.take(DIGITS))
    }

    fn checked(digits: impl Iterator<Item = u8>) -> Result<Self, TokenNumberError> {
        let number = digits.fold(0, |number, digit| number * 10 + u64::from(digit));
        let (found, expected) = (number % 10, luhn(number / 10));
        if found != expected {
            return Err(TokenNumberError::Luhn { found, expected });
        }
        Ok(Self(number))
    }

    /// The value of tag 5A: what is transmitted and signed.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 10] {
        let (mut rest, mut halves) = (self.0, 0xF_u128);
        for place in 1..=DIGITS {
            halves |= u128::from(rest % 10) << (4 * place);
            rest /= 10;
        }
        let [_, _, _, _, _, _, bytes @ ..] = halves.to_be_bytes();
        bytes
    }

    /// The 18 digits before the check digit.
    #[must_use]
    pub fn body(self) -> u64 {
        self.0 / 10
    }
}

impl fmt::Display for TokenNumber {
    /// All 19 digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:019}", self.0)
    }
}

/// The Luhn digit that belongs after `body`: every second digit from the right counts double, the digits of the double
/// added.
fn luhn(body: u64) -> u64 {
    let (mut rest, mut double, mut sum) = (body, true, 0);
    while rest > 0 {
        let digit = rest % 10;
        sum += if double { digit * 2 / 10 + digit * 2 % 10 } else { digit };
        rest /= 10;
        double = !double;
    }
    (10 - sum % 10) % 10
}
