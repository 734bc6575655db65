//! `CodeError`: everything that can be wrong with a scanned text, and the reason each is reported as.

use std::fmt;

use super::emv::{EmvError, Repeated};
use super::frame::FrameError;
use super::language::LanguageError;
use super::tlv::{Tag, TlvError};
use super::token::TokenNumberError;
use crate::reason::Reason;

/// Why a text isn't one of our codes, in the order in which it is checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The text as a whole: too long, not base64, another keyboard layout, not a payment code.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The structure that codes of all schemes have.
    #[error(transparent)]
    Structure(#[from] EmvError),
    /// A good code, but of other schemes: for the card software.
    #[error("this code is for {}", schemes.iter().map(Scheme::to_string).collect::<Vec<_>>().join(" or "))]
    NotOneScan {
        /// Whose it is, the preferred one first.
        schemes: Vec<Scheme>,
    },
    /// An object that may be there once is there twice.
    #[error(transparent)]
    Repeated(#[from] Repeated),
    /// Our application without token number.
    #[error("the code has no token number (5A)")]
    NoToken,
    /// A token number that is none.
    #[error(transparent)]
    Token(#[from] TokenNumberError),
    /// A language preference that is none.
    #[error(transparent)]
    Language(#[from] LanguageError),
    /// Our application without the part for the provider.
    #[error("the code has no part for the provider (63)")]
    NoProviderPart,
    /// The part for the provider or the coupons aren't BER-TLV.
    #[error("template {template}: {error}")]
    Template {
        /// Where.
        template: Tag,
        /// What is wrong there.
        error: TlvError,
    },
    /// No time.
    #[error("the code has no time (C1 in 63)")]
    NoIssuedAt,
    /// A time that isn't four bytes.
    #[error("the code's time has {bytes} bytes, not 4")]
    IssuedAtLength {
        /// How many it has.
        bytes: usize,
    },
    /// No signature.
    #[error("the code has no signature (9F4B in 63)")]
    NoSignature,
    /// A signature that isn't 64 bytes.
    #[error("the code's signature has {bytes} bytes, not 64")]
    SignatureLength {
        /// How many it has.
        bytes: usize,
    },
    /// A coupon template with no claims in it.
    #[error("the code's coupon template (E1) has no claims (C1)")]
    NoClaims,
}

/// A payment scheme, as a code names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// Application identifier.
    pub aid: Vec<u8>,
    /// What the scheme calls itself, safe to show.
    pub label: Option<String>,
}

impl CodeError {
    /// The reason by which callers branch.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Frame(FrameError::KeyboardLayout { .. }) => Reason::KeyboardLayout,
            Self::NotOneScan { .. } => Reason::CodeNotOnescan,
            _ => Reason::CodeMalformed,
        }
    }
}

impl fmt::Display for Scheme {
    /// `Sample Pay (A0000000555555)`, or the identifier alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let aid: String = self.aid.iter().map(|byte| format!("{byte:02X}")).collect();
        match &self.label {
            Some(label) => write!(f, "{label} ({aid})"),
            None => f.write_str(&aid),
        }
    }
}
