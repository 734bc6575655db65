//! The receipt: what was bought, what each coupon took off which line, what was paid. Text of a fixed width, as a
//! receipt printer and a terminal both show it.

pub mod link;

use jiff::{Timestamp, tz::TimeZone};
use proto::{
    convert::{money_from_wire, time_from_wire},
    v1::{CouponRedemption, LocalizedText, Payment},
};
use shared::{
    basket::Line,
    gs1::Gtin,
    money::{Currency, Money},
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{
    sale::RefusedCoupon,
    words::{self, Lang},
};

/// Columns of a receipt: what an 80 mm printer has in its usual font is 42 to 48.
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
}

impl SoldLine {
    /// The line as the rules see it.
    pub fn line(&self) -> Line {
        let Self { gtin, units, unit_price_minor, grams, .. } = *self;
        Line { gtin, units, unit_price_minor, grams }
    }
}

/// The lines of the receipt, each [`RECEIPT_COLUMNS`] wide at most.
///
/// `sold` is the basket, `refused` the coupons of the code that took nothing off.
pub fn receipt(
    payment: &Payment,
    sold: &[SoldLine],
    refused: &[RefusedCoupon],
    lang: Lang,
    zone: &TimeZone,
) -> Vec<String> {
    let labels = lang.labels();
    let mut lines = vec![centred(&payment.merchant_name)];
    lines.push(centred(&format!("{} {} · {}", labels.terminal, payment.terminal_id, time(payment, zone))));
    lines.push(rule());
    let gross = amount(payment.gross_amount.as_ref());
    for line in sold {
        lines.extend(sold_line(line, gross.currency, lang));
    }
    if !sold.is_empty() {
        lines.push(rule());
    }
    let discount = amount(payment.discount_amount.as_ref());
    let due = amount(payment.amount_due.as_ref());
    lines.push(pair(labels.total, &gross.digits()));
    for redemption in &payment.redemptions {
        lines.extend(redeemed(redemption, sold, lang));
    }
    lines.push(rule());
    lines.push(pair(labels.paid, &due.to_string()));
    if discount.minor > 0 {
        lines.push(pair(labels.saved, &discount.digits()));
    }
    if !refused.is_empty() {
        lines.extend([String::new(), labels.not_applied.to_owned()]);
        lines.extend(refused.iter().flat_map(|coupon| not_applied(coupon, lang)));
    }
    lines.push(String::new());
    if discount.minor > 0 {
        lines.push(centred(labels.paid_by_makers));
    }
    lines.push(centred(labels.thanks));
    lines.push(centred(&payment.payment_id));
    lines
}

/// One unit is one line; more of them are counted on a second.
fn sold_line(line: &SoldLine, currency: Currency, lang: Lang) -> Vec<String> {
    let name = name_or_gtin(&line.name, line.gtin, lang);
    let price = |minor| Money::new(currency, minor).digits();
    let total = price(line.unit_price_minor.saturating_mul(i64::from(line.units)));
    if line.units == 1 {
        return vec![pair(&name, &total)];
    }
    vec![
        cut(&name, RECEIPT_COLUMNS),
        pair(&format!("  {} × {}", line.units, price(line.unit_price_minor)), &total),
    ]
}

/// A coupon's title with what it saves, and below it the lines it was taken from.
fn redeemed(redemption: &CouponRedemption, sold: &[SoldLine], lang: Lang) -> Vec<String> {
    let title = redemption.title.as_ref().map(|title| lang.text(title).to_owned()).unwrap_or_default();
    let title = if title.is_empty() { lang.labels().coupon.to_owned() } else { title };
    let off = |line: &proto::v1::RedeemedLine| amount(line.discount.as_ref());
    let total = redemption.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(off(line).minor));
    let currency = redemption.lines.first().map_or(Currency::CNY, |line| off(line).currency);
    let mut lines = vec![pair(&title, &Money::new(currency, -total).digits())];
    for line in &redemption.lines {
        let known = Gtin::parse(&line.gtin).ok().and_then(|gtin| sold.iter().find(|s| s.gtin == gtin));
        let name = known.map_or_else(|| line.gtin.clone(), |sold| name_or_gtin(&sold.name, sold.gtin, lang));
        let text = format!("  {} × {name}", line.units);
        lines.push(if redemption.lines.len() == 1 {
            cut(&text, RECEIPT_COLUMNS)
        } else {
            pair(&text, &format!("({})", off(line).digits()))
        });
    }
    lines
}

/// A coupon that took nothing off, and why.
pub fn not_applied(coupon: &RefusedCoupon, lang: Lang) -> [String; 2] {
    let title = match &coupon.title {
        Some(title) => lang.text(title).to_owned(),
        None => format!("{} {}", lang.labels().coupon, coupon.offer_number),
    };
    [cut(&title, RECEIPT_COLUMNS), format!("  {}", words::refusal(coupon.reason, lang))]
}

/// An item's name, or its number where it has none.
pub fn name_or_gtin(name: &LocalizedText, gtin: Gtin, lang: Lang) -> String {
    match lang.text(name) {
        "" => gtin.short(),
        name => name.to_owned(),
    }
}

/// An amount for showing; the provider's answers have all of them.
fn amount(wire: Option<&proto::v1::Money>) -> Money {
    money_from_wire("amount", wire).unwrap_or(Money::new(Currency::CNY, 0))
}

fn time(payment: &Payment, zone: &TimeZone) -> String {
    time_from_wire("created_at", payment.created_at.as_ref())
        .ok()
        .and_then(|at| Timestamp::from_millisecond(at.0).ok())
        .map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

fn rule() -> String {
    "─".repeat(RECEIPT_COLUMNS)
}

/// Left and right on one line; the left is cut where both don't fit.
pub fn pair_within(left: &str, right: &str, columns: usize) -> String {
    if right.is_empty() {
        return cut(left, columns);
    }
    let room = columns.saturating_sub(right.width() + 1);
    let left = cut(left, room);
    let gap = columns.saturating_sub(left.width() + right.width());
    format!("{left}{}{right}", " ".repeat(gap))
}

fn pair(left: &str, right: &str) -> String {
    pair_within(left, right, RECEIPT_COLUMNS)
}

fn centred(text: &str) -> String {
    let text = cut(text, RECEIPT_COLUMNS);
    format!("{}{text}", " ".repeat((RECEIPT_COLUMNS - text.width()) / 2))
}

/// The text, or as much of it as fits with `…` behind. A Chinese character takes two columns.
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used + 1 > columns {
            break;
        }
        kept.push(c);
    }
    kept + "…"
}
