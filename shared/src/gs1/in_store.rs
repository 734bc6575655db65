//! Numbers that a shop's scale prints: the item and its price or weight in one 13-digit bar code. GS1 leaves their inside to each
//! country and shop [GS1 General Specifications 2.1.11.3], so a pattern says what is where.

use std::str::FromStr;

use thiserror::Error;

use super::{Circulation, Gtin, check_digit};

/// Digits of such a number.
const DIGITS: usize = 13;

/// Where a shop's numbers have what: `2IIIIIIWWWWWC`. Thirteen characters: digits that are so in every number, `I` for the item,
/// `W` for the weight in grams or `P` for the price in minor units, `V` for a digit that is not looked at (the check of the price
/// alone), `C` for the check digit at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InStorePattern {
    places: [Place; DIGITS],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Fixed(u64),
    Item,
    Weight,
    Price,
    Unused,
    Check,
}

/// What is in such a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InStore {
    /// The item, as the shop numbers what it weighs.
    pub item: u32,
    /// What the scale said.
    pub value: ScaleValue,
}

/// What a scale printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScaleValue {
    /// The weight in grams.
    Grams(u32),
    /// The price of the whole in minor units.
    PriceMinor(i64),
}

/// Why a pattern is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{pattern:?} is no pattern of in-store numbers: {what}")]
pub struct InStorePatternError {
    pattern: String,
    what: &'static str,
}

impl FromStr for InStorePattern {
    type Err = InStorePatternError;

    fn from_str(pattern: &str) -> Result<Self, InStorePatternError> {
        let error = |what| InStorePatternError { pattern: pattern.to_owned(), what };
        let place = |c: char| match c {
            'I' => Some(Place::Item),
            'W' => Some(Place::Weight),
            'P' => Some(Place::Price),
            'V' => Some(Place::Unused),
            'C' => Some(Place::Check),
            digit => digit.to_digit(10).map(|digit| Place::Fixed(digit.into())),
        };
        let places: Option<Vec<Place>> = pattern.chars().map(place).collect();
        let places = places.ok_or_else(|| error("it has digits and the letters I, W, P, V, C alone"))?;
        let places: [Place; DIGITS] = places.try_into().map_err(|_| error("it has 13 characters"))?;
        let count = |wanted| places.iter().filter(|place| **place == wanted).count();
        let items = count(Place::Item);
        let (weights, prices) = (count(Place::Weight), count(Place::Price));
        match places {
            [Place::Fixed(2), ..] | [Place::Fixed(0), Place::Fixed(2), ..] => {}
            _ => return Err(error("it begins with 2 or 02, which GS1 leaves to the shop")),
        }
        if places[DIGITS - 1] != Place::Check || count(Place::Check) != 1 {
            return Err(error("C is its last character and no other"));
        }
        if !(1..=8).contains(&items) || weights + prices > 8 {
            return Err(error("it has 1 to 8 characters I, and at most 8 characters W or P"));
        }
        if (weights == 0) == (prices == 0) {
            return Err(error("it has either W or P"));
        }
        Ok(Self { places })
    }
}

impl InStorePattern {
    /// Reads a number; `None` where it isn't of this pattern, or the scale said nothing (0).
    #[must_use]
    pub fn read(&self, number: Gtin) -> Option<InStore> {
        let mut rest = number.as_u64();
        if rest >= 10_u64.pow(13) || number.circulation() != Circulation::Restricted {
            return None;
        }
        // From the right, so that each digit's worth within its part is known.
        let mut parts = [(0_u64, 1_u64); 2];
        for place in self.places.iter().rev() {
            let digit = rest % 10;
            rest /= 10;
            let part = match place {
                Place::Fixed(fixed) if *fixed != digit => return None,
                Place::Fixed(_) | Place::Unused | Place::Check => continue,
                Place::Item => &mut parts[0],
                Place::Weight | Place::Price => &mut parts[1],
            };
            *part = (part.0 + digit * part.1, part.1 * 10);
        }
        let [(item, _), (value, _)] = parts;
        let value = match self.places.contains(&Place::Weight) {
            true => ScaleValue::Grams(u32::try_from(value).ok()?),
            false => ScaleValue::PriceMinor(i64::try_from(value).ok()?),
        };
        let nothing = matches!(value, ScaleValue::Grams(0) | ScaleValue::PriceMinor(0));
        (!nothing).then_some(InStore { item: u32::try_from(item).ok()?, value })
    }

    /// The number that a scale prints for an item; `None` where item or value have too many digits for the pattern.
    #[must_use]
    pub fn write(&self, item: u32, value: u64) -> Option<Gtin> {
        let (mut item, mut value) = (u64::from(item), value);
        let mut take = |from_value: bool| {
            let from = if from_value { &mut value } else { &mut item };
            let digit = *from % 10;
            *from /= 10;
            digit
        };
        let mut body = 0;
        let mut worth = 1;
        for place in self.places.iter().rev().skip(1) {
            let digit = match place {
                Place::Fixed(fixed) => *fixed,
                Place::Item => take(false),
                Place::Weight | Place::Price => take(true),
                Place::Unused | Place::Check => 0,
            };
            body += digit * worth;
            worth *= 10;
        }
        ((item, value) == (0, 0)).then(|| Gtin::from_u64(body * 10 + check_digit(body)).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pattern: &str, number: &str) -> Option<InStore> {
        let pattern: InStorePattern = pattern.parse().unwrap();
        pattern.read(Gtin::parse(number).unwrap())
    }

    fn check(pattern: &str, number: &str, item: u32, value: ScaleValue) {
        assert_eq!(read(pattern, number), Some(InStore { item, value }), "{pattern} {number}");
    }

    #[test]
    fn item_and_value_are_where_the_pattern_says() {
        check("2IIIIIIWWWWWC", "2123456007503", 123_456, ScaleValue::Grams(750));
        check("02IIIIIPPPPPC", "0212345019801", 12_345, ScaleValue::PriceMinor(1980));
        check("22IIIIVPPPPPC", "2243217012994", 4321, ScaleValue::PriceMinor(1299));
        check("20IIIIIWWWWWC", "2000042123451", 42, ScaleValue::Grams(12_345));
    }

    #[test]
    fn other_numbers_are_not_of_the_pattern() {
        assert_eq!(read("22IIIIIWWWWWC", "2123456007503"), None, "another prefix");
        assert_eq!(read("2IIIIIIWWWWWC", "6901234567892"), None, "a global number");
        assert_eq!(read("2IIIIIIWWWWWC", "2123456000009"), None, "nothing on the scale");
        assert_eq!(read("02IIIIIPPPPPC", "12123450198037"), None, "fourteen digits");
    }

    #[test]
    fn what_is_written_is_read() {
        let pattern: InStorePattern = "2IIIIIIWWWWWC".parse().unwrap();
        let number = pattern.write(123_456, 750).unwrap();
        assert_eq!(number.short(), "2123456007503");
        assert_eq!(pattern.write(1_234_567, 750), None);
        assert_eq!(pattern.write(1, 100_000), None);
    }

    #[test]
    fn a_pattern_that_is_none_says_what_is_missing() {
        let check = |pattern: &str, expect: &str| {
            let error = pattern.parse::<InStorePattern>().unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };
        check("2IIIIIIWWWWW", "13 characters");
        check("3IIIIIIWWWWWC", "begins with 2 or 02");
        check("2IIIIIIWWWWWX", "letters");
        check("2IIIIIIWWWWW0", "C is its last");
        check("2IIIIIIWWPPPC", "either W or P");
        check("2IIIIIIVVVVVC", "either W or P");
        check("2VVVVVVWWWWWC", "1 to 8 characters I");
    }
}
