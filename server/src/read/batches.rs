//! Closed batches, and what they are made of.

use diesel::prelude::*;
use shared::{
    ids::{CouponId, MerchantId, OfferNumber},
    ledger::EntryKind,
    settlement::Party,
    time::UnixMillis,
};

use super::{
    page::{Listed, Page},
    payments::payment,
};
use crate::{
    model::{Batch, EntryId, Payment, Refund},
    store::{
        Conn, StoreError,
        batches::{BatchRow, key, offers_of},
        codes::{Coded, number, uuid},
        schema::{batches, entries, redemptions},
        stretches,
    },
};

/// The party's batches, newest first; and the key of the next page.
pub(crate) fn list(conn: &mut Conn, party: Party, page: Page<i64>) -> Listed<Batch, i64> {
    let (kind, owner) = key(party);
    let rows: Vec<BatchRow> = batches::table
        .filter(batches::kind.eq(kind).and(batches::owner.eq(owner)))
        .filter(batches::number.lt(page.after.unwrap_or(i64::MAX)))
        .order(batches::number.desc())
        .limit(i64::try_from(page.size).unwrap_or(i64::MAX))
        .load(conn)?;
    let found = rows.iter().map(BatchRow::read).collect::<Result<Vec<_>, _>>()?;
    let next = found.last().filter(|_| found.len() == page.size).map(|batch| i64::from(batch.id.number));
    Ok((found, next))
}

/// A line of a shop's reconciliation file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShopLine {
    /// The journal entry.
    pub entry: EntryId,
    /// What it is.
    pub kind: EntryKind,
    /// When.
    pub at: UnixMillis,
    /// Of which payment.
    pub payment: Payment,
    /// From the shopper, or back to him (below zero).
    pub shopper_minor: i64,
    /// From the campaigns, or back to them (below zero).
    pub campaigns_minor: i64,
}

impl ShopLine {
    /// The refund that it is.
    pub(crate) fn refund(&self) -> Option<&Refund> {
        self.payment.refunds.iter().find(|refund| refund.entry == self.entry)
    }
}

/// A line of a manufacturer's claim file: a coupon on an item, or what came back of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimLine {
    /// The journal entry.
    pub entry: EntryId,
    /// What it is.
    pub kind: EntryKind,
    /// When.
    pub at: UnixMillis,
    /// Of which payment.
    pub payment: Payment,
    /// The coupon.
    pub coupon: CouponId,
    /// Which redeemed line of the coupon; the first where a refund is not told by line.
    pub line: usize,
    /// Paid by the manufacturer (below zero), or given back.
    pub amount_minor: i64,
}

impl ClaimLine {
    /// The refund that it is part of.
    pub(crate) fn refund(&self) -> Option<&Refund> {
        self.payment.refunds.iter().find(|refund| refund.entry == self.entry)
    }
}

/// Lines of a batch, and where the next ones begin.
pub(crate) struct Lines<T> {
    /// In the order of the journal.
    pub lines: Vec<T>,
    /// After this entry there are more.
    pub more_after: Option<EntryId>,
}

/// Entries of a batch that are looked at together.
pub(super) const ENTRIES_MAX: i64 = 200;

/// A shop's lines after `after`.
pub(crate) fn shop_lines(
    conn: &mut Conn,
    merchant: MerchantId,
    batch: &Batch,
    after: EntryId,
) -> Result<Lines<ShopLine>, StoreError> {
    let trades = [EntryKind::Payment, EntryKind::Reversal, EntryKind::Refund].map(Coded::code);
    let rows: Vec<EntryRow> = entries::table
        .filter(entries::merchant_id.eq(i64::from(merchant.0)))
        .filter(entries::id.gt(after).and(entries::id.le(batch.through)))
        .filter(entries::kind.eq_any(trades))
        .order(entries::id)
        .select((entries::id, entries::kind, entries::at_ms, entries::payment_id))
        .limit(ENTRIES_MAX)
        .load(conn)?;
    let more_after = more(rows.len(), rows.last().map(|row| row.0));
    Ok(Lines { lines: read_lines(conn, rows)?, more_after })
}

/// Number, kind, time and payment of an entry.
pub(super) type EntryRow = (i64, i64, i64, Option<Vec<u8>>);

/// The lines of entries that are trades of a shop.
pub(super) fn read_lines(conn: &mut Conn, rows: Vec<EntryRow>) -> Result<Vec<ShopLine>, StoreError> {
    let mut lines = Vec::with_capacity(rows.len());
    for (entry, kind, at_ms, id) in rows {
        let payment = payment_of(conn, id.as_deref())?;
        let kind = EntryKind::of_code(kind)?;
        let mut line =
            ShopLine { entry, kind, at: UnixMillis(at_ms), payment, shopper_minor: 0, campaigns_minor: 0 };
        let (gross_minor, shopper_minor) = match kind {
            EntryKind::Payment => (line.payment.gross_minor, line.payment.due_minor),
            EntryKind::Reversal => (-line.payment.gross_minor, -line.payment.due_minor),
            _ => {
                let refund = line.refund().ok_or(StoreError::Corrupt("an entry of no refund"))?;
                (-refund.gross_minor, -refund.shopper_minor)
            }
        };
        (line.shopper_minor, line.campaigns_minor) = (shopper_minor, gross_minor - shopper_minor);
        lines.push(line);
    }
    Ok(lines)
}

/// A manufacturer's lines after `after`.
pub(crate) fn claim_lines(
    conn: &mut Conn,
    batch: &Batch,
    after: EntryId,
) -> Result<Lines<ClaimLine>, StoreError> {
    let Party::Issuer(issuer) = batch.id.party else { return Err(StoreError::Corrupt("a batch's party")) };
    let offers: Vec<i64> = offers_of(conn, issuer)?.iter().map(|offer| offer.0.into()).collect();
    let ids = claimed(conn, &offers, after, batch.through)?;
    let more_after = more(ids.len(), ids.last().copied());
    let rows: Vec<(i64, i64, i64, i64, i64, Vec<u8>)> = redemptions::table
        .inner_join(entries::table.on(entries::id.eq(redemptions::entry_id)))
        .filter(redemptions::offer_number.eq_any(&offers))
        .filter(redemptions::entry_id.eq_any(&ids))
        .order((redemptions::entry_id, redemptions::offer_number))
        .select((
            redemptions::entry_id,
            redemptions::kind,
            entries::at_ms,
            redemptions::offer_number,
            redemptions::sequence,
            redemptions::payment_id,
        ))
        .load(conn)?;
    let mut lines = Vec::with_capacity(rows.len());
    for (entry, kind, at_ms, offer, sequence, id) in rows {
        let coupon = CouponId { offer: OfferNumber(number(offer)?), sequence: number(sequence)? };
        let payment = payment_of(conn, Some(&id))?;
        let line = ClaimLine {
            entry,
            kind: EntryKind::of_code(kind)?,
            at: UnixMillis(at_ms),
            payment,
            coupon,
            line: 0,
            amount_minor: 0,
        };
        lines.extend(parts(line)?);
    }
    Ok(Lines { lines, more_after })
}

/// Entries after one, through another, that concern these campaigns. An entry may concern several of them: whole entries only, so that
/// none is cut.
fn claimed(conn: &mut Conn, offers: &[i64], after: EntryId, through: EntryId) -> QueryResult<Vec<EntryId>> {
    let (mut found, mut room) = (Vec::new(), ENTRIES_MAX);
    let mut from = stretches::first_of(after + 1);
    loop {
        let some = stretches::some_from(conn, offers, from, through, ENTRIES_MAX)?;
        let Some(last) = some.last() else { return Ok(found) };
        from = stretches::last_of(*last) + 1;
        for first in some {
            let here: Vec<EntryId> = redemptions::table
                .filter(
                    redemptions::entry_id
                        .between(first.max(after + 1), stretches::last_of(first).min(through)),
                )
                .filter(redemptions::offer_number.eq_any(offers))
                .select(redemptions::entry_id)
                .distinct()
                .order(redemptions::entry_id)
                .limit(room)
                .load(conn)?;
            room -= i64::try_from(here.len()).unwrap_or(room);
            found.extend(here);
            if room == 0 {
                return Ok(found);
            }
        }
    }
}

/// A redemption line by line; a refund as a whole, since its rule is about a coupon as a whole.
fn parts(line: ClaimLine) -> Result<Vec<ClaimLine>, StoreError> {
    let unknown = StoreError::Corrupt("a redemption of no coupon");
    let mut redeemed = line.payment.redemptions.iter();
    let Some(place) = redeemed.position(|r| r.offer_number == line.coupon.offer) else { return Err(unknown) };
    let sign = match line.kind {
        EntryKind::Payment => -1,
        EntryKind::Reversal => 1,
        _ => {
            let part = line.refund().and_then(|refund| refund.coupons.get(place)).ok_or(unknown)?;
            return Ok(vec![ClaimLine { amount_minor: part.amount_minor, ..line }]);
        }
    };
    let lines = line.payment.redemptions[place].lines.iter().enumerate();
    let discounted = lines.filter(|(_, redeemed)| redeemed.discount_minor != 0);
    Ok(discounted
        .map(|(n, redeemed)| ClaimLine {
            line: n,
            amount_minor: sign * redeemed.discount_minor,
            ..line.clone()
        })
        .collect())
}

pub(super) fn more(found: usize, last: Option<EntryId>) -> Option<EntryId> {
    last.filter(|_| i64::try_from(found) == Ok(ENTRIES_MAX))
}

fn payment_of(conn: &mut Conn, id: Option<&[u8]>) -> Result<Payment, StoreError> {
    let missing = || StoreError::Corrupt("an entry without its payment");
    payment(conn, uuid(id.ok_or_else(missing)?)?)?.ok_or_else(missing)
}
