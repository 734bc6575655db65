//! A price as rows of text: gross, each discount with its lines, each coupon that takes nothing off and why.

use ratatui::{style::Stylize, text::Line};
use shared::money::Money;

use super::colours::{Colours, Tone};
use crate::{
    receipt::{Columns, SoldLine, name_or_gtin, not_applied},
    sale::Priced,
    words::Lang,
};

/// A row of the list of coupons.
pub(crate) struct Row {
    pub(crate) left: String,
    pub(crate) right: String,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Saves,
    Detail,
    Strong,
}

impl Row {
    fn new(kind: Kind, left: impl Into<String>, right: impl Into<String>) -> Self {
        Self { kind, left: left.into(), right: right.into() }
    }

    /// On the screen, so many columns wide.
    pub(super) fn styled(&self, width: usize, colours: Colours) -> Vec<Line<'static>> {
        let styled = |line: Line<'static>| match self.kind {
            Kind::Plain => line,
            Kind::Saves => line.style(colours.letters(Tone::Saves)),
            Kind::Detail => line.style(colours.letters(Tone::Quiet)),
            Kind::Strong => line.bold(),
        };
        let indent = if matches!(self.kind, Kind::Detail) { 2 } else { 0 };
        broken_pair(&self.left, &self.right, width, indent)
            .into_iter()
            .map(|text| styled(Line::from(text)))
            .collect()
    }
}

/// Left and right in so many columns. Where both don't fit on one line, the left goes on below, set in: no word is cut, since the cashier
/// reads it out.
pub(super) fn broken_pair(left: &str, right: &str, width: usize, indent: usize) -> Vec<String> {
    let whole = Columns::on_screen(width);
    let room = whole.width(right) + usize::from(!right.is_empty());
    if whole.width(left) + room <= width {
        return vec![whole.pair(left, right)];
    }
    let mut lines = Columns::on_screen(width.saturating_sub(room)).broken(left, indent);
    if let Some(first) = lines.first_mut() {
        *first = whole.pair(first, right);
    }
    lines
}

/// Gross, each discount with its lines, each coupon that takes nothing off and why.
pub(crate) fn coupon_rows(priced: &Priced, sold: &[SoldLine], lang: Lang) -> Vec<Row> {
    let labels = lang.labels();
    let mut rows = vec![Row::new(Kind::Strong, labels.total, priced.gross.digits())];
    for coupon in &priced.applied {
        let off = Money::new(priced.due.currency, -coupon.applied.redemption.discount_minor()).digits();
        rows.push(Row::new(Kind::Saves, lang.text(&coupon.title), off));
        for (place, line) in coupon.applied.line_indexes.iter().zip(&coupon.applied.redemption.lines) {
            let name = sold.get(*place).map(|sold| name_or_gtin(&sold.name, sold.gtin, lang));
            let name = name.unwrap_or_else(|| line.line.gtin.short());
            rows.push(Row::new(Kind::Detail, format!("  {} × {name}", line.line.units), ""));
        }
    }
    if priced.applied.len() > 1 || !priced.exact {
        let word = if priced.exact { labels.exact } else { labels.not_exact };
        rows.push(Row::new(Kind::Detail, word, ""));
    }
    if !priced.refused.is_empty() {
        rows.push(Row::new(Kind::Plain, "", ""));
        rows.push(Row::new(Kind::Strong, labels.not_applied, ""));
    }
    for coupon in &priced.refused {
        let [title, why] = not_applied(coupon, lang);
        rows.push(Row::new(Kind::Plain, title, ""));
        rows.push(Row::new(Kind::Detail, why, ""));
    }
    rows
}
