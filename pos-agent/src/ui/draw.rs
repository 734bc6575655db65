//! The screen, read from a metre away: the basket and the amount on the left, coupons or the receipt on the right, one line for
//! what is scanned. Green is paid, red is stop, amber asks; nothing else has a colour of its own.

use jiff::tz::TimeZone;
use ratatui::{
    Frame,
    layout::{Alignment, Constraint, Layout, Rect},
    style::{Modifier, Style, Stylize},
    text::{Line, Span},
    widgets::{Block, Borders, Padding, Paragraph},
};
use shared::money::Money;
use unicode_width::UnicodeWidthStr;

use super::{
    band::{BAND_ROWS, draw_band},
    colours::{ASK, INK, QUIET, SAVES},
    desk,
    rows::coupon_rows,
    terminal::{Head, Typing},
};
use crate::{
    receipt::{RECEIPT_COLUMNS, cut, name_or_gtin, pair_within, receipt},
    sale::Priced,
    session::{Screen, Session},
    words::Lang,
};

/// Columns of the right side: a receipt with a margin.
const RIGHT_COLUMNS: u16 = 46;
const _: () = assert!(RIGHT_COLUMNS as usize == RECEIPT_COLUMNS + 4, "the receipt fits");
/// Characters of the input that are shown; a code is long and nobody reads it.
const INPUT_SHOWN_MAX: usize = 40;

/// Draws all of it; gives the rows by which the right side can be scrolled.
pub(super) fn draw(frame: &mut Frame<'_>, session: &Session, head: &Head, typing: &Typing) -> u16 {
    let [top, middle, notice, entry, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(10),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    let [left, right] =
        Layout::horizontal([Constraint::Min(30), Constraint::Length(RIGHT_COLUMNS)]).areas(middle);
    let [basket, band] = Layout::vertical([Constraint::Min(4), Constraint::Length(BAND_ROWS)]).areas(left);

    draw_head(frame, top, session, head);
    draw_basket(frame, basket, session);
    draw_band(frame, band, session);
    let hidden = draw_right(frame, right, session, typing.scroll);
    draw_entry(frame, [notice, entry, keys], session, &typing.line);
    hidden
}

fn draw_head(frame: &mut Frame<'_>, area: Rect, session: &Session, head: &Head) {
    let labels = session.lang.labels();
    let left = format!(" OneScan  {} {}", labels.till, head.terminal_id);
    let mut right = Vec::new();
    if session.pending > 0 {
        right.push(format!("{} {}", session.pending, labels.pending));
    }
    if !session.online {
        right.push(labels.offline.to_owned());
    }
    if let Some(folder) = &head.watch {
        right.push(format!("{} {}", labels.watching, folder.display()));
    }
    let text = pair_within(&left, &format!("{} ", right.join(" · ")), usize::from(area.width));
    frame.render_widget(Paragraph::new(text).style(Style::new().reversed().bold()), area);
}

fn draw_basket(frame: &mut Frame<'_>, area: Rect, session: &Session) {
    let labels = session.lang.labels();
    if let Screen::Desk(at) = &session.screen {
        let block = titled(desk::title(at, labels));
        let inner = block.inner(area);
        frame.render_widget(block, area);
        let width = usize::from(inner.width);
        let rows: Vec<Line<'_>> = desk::rows(session, at).iter().map(|row| row.styled(width)).collect();
        frame.render_widget(Paragraph::new(rows), inner);
        return;
    }
    let block = titled(labels.basket);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let Some(basket) = session.basket() else {
        frame.render_widget(Paragraph::new(labels.empty).fg(QUIET), inner);
        return;
    };
    let width = usize::from(inner.width);
    let priced = priced(session);
    let mut rows = Vec::new();
    for (index, sold) in session.lines.iter().enumerate() {
        let line = basket.lines()[index];
        let name = name_or_gtin(&sold.name, sold.gtin, session.lang);
        let total = Money::new(session.currency(), line.total_minor()).digits();
        let text = match sold.grams {
            0 => format!("{:>2}  {} × {name}", index + 1, sold.units),
            grams => format!("{:>2}  {name}  {}.{:03} kg", index + 1, grams / 1_000, grams % 1_000),
        };
        rows.push(Line::from(pair_within(&text, &total, width)));
        for (title, off) in discounts_of_line(priced, index, session.lang) {
            let off = Money::new(session.currency(), -off).digits();
            rows.push(Line::from(pair_within(&format!("      {title}"), &off, width)).fg(SAVES));
        }
    }
    // The last items matter most.
    let hidden = rows.len().saturating_sub(usize::from(inner.height));
    frame.render_widget(Paragraph::new(rows.split_off(hidden)), inner);
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

/// What the screen shows the price of; none while items are rung up.
fn priced(session: &Session) -> Option<&Priced> {
    match &session.screen {
        Screen::Asking { priced, .. } | Screen::Stopped { priced, .. } => priced.as_ref(),
        Screen::CouponsRefused { without: priced }
        | Screen::Paid { priced, .. }
        | Screen::Approving { priced } => Some(priced),
        Screen::Selling | Screen::Reading | Screen::Desk(_) => None,
    }
}

/// Scrolled by so many rows, as far as there are any.
fn draw_right(frame: &mut Frame<'_>, area: Rect, session: &Session, scroll: u16) -> u16 {
    let labels = session.lang.labels();
    let title = match &session.screen {
        Screen::Paid { .. } => session.shopper_lang().labels().receipt,
        _ if priced(session).is_some() => labels.coupons,
        _ => labels.quick_keys,
    };
    let block = titled(title);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let rows: Vec<Line<'_>> = match (&session.screen, priced(session)) {
        (Screen::Paid { payment, priced }, _) => {
            let (lang, zone) = (session.shopper_lang(), TimeZone::system());
            let lines = receipt(payment, &session.lines, &priced.refused, lang, &zone);
            lines.into_iter().map(Line::from).collect()
        }
        (_, Some(priced)) => coupon_rows(priced, &session.lines, session.lang)
            .iter()
            .map(|row| row.styled(usize::from(inner.width)))
            .collect(),
        (_, None) => quick_keys(session, usize::from(inner.width)),
    };
    let hidden = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_sub(inner.height);
    let scroll = scroll.min(hidden);
    frame.render_widget(Paragraph::new(rows).scroll((scroll, 0)), inner);
    if scroll < hidden {
        let more = Line::from(labels.more).fg(QUIET).right_aligned();
        frame.render_widget(more, Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner });
    }
    hidden
}

fn quick_keys(session: &Session, width: usize) -> Vec<Line<'static>> {
    let key = |(place, item): (usize, &crate::catalogue::Item)| {
        let name = name_or_gtin(&item.name, item.gtin, session.lang);
        let price = Money::new(session.currency(), item.price_minor).digits();
        Line::from(pair_within(&format!("{place:>2}  {name}"), &price, width)).fg(QUIET)
    };
    (1..).zip(session.catalogue.items()).map(key).collect()
}

fn draw_entry(frame: &mut Frame<'_>, [notice, entry, keys]: [Rect; 3], session: &Session, input: &str) {
    let labels = session.lang.labels();
    if let Some(text) = &session.notice {
        let line = Line::from(format!(" {text} ")).style(Style::new().bg(ASK).fg(INK).bold());
        frame.render_widget(Paragraph::new(line), notice);
    }
    let shown = if input.width() > INPUT_SHOWN_MAX { cut(input, INPUT_SHOWN_MAX) } else { input.to_owned() };
    let cursor = Span::styled(" ", Style::new().add_modifier(Modifier::REVERSED));
    let prompt = Line::from(vec![Span::raw(" > ").bold(), Span::raw(shown), cursor]);
    frame.render_widget(Paragraph::new(prompt), entry);
    let help = match &session.screen {
        Screen::Selling => labels.keys_selling,
        Screen::Reading | Screen::Asking { .. } => "",
        Screen::Approving { .. } => labels.keys_approving,
        Screen::CouponsRefused { .. } => labels.keys_refused,
        Screen::Paid { .. } => labels.next_customer,
        Screen::Desk(_) => labels.keys_desk,
        Screen::Stopped { .. } => labels.back_to_basket,
    };
    frame.render_widget(Paragraph::new(format!(" {help}")).fg(QUIET).alignment(Alignment::Left), keys);
}

fn titled(title: &str) -> Block<'_> {
    Block::new()
        .borders(Borders::TOP)
        .border_style(QUIET)
        .title(Span::from(format!(" {title} ")).bold())
        .padding(Padding::horizontal(2))
}
