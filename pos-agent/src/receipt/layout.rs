//! A receipt's data as rows, in one language; how wide they are and what draws them is said elsewhere.

use jiff::{Timestamp, tz::TimeZone};
use proto::{
    convert::time_from_wire,
    v1::{CouponOutcome, LocalizedText, Receipt, ReceiptCoupon, ReceiptKind, ReceiptLine},
};
use shared::money::Money;

use super::build::amount;
use crate::words::{Labels, Lang};

/// One thing on a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Row {
    /// An empty line.
    Blank,
    /// A line across.
    Rule,
    /// In the middle.
    Centred(Look, String),
    /// Left and right.
    Pair(Look, String, String),
    /// How much at which price, and what that comes to: neither is ever cut.
    Sum(String, String),
    /// Text, broken into lines that are set in by two columns.
    Detail(String),
    /// A QR code of this text, on paper only.
    Qr(String),
}

/// How a row stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Bold,
    /// Twice as high.
    Large,
}

/// Writes the rows of one receipt.
struct Layout<'a> {
    receipt: &'a Receipt,
    lang: Lang,
    labels: &'static Labels,
    rows: Vec<Row>,
}

/// The rows of a receipt.
pub(super) fn rows(receipt: &Receipt, lang: Lang, zone: &TimeZone) -> Vec<Row> {
    let mut layout = Layout { receipt, lang, labels: lang.labels(), rows: Vec::new() };
    layout.head(zone);
    receipt.lines.iter().for_each(|line| layout.item(line));
    if !receipt.lines.is_empty() {
        layout.push(Row::Rule);
    }
    match receipt.kind() {
        ReceiptKind::Refund => layout.refund(),
        ReceiptKind::Declined => layout.declined(),
        ReceiptKind::Sale | ReceiptKind::Unspecified => layout.sale(),
    }
    layout.foot();
    layout.rows
}

impl Layout<'_> {
    fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    fn centred(&mut self, look: Look, text: impl Into<String>) {
        self.push(Row::Centred(look, text.into()));
    }

    fn pair(&mut self, look: Look, left: impl Into<String>, right: impl Into<String>) {
        self.push(Row::Pair(look, left.into(), right.into()));
    }

    fn text<'t>(&self, text: Option<&'t LocalizedText>) -> &'t str {
        text.map_or("", |text| self.lang.text(text))
    }

    fn head(&mut self, zone: &TimeZone) {
        let (receipt, labels) = (self.receipt, self.labels);
        if !receipt.merchant_name.is_empty() {
            self.centred(Look::Bold, &receipt.merchant_name);
        }
        self.centred(
            Look::Plain,
            format!("{} {} · {}", labels.terminal, receipt.terminal_id, time(receipt, zone)),
        );
        if !receipt.merchant_reference.is_empty() {
            self.centred(Look::Plain, format!("{} {}", labels.reference, receipt.merchant_reference));
        }
        match receipt.kind() {
            ReceiptKind::Refund => self.centred(Look::Large, labels.refund),
            ReceiptKind::Declined => self.centred(Look::Large, labels.stop_large),
            ReceiptKind::Sale | ReceiptKind::Unspecified => {}
        }
        if receipt.copy {
            self.centred(Look::Bold, labels.copy);
        }
        self.push(Row::Rule);
    }

    /// One unit is one line; more of them are counted, and what was weighed is told, on a second.
    fn item(&mut self, line: &ReceiptLine) {
        let name = match self.text(line.name.as_ref()) {
            "" => &line.gtin,
            name => name,
        }
        .to_owned();
        let total = amount(line.total.as_ref()).digits();
        if line.grams > 0 {
            self.pair(Look::Plain, name, "");
            let weight = kilograms(line.grams);
            let weighed = match &line.price_per_kg {
                Some(per_kg) => format!("  {weight} × {}/kg", amount(Some(per_kg)).digits()),
                None => format!("  {weight}"),
            };
            self.push(Row::Sum(weighed, total));
        } else if line.units == 1 {
            self.pair(Look::Plain, name, total);
        } else {
            self.pair(Look::Plain, name, "");
            let each = amount(line.unit_price.as_ref()).digits();
            self.push(Row::Sum(format!("  {} × {each}", line.units), total));
        }
    }

    fn sale(&mut self) {
        let (receipt, labels) = (self.receipt, self.labels);
        let discount = amount(receipt.discount_amount.as_ref());
        self.pair(Look::Plain, labels.total, amount(receipt.gross_amount.as_ref()).digits());
        receipt.coupons.iter().for_each(|coupon| self.used(coupon));
        self.push(Row::Rule);
        self.pair(Look::Large, labels.paid, amount(receipt.amount.as_ref()).to_string());
        if discount.minor > 0 {
            self.pair(Look::Bold, labels.saved, discount.digits());
        }
        if !receipt.unused_coupons.is_empty() {
            self.push(Row::Blank);
            self.pair(Look::Plain, labels.not_applied, "");
        }
        for coupon in &receipt.unused_coupons {
            let title = match self.text(coupon.title.as_ref()) {
                "" => format!("{} {}", labels.coupon, coupon.offer_number),
                title => title.to_owned(),
            };
            self.pair(Look::Plain, title, "");
            self.push(Row::Detail(self.text(coupon.why.as_ref()).to_owned()));
        }
    }

    /// A coupon's title with what it saves; below it who paid that, and the lines it was taken from.
    fn used(&mut self, coupon: &ReceiptCoupon) {
        let total = amount(coupon.amount.as_ref());
        let off = Money::new(total.currency, total.minor.saturating_neg());
        self.pair(Look::Plain, self.title(coupon), off.digits());
        for line in &coupon.lines {
            let known = self.receipt.lines.iter().find(|sold| same_item(&sold.gtin, &line.gtin));
            let name = match known.map_or("", |sold| self.text(sold.name.as_ref())) {
                "" => &line.gtin,
                name => name,
            };
            let what = match line.grams {
                0 => format!("  {} × {name}", line.units),
                grams => format!("  {} {name}", kilograms(grams)),
            };
            let off = match coupon.lines.len() {
                1 => String::new(),
                _ => format!("({})", amount(line.discount.as_ref()).digits()),
            };
            self.pair(Look::Plain, what, off);
        }
        if !coupon.paid_by.is_empty() {
            let payer = &coupon.paid_by;
            self.push(Row::Detail(self.lang.pick(format!("paid by {payer}"), format!("由 {payer} 承担"))));
        }
    }

    fn refund(&mut self) {
        let (receipt, labels) = (self.receipt, self.labels);
        self.pair(Look::Plain, labels.returned, amount(receipt.gross_amount.as_ref()).digits());
        for coupon in &receipt.coupons {
            let to_maker = amount(coupon.amount.as_ref());
            if to_maker.minor > 0 {
                self.pair(
                    Look::Plain,
                    self.title(coupon),
                    Money::new(to_maker.currency, -to_maker.minor).digits(),
                );
                let to =
                    if coupon.paid_by.is_empty() { String::new() } else { format!(" ({})", coupon.paid_by) };
                self.push(Row::Detail(format!("{}{to}", labels.back_to_maker)));
            }
            let outcome = match coupon.outcome() {
                CouponOutcome::Unspecified => continue,
                CouponOutcome::Restored => labels.coupon_restored,
                CouponOutcome::Burned | CouponOutcome::OfferOver | CouponOutcome::BudgetShort => {
                    labels.coupon_burned
                }
            };
            if to_maker.minor <= 0 {
                self.pair(Look::Plain, self.title(coupon), "");
            }
            self.push(Row::Detail(format!("{} {outcome}", labels.coupon)));
        }
        self.push(Row::Rule);
        self.pair(Look::Large, labels.given_back, amount(receipt.amount.as_ref()).to_string());
    }

    fn declined(&mut self) {
        let (receipt, labels) = (self.receipt, self.labels);
        self.pair(Look::Plain, labels.due, amount(receipt.amount.as_ref()).to_string());
        self.push(Row::Rule);
        self.push(Row::Detail(self.text(receipt.what.as_ref()).to_owned()));
        self.push(Row::Detail(self.text(receipt.next.as_ref()).to_owned()));
        self.push(Row::Detail(labels.not_charged.to_owned()));
    }

    fn foot(&mut self) {
        let (receipt, labels) = (self.receipt, self.labels);
        self.push(Row::Blank);
        if receipt.kind() == ReceiptKind::Sale {
            if receipt.coupons.iter().any(|coupon| coupon.paid_by.is_empty()) {
                self.centred(Look::Plain, labels.paid_by_makers);
            }
            self.centred(Look::Plain, labels.thanks);
        }
        self.centred(Look::Plain, &receipt.payment_id);
        if !receipt.qr_text.is_empty() {
            self.push(Row::Qr(receipt.qr_text.clone()));
        }
    }

    fn title(&self, coupon: &ReceiptCoupon) -> String {
        match self.text(coupon.title.as_ref()) {
            "" => self.labels.coupon,
            title => title,
        }
        .to_owned()
    }
}

/// GTINs that are written with and without zeros to the left are one.
fn same_item(one: &str, other: &str) -> bool {
    one.trim_start_matches('0') == other.trim_start_matches('0')
}

/// A weight for reading.
pub fn kilograms(grams: u32) -> String {
    format!("{}.{:03} kg", grams / 1_000, grams % 1_000)
}

fn time(receipt: &Receipt, zone: &TimeZone) -> String {
    time_from_wire("at", receipt.at.as_ref())
        .ok()
        .and_then(|at| Timestamp::from_millisecond(at.0).ok())
        .map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}
