//! An issuer's campaigns, and what was redeemed of them.

use std::sync::Arc;

use diesel::prelude::*;
use shared::{
    ids::{CouponId, IssuerId, OfferNumber},
    ledger::{Account, EntryKind},
};

use super::{
    balances::{balance, of_all_stripes},
    page::{Listed, Page},
};
use crate::{
    directory::Directory,
    model::{CampaignView, EntryId, Payment, RedemptionRow},
    store::{
        Conn, StoreError,
        codes::{Coded, number, uuid},
        rows::{CampaignRow, PaymentRow},
        schema::{campaigns, payments, redemptions},
        stretches,
    },
};

/// A campaign of this issuer.
pub(crate) fn campaign(
    conn: &mut Conn,
    directory: &Arc<Directory>,
    issuer: IssuerId,
    offer: OfferNumber,
) -> Result<Option<CampaignView>, StoreError> {
    let row: Option<CampaignRow> = campaigns::table
        .find(i64::from(offer.0))
        .filter(campaigns::issuer_id.eq(i64::from(issuer.0)))
        .get_result(conn)
        .optional()?;
    row.map(|row| view(conn, directory, &row)).transpose()
}

/// The issuer's campaigns, newest first; and the key of the next page.
pub(crate) fn list(
    conn: &mut Conn,
    directory: &Arc<Directory>,
    issuer: IssuerId,
    page: Page<i64>,
) -> Listed<CampaignView, i64> {
    let rows: Vec<CampaignRow> = campaigns::table
        .filter(campaigns::issuer_id.eq(i64::from(issuer.0)))
        .filter(campaigns::offer_number.lt(page.after.unwrap_or(i64::MAX)))
        .order(campaigns::offer_number.desc())
        .limit(i64::try_from(page.size).unwrap_or(i64::MAX))
        .load(conn)?;
    let next = rows.last().filter(|_| rows.len() == page.size).map(|row| row.offer_number);
    let views = rows.iter().map(|row| view(conn, directory, row)).collect::<Result<_, _>>()?;
    Ok((views, next))
}

fn view(conn: &mut Conn, directory: &Arc<Directory>, row: &CampaignRow) -> Result<CampaignView, StoreError> {
    let number = row.number()?;
    let offer = directory.offer(number)?.ok_or(StoreError::Corrupt("a campaign without offer"))?;
    let (reserved_minor, coupons_redeemed) =
        of_all_stripes(conn, Account::CampaignReserved(number))?.unwrap_or_default();
    Ok(CampaignView {
        campaign: row.read(offer)?,
        available_minor: balance(conn, Account::CampaignBudget(number))?.unwrap_or_default(),
        reserved_minor,
        coupons_redeemed,
    })
}

/// Payments that redeemed the campaign's coupons, newest first, with at most `page.size` redeemed lines of it (but one payment
/// at least); and the key of the next page.
pub(crate) fn redeemed(
    conn: &mut Conn,
    offer: OfferNumber,
    page: Page<i64>,
) -> Listed<(RedemptionRow, Payment), i64> {
    let rows = newest(conn, offer.0.into(), page.after.unwrap_or(i64::MAX), page.size)?;
    let (mut found, mut lines, mut more) = (Vec::new(), 0, rows.len() == page.size);
    for (entry, sequence, row) in rows {
        let payment = row.read()?;
        let here: usize =
            payment.redemptions.iter().filter(|r| r.offer_number == offer).map(|r| r.lines.len()).sum();
        if !found.is_empty() && lines + here > page.size {
            more = true;
            break;
        }
        lines += here;
        let coupon = CouponId { offer, sequence: number(sequence)? };
        found.push((
            RedemptionRow { coupon, entry, kind: EntryKind::Payment, payment: uuid(&row.payment_id)? },
            payment,
        ));
    }
    let next = found.last().map(|(row, _)| row.entry).filter(|_| more);
    Ok((found, next))
}

/// Entries before this one in which the campaign's coupons were redeemed, newest first, at most so many; each with the coupon's
/// number and the payment.
fn newest(
    conn: &mut Conn,
    offer: i64,
    before: EntryId,
    count: usize,
) -> QueryResult<Vec<(EntryId, i64, PaymentRow)>> {
    let (mut found, mut before) = (Vec::new(), before);
    while found.len() < count {
        let Some(first) = stretches::last_before(conn, offer, before)? else { break };
        let here: Vec<(EntryId, i64, PaymentRow)> = redemptions::table
            .inner_join(payments::table)
            .filter(redemptions::entry_id.between(first, stretches::last_of(first).min(before - 1)))
            .filter(redemptions::offer_number.eq(offer))
            .filter(redemptions::kind.eq(EntryKind::Payment.code()))
            .order(redemptions::entry_id.desc())
            .select((redemptions::entry_id, redemptions::sequence, payments::all_columns))
            .limit(i64::try_from(count - found.len()).unwrap_or(i64::MAX))
            .load(conn)?;
        found.extend(here);
        before = first;
    }
    Ok(found)
}
