//! A price as rows of text: gross, each discount with its lines, each coupon that takes nothing off and why.

use ratatui::{style::Stylize, text::Line};
use shared::money::Money;

use super::colours::{Colours, Tone};
use crate::{
    receipt::{Columns, SoldLine, name_or_gtin, not_applied, pair_within},
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
        let columns = Columns::on_screen(width);
        let texts = match self.kind {
            Kind::Detail if columns.width(&self.left) > width => columns.broken(&self.left, 2),
            _ => vec![pair_within(&self.left, &self.right, width)],
        };
        texts.into_iter().map(|text| styled(Line::from(text))).collect()
    }
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
