//! The receipts as a table for spreadsheets: RFC 4180, with the mark by which they recognise UTF-8.

use proto::{convert::time_from_wire, v1};
use shared::money::{Currency, Money};

use super::{super::Model, Day};
use crate::i18n::state_word;

const UTF8_MARK: char = '\u{FEFF}';

/// All receipts, newest first, in the reader's language and time zone.
pub(super) fn table(model: &Model) -> String {
    let heads = &model.lang.history().csv_heads;
    let mut table = String::from(UTF8_MARK);
    row(&mut table, heads.split('|').map(str::to_owned));
    for receipt in model.receipts() {
        let payment = &receipt.payment;
        let currency = payment.amount_due.as_ref().map(|due| due.currency_code.clone()).unwrap_or_default();
        row(
            &mut table,
            [
                moment(model, payment),
                payment.merchant_name.clone(),
                state_word(model.lang, payment.state()).to_owned(),
                decimal(payment.gross_amount.as_ref()),
                decimal(payment.discount_amount.as_ref()),
                decimal(payment.amount_due.as_ref()),
                decimal(payment.refunded_amount.as_ref()),
                currency,
                payment.merchant_reference.clone(),
                payment.payment_id.clone(),
            ],
        );
    }
    table
}

/// "2026-11-24 10:33"
fn moment(model: &Model, payment: &v1::Payment) -> String {
    let Ok(at) = time_from_wire("created_at", payment.created_at.as_ref()) else { return String::new() };
    let minutes = at.0.div_euclid(60_000) + i64::from(model.utc_offset_minutes);
    let (hour, minute) = (minutes.rem_euclid(1_440) / 60, minutes.rem_euclid(60));
    format!("{} {hour:02}:{minute:02}", Day::of(at, model.utc_offset_minutes))
}

fn decimal(money: Option<&v1::Money>) -> String {
    let Some(money) = money else { return String::new() };
    match money.currency_code.parse::<Currency>() {
        Ok(currency) => Money::new(currency, money.minor_units).digits(),
        Err(_) => money.minor_units.to_string(),
    }
}

fn row(table: &mut String, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<String> = cells.into_iter().map(|cell| quoted(&cell)).collect();
    table.push_str(&cells.join(","));
    table.push_str("\r\n");
}

/// A text that a spreadsheet would take for a formula gets an apostrophe before it: names come from others. Amounts are never
/// below zero, so none is taken for one.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let safe = if formula { format!("'{cell}") } else { cell.to_owned() };
    if safe.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}
