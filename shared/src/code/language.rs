//! Tag 5F2D: which languages the shopper reads, best first [EMVCo CPM 6.3; EMV Book 3, annex A].

use std::fmt;

/// One to four two-letter codes of ISO 639-1, run together in order of preference: `"zhen"` is Chinese, else English.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Language {
    letters: [u8; 8],
    len: u8,
}

/// The text isn't a list of languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a language preference is one to four codes of two letters each")]
pub struct LanguageError;

impl Language {
    /// Reads two, four, six or eight letters of either case: EMV asks writers for lower case and readers for tolerance.
    pub fn parse(text: &str) -> Result<Self, LanguageError> {
        Self::from_bytes(text.as_bytes())
    }

    /// Reads the value of tag 5F2D.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LanguageError> {
        let len = match bytes.len() {
            2 => 2,
            4 => 4,
            6 => 6,
            8 => 8,
            _ => return Err(LanguageError),
        };
        if !bytes.iter().all(u8::is_ascii_alphabetic) {
            return Err(LanguageError);
        }
        let mut letters = [0; 8];
        letters[..bytes.len()].copy_from_slice(bytes);
        Ok(Self { letters, len })
    }

    /// As transmitted.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.letters[..usize::from(self.len)]
    }

    /// Bytes transmitted: two a language.
    #[expect(clippy::len_without_is_empty, reason = "never empty")]
    #[must_use]
    pub fn len(&self) -> u8 {
        self.len
    }

    /// The codes in lower case, best first.
    pub fn codes(&self) -> impl Iterator<Item = String> {
        self.as_bytes().chunks(2).map(|code| String::from_utf8_lossy(code).to_ascii_lowercase())
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.as_bytes()))
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({self})")
    }
}
