//! The basket: each line with its amount, below it what coupons take off.

use ratatui::{Frame, layout::Rect, style::Stylize, text::Line, widgets::Paragraph};
use shared::money::Money;

use super::{
    colours::{Colours, Tone},
    draw::priced,
};
use crate::{
    receipt::{kilograms, name_or_gtin, pair_within},
    sale::Priced,
    session::Session,
    words::Lang,
};

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
        let name = name_or_gtin(&sold.name, sold.gtin, session.lang);
        let total = Money::new(session.currency(), line.total_minor()).digits();
        let text = match sold.grams {
            0 => format!("{:>2}  {} × {name}", index + 1, sold.units),
            grams => format!("{:>2}  {} {name}", index + 1, kilograms(grams)),
        };
        rows.push(Line::from(pair_within(&text, &total, width)));
        for (title, off) in discounts_of_line(priced, index, session.lang) {
            let off = Money::new(session.currency(), -off).digits();
            let text = pair_within(&format!("      {title}"), &off, width);
            rows.push(Line::from(text).style(colours.letters(Tone::Saves)));
        }
    }
    let height = usize::from(area.height);
    if rows.len() > height {
        // The last items matter most; the first row says how many lines are above.
        let hidden = rows.len() - height + 1;
        rows.drain(..hidden);
        rows.insert(0, Line::from(format!("↑ {hidden}")).style(colours.letters(Tone::Quiet)));
    }
    // What was rung up last stands out.
    if priced.is_none()
        && let Some(last) = rows.pop()
    {
        rows.push(last.bold());
    }
    frame.render_widget(Paragraph::new(rows), area);
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
