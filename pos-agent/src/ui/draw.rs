//! The screen, read from a metre away: the basket on the left, coupons or the receipt on the right, below both the amount and the
//! outcome, one line for what is scanned and one for the keys.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Modifier, Style, Stylize},
    text::{Line, Span},
    widgets::{Block, Borders, Padding, Paragraph},
};
use shared::money::Money;
use unicode_width::UnicodeWidthStr;

use super::{
    band::{band_rows, draw_band},
    basket,
    colours::{Colours, Tone},
    desk,
    rows::coupon_rows,
    small,
};
use crate::{
    catalogue::{Item, Unit},
    receipt::{RECEIPT_COLUMNS, cut, name_or_gtin, of_sale, pair_within, text},
    sale::Priced,
    session::{Desk, Heard, Screen, Session, Source},
};

/// Columns beside the rows of a block.
const MARGINS: u16 = 2;
/// Columns of the right side where there is room: a receipt with its margins.
const RIGHT_COLUMNS: u16 = 42 + MARGINS;
const _: () = assert!((RIGHT_COLUMNS - MARGINS) as usize == RECEIPT_COLUMNS, "the receipt fits");
/// Columns of the right side on the smallest screen.
const RIGHT_COLUMNS_MIN: u16 = 36;
/// Columns that the basket has at least.
const BASKET_COLUMNS_MIN: u16 = 42;
/// Columns of the smallest screen.
pub(super) const COLUMNS_MIN: u16 = BASKET_COLUMNS_MIN + RIGHT_COLUMNS_MIN;
/// Rows of the smallest screen: an old terminal's 24, less those that programs around it may take.
pub(super) const ROWS_MIN: u16 = 22;
/// Columns from which on a line is hard to follow to its amount.
const DESK_COLUMNS_MAX: u16 = 84;
/// Characters of the input that are shown; a code is long and nobody reads it.
const INPUT_SHOWN_MAX: usize = 40;

/// What is on the screen beside the session.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The till's number, for the head.
    pub terminal_id: String,
    /// A folder that is watched for pictures.
    pub watch: Option<PathBuf>,
    /// What the terminal can show.
    pub colours: Colours,
    /// The line as far as it is typed.
    pub typed: String,
    /// Rows by which what is too long is scrolled.
    pub scroll: u16,
}

/// Draws all of it; gives the rows by which it can be scrolled.
pub fn draw(frame: &mut Frame<'_>, session: &Session, around: &Around) -> u16 {
    let area = frame.area();
    if area.width < COLUMNS_MIN || area.height < ROWS_MIN {
        small::draw(frame, session, around);
        return 0;
    }
    let [top, middle, band, notice, entry, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(6),
        Constraint::Length(band_rows(area.height)),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    draw_head(frame, top, session, around);
    let hidden = match &session.screen {
        Screen::Desk(at) => draw_desk(frame, middle, session, at, around),
        _ => {
            let right = RIGHT_COLUMNS.min(middle.width.saturating_sub(BASKET_COLUMNS_MIN));
            let [left, right] =
                Layout::horizontal([Constraint::Min(1), Constraint::Length(right.max(RIGHT_COLUMNS_MIN))])
                    .areas(middle);
            let inner = titled(frame, left, session.lang.labels().basket, around.colours);
            basket::draw(frame, inner, session, around.colours);
            draw_right(frame, right, session, around)
        }
    };
    draw_band(frame, band, session, around.colours);
    draw_entry(frame, [notice, entry, keys], session, around);
    hidden
}

fn draw_head(frame: &mut Frame<'_>, area: Rect, session: &Session, around: &Around) {
    let labels = session.lang.labels();
    let left = format!(" OneScan  {} {}", labels.till, around.terminal_id);
    let mut right = Vec::new();
    if session.pending > 0 {
        right.push(format!("{} {}", session.pending, labels.pending));
    }
    if !session.online {
        right.push(labels.offline.to_owned());
    }
    // What is wrong goes before where pictures come from.
    if let Some(folder) = around.watch.as_ref().filter(|_| right.is_empty()) {
        right.push(format!("{} {}", labels.watching, folder.display()));
    }
    let width = usize::from(area.width);
    let right = cut(&right.join(" · "), width.saturating_sub(left.width() + 3));
    let text = pair_within(&left, &format!("{right} "), width);
    frame.render_widget(Paragraph::new(text).style(Style::new().reversed().bold()), area);
}

fn draw_desk(frame: &mut Frame<'_>, area: Rect, session: &Session, at: &Desk, around: &Around) -> u16 {
    let inner = titled(frame, area, desk::title(at, session.lang.labels()), around.colours);
    let inner = Rect { width: inner.width.min(DESK_COLUMNS_MAX), ..inner };
    let rows = desk::rows(session, at);
    let lines = rows.iter().flat_map(|row| row.styled(usize::from(inner.width), around.colours)).collect();
    scrolled(frame, inner, lines, session, around)
}

/// What the screen shows the price of; none while items are rung up.
pub(super) fn priced(session: &Session) -> Option<&Priced> {
    match &session.screen {
        Screen::Asking { priced, .. } | Screen::Stopped { priced, .. } => priced.as_ref(),
        Screen::CouponsRefused { without: priced }
        | Screen::Paid { priced, .. }
        | Screen::Approving { priced } => Some(priced),
        Screen::Selling | Screen::Reading | Screen::Desk(_) => None,
    }
}

fn draw_right(frame: &mut Frame<'_>, area: Rect, session: &Session, around: &Around) -> u16 {
    let labels = session.lang.labels();
    let title = match &session.screen {
        Screen::Paid { .. } => session.shopper_lang().labels().receipt,
        _ if priced(session).is_some() => labels.coupons,
        _ => labels.quick_keys,
    };
    let inner = titled(frame, area, title, around.colours);
    let width = usize::from(inner.width);
    let lines: Vec<Line<'_>> = match (&session.screen, priced(session)) {
        (Screen::Paid { payment, priced }, _) => {
            let receipt = of_sale(payment, &session.lines, &priced.refused, &|_| None);
            let lines = text(&receipt, session.shopper_lang(), &TimeZone::system(), width);
            lines.into_iter().map(Line::from).collect()
        }
        (_, Some(priced)) => coupon_rows(priced, &session.lines, session.lang)
            .iter()
            .flat_map(|row| row.styled(width, around.colours))
            .collect(),
        (_, None) => quick_keys(session, width),
    };
    scrolled(frame, inner, lines, session, around)
}

/// Lines of which the first are scrolled away, and a sign that there are more.
fn scrolled(
    frame: &mut Frame<'_>,
    area: Rect,
    lines: Vec<Line<'_>>,
    session: &Session,
    around: &Around,
) -> u16 {
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    if rows <= area.height {
        frame.render_widget(Paragraph::new(lines), area);
        return 0;
    }
    // The last row says that there is more, so no line is covered.
    let [area, more] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
    let hidden = rows - area.height;
    let scroll = around.scroll.min(hidden);
    frame.render_widget(Paragraph::new(lines).scroll((scroll, 0)), area);
    let labels = session.lang.labels();
    let sign = match &session.screen {
        _ if scroll == hidden => labels.more_above,
        Screen::Desk(desk) if desk.has_pages() => labels.more_by_enter,
        _ => labels.more,
    };
    let sign = Line::from(sign).style(around.colours.letters(Tone::Quiet)).right_aligned();
    frame.render_widget(sign, more);
    hidden
}

fn quick_keys(session: &Session, width: usize) -> Vec<Line<'static>> {
    let key = |(place, item): (usize, &Item)| {
        let name = name_or_gtin(&item.name, item.gtin, session.lang);
        let price = Money::new(session.currency(), item.price_minor).digits();
        let price = match item.unit {
            Unit::Each => price,
            Unit::Kilogram => format!("{price}/kg"),
        };
        Line::from(pair_within(&format!("{place:>2}  {name}"), &price, width))
    };
    (1..).zip(session.catalogue.items()).map(key).collect()
}

fn draw_entry(frame: &mut Frame<'_>, [notice, entry, keys]: [Rect; 3], session: &Session, around: &Around) {
    if let Some(text) = &session.notice {
        let text = cut(&format!(" {text} "), usize::from(notice.width));
        let line = Line::from(text).style(around.colours.ground(Tone::Ask).bold());
        frame.render_widget(Paragraph::new(line), notice);
    }
    frame.render_widget(prompt(&around.typed), entry);
    if let Some((sign, tone)) = scan_state(session) {
        let style = around.colours.letters(tone).bold();
        let sign = Line::from(Span::styled(format!("{sign} "), style)).right_aligned();
        frame.render_widget(sign, entry);
    }
    let help = Line::from(format!(" {}", help(session))).style(around.colours.letters(Tone::Quiet));
    frame.render_widget(help, keys);
}

/// The line as far as it is typed.
pub(super) fn prompt(typed: &str) -> Line<'static> {
    let cursor = Span::styled(" ", Style::new().add_modifier(Modifier::REVERSED));
    Line::from(vec![Span::raw(" > ").bold(), Span::raw(cut(typed, INPUT_SHOWN_MAX)), cursor])
}

/// Whether the till is ready for a scan, and what became of the last.
fn scan_state(session: &Session) -> Option<(String, Tone)> {
    let labels = session.lang.labels();
    let by = |source| match source {
        Source::Keys => labels.by_scanner,
        Source::Picture => labels.by_picture,
    };
    match (&session.screen, session.heard) {
        (Screen::Reading, _) => Some((format!("◌ {}", labels.reading), Tone::Ask)),
        _ if session.busy() => None,
        (_, Heard::NotRead(source)) => {
            Some((format!("✕ {} · {}", labels.scan_not_read, by(source)), Tone::Stop))
        }
        // Once a sale is decided, the next scan is what matters.
        (Screen::Paid { .. } | Screen::Stopped { .. }, _)
        | (Screen::Desk(Desk::ScanReceipt) | Screen::Selling, Heard::Nothing) => {
            Some((format!("● {}", labels.scan_ready), Tone::Saves))
        }
        (_, Heard::Read(source)) => Some((format!("✓ {} · {}", labels.scan_read, by(source)), Tone::Saves)),
        _ => None,
    }
}

fn help(session: &Session) -> &'static str {
    let labels = session.lang.labels();
    match &session.screen {
        Screen::Selling => labels.keys_selling,
        Screen::Reading | Screen::Asking { .. } => labels.keys_none,
        Screen::Approving { .. } => labels.keys_approving,
        Screen::CouponsRefused { .. } => labels.keys_refused,
        Screen::Paid { .. } => labels.next_customer,
        Screen::Desk(Desk::Waiting) => labels.keys_none,
        Screen::Desk(Desk::Refund(_) | Desk::Day(..) | Desk::Failed(_)) => labels.keys_result,
        Screen::Desk(_) => labels.keys_desk,
        Screen::Stopped { .. } => labels.back_to_basket,
    }
}

/// A block with a head; gives the place within.
fn titled(frame: &mut Frame<'_>, area: Rect, title: &str, colours: Colours) -> Rect {
    let block = Block::new()
        .borders(Borders::TOP)
        .border_style(colours.letters(Tone::Quiet))
        .title(Span::from(format!(" {title} ")).style(Style::reset()).bold())
        .padding(Padding::horizontal(MARGINS / 2));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}
