//! The band with the amount: what is to pay or was paid, as large as it fits, and the next action in words.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Color, Style, Stylize},
    text::Line,
    widgets::{Block, Borders, Padding, Paragraph, Wrap},
};
use shared::{money::Money, reason::Reason};
use tui_big_text::{BigText, PixelSize};

use super::{
    colours::{ASK, INK, PAID, QUIET, STOP},
    desk,
};
use crate::{
    session::{Screen, Session},
    words,
};

/// Rows of the band: its label, eight rows of figures, two of words, margins.
pub(super) const BAND_ROWS: u16 = 14;

/// Label, amount, words.
pub(super) struct Band {
    pub(super) colour: Option<Color>,
    pub(super) label: String,
    pub(super) amount: Option<Money>,
    pub(super) words: Vec<String>,
}

fn band(session: &Session) -> Band {
    let labels = session.lang.labels();
    let gross = session.basket().map_or(Money::new(session.currency(), 0), |basket| basket.gross());
    let plain = |label: &str, amount: Money, words: &str| Band {
        colour: None,
        label: format!("{label}  {}", amount.currency),
        amount: Some(amount),
        words: vec![words.to_owned()],
    };
    match &session.screen {
        Screen::Selling => plain(labels.total, gross, labels.help_selling),
        Screen::Reading | Screen::Asking { priced: None, .. } => plain(labels.total, gross, labels.reading),
        Screen::Asking { priced: Some(priced), again } => {
            plain(labels.due, priced.due, if *again { labels.asking_again } else { labels.asking })
        }
        Screen::Approving { priced } => Band {
            colour: Some(ASK),
            label: format!("{}  {}", labels.due, priced.due.currency),
            amount: Some(priced.due),
            words: vec![labels.approving.to_owned()],
        },
        Screen::CouponsRefused { without } => {
            let words = words::reason(Reason::CouponRefused, session.lang);
            Band {
                colour: Some(ASK),
                label: format!("{}  {}", labels.without_them, without.due.currency),
                amount: Some(without.due),
                words: vec![words.what.to_owned(), words.next.to_owned()],
            }
        }
        Screen::Paid { priced, .. } => Band {
            colour: Some(PAID),
            label: format!("{}  {}", labels.paid_large, priced.due.currency),
            amount: Some(priced.due),
            words: match priced.discount.minor {
                1.. => {
                    vec![format!("{} {}", labels.saved_large, priced.discount), labels.paid_next.to_owned()]
                }
                _ => vec![labels.paid_next.to_owned()],
            },
        },
        Screen::Desk(at) => desk::band(session, at),
        Screen::Stopped { what, next, priced } => Band {
            colour: Some(STOP),
            label: format!("{}  {}", labels.stop_large, gross.currency),
            amount: priced.as_ref().map(|priced| priced.due).or(Some(gross)),
            words: vec![what.clone(), next.clone()],
        },
    }
}

pub(super) fn draw_band(frame: &mut Frame<'_>, area: Rect, session: &Session) {
    let band = band(session);
    let style = band.colour.map_or(Style::new(), |colour| Style::new().bg(colour).fg(INK));
    let block = match band.colour {
        Some(_) => Block::new().style(style).padding(Padding::new(2, 2, 1, 0)),
        None => Block::new().borders(Borders::TOP).border_style(QUIET).padding(Padding::new(2, 2, 0, 0)),
    };
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let [label, figures, words] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(9), Constraint::Min(2)]).areas(inner);
    frame.render_widget(Paragraph::new(band.label).style(style).bold(), label);
    if let Some(amount) = band.amount {
        draw_figures(frame, figures, &amount.digits(), style);
    }
    let lines: Vec<Line<'_>> = band.words.into_iter().map(|text| Line::from(text).bold()).collect();
    frame.render_widget(Paragraph::new(lines).style(style).wrap(Wrap { trim: true }), words);
}

/// As large as the place allows.
fn draw_figures(frame: &mut Frame<'_>, area: Rect, digits: &str, style: Style) {
    let chars = u16::try_from(digits.chars().count()).unwrap_or(u16::MAX);
    let size = match area.width / chars.max(1) {
        8.. if area.height >= 8 => PixelSize::Full,
        4.. => PixelSize::Quadrant,
        _ => {
            frame.render_widget(Paragraph::new(digits.to_owned()).style(style).bold(), area);
            return;
        }
    };
    let [_, area] = Layout::vertical([Constraint::Length(1), Constraint::Min(1)]).areas(area);
    let figures =
        BigText::builder().pixel_size(size).style(style.bold()).lines(vec![digits.to_owned().into()]).build();
    frame.render_widget(figures, area);
}
