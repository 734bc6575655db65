//! UPC-E: a GTIN-12 with its zeros squeezed out [GS1 General Specifications 5.2.2.4].

use super::GtinError;

/// The eleven digits (number system, company, item; no check digit) behind `compressed`: number system and six digits.
pub(super) fn expand(compressed: u64) -> Result<u64, GtinError> {
    let number_system = compressed / 1_000_000;
    if number_system > 1 {
        return Err(GtinError::UpcENumberSystem { found: number_system });
    }
    let six = compressed % 1_000_000;
    let (first_two, first_three, first_four, first_five) = (six / 10_000, six / 1_000, six / 100, six / 10);
    // The last of the six says where the zeros were.
    let ten = match six % 10 {
        last @ 0..=2 => first_two * 100_000_000 + last * 10_000_000 + first_five % 1_000,
        3 => first_three * 10_000_000 + first_five % 100,
        4 => first_four * 1_000_000 + first_five % 10,
        last => first_five * 100_000 + last,
    };
    Ok(number_system * 10_000_000_000 + ten)
}
