//! The till without a screen: one command a line in, what happened out. For pipes, tests, and terminals that are none.

use std::io::Write;

use jiff::tz::TimeZone;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    sync::mpsc,
};

use super::{Counter, basket::what_was_sold, desk};
use crate::{
    receipt::{RECEIPT_COLUMNS, pair_within, receipt},
    sale::Priced,
    session::{Act, Event, Screen, Session},
    words,
};

/// Columns of what is printed.
const COLUMNS: usize = RECEIPT_COLUMNS;

pub(super) async fn run(
    counter: &Counter,
    mut session: Session,
    mut events: mpsc::Receiver<Event>,
    input: impl AsyncRead + Unpin,
    mut out: impl Write,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(input).lines();
    loop {
        // What is under way is finished before the next line counts: a script need not wait.
        let event = if session.busy() {
            events.recv().await
        } else {
            tokio::select! {
                biased;
                event = events.recv() => event,
                line = lines.next_line() => line?.map(Event::Line),
            }
        };
        let Some(event) = event else { return Ok(()) };
        let line = matches!(event, Event::Line(_));
        let before = session.screen.clone();
        session.notice = None;
        let acts = session.on(event);
        report(&session, &before, line, &mut out)?;
        for act in acts {
            if act == Act::Quit {
                return Ok(());
            }
            counter.carry_out(act);
        }
    }
}

/// Prints what changed.
fn report(session: &Session, before: &Screen, line: bool, out: &mut impl Write) -> std::io::Result<()> {
    let labels = session.lang.labels();
    if let Some(notice) = &session.notice {
        writeln!(out, "{notice}")?;
    }
    if session.screen == *before && !(line && session.screen == Screen::Selling) {
        return Ok(());
    }
    match &session.screen {
        Screen::Selling => basket(session, out)?,
        Screen::Reading => writeln!(out, "{}", labels.reading)?,
        Screen::Asking { priced: None, .. } => {}
        Screen::Asking { priced: Some(priced), again: false } => {
            price(session, priced, out)?;
            writeln!(out, "{}", labels.asking)?;
        }
        Screen::Asking { again: true, .. } => writeln!(out, "{}", labels.asking_again)?,
        Screen::Approving { .. } => writeln!(out, "{}", labels.approving)?,
        Screen::CouponsRefused { without } => {
            let words = words::reason(shared::reason::Reason::CouponRefused, session.lang);
            writeln!(out, "{} {}", words.what, words.next)?;
            price(session, without, out)?;
            writeln!(out, "{}", labels.keys_refused)?;
        }
        Screen::Paid { payment, priced } => {
            writeln!(out, "{}\n", labels.paid_large)?;
            let zone = TimeZone::system();
            for line in receipt(payment, &session.lines, &priced.refused, session.shopper_lang(), &zone) {
                writeln!(out, "{line}")?;
            }
            writeln!(out)?;
        }
        Screen::Desk(at) => {
            for text in desk::rows(session, at).iter().flat_map(|row| row.text(COLUMNS)) {
                writeln!(out, "{text}")?;
            }
            let band = desk::band(session, at);
            let amount = band.amount.map(|amount| amount.to_string()).unwrap_or_default();
            writeln!(out, "{}", pair_within(&band.label, &amount, COLUMNS))?;
            band.words.iter().try_for_each(|words| writeln!(out, "{words}"))?;
        }
        Screen::Stopped { what, next, .. } => {
            writeln!(out, "{}\n{what}\n{next}", labels.stop_large)?;
        }
    }
    out.flush()
}

fn basket(session: &Session, out: &mut impl Write) -> std::io::Result<()> {
    let labels = session.lang.labels();
    let Some(basket) = session.basket() else { return writeln!(out, "{}", labels.empty) };
    for (number, (line, sold)) in (1..).zip(basket.lines().iter().zip(&session.lines)) {
        let total = shared::money::Money::new(basket.currency(), line.total_minor());
        let text = format!("{number:>2}  {}", what_was_sold(sold, session.lang));
        writeln!(out, "{}", pair_within(&text, &total.digits(), COLUMNS))?;
    }
    writeln!(out, "{}", pair_within(&format!("    {}", labels.total), &basket.gross().digits(), COLUMNS))
}

fn price(session: &Session, priced: &Priced, out: &mut impl Write) -> std::io::Result<()> {
    for row in super::coupon_rows(priced, &session.lines, session.lang) {
        writeln!(out, "{}", pair_within(&row.left, &row.right, COLUMNS))?;
    }
    let due = pair_within(session.lang.labels().due, &priced.due.to_string(), COLUMNS);
    writeln!(out, "{due}")
}
