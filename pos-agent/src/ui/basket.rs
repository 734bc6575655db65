//! The basket: each line with its amount, below it what coupons take off.

use ratatui::{Frame, layout::Rect, style::Stylize, text::Line, widgets::Paragraph};
use shared::money::Money;

use super::{
    colours::{Colours, Tone},
    draw::priced,
    rows::broken_pair,
};
use crate::{
    receipt::{SoldLine, kilograms, name_or_gtin, pair_within},
    sale::Priced,
    session::Session,
    words::Lang,
};

/// Columns by which a discount is set in below its item.
const INDENT: usize = 6;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, session: &Session, colours: Colours) {
    let labels = session.lang.labels();
    let Some(basket) = session.basket() else {
        frame.render_widget(Paragraph::new(labels.empty).style(colours.letters(Tone::Quiet)), area);
        return;
    };
    let width = usize::from(area.width);
    let priced = priced(session);
    let mut rows = Vec::new();
    for (index, sold) in session.lines.iter().enumerate() {
        let line = basket.lines()[index];
        let total = Money::new(session.currency(), line.total_minor()).digits();
        let text = format!("{:>2}  {}", index + 1, what_was_sold(sold, session.lang));
        rows.push(Line::from(pair_within(&text, &total, width)));
        for (title, off) in discounts_of_line(priced, index, session.lang) {
            let off = Money::new(session.currency(), -off).digits();
            let texts = broken_pair(&format!("{:INDENT$}{title}", ""), &off, width, INDENT);
            let style = colours.letters(Tone::Saves);
            rows.extend(texts.into_iter().map(|text| Line::from(text).style(style)));
        }
    }
    let height = usize::from(area.height);
    if rows.len() > height {
        // The last items matter most; the first row says how many lines are above.
        let hidden = rows.len() - height + 1;
        rows.drain(..hidden);
        let sign = format!("{} ({hidden})", labels.more_above);
        rows.insert(0, Line::from(sign).style(colours.letters(Tone::Quiet)));
    }
    // What was rung up last stands out.
    if priced.is_none()
        && let Some(last) = rows.pop()
    {
        rows.push(last.bold());
    }
    frame.render_widget(Paragraph::new(rows), area);
}

/// How much of what.
pub(super) fn what_was_sold(sold: &SoldLine, lang: Lang) -> String {
    let name = name_or_gtin(&sold.name, sold.gtin, lang);
    match sold.grams {
        0 => format!("{} × {name}", sold.units),
        grams => format!("{} {name}", kilograms(grams)),
    }
}

fn discounts_of_line(priced: Option<&Priced>, index: usize, lang: Lang) -> Vec<(String, i64)> {
    let coupons = priced.map(|priced| priced.applied.as_slice()).unwrap_or_default();
    let mut discounts = Vec::new();
    for coupon in coupons {
        let lines = coupon.applied.line_indexes.iter().zip(&coupon.applied.redemption.lines);
        for (_, line) in lines.filter(|(place, line)| **place == index && line.discount_minor > 0) {
            discounts.push((lang.text(&coupon.title).to_owned(), line.discount_minor));
        }
    }
    discounts
}
