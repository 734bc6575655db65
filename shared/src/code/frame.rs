//! From what a scanner delivers to the code's bytes: framing, length, prefix, keyboard layout, base64.

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};

/// The longest code EMVCo allows, in characters of base64 [EMVCo CPM].
pub const CODE_CHARS_MAX: usize = 512;

/// How the base64 of `85 05 "CPV01"` begins, whatever follows [EMVCo CPM 5.1.1.1].
const PREFIX: &str = "hQVDUFY";

/// What the keys of [`PREFIX`] type, in lower case, under keyboard layouts that the computer may be set to while the
/// scanner types as an American keyboard does.
const MISTYPED_PREFIXES: [(&str, &str); 8] = [
    ("hqvdufy", "caps lock is on, or the scanner changes the case of letters"),
    ("havdufy", "the computer's keyboard is set to French or Belgian (AZERTY)"),
    ("hqvdufz", "the computer's keyboard is set to German, Swiss or Czech (QWERTZ)"),
    ("d\"keguf", "the computer's keyboard is set to Dvorak"),
    ("hqvsltj", "the computer's keyboard is set to Colemak"),
    ("рймвган", "the computer's keyboard is set to Russian"),
    ("η:ωδθφυ", "the computer's keyboard is set to Greek"),
    ("ｈｑｖｄｕｆｙ", "full-width input is on"),
];

/// What layouts that leave the prefix alone (Italian, Spanish, Nordic, Turkish, Brazilian, ...) type for `+`, `/` and
/// `=`, as far as it is ASCII.
const MISTYPED_SIGNS: &str = "-_^`.;";

/// Why a scanned text has no bytes of a code in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Longer than [`CODE_CHARS_MAX`].
    #[error("the code has {chars} characters; at most {CODE_CHARS_MAX} are allowed")]
    TooLong {
        /// How many there were, framing not counted.
        chars: usize,
    },
    /// Some other kind of bar code or QR code.
    #[error("this isn't a payment code")]
    NotAPaymentCode,
    /// The scanner typed the code under another keyboard layout than the computer's.
    #[error("the code arrives as other characters than the scanner types: {cause}")]
    KeyboardLayout {
        /// What is probably set wrong.
        cause: &'static str,
    },
    /// A character that base64 doesn't have.
    #[error("'{}' at position {position} doesn't belong into a code", found.escape_default())]
    Character {
        /// The character.
        found: char,
        /// Its place, counted from 1, framing not counted.
        position: usize,
    },
    /// The number of characters isn't a multiple of four: some are missing.
    #[error("the code has {chars} characters, which is no multiple of four: some are missing")]
    Incomplete {
        /// How many there were, framing not counted.
        chars: usize,
    },
    /// `=` elsewhere than at the end, or too many of them.
    #[error("the code's padding (=) is wrong")]
    Padding,
    /// Bits that belong to no byte aren't zero: not written by any base64 writer.
    #[error("the code's last character is wrong")]
    TrailingBits,
}

/// The bytes behind `text`, which may be framed by blanks and control characters as scanners are set up to send them.
pub fn bytes(text: &str) -> Result<Vec<u8>, FrameError> {
    let text = text.trim_matches(|c: char| c.is_ascii_control() || c == ' ');
    let chars = text.chars().count();
    if chars > CODE_CHARS_MAX {
        return Err(FrameError::TooLong { chars });
    }
    if !text.starts_with(PREFIX) {
        return Err(mistyped_prefix(text).unwrap_or(FrameError::NotAPaymentCode));
    }
    if let Some((before, found)) = text.chars().enumerate().find(|(_, c)| !is_base64(*c)) {
        return Err(stray(found, before + 1));
    }
    if chars % 4 != 0 {
        return Err(FrameError::Incomplete { chars });
    }
    STANDARD.decode(text).map_err(|error| match error {
        DecodeError::InvalidLastSymbol(..) => FrameError::TrailingBits,
        DecodeError::InvalidByte(..) | DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => {
            FrameError::Padding
        }
    })
}

/// The text of `bytes`, as the QR code shows it.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn mistyped_prefix(text: &str) -> Option<FrameError> {
    let start: String = text.chars().take(PREFIX.len()).flat_map(char::to_lowercase).collect();
    let (_, cause) = MISTYPED_PREFIXES.iter().find(|(typed, _)| *typed == start)?;
    Some(FrameError::KeyboardLayout { cause })
}

/// A stray sign after a good prefix is more likely a layout's than a misread: QR codes correct their own errors.
fn stray(found: char, position: usize) -> FrameError {
    if !found.is_ascii() || MISTYPED_SIGNS.contains(found) {
        FrameError::KeyboardLayout { cause: "the computer's keyboard has other signs than the scanner's" }
    } else {
        FrameError::Character { found, position }
    }
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')
}
