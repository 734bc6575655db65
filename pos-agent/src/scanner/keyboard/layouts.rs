//! The layouts themselves, key by key, as the X keyboard database has them (`us`, `gb`, `fr`, `de`). A dead key stands
//! for its accent where a scan can have a sign of that key, and counts as none elsewhere.

use super::{Layout, Level};

/// Where a key types nothing, or is not on the keyboard.
pub(super) const NONE: char = '\0';

/// The keys that type characters: the number row, three rows of letters, the key beside the left Shift, the space bar.
#[rustfmt::skip]
pub(super) const CODES: [u16; 49] = [
    41, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
    30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 43,
    86, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53,
    57,
];

const US: [&str; 3] = [
    "`1234567890-=qwertyuiop[]asdfghjkl;'\\\0zxcvbnm,./ ",
    "~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:\"|\0ZXCVBNM<>? ",
    NO_ALT_GR,
];

const UK: [&str; 3] = [
    "`1234567890-=qwertyuiop[]asdfghjkl;'#\\zxcvbnm,./ ",
    "¬!\"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~|ZXCVBNM<>? ",
    NO_ALT_GR,
];

const FR: [&str; 3] = [
    "²&é\"'(-è_çà)=azertyuiop\0$qsdfghjklmù*<wxcvbn,;:! ",
    "\x001234567890°+AZERTYUIOP\0£QSDFGHJKLM%µ>WXCVBN?./§ ",
    "\0\0~#{[|`\\^@]}\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
];

const DE: [&str; 3] = [
    "\x001234567890ß´qwertzuiopü+asdfghjklöä#<yxcvbnm,.- ",
    "°!\"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄ'>YXCVBNM;:_ ",
    "\0\0²³\0\0\0{[]}\\\0@\0€\0\0\0\0\0\0\0\0~\0\0\0\0\0\0\0\0\0\0\0\0|\0\0\0\0\0\0µ\0\0\0\0",
];

const NO_ALT_GR: &str =
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// One character for each of [`CODES`].
pub(super) fn keys_of(layout: Layout, level: Level) -> &'static str {
    let [plain, shift, alt_gr] = match layout {
        Layout::Us => US,
        Layout::Uk => UK,
        Layout::Fr => FR,
        Layout::De => DE,
    };
    match level {
        Level::Plain => plain,
        Level::Shift => shift,
        Level::AltGr => alt_gr,
    }
}
