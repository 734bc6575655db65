//! The token number as a Code 128 barcode, for tills whose scanner reads no 2D codes [ISO/IEC 15417].

use shared::code::TokenNumber;

/// Light modules that must be on each side [ISO/IEC 15417, 4.2: 10 times the width of a module].
pub const QUIET_ZONE: usize = 10;

/// Starts a symbol in code set C, which has two digits in each character.
const START_C: usize = 105;
/// Goes on in code set B, which has one.
const CODE_B: usize = 100;
/// The value of the digit 0 in code set B.
const ZERO_IN_B: usize = 16;
/// Check characters are a remainder by this.
const CHECK_MODULUS: usize = 103;
/// The bar that ends the symbol, after the character STOP.
const LAST_BAR: u8 = 2;

/// Widths of bar, space, bar, space, bar, space of each character, by its value; the last is STOP [ISO/IEC 15417, table 1].
#[rustfmt::skip]
const CHARACTERS: [[u8; 6]; 107] = [
    [2, 1, 2, 2, 2, 2], [2, 2, 2, 1, 2, 2], [2, 2, 2, 2, 2, 1], [1, 2, 1, 2, 2, 3], [1, 2, 1, 3, 2, 2],
    [1, 3, 1, 2, 2, 2], [1, 2, 2, 2, 1, 3], [1, 2, 2, 3, 1, 2], [1, 3, 2, 2, 1, 2], [2, 2, 1, 2, 1, 3],
    [2, 2, 1, 3, 1, 2], [2, 3, 1, 2, 1, 2], [1, 1, 2, 2, 3, 2], [1, 2, 2, 1, 3, 2], [1, 2, 2, 2, 3, 1],
    [1, 1, 3, 2, 2, 2], [1, 2, 3, 1, 2, 2], [1, 2, 3, 2, 2, 1], [2, 2, 3, 2, 1, 1], [2, 2, 1, 1, 3, 2],
    [2, 2, 1, 2, 3, 1], [2, 1, 3, 2, 1, 2], [2, 2, 3, 1, 1, 2], [3, 1, 2, 1, 3, 1], [3, 1, 1, 2, 2, 2],
    [3, 2, 1, 1, 2, 2], [3, 2, 1, 2, 2, 1], [3, 1, 2, 2, 1, 2], [3, 2, 2, 1, 1, 2], [3, 2, 2, 2, 1, 1],
    [2, 1, 2, 1, 2, 3], [2, 1, 2, 3, 2, 1], [2, 3, 2, 1, 2, 1], [1, 1, 1, 3, 2, 3], [1, 3, 1, 1, 2, 3],
    [1, 3, 1, 3, 2, 1], [1, 1, 2, 3, 1, 3], [1, 3, 2, 1, 1, 3], [1, 3, 2, 3, 1, 1], [2, 1, 1, 3, 1, 3],
    [2, 3, 1, 1, 1, 3], [2, 3, 1, 3, 1, 1], [1, 1, 2, 1, 3, 3], [1, 1, 2, 3, 3, 1], [1, 3, 2, 1, 3, 1],
    [1, 1, 3, 1, 2, 3], [1, 1, 3, 3, 2, 1], [1, 3, 3, 1, 2, 1], [3, 1, 3, 1, 2, 1], [2, 1, 1, 3, 3, 1],
    [2, 3, 1, 1, 3, 1], [2, 1, 3, 1, 1, 3], [2, 1, 3, 3, 1, 1], [2, 1, 3, 1, 3, 1], [3, 1, 1, 1, 2, 3],
    [3, 1, 1, 3, 2, 1], [3, 3, 1, 1, 2, 1], [3, 1, 2, 1, 1, 3], [3, 1, 2, 3, 1, 1], [3, 3, 2, 1, 1, 1],
    [3, 1, 4, 1, 1, 1], [2, 2, 1, 4, 1, 1], [4, 3, 1, 1, 1, 1], [1, 1, 1, 2, 2, 4], [1, 1, 1, 4, 2, 2],
    [1, 2, 1, 1, 2, 4], [1, 2, 1, 4, 2, 1], [1, 4, 1, 1, 2, 2], [1, 4, 1, 2, 2, 1], [1, 1, 2, 2, 1, 4],
    [1, 1, 2, 4, 1, 2], [1, 2, 2, 1, 1, 4], [1, 2, 2, 4, 1, 1], [1, 4, 2, 1, 1, 2], [1, 4, 2, 2, 1, 1],
    [2, 4, 1, 2, 1, 1], [2, 2, 1, 1, 1, 4], [4, 1, 3, 1, 1, 1], [2, 4, 1, 1, 1, 2], [1, 3, 4, 1, 1, 1],
    [1, 1, 1, 2, 4, 2], [1, 2, 1, 1, 4, 2], [1, 2, 1, 2, 4, 1], [1, 1, 4, 2, 1, 2], [1, 2, 4, 1, 1, 2],
    [1, 2, 4, 2, 1, 1], [4, 1, 1, 2, 1, 2], [4, 2, 1, 1, 1, 2], [4, 2, 1, 2, 1, 1], [2, 1, 2, 1, 4, 1],
    [2, 1, 4, 1, 2, 1], [4, 1, 2, 1, 2, 1], [1, 1, 1, 1, 4, 3], [1, 1, 1, 3, 4, 1], [1, 3, 1, 1, 4, 1],
    [1, 1, 4, 1, 1, 3], [1, 1, 4, 3, 1, 1], [4, 1, 1, 1, 1, 3], [4, 1, 1, 3, 1, 1], [1, 1, 3, 1, 4, 1],
    [1, 1, 4, 1, 3, 1], [3, 1, 1, 1, 4, 1], [4, 1, 1, 1, 3, 1], [2, 1, 1, 4, 1, 2], [2, 1, 1, 2, 1, 4],
    [2, 1, 1, 2, 3, 2], [2, 3, 3, 1, 1, 1],
];

/// The widths of bars and spaces in turn, in modules, from the first bar to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barcode(Vec<u8>);

impl Barcode {
    /// Draws a token number: its first 18 digits in code set C, the last in B.
    pub fn draw(token: TokenNumber) -> Self {
        let digits: Vec<usize> = token.to_string().bytes().map(|digit| usize::from(digit - b'0')).collect();
        let mut values = vec![START_C];
        let pairs = digits.chunks_exact(2);
        let single = pairs.remainder().iter().flat_map(|digit| [CODE_B, digit + ZERO_IN_B]);
        values.extend(pairs.clone().map(|pair| pair[0] * 10 + pair[1]).chain(single));
        let sum: usize = values.iter().enumerate().map(|(place, value)| place.max(1) * value).sum();
        values.push(sum % CHECK_MODULUS);

        let stop = CHARACTERS.len() - 1;
        values.push(stop);
        let mut widths: Vec<u8> = values.into_iter().flat_map(|value| CHARACTERS[value]).collect();
        widths.push(LAST_BAR);
        Self(widths)
    }

    /// Modules with the quiet zones.
    pub fn width(&self) -> usize {
        self.0.iter().map(|width| usize::from(*width)).sum::<usize>() + 2 * QUIET_ZONE
    }

    /// The bars as the path of an SVG, one high, whose unit is a module and whose origin is the edge of the quiet zone.
    pub fn svg_path(&self) -> String {
        let mut path = String::new();
        let mut x = QUIET_ZONE;
        for (place, width) in self.0.iter().enumerate() {
            if place % 2 == 0 {
                path.push_str(&format!("M{x} 0h{width}v1h-{width}z"));
            }
            x += usize::from(*width);
        }
        path
    }
}

/// A token number as people read it out: in groups of four.
pub fn grouped(token: TokenNumber) -> String {
    let digits = token.to_string();
    let groups = (0..digits.len()).step_by(4).map(|at| &digits[at..digits.len().min(at + 4)]);
    groups.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_character_is_its_own_and_eleven_modules_wide() {
        for (value, widths) in CHARACTERS.iter().enumerate() {
            assert_eq!(widths.iter().sum::<u8>(), 11, "{value}");
            // Bars together are of even width [ISO/IEC 15417, 4.3.1]: so a reader finds a module that was misread.
            assert_eq!((widths[0] + widths[2] + widths[4]) % 2, 0, "{value}");
        }
        assert_eq!(CHARACTERS.iter().collect::<BTreeSet<_>>().len(), CHARACTERS.len());
    }

    #[test]
    fn a_token_is_drawn_as_the_standard_says() {
        let token = TokenNumber::from_body(912_345_678_901_234_567).unwrap();
        assert_eq!(token.to_string(), "9123456789012345672");
        assert_eq!(grouped(token), "9123 4567 8901 2345 672");
        let barcode = Barcode::draw(token);
        // Start, 9 pairs, the change of set, a digit, check, stop.
        assert_eq!(barcode.0.len(), 14 * 6 + 1);
        assert_eq!(barcode.width(), 14 * 11 + 2 + 20);
        // 105 + 91 + 2*23 + 3*45 + 4*67 + 5*89 + 6*1 + 7*23 + 8*45 + 9*67 + 10*100 + 11*18 = 3418 = 33*103 + 19
        assert_eq!(barcode.0[72..78], CHARACTERS[19]);
        assert!(
            barcode.svg_path().starts_with("M10 0h2v1h-2zM13 0h1v1h-1zM16 0h3v1h-3z"),
            "{}",
            barcode.svg_path()
        );
    }
}
