//! A scanned text, read as a combined code with its coupons.

use proto::scan::{self, ScanError};
use shared::{code::CombinedCode, offer::Claim};

use crate::words::Lang;

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
    pub fn read(text: &str) -> Result<Self, ScanError> {
        let (code, claims) = scan::read(text)?;
        Ok(Self { text: code.encode(), code, claims })
    }

    /// The language for the shopper: the first of the code's that the till knows.
    pub fn language(&self) -> Option<Lang> {
        self.code.language?.codes().find_map(|code| code.parse().ok())
    }
}
