//! A scanned text, read as a combined code with its coupons.

use proto::claims::{self, ClaimsError};
use shared::{
    code::{CodeError, CombinedCode},
    offer::Claim,
    reason::Reason,
};
use thiserror::Error;

use crate::words::Lang;

/// Why a scanned text can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScanProblem {
    /// Not one of our codes.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// One of ours, with coupons that can't be read.
    #[error(transparent)]
    Claims(#[from] ClaimsError),
}

impl ScanProblem {
    /// The reason of the public API.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Code(error) => error.reason(),
            Self::Claims(_) => Reason::CodeMalformed,
        }
    }
}

/// A code that the till can ask money with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The text as the provider wants it: without the scanner's framing.
    pub text: String,
    /// The code.
    pub code: CombinedCode,
    /// Its coupons, in its order.
    pub claims: Vec<Claim>,
}

impl Scan {
    /// Reads what a scanner delivered.
    pub fn read(text: &str) -> Result<Self, ScanProblem> {
        let code = CombinedCode::decode(text)?;
        let claims = claims::decode(code.claims())?;
        Ok(Self { text: code.encode(), code, claims })
    }

    /// The language for the shopper: the first of the code's that the till knows.
    pub fn language(&self) -> Option<Lang> {
        self.code.language?.codes().find_map(|code| code.parse().ok())
    }
}
