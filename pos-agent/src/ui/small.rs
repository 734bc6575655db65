//! A window that is too small for the screen: it says so, and how the sale stands all the same.

use ratatui::{
    Frame,
    layout::{Constraint, Layout},
    style::Stylize,
    text::Line,
    widgets::{Block, Padding, Paragraph, Wrap},
};

use super::{
    band::{Band, band},
    draw::{Around, COLUMNS_MIN, ROWS_MIN, prompt},
};
use crate::session::Session;

pub(super) fn draw(frame: &mut Frame<'_>, session: &Session, around: &Around) {
    let [head, middle, entry] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)])
            .areas(frame.area());
    let too_small = format!(" {} {COLUMNS_MIN} × {ROWS_MIN}", session.lang.labels().window_small);
    frame.render_widget(Line::from(too_small).reversed().bold(), head);
    let Band { tone, label, amount, words, .. } = band(session);
    let amount = amount.map(|amount| amount.digits()).unwrap_or_default();
    let lines = [format!("{label}  {amount}")].into_iter().chain(words);
    let lines: Vec<_> = lines.map(|text| Line::from(text).bold()).collect();
    let style = tone.map(|tone| around.colours.ground(tone)).unwrap_or_default();
    let block = Block::new().padding(Padding::uniform(1));
    let words = Paragraph::new(lines).style(style).block(block).wrap(Wrap { trim: true });
    frame.render_widget(words, middle);
    frame.render_widget(prompt(&around.typed), entry);
}
