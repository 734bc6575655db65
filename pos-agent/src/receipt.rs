//! The receipt: what was bought, what each coupon took off which line and who paid that, what was paid, and which coupon was not
//! used and why. [`of_sale`] and its like make the data, which the till software gets as it is; [`text`] and [`escpos`] show it.

mod build;
mod columns;
mod escpos;
mod json;
mod layout;
pub mod link;
mod printer;

use jiff::tz::TimeZone;
use proto::v1::{LocalizedText, Payment, Receipt};
use shared::{basket::Line, gs1::Gtin};

use crate::{
    sale::RefusedCoupon,
    words::{self, Lang},
};
use layout::Row;

pub use build::{NotPaid, Payers, copy, of_declined, of_refund, of_sale};
pub use columns::{Columns, cut, pair_within};
pub use escpos::{Charset, escpos};
pub use json::to_json;
pub use layout::kilograms;
pub use printer::{PRINT_PATIENCE, PrintError, PrinterSettings, PrinterTarget, print};

/// Columns of a receipt on the till's screen: what an 80 mm printer has in its usual font is 42 to 48.
pub const RECEIPT_COLUMNS: usize = 42;

/// One line of the basket, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoldLine {
    /// The item.
    pub gtin: Gtin,
    /// What it is called; empty where the till doesn't know.
    pub name: LocalizedText,
    /// Units.
    pub units: u32,
    /// Price of one; of weighed goods, of the whole weight.
    pub unit_price_minor: i64,
    /// What was weighed, in grams, which is one unit; 0 for counted goods.
    pub grams: u32,
    /// Price of a kilogram, of what was weighed; `None` where nobody told it.
    pub per_kg_minor: Option<i64>,
}

impl SoldLine {
    /// The line as the rules see it.
    pub fn line(&self) -> Line {
        let Self { gtin, units, unit_price_minor, grams, .. } = *self;
        Line { gtin, units, unit_price_minor, grams }
    }
}

/// The receipt of a sale as the till's screen shows it, each line [`RECEIPT_COLUMNS`] wide at most.
///
/// `sold` is the basket, `refused` the coupons of the code that took nothing off.
pub fn receipt(
    payment: &Payment,
    sold: &[SoldLine],
    refused: &[RefusedCoupon],
    lang: Lang,
    zone: &TimeZone,
) -> Vec<String> {
    text(&of_sale(payment, sold, refused, &|_| None), lang, zone, RECEIPT_COLUMNS)
}

/// A receipt as text, each line so many columns wide at most: 32 for 58 mm paper, 42 or 48 for 80 mm.
pub fn text(receipt: &Receipt, lang: Lang, zone: &TimeZone, columns: usize) -> Vec<String> {
    let columns = Columns::on_screen(columns);
    let lines = |row| match row {
        Row::Blank => vec![String::new()],
        Row::Rule => vec!["─".repeat(columns.count)],
        Row::Centred(_, text) => columns.centred(&text),
        Row::Pair(_, left, right) => vec![columns.pair(&left, &right)],
        Row::Sum(left, right) => columns.whole_pair(&left, &right),
        Row::Detail(text) => columns.broken(&text, 2),
        Row::Qr(_) => Vec::new(),
    };
    layout::rows(receipt, lang, zone).into_iter().flat_map(lines).collect()
}

/// A coupon that took nothing off, and why.
pub fn not_applied(coupon: &RefusedCoupon, lang: Lang) -> [String; 2] {
    let title = match &coupon.title {
        Some(title) => lang.text(title).to_owned(),
        None => format!("{} {}", lang.labels().coupon, coupon.offer_number),
    };
    [title, format!("  {}", words::refusal(coupon.reason, lang))]
}

/// An item's name, or its number where it has none.
pub fn name_or_gtin(name: &LocalizedText, gtin: Gtin, lang: Lang) -> String {
    match lang.text(name) {
        "" => gtin.short(),
        name => name.to_owned(),
    }
}
