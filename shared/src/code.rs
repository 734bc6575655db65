//! The combined code: one EMVCo consumer-presented-mode QR text that carries a one-time payment token and the
//! chosen coupons, signed by the phone.
//!
//! ```text
//! 85 05 "CPV01"                     payload format indicator, first
//! 61 ..                             application template
//!    4F 08  F0 "ONESCAN"            application identifier
//!    5A 0A  token number            19 digits and a pad nibble F
//!    5F2D   language preference     optional, e.g. "zhen"
//!    63 ..                          for the provider only
//!       C1 04  issued_at            seconds since 1970, unsigned, big endian
//!       9F4B 40 signature           Ed25519 over CombinedCode::signing_input
//! E1 ..                             coupons, absent where there are none
//!    C1 ..  claims                  opaque here; `proto` knows their schema
//! ```
//!
//! Text to value goes through the layers `frame` (scanner text to bytes), `tlv` (bytes to objects), `emv` (objects to
//! EMVCo's structure) and `payload` (that structure to [`CombinedCode`]). Each is total: it gives a value or an error
//! that names the cause.

mod budget;
pub mod emv;
mod error;
pub mod frame;
mod language;
mod payload;
pub mod tlv;
mod token;

pub use budget::{CODE_CHARS_COMFORT, Candidate, Fit, fit};
pub use error::{CodeError, Scheme};
pub use frame::CODE_CHARS_MAX;
pub use language::{Language, LanguageError};
pub use payload::{AID, CombinedCode, UnsignedCode, chars};
pub use token::{TokenNumber, TokenNumberError};
