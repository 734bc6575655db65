//! How much a code may carry on the screen at hand.

use shared::code::{CODE_CHARS_COMFORT, CODE_CHARS_MAX};

use crate::qr::{QUIET_ZONE, VERSION_MAX, capacity};

/// The least width that a CSS pixel has on a phone, in thousandths of a millimetre. Android's is 1/160 inch, 159 [developer.android.com,
/// "Support different pixel densities"]; the smallest that we know is that of a phone with 375 of them on 57.6 mm, 153.
const CSS_PIXEL_UM: u32 = 150;
/// The least side of a module that tills must read [GS1 General Specifications, QR code in retail: 0.396 mm], in thousandths
/// of a millimetre.
const MODULE_UM_MIN: u32 = 400;
/// The side of the code on a phone, until it is measured, in CSS pixels.
pub const SIDE_PX_USUAL: u32 = 360;

/// Characters that a code may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Up to so many it scans well.
    pub comfort: usize,
    /// It grows to so many for what the shopper insists on.
    pub most: usize,
}

impl Room {
    /// On a square of so many CSS pixels a side, quiet zone included.
    pub fn on(side_px: u32) -> Self {
        let modules = side_px.saturating_mul(CSS_PIXEL_UM) / MODULE_UM_MIN;
        let quiet = u32::try_from(2 * QUIET_ZONE).unwrap_or(0);
        // A symbol of version v has 17 + 4 v modules a side [ISO/IEC 18004, 5.3.1].
        let version = i16::try_from(modules.saturating_sub(quiet + 17) / 4).unwrap_or(VERSION_MAX);
        if version >= VERSION_MAX {
            return Self { comfort: CODE_CHARS_COMFORT, most: CODE_CHARS_MAX };
        }
        let chars = capacity(version.max(1));
        Self { comfort: chars, most: chars }
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::on(SIDE_PX_USUAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_module_is_smaller_than_a_till_must_read() {
        let check = |side_px, comfort, most| assert_eq!(Room::on(side_px), Room { comfort, most });
        // Every phone held upright: 85 modules with the quiet zone are 0.56 mm each on 320 px.
        check(360, 412, 512);
        check(320, 412, 512);
        check(227, 412, 512);
        // A window beside another one, a watch: version 14 (73 + 8 modules), 8, and never none.
        check(226, 362, 362);
        check(152, 152, 152);
        check(0, 14, 14);
    }
}
