//! What is due by time: finds it for the sweep, a bounded number at a time.

use diesel::prelude::*;
use shared::{
    ids::{OfferNumber, WalletId},
    payment::PaymentState,
    time::UnixMillis,
};

use crate::{
    config::SWEEP_COUPONS_MAX,
    engine::decide::sweep::Sweep,
    model::CouponState,
    store::{
        Conn, StoreError,
        codes::{Coded, number, uuid},
        rows::PaymentRow,
        schema::{campaigns, coupons, entries, payments},
        settings,
    },
};

const LIMIT: i64 = SWEEP_COUPONS_MAX as i64;

/// The next step of the sweep; none where nothing is due.
pub(crate) fn due(
    conn: &mut Conn,
    now: UnixMillis,
    reversal_window_ms: i64,
) -> Result<Option<Sweep>, StoreError> {
    let mut sweep = Sweep::default();
    unapproved(conn, now, &mut sweep)?;
    ended(conn, now, &mut sweep)?;
    settled(conn, now, reversal_window_ms, &mut sweep)?;
    Ok(if sweep == Sweep::default() { None } else { Some(sweep) })
}

/// Payments that nobody approved in time, oldest first.
fn unapproved(conn: &mut Conn, now: UnixMillis, sweep: &mut Sweep) -> Result<(), StoreError> {
    let rows: Vec<Vec<u8>> = payments::table
        .filter(payments::state.eq(PaymentState::PendingApproval.code()))
        .filter(payments::approval_expires_at_ms.le(now.0))
        .order(payments::approval_expires_at_ms)
        .select(payments::payment_id)
        .limit(LIMIT)
        .load(conn)?;
    sweep.unapproved = rows.iter().map(|id| uuid(id)).collect::<Result<_, _>>()?;
    Ok(())
}

/// Coupons of one offer that has ended, from where the sweep left off. After its end nobody clips it any more.
fn ended(conn: &mut Conn, now: UnixMillis, sweep: &mut Sweep) -> Result<(), StoreError> {
    let campaign: Option<(i64, i64, i64)> = campaigns::table
        .filter(campaigns::ends_at_ms.le(now.0))
        .filter(campaigns::expired_through.lt(campaigns::coupons_clipped))
        .select((campaigns::offer_number, campaigns::coupons_clipped, campaigns::expired_through))
        .first(conn)
        .optional()?;
    let Some((offer, clipped, through)) = campaign else { return Ok(()) };
    let rows: Vec<(i64, i64, i64)> = coupons::table
        .filter(coupons::offer_number.eq(offer).and(coupons::sequence.gt(through)))
        .order(coupons::sequence)
        .select((coupons::wallet_id, coupons::sequence, coupons::state))
        .limit(LIMIT)
        .load(conn)?;
    let offer = OfferNumber(number(offer)?);
    for (wallet, sequence, state) in &rows {
        if *state == CouponState::Clipped.code() {
            sweep.ended.push((WalletId(number(*wallet)?), offer, number(*sequence)?));
        }
    }
    let looked_at =
        if rows.len() < SWEEP_COUPONS_MAX { clipped } else { rows.last().map_or(clipped, |r| r.1) };
    sweep.ended_through.push((offer, number(looked_at)?));
    Ok(())
}

/// Coupons of payments whose time for a reversal is over, in the order of the journal.
fn settled(
    conn: &mut Conn,
    now: UnixMillis,
    reversal_window_ms: i64,
    sweep: &mut Sweep,
) -> Result<(), StoreError> {
    let through = settings::number(conn, settings::SETTLED_THROUGH)?;
    let rows: Vec<(i64, i64, Option<Vec<u8>>)> = entries::table
        .filter(entries::id.gt(through))
        .order(entries::id)
        .select((entries::id, entries::at_ms, entries::payment_id))
        .limit(LIMIT)
        .load(conn)?;
    for (entry, at_ms, payment) in rows {
        if now.0.saturating_sub(at_ms) <= reversal_window_ms {
            break;
        }
        sweep.settled_through = entry;
        let Some(payment) = payment else { continue };
        let row: PaymentRow = payments::table.find(payment).get_result(conn)?;
        let payment = row.read()?;
        let Some(wallet) = payment.wallet else { continue };
        for redemption in &payment.redemptions {
            let held: Vec<i64> = coupons::table
                .filter(coupons::wallet_id.eq(i64::from(wallet.0)))
                .filter(coupons::offer_number.eq(i64::from(redemption.offer_number.0)))
                .filter(coupons::payment_id.eq(payment.id.as_bytes().as_slice()))
                .filter(coupons::reserved_minor.gt(0))
                .select(coupons::sequence)
                .load(conn)?;
            for sequence in held {
                let key = (wallet, redemption.offer_number, number(sequence)?);
                sweep.settled.push((key, payment.id));
            }
        }
    }
    Ok(())
}
