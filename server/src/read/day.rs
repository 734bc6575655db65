//! A till's day: what moved money there, for its comparison with the till's own journal.

use diesel::{dsl::max, prelude::*};
use shared::{
    ids::{MerchantId, TerminalId},
    ledger::EntryKind,
    time::UnixMillis,
};

use super::batches::{ENTRIES_MAX, EntryRow, Lines, ShopLine, more, read_lines};
use crate::{
    model::EntryId,
    store::{
        Conn, StoreError,
        codes::Coded,
        schema::{entries, payments},
    },
};

/// By how much the clocks of servers may differ: entries are numbered in the order of commits, which is only nearly that
/// of their times.
const CLOCKS_DIFFER_MS: i64 = 60_000;

/// What a till asks about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day {
    /// The shop.
    pub merchant: MerchantId,
    /// The till.
    pub terminal: TerminalId,
    /// The first instant.
    pub since: UnixMillis,
    /// The first instant after.
    pub until: UnixMillis,
}

/// The entries among which the day's are: after the first, through the second. There is no index by time, so that payments need
/// not write one; the numbers are searched instead.
pub(crate) fn bounds(conn: &mut Conn, day: Day) -> Result<(EntryId, EntryId), StoreError> {
    let after = last_before(conn, day.merchant, day.since.plus_ms(-CLOCKS_DIFFER_MS))?;
    Ok((after, last_before(conn, day.merchant, day.until.plus_ms(CLOCKS_DIFFER_MS))?))
}

/// A number not above the shop's first entry at or after `at`, and not below its last one before.
fn last_before(conn: &mut Conn, merchant: MerchantId, at: UnixMillis) -> Result<EntryId, StoreError> {
    let its = entries::merchant_id.eq(i64::from(merchant.0));
    let last: Option<i64> = entries::table.filter(its).select(max(entries::id)).get_result(conn)?;
    let (mut before, mut through) = (0, last.unwrap_or(0));
    while before < through {
        let middle = before + (through - before) / 2;
        let next: Option<(i64, i64)> = entries::table
            .filter(its.and(entries::id.gt(middle)).and(entries::id.le(through)))
            .order(entries::id)
            .select((entries::id, entries::at_ms))
            .limit(1)
            .load(conn)?
            .pop();
        match next {
            Some((id, at_ms)) if at_ms < at.0 => before = id,
            _ => through = middle,
        }
    }
    Ok(before)
}

/// The day's lines within bounds. Sales and reversals are those of the till's payments; refunds those that the till has made.
pub(crate) fn lines(
    conn: &mut Conn,
    day: Day,
    (after, through): (EntryId, EntryId),
) -> Result<Lines<ShopLine>, StoreError> {
    let sales = [EntryKind::Payment, EntryKind::Reversal].map(Coded::code);
    let of_the_till = entries::kind.eq_any(sales).and(payments::terminal_id.eq(i64::from(day.terminal.0)));
    let rows: Vec<EntryRow> = entries::table
        .inner_join(payments::table.on(entries::payment_id.eq(payments::payment_id.nullable())))
        .filter(entries::merchant_id.eq(i64::from(day.merchant.0)))
        .filter(entries::id.gt(after).and(entries::id.le(through)))
        .filter(entries::at_ms.ge(day.since.0).and(entries::at_ms.lt(day.until.0)))
        .filter(of_the_till.or(entries::kind.eq(EntryKind::Refund.code())))
        .order(entries::id)
        .select((entries::id, entries::kind, entries::at_ms, entries::payment_id))
        .limit(ENTRIES_MAX)
        .load(conn)?;
    let more_after = more(rows.len(), rows.last().map(|row| row.0));
    let mut lines = read_lines(conn, rows)?;
    lines.retain(|line| line.refund().is_none_or(|refund| refund.terminal == Some(day.terminal)));
    Ok(Lines { lines, more_after })
}
