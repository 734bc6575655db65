//! The band with the amount: what is to pay or was paid, as large as it fits, the outcome as a picture, and the next action in words.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Style, Stylize},
    text::Line,
    widgets::{Block, Borders, Padding, Paragraph, Wrap},
};
use shared::{money::Money, reason::Reason};
use tui_big_text::{BigText, PixelSize};

use super::{
    colours::{Colours, Tone},
    desk,
    marks::{MARK_COLUMNS, MARK_ROWS, Mark, draw_mark},
};
use crate::{
    session::{Screen, Session},
    words,
};

/// Rows of the screen from which figures and mark are drawn at their larger size.
const TALL: u16 = 30;
/// Columns for the words that the figures have to leave free.
const WORDS_COLUMNS_MIN: u16 = 30;

/// What the band says.
pub(super) struct Band {
    /// The ground; none while nothing is decided.
    pub(super) tone: Option<Tone>,
    pub(super) mark: Option<Mark>,
    pub(super) label: String,
    pub(super) amount: Option<Money>,
    pub(super) words: Vec<String>,
}

impl Band {
    /// Without colour, mark and amount.
    pub(super) fn plain(label: &str, words: &str) -> Self {
        Self { tone: None, mark: None, label: label.to_owned(), amount: None, words: vec![words.to_owned()] }
    }
}

pub(super) fn band(session: &Session) -> Band {
    let labels = session.lang.labels();
    let gross = session.basket().map_or(Money::new(session.currency(), 0), |basket| basket.gross());
    let of = |label: &str, amount: Money, words: Vec<String>| Band {
        tone: None,
        mark: None,
        label: format!("{label}  {}", amount.currency),
        amount: Some(amount),
        words,
    };
    let one = |words: &str| vec![words.to_owned()];
    match &session.screen {
        Screen::Selling => {
            let mut words = one(labels.help_selling);
            // Weighed goods are one each.
            let pieces: u64 = session.lines.iter().map(|line| u64::from(line.units)).sum();
            words.extend((pieces > 0).then(|| format!("{} {pieces}", labels.pieces)));
            of(labels.total, gross, words)
        }
        Screen::Reading | Screen::Asking { priced: None, .. } => of(labels.total, gross, one(labels.reading)),
        Screen::Asking { priced: Some(priced), again } => {
            of(labels.due, priced.due, one(if *again { labels.asking_again } else { labels.asking }))
        }
        Screen::Approving { priced } => {
            let mut words = one(labels.approving);
            words.extend(session.seconds_left.map(|seconds| format!("{seconds} {}", labels.seconds_left)));
            let band = of(labels.due, priced.due, words);
            Band { tone: Some(Tone::Ask), mark: Some(Mark::Phone), ..band }
        }
        Screen::CouponsRefused { without } => {
            let words = words::reason(Reason::CouponRefused, session.lang);
            let words = vec![words.what.to_owned(), words.next.to_owned()];
            let band = of(labels.without_them, without.due, words);
            Band { tone: Some(Tone::Ask), mark: Some(Mark::Question), ..band }
        }
        Screen::Paid { priced, .. } => {
            let saved =
                (priced.discount.minor > 0).then(|| format!("{} {}", labels.saved_large, priced.discount));
            let words = saved.into_iter().chain([labels.paid_next.to_owned()]).collect();
            let band = of(labels.paid_large, priced.due, words);
            Band { tone: Some(Tone::Paid), mark: Some(Mark::Check), ..band }
        }
        Screen::Desk(at) => desk::band(session, at),
        Screen::Stopped { what, next, priced } => {
            let amount = priced.as_ref().map_or(gross, |priced| priced.due);
            let band = of(labels.stop_large, amount, vec![what.clone(), next.clone()]);
            Band { tone: Some(Tone::Stop), mark: Some(Mark::Cross), ..band }
        }
    }
}

/// Rows that the band takes on a screen of so many.
pub(super) fn band_rows(screen_rows: u16) -> u16 {
    figure_rows(screen_rows) + 2
}

fn figure_rows(screen_rows: u16) -> u16 {
    if screen_rows < TALL { MARK_ROWS } else { 2 * MARK_ROWS }
}

pub(super) fn draw_band(frame: &mut Frame<'_>, area: Rect, session: &Session, colours: Colours) {
    let band = band(session);
    let style = band.tone.map_or(Style::new(), |tone| colours.ground(tone));
    let block = match band.tone {
        Some(_) => Block::new().style(style).padding(Padding::new(2, 1, 1, 0)),
        None => Block::new()
            .borders(Borders::TOP)
            .border_style(colours.letters(Tone::Quiet))
            .padding(Padding::new(2, 1, 0, 0)),
    };
    let inner = block.inner(area);
    frame.render_widget(block, area);

    // The last row is margin for the pictures; words may use it.
    let height = inner.height.saturating_sub(1);
    let scale = height / MARK_ROWS;
    let mark_columns = band.mark.map_or(0, |_| MARK_COLUMNS * scale + 2);
    let digits = band.amount.map(|amount| amount.digits()).unwrap_or_default();
    let chars = u16::try_from(digits.chars().count()).unwrap_or(u16::MAX);
    let room = inner.width.saturating_sub(mark_columns + WORDS_COLUMNS_MIN);
    let (size, columns) = match room.checked_div(chars).unwrap_or(0) {
        9.. if scale >= 2 => (PixelSize::Full, 8 * chars),
        _ if scale >= 2 => (PixelSize::HalfWidth, 4 * chars),
        _ => (PixelSize::Quadrant, 4 * chars),
    };
    let gap = if columns > 0 { 3 } else { 0 };
    let [mark, figures, _, words] = Layout::horizontal([
        Constraint::Length(mark_columns),
        Constraint::Length(columns),
        Constraint::Length(gap),
        Constraint::Min(1),
    ])
    .areas(inner);
    if let Some(which) = band.mark {
        let width = mark.width.saturating_sub(2);
        draw_mark(frame, Rect { height, width, ..mark }, which, style.bold());
    }
    if columns > 0 {
        let figures = Rect { height, ..figures };
        let text = BigText::builder().pixel_size(size).style(style.bold()).lines(vec![digits.into()]).build();
        frame.render_widget(text, figures);
    }
    let mut lines = vec![Line::from(band.label).bold().underlined()];
    lines.extend(band.words.into_iter().map(|text| Line::from(text).bold()));
    frame.render_widget(Paragraph::new(lines).style(style).wrap(Wrap { trim: true }), words);
}
