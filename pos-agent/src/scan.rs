//! What was scanned: goods, a combined code, a token's number, or a receipt, told apart by content alone.

use proto::scan::{self, ScanError};
use shared::{
    code::{CombinedCode, TokenNumber, TokenNumberError},
    gs1::{Gtin, GtinError},
    offer::Claim,
    reason::Reason,
};
use thiserror::Error;

use crate::{receipt::link, scanner::keyboard, words::Lang};

/// Digits of a token's number, which no item number has.
const TOKEN_DIGITS: usize = 19;

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

/// What a scan is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// The shopper's combined code.
    Code(Box<Scan>),
    /// The number of a payment token alone, from its bar code or typed.
    Token(TokenNumber),
    /// Something to sell.
    Goods(ItemNumber),
    /// A receipt of this system, to refund or print again.
    Receipt {
        /// The payment that it is for.
        payment_id: String,
    },
}

/// The number under some bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemNumber {
    /// The number read as it most likely is meant.
    pub gtin: Gtin,
    /// What eight digits mean if the bars were those of a UPC-E: scanners send both kinds alike, and the catalogue knows which of
    /// the two is sold here.
    pub or: Option<Gtin>,
}

/// Why a scan is of nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotRead {
    /// A code that can't be used, or something else altogether.
    #[error(transparent)]
    Code(#[from] ScanError),
    /// Digits that are almost an item number.
    #[error(transparent)]
    Item(GtinError),
    /// Digits that are almost a token's number.
    #[error(transparent)]
    Token(TokenNumberError),
    /// The layouts of scanner and computer differ, in a way that can't be undone with certainty.
    #[error("the scanner and this computer use different keyboard layouts")]
    KeyboardLayout,
}

impl NotRead {
    /// The reason of the public API.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Code(error) => error.reason(),
            Self::Item(_) | Self::Token(_) => Reason::CodeMalformed,
            Self::KeyboardLayout => Reason::KeyboardLayout,
        }
    }
}

/// What a scanned text is of. Where keyboard layouts have garbled it, it is read as what it must have been, if that is one thing
/// only.
pub fn told_apart(text: &str) -> Result<Scanned, NotRead> {
    let text = trimmed(text);
    let error = match as_it_stands(text) {
        Ok(scanned) => return Ok(scanned),
        Err(error) => error,
    };
    // Digits stay digits or become signs under every layout, so what is only digits was typed as it stands.
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ') {
        return Err(error);
    }
    // What a scanner puts before a text is garbled with it.
    let readings = keyboard::readings(text).into_iter();
    let mut meant = readings.filter_map(|reading| as_it_stands(trimmed(&reading)).ok());
    let Some(first) = meant.next() else { return Err(error) };
    if meant.all(|other| other == first) { Ok(first) } else { Err(NotRead::KeyboardLayout) }
}

/// Without what scanners put around a text: blanks, control characters, and a symbology identifier such as `]Q1`
/// [ISO/IEC 15424].
fn trimmed(text: &str) -> &str {
    let text = text.trim_matches(|c: char| c.is_ascii_control() || c == ' ');
    match text.as_bytes() {
        [b']', kind, digit, ..] if kind.is_ascii_alphabetic() && digit.is_ascii_digit() => &text[3..],
        _ => text,
    }
}

fn as_it_stands(text: &str) -> Result<Scanned, NotRead> {
    // Who types a long number types it in groups, as the phone shows it.
    let ungrouped = text.replace(' ', "");
    let text = if ungrouped.bytes().all(|byte| byte.is_ascii_digit()) { &ungrouped } else { text };
    if let Some(payment_id) = link::payment_id(text) {
        return Ok(Scanned::Receipt { payment_id });
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        let (code, claims) = scan::read(text)?;
        return Ok(Scanned::Code(Box::new(Scan { text: code.encode(), code, claims })));
    }
    if text.len() >= TOKEN_DIGITS {
        return TokenNumber::parse(text).map(Scanned::Token).map_err(NotRead::Token);
    }
    item(text).map(Scanned::Goods).map_err(NotRead::Item)
}

/// Six and seven digits are a UPC-E only; eight are a GTIN-8, a UPC-E, or either.
fn item(digits: &str) -> Result<ItemNumber, GtinError> {
    let upc_e = || Gtin::parse_upc_e(digits);
    let only = |gtin| ItemNumber { gtin, or: None };
    match (digits.len(), Gtin::parse(digits)) {
        (6 | 7, _) => upc_e().map(only),
        (8, Ok(gtin)) => Ok(ItemNumber { gtin, or: upc_e().ok() }),
        (8, Err(error)) => upc_e().map(only).map_err(|_| error),
        (_, gtin) => gtin.map(only),
    }
}

impl Scan {
    /// Reads what a scanner delivered as a combined code.
    pub fn read(text: &str) -> Result<Self, NotRead> {
        match told_apart(text) {
            Ok(Scanned::Code(scan)) => Ok(*scan),
            Ok(_) => Err(scan::read(text).err().map_or(NotRead::KeyboardLayout, NotRead::Code)),
            Err(error) => Err(error),
        }
    }

    /// The language for the shopper: the first of the code's that the till knows.
    pub fn language(&self) -> Option<Lang> {
        self.code.language?.codes().find_map(|code| code.parse().ok())
    }
}
