//! A scanned text, read as far as it speaks for itself: the combined code and the coupons that it claims. Till and provider read it
//! alike.

use shared::{
    code::{CodeError, CombinedCode},
    offer::Claim,
    reason::Reason,
};
use thiserror::Error;

use crate::claims::{self, ClaimsError};

/// Why a scanned text can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScanError {
    /// Not one of our codes.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// One of ours, with coupons that can't be read.
    #[error(transparent)]
    Claims(#[from] ClaimsError),
}

impl ScanError {
    /// The reason of the public API.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Code(error) => error.reason(),
            Self::Claims(_) => Reason::CodeMalformed,
        }
    }
}

/// The code and its coupons, in the code's order. Nothing here has verified the signature.
pub fn read(text: &str) -> Result<(CombinedCode, Vec<Claim>), ScanError> {
    let code = CombinedCode::decode(text)?;
    let claims = claims::decode(code.claims())?;
    Ok((code, claims))
}
