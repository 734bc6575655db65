//! The code as a QR symbol: byte mode, at most version 15, error correction M where that suffices and L where only L does.

use qrcode::{Color, EcLevel, QrCode, QrResult, Version, bits::Bits, types::QrError};
use thiserror::Error;

/// Light modules that must surround the symbol [ISO/IEC 18004, 5.3.8].
pub const QUIET_ZONE: usize = 4;
/// The largest version drawn: 77 modules, 0.78 mm each at 60 mm.
pub const VERSION_MAX: i16 = 15;

/// The text doesn't fit the largest symbol drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{chars} characters are too many for a QR code of version {VERSION_MAX}")]
pub struct TooLong {
    /// Characters of the text.
    pub chars: usize,
}

/// Characters that a symbol of this version holds at error correction M; 0 for a version that there is not.
pub fn capacity(version: i16) -> usize {
    // The mode takes 4 bits, the length 8 or, from version 10 on, 16 [ISO/IEC 18004, table 3].
    let head_bits = if version < 10 { 12 } else { 20 };
    let bits = Bits::new(Version::Normal(version)).max_len(EcLevel::M).unwrap_or(0);
    bits.saturating_sub(head_bits) / 8
}

/// A symbol, without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Modules a side.
    pub size: usize,
    /// 1 to [`VERSION_MAX`].
    pub version: i16,
    /// Whether its error correction is M (15 % of the symbol may be damaged) and not L (7 %).
    pub medium_correction: bool,
    dark: Vec<bool>,
}

impl Symbol {
    /// Draws a text.
    pub fn draw(text: &str) -> Result<Self, TooLong> {
        [EcLevel::M, EcLevel::L]
            .into_iter()
            .flat_map(|level| (1..=VERSION_MAX).map(move |version| (version, level)))
            .find_map(|(version, level)| {
                let code = encode(text.as_bytes(), version, level).ok()?;
                let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
                Some(Self { size: code.width(), version, medium_correction: level == EcLevel::M, dark })
            })
            .ok_or(TooLong { chars: text.len() })
    }

    /// Whether a module is dark, counted from the corner of the quiet zone, which is light as is all beyond it.
    pub fn is_dark(&self, row: usize, column: usize) -> bool {
        let inside = |place: usize| place.checked_sub(QUIET_ZONE).filter(|place| *place < self.size);
        inside(row).zip(inside(column)).is_some_and(|(row, column)| self.dark[row * self.size + column])
    }

    /// Modules a side with the quiet zone.
    pub fn size_with_quiet_zone(&self) -> usize {
        self.size + 2 * QUIET_ZONE
    }

    /// The symbol as an SVG element, dark on light whatever the theme, with its quiet zone. The label says what it is, for
    /// who can't see it; it goes in as it is, so it must be free of `<`, `&` and quotes.
    pub fn svg(&self, label: &'static str) -> String {
        let size = self.size_with_quiet_zone();
        let path = self.svg_path();
        format!(
            "<svg class=\"code-symbol\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\" role=\"img\" \
             aria-label=\"{label}\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path d=\"{path}\" \
             fill=\"#000\"/></svg>"
        )
    }

    /// The dark modules as the path of an SVG whose unit is a module and whose origin is the corner of the quiet zone.
    pub fn svg_path(&self) -> String {
        let mut path = String::new();
        let side = self.size_with_quiet_zone();
        for row in 0..side {
            let mut column = 0;
            while column < side {
                let run = (column..side).take_while(|&c| self.is_dark(row, c)).count();
                if run > 0 {
                    path.push_str(&format!("M{column} {row}h{run}v1h-{run}z"));
                }
                column += run.max(1);
            }
        }
        path
    }
}

/// Byte mode throughout: that is what readers of EMVCo codes are tested with, and a mix of modes saves next to nothing.
fn encode(data: &[u8], version: i16, level: EcLevel) -> QrResult<QrCode> {
    let mut bits = Bits::new(Version::Normal(version));
    bits.push_byte_data(data)?;
    if bits.len() > bits.max_len(level)? {
        return Err(QrError::DataTooLong);
    }
    bits.push_terminator(level)?;
    QrCode::with_bits(bits, level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_get_the_version_and_level_of_the_design() {
        let check = |chars: usize, version, medium| {
            let symbol = Symbol::draw(&"a".repeat(chars)).unwrap();
            assert_eq!((symbol.version, symbol.medium_correction), (version, medium), "{chars} characters");
            assert_eq!(symbol.size, 17 + 4 * usize::try_from(version).unwrap());
        };
        check(144, 8, true);
        check(172, 9, true);
        check(376, 15, true);
        check(shared::code::CODE_CHARS_COMFORT, 15, true);
        check(shared::code::CODE_CHARS_COMFORT + 1, 13, false);
        check(shared::code::CODE_CHARS_MAX, 15, false);
        assert_eq!(Symbol::draw(&"a".repeat(521)), Err(TooLong { chars: 521 }));
    }

    #[test]
    fn a_symbol_holds_its_capacity_and_no_more() {
        for version in 1..VERSION_MAX {
            let fits = Symbol::draw(&"a".repeat(capacity(version))).unwrap();
            assert_eq!((fits.version, fits.medium_correction), (version, true));
            let more = Symbol::draw(&"a".repeat(capacity(version) + 1)).unwrap();
            assert_eq!(more.version, version + 1);
        }
        assert_eq!(capacity(VERSION_MAX), shared::code::CODE_CHARS_COMFORT);
        assert_eq!(capacity(0), 0);
    }

    #[test]
    fn the_path_covers_the_dark_modules_and_no_others() {
        let symbol = Symbol::draw("hQVDUFYwMQ==").unwrap();
        let mut drawn = vec![false; symbol.size * symbol.size];
        for run in symbol.svg_path().split('z').filter(|run| !run.is_empty()) {
            let (corner, rest) = run[1..].split_once('h').unwrap();
            let (x, y) = corner.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
            let start = (y - QUIET_ZONE) * symbol.size + x - QUIET_ZONE;
            drawn[start..start + length].fill(true);
        }
        assert_eq!(drawn, symbol.dark);
    }
}
