//! Codes that people read from one screen and type into another: the pairing code of a new device, the recovery code of a
//! wallet. Crockford's base 32, which has no I, L, O and U; what is mistaken for another sign is read as that one.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// Crockford's alphabet, <https://www.crockford.com/base32.html>.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters between two hyphens.
const GROUP: usize = 4;
/// Characters of a pairing code.
pub const PAIRING_CODE_CHARS: usize = 8;
/// Characters of a recovery code, the last of which checks the others.
pub const RECOVERY_CODE_CHARS: usize = 20;

/// A text that is not the code it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TypedCodeError {
    /// A sign that no code has.
    #[error("{0:?} is no sign of a code: there are digits and letters, but no U")]
    Sign(char),
    /// Too few or too many characters.
    #[error("the code has {expected} characters, not {found}")]
    Length {
        /// How many a code has.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The check character does not fit the others.
    #[error("the code is mistyped: its check character does not fit")]
    Check,
}

/// The code by which a device is linked to a wallet: 40 random bits, "K7Q2-9XMD".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairingCode([u8; PAIRING_CODE_CHARS]);

impl PairingCode {
    /// The code of these random bytes.
    #[must_use]
    pub fn of_random(random: [u8; PAIRING_CODE_CHARS]) -> Self {
        Self(random.map(|byte| byte & 31))
    }
}

impl FromStr for PairingCode {
    type Err = TypedCodeError;

    fn from_str(text: &str) -> Result<Self, TypedCodeError> {
        values(text).map(Self)
    }
}

impl fmt::Display for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_groups(&self.0, f)
    }
}

/// The code by which a shopper gets a wallet back: 95 random bits and a check character, "7K2Q-M3XD-...".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryCode([u8; RECOVERY_CODE_CHARS]);

impl RecoveryCode {
    /// The code of these random bytes, one for each character but the last.
    #[must_use]
    pub fn of_random(random: [u8; RECOVERY_CODE_CHARS - 1]) -> Self {
        let mut values = [0; RECOVERY_CODE_CHARS];
        for (value, byte) in values.iter_mut().zip(random) {
            *value = byte & 31;
        }
        // The last weight is 1.
        values[RECOVERY_CODE_CHARS - 1] = check_sum(&values);
        Self(values)
    }

    /// Whether what was typed is the last group of the code: by that a shopper shows that it was written down.
    #[must_use]
    pub fn ends_with(&self, typed: &str) -> bool {
        values::<GROUP>(typed).is_ok_and(|end| self.0.ends_with(&end))
    }
}

impl FromStr for RecoveryCode {
    type Err = TypedCodeError;

    fn from_str(text: &str) -> Result<Self, TypedCodeError> {
        let values = values(text)?;
        if check_sum(&values) == 0 { Ok(Self(values)) } else { Err(TypedCodeError::Check) }
    }
}

impl fmt::Display for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_groups(&self.0, f)
    }
}

/// The sum of the characters, each weighted by another power of 2 in GF(32) (modulo x^5 + x^2 + 1): no single character
/// can change, and no two change places, without changing it.
fn check_sum(values: &[u8]) -> u8 {
    let double = |n: u8| if n & 16 == 0 { n << 1 } else { ((n << 1) & 31) ^ 0b0_0101 };
    values.iter().fold(0, |sum, value| double(sum) ^ value)
}

/// The values of a code's characters. Blanks, hyphens and case don't count; wide forms, as Chinese keyboards type them, are read
/// as the plain ones.
fn values<const N: usize>(text: &str) -> Result<[u8; N], TypedCodeError> {
    let mut values = [0; N];
    let mut found = 0;
    for sign in text.chars().filter(|sign| !is_filler(*sign)) {
        let value = value(sign).ok_or(TypedCodeError::Sign(sign))?;
        if let Some(place) = values.get_mut(found) {
            *place = value;
        }
        found += 1;
    }
    if found == N { Ok(values) } else { Err(TypedCodeError::Length { expected: N, found }) }
}

fn is_filler(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}')
}

fn value(sign: char) -> Option<u8> {
    let plain = match sign {
        '\u{ff01}'..='\u{ff5e}' => u8::try_from(u32::from(sign) - 0xFEE0).ok()?,
        _ => u8::try_from(sign).ok()?,
    };
    let read = match plain.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        sign => sign,
    };
    ALPHABET.iter().zip(0..).find(|(known, _)| **known == read).map(|(_, value)| value)
}

fn write_groups(values: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (place, value) in values.iter().enumerate() {
        if place > 0 && place % GROUP == 0 {
            f.write_str("-")?;
        }
        write!(f, "{}", char::from(ALPHABET[usize::from(*value)]))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_the_code_on_paper_knows_its_end() {
        let code = recovery();
        let text = code.to_string();
        let end = text.rsplit('-').next().unwrap();
        assert!(code.ends_with(end) && code.ends_with(&format!(" {} ", end.to_lowercase())));
        for other in ["", "0000", &end[..3], &text] {
            assert!(!code.ends_with(other), "{other}");
        }
    }

    fn recovery() -> RecoveryCode {
        RecoveryCode::of_random(std::array::from_fn(|n| u8::try_from(n * 7 + 3).unwrap()))
    }

    #[test]
    fn codes_are_shown_in_groups_and_read_as_people_type_them() {
        let code = PairingCode::of_random([19, 7, 23, 2, 9, 29, 20, 13]);
        assert_eq!(code.to_string(), "K7Q2-9XMD");
        for typed in ["K7Q2-9XMD", "k7q29xmd", " K7 Q2 9X MD ", "Ｋ７ｑ２－９ＸＭＤ", "K7Q2–9XMD"]
        {
            assert_eq!(typed.parse(), Ok(code), "{typed}");
        }
        assert_eq!("oOIl-10Ll".parse(), "0011-1011".parse::<PairingCode>());
        assert_eq!(recovery().to_string(), "3AHR-Z6DM-V29G-QY5C-KT1V");
        assert_eq!(recovery().to_string().to_lowercase().parse(), Ok(recovery()));
    }

    #[test]
    fn what_is_no_code_is_told() {
        let check = |text: &str, expect| assert_eq!(text.parse::<PairingCode>(), Err(expect), "{text}");
        check("", TypedCodeError::Length { expected: 8, found: 0 });
        check("K7Q2-9XMDD", TypedCodeError::Length { expected: 8, found: 9 });
        check("K7Q2-9XMU", TypedCodeError::Sign('U'));
        check("K7Q2-9XM丁", TypedCodeError::Sign('丁'));
        let whole = recovery().to_string();
        assert!(matches!(whole[1..].parse::<RecoveryCode>(), Err(TypedCodeError::Length { .. })));
    }

    #[test]
    fn each_mistyped_character_and_each_swapped_pair_is_noticed() {
        let code = recovery();
        for place in 0..RECOVERY_CODE_CHARS {
            for value in (0..32).filter(|value| *value != code.0[place]) {
                let mut typed = code;
                typed.0[place] = value;
                assert_eq!(typed.to_string().parse::<RecoveryCode>(), Err(TypedCodeError::Check));
            }
            for other in (0..RECOVERY_CODE_CHARS).filter(|other| code.0[*other] != code.0[place]) {
                let mut typed = code;
                typed.0.swap(place, other);
                assert_eq!(typed.to_string().parse::<RecoveryCode>(), Err(TypedCodeError::Check));
            }
        }
    }
}
