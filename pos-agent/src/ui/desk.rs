//! History, refund and end of day on the screen: the rows of each, and the band below them.

use jiff::{Timestamp, tz::TimeZone};
use proto::{convert::money_from_wire, v1::Refund};
use ratatui::{style::Stylize, text::Line};
use shared::{money::Money, time::UnixMillis};

use super::{
    band::Band,
    basket::what_was_sold,
    colours::{Colours, Tone},
    marks::Mark,
};
use crate::{
    attention::Attention,
    day::{DayReport, Difference, Total},
    journal::{SaleRecord, ending_word},
    machine::{RefundMachine, RefundOutcome},
    receipt::{Columns, name_or_gtin, pair_within, receipt},
    returns::{Returnable, Returned},
    session::{Desk, Session, refund_words},
    words::{self, Labels, Lang},
};

/// Columns of the word for how a payment ended.
const STATE_COLUMNS: usize = 18;

/// One row: left, right, how it looks.
pub(super) struct Row {
    left: String,
    right: String,
    look: Look,
}

#[derive(Clone, Copy)]
enum Look {
    Plain,
    Strong,
    Quiet,
    Good,
    Bad,
}

impl Row {
    fn new(look: Look, left: impl Into<String>, right: impl Into<String>) -> Self {
        Self { left: left.into(), right: right.into(), look }
    }

    /// As lines so wide at most. Words are broken, never cut; before an amount the left side is cut.
    pub(super) fn text(&self, width: usize) -> Vec<String> {
        let columns = Columns::on_screen(width);
        if !self.right.is_empty() || columns.width(&self.left) <= width {
            return vec![pair_within(&self.left, &self.right, width)];
        }
        columns.broken(&self.left, self.left.chars().take_while(|c| *c == ' ').count())
    }

    pub(super) fn styled(&self, width: usize, colours: Colours) -> Vec<Line<'static>> {
        let styled = |line| match self.look {
            Look::Plain => line,
            Look::Strong => Line::bold(line),
            Look::Quiet => line.style(colours.letters(Tone::Quiet)),
            Look::Good => line.style(colours.letters(Tone::Saves)).bold(),
            Look::Bad => line.style(colours.letters(Tone::Stop)).bold(),
        };
        self.text(width).into_iter().map(|text| styled(Line::from(text))).collect()
    }
}

/// The head of the rows.
pub(super) fn title<'a>(desk: &Desk, labels: &'a Labels) -> &'a str {
    match desk {
        Desk::Menu | Desk::Quantity => labels.menu,
        Desk::History(_) | Desk::Receipt(_) => labels.history,
        Desk::Day(..) => labels.end_of_day,
        Desk::Waiting | Desk::Failed(_) => labels.till,
        _ => labels.refunds,
    }
}

/// What is on the left.
pub(super) fn rows(session: &Session, desk: &Desk) -> Vec<Row> {
    let labels = session.lang.labels();
    match desk {
        Desk::Menu => menu_rows(session),
        Desk::Quantity => {
            let row = |line| Row::new(Look::Strong, what_was_sold(line, session.lang), "");
            session.lines.last().map(row).into_iter().collect()
        }
        Desk::History(sales) if sales.is_empty() => vec![Row::new(Look::Quiet, labels.no_payments, "")],
        Desk::History(sales) => {
            (1..).zip(sales).map(|(place, sale)| sale_row(place, sale, session.lang)).collect()
        }
        Desk::Receipt(sale) => receipt_rows(sale, session),
        Desk::Choosing { from, units } => goods_rows(from, units, session.lang),
        Desk::Confirming { from, returned } => {
            let units: Vec<u32> = match returned {
                Returned::Everything => from.lines.iter().map(|line| line.left()).collect(),
                Returned::Lines(chosen) => {
                    let of = |place| chosen.iter().find(|(line, _)| *line == place).map_or(0, |(_, n)| *n);
                    (0..from.lines.len()).map(of).collect()
                }
            };
            goods_rows(from, &units, session.lang)
        }
        Desk::Day(report, attention) => day_rows(report, attention, session.lang),
        Desk::Refund(RefundMachine::Ended(RefundOutcome::Done(done))) => refund_rows(done, labels),
        Desk::ScanReceipt | Desk::Waiting | Desk::Refund(_) | Desk::Failed(_) => Vec::new(),
    }
}

/// What would act on nothing is quiet.
fn menu_rows(session: &Session) -> Vec<Row> {
    let labels = session.lang.labels();
    let last = session.lines.last();
    let of_last = |label: &str| match last {
        Some(line) => format!("{label}  {}", what_was_sold(line, session.lang)),
        None => label.to_owned(),
    };
    let choices = [
        (session.last_is_counted(), of_last(labels.menu_quantity)),
        (last.is_some(), of_last(labels.menu_void)),
        (last.is_some(), labels.menu_new.to_owned()),
        (true, labels.history.to_owned()),
        (true, labels.refunds.to_owned()),
        (true, labels.end_of_day.to_owned()),
    ];
    let row = |(key, (can, text)): (usize, (bool, String))| {
        Row::new(if can { Look::Strong } else { Look::Quiet }, format!("{key}  {text}"), "")
    };
    let back = Row::new(Look::Quiet, format!("0  {}", labels.back), "");
    (1..).zip(choices).map(row).chain([back]).collect()
}

/// The band below: what it is about, an amount, what to do.
pub(super) fn band(session: &Session, desk: &Desk) -> Band {
    let labels = session.lang.labels();
    let plain = Band::plain;
    match desk {
        Desk::Menu => plain(labels.menu, labels.keys_menu),
        Desk::Quantity => plain(labels.menu_quantity, labels.keys_quantity),
        Desk::History(_) => plain(labels.history, labels.keys_history),
        Desk::Receipt(sale) => Band {
            amount: Some(sale.asked.money(sale.asked.due_minor)),
            ..plain(labels.paid, labels.keys_receipt)
        },
        Desk::ScanReceipt => plain(labels.refunds, labels.scan_receipt),
        Desk::Waiting => plain("", labels.waiting),
        Desk::Choosing { from, units } => {
            Band { amount: Some(shelf_price(from, units)), ..plain(labels.shelf_price, labels.keys_choosing) }
        }
        Desk::Confirming { from, returned } => {
            let (label, amount) = match returned {
                Returned::Everything => {
                    let left = from.due.minor.saturating_sub(from.refunded.minor);
                    (labels.all_goods, Money::new(from.due.currency, left))
                }
                Returned::Lines(lines) => {
                    let mut units = vec![0; from.lines.len()];
                    lines.iter().for_each(|(line, n)| units[*line] = *n);
                    (labels.shelf_price, shelf_price(from, &units))
                }
            };
            let band = plain(label, labels.confirm_refund);
            Band { tone: Some(Tone::Ask), mark: Some(Mark::Question), amount: Some(amount), ..band }
        }
        Desk::Refund(refund) => {
            let words = refund_words(refund, session.lang);
            let (tone, mark, amount) = match refund {
                RefundMachine::Ended(RefundOutcome::Done(done)) => {
                    let amount = money_from_wire("amount", done.refunded_amount.as_ref()).ok();
                    (Tone::Paid, Mark::Check, amount)
                }
                RefundMachine::Ended(_) => (Tone::Stop, Mark::Cross, None),
                _ => (Tone::Ask, Mark::Question, None),
            };
            let label = if tone == Tone::Paid { labels.refunded_large } else { labels.refunds };
            Band {
                tone: Some(tone),
                mark: Some(mark),
                label: label.to_owned(),
                amount,
                words: vec![words.what.to_owned(), words.next.to_owned()],
            }
        }
        Desk::Day(report, attention) => {
            let clean = report.differences.is_empty() && attention.is_empty();
            let (tone, mark) = if clean { (Tone::Paid, Mark::Check) } else { (Tone::Stop, Mark::Cross) };
            Band {
                tone: Some(tone),
                mark: Some(mark),
                label: labels.day_paid.to_owned(),
                amount: Some(Money::new(report.currency, report.paid.minor)),
                words: vec![if clean { labels.day_clean } else { labels.day_differs }.to_owned()],
            }
        }
        Desk::Failed(message) => Band {
            tone: Some(Tone::Stop),
            mark: Some(Mark::Cross),
            label: labels.till.to_owned(),
            amount: None,
            words: vec![message.what.to_owned(), message.next.to_owned()],
        },
    }
}

fn shelf_price(from: &Returnable, units: &[u32]) -> Money {
    let price = |(line, units): (&crate::returns::ReturnableLine, &u32)| {
        line.unit_price_minor.saturating_mul(i64::from(*units))
    };
    Money::new(from.gross.currency, from.lines.iter().zip(units).map(price).sum())
}

fn sale_row(place: usize, sale: &SaleRecord, lang: Lang) -> Row {
    let labels = lang.labels();
    let (word, look) = match sale.ended.map(|(ending, _)| ending) {
        None => (labels.open, Look::Bad),
        Some(ending) => match ending_word(ending) {
            "paid" if !sale.refunds.is_empty() => (labels.partly_returned, Look::Plain),
            "paid" => (labels.paid, Look::Plain),
            "declined" => (labels.declined, Look::Quiet),
            "reversed" => (labels.taken_back_short, Look::Quiet),
            _ => (labels.refund_due, Look::Bad),
        },
    };
    let amount = sale.asked.money(sale.asked.due_minor).digits();
    let goods = sale.asked.goods.sold();
    let what = match goods.as_slice() {
        [] => sale.asked.reference.clone(),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" +{}", rest.len()) };
            format!("{}{more}", name_or_gtin(&first.name, first.gtin, lang))
        }
    };
    let word = Columns::on_screen(STATE_COLUMNS).pair(word, " ");
    let lane = [sale.asked.lane_id.as_str(), " "].concat();
    Row::new(look, format!("{place}  {}  {word} {}{what}", clock(sale.begun_at), lane.trim_start()), amount)
}

fn receipt_rows(sale: &SaleRecord, session: &Session) -> Vec<Row> {
    let goods = &sale.asked.goods;
    let lines = match &sale.payment {
        Some(payment) => {
            receipt(payment, &goods.sold(), &goods.not_applied(), session.lang, &TimeZone::system())
        }
        None => vec![sale.payment_id.clone(), sale.reason.clone()],
    };
    lines.into_iter().map(|line| Row::new(Look::Plain, line, "")).collect()
}

fn goods_rows(from: &Returnable, units: &[u32], lang: Lang) -> Vec<Row> {
    let line = |((place, line), chosen): ((usize, &crate::returns::ReturnableLine), &u32)| {
        let name = match line.gtin {
            Some(gtin) => name_or_gtin(&line.name, gtin, lang),
            None => lang.text(&line.name).to_owned(),
        };
        let look = match (chosen, line.left()) {
            (1.., _) => Look::Good,
            (0, 0) => Look::Quiet,
            _ => Look::Plain,
        };
        let price = Money::new(from.gross.currency, line.unit_price_minor).digits();
        Row::new(look, format!("{place:>2}  {name}  {price}"), format!("{chosen} / {}", line.left()))
    };
    let head = Row::new(Look::Quiet, lang.labels().goods, lang.labels().chosen_of_left);
    [head].into_iter().chain((1..).zip(&from.lines).zip(units).map(line)).collect()
}

/// Why the shopper gets less back than the goods cost on the shelf.
fn refund_rows(done: &Refund, labels: &Labels) -> Vec<Row> {
    let amounts =
        [&done.gross_amount, &done.refunded_amount].map(|wire| money_from_wire("amount", wire.as_ref()));
    let [Ok(shelf), Ok(given_back)] = amounts else { return Vec::new() };
    let off = Money::new(shelf.currency, given_back.minor.saturating_sub(shelf.minor));
    let mut rows = vec![Row::new(Look::Plain, labels.returned, shelf.digits())];
    if off.minor != 0 {
        rows.push(Row::new(Look::Plain, labels.coupons_off, off.digits()));
    }
    rows.push(Row::new(Look::Strong, labels.given_back, given_back.digits()));
    rows
}

fn day_rows(report: &DayReport, attention: &[Attention], lang: Lang) -> Vec<Row> {
    let labels = lang.labels();
    let total = |label: &str, total: Total| {
        let sum = Money::new(report.currency, total.minor).digits();
        Row::new(Look::Plain, format!("{label}  ({})", total.count), sum)
    };
    let mut rows = vec![
        total(labels.paid, report.paid),
        total(labels.discounts, report.discounts),
        total(labels.refunds, report.refunded),
        total(labels.taken_back_short, report.taken_back),
        total(labels.declined, report.declined),
    ];
    if !report.differences.is_empty() {
        rows.push(Row::new(Look::Plain, "", ""));
        let count = report.differences.len().to_string();
        rows.push(Row::new(Look::Strong, labels.differences, count));
        rows.extend(report.differences.iter().flat_map(|difference| difference_rows(difference, lang)));
    }
    if !attention.is_empty() {
        rows.push(Row::new(Look::Plain, "", ""));
        rows.push(Row::new(Look::Strong, labels.attention, attention.len().to_string()));
        for one in attention {
            let words = one.trouble.words(lang);
            rows.push(Row::new(
                Look::Bad,
                format!("{}  {}", clock(one.begun_at), words.what),
                one.amount.digits(),
            ));
            rows.push(Row::new(Look::Quiet, format!("   {}", words.next), ""));
        }
    }
    rows
}

fn difference_rows(difference: &Difference, lang: Lang) -> [Row; 3] {
    let labels = lang.labels();
    let amount = |money: Option<Money>| money.map_or("–".to_owned(), |money| money.digits());
    let words = words::day::cause(difference.cause, lang);
    let both = format!("{} {}", amount(difference.till), amount(difference.provider));
    let number = if difference.reference.is_empty() { &difference.payment_id } else { &difference.reference };
    [
        Row::new(Look::Bad, format!("{}  {}", clock(difference.at), words.what), ""),
        Row::new(Look::Plain, format!("   {number}  {}", labels.till_and_provider), both),
        Row::new(Look::Quiet, format!("   {}", words.next), ""),
    ]
}

/// The time of day on the till's clock.
fn clock(at: UnixMillis) -> String {
    let time = Timestamp::from_millisecond(at.0).map(|at| at.to_zoned(TimeZone::system()));
    time.map(|at| at.strftime("%H:%M").to_string()).unwrap_or_default()
}
