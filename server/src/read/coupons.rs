//! A wallet's coupons.

use diesel::prelude::*;
use shared::{
    ids::{CouponId, WalletId},
    time::UnixMillis,
};

use super::page::{Listed, Page};
use crate::{
    model::{Coupon, CouponState},
    store::{
        Conn, MultiBackend, StoreError,
        codes::Coded,
        rows::CouponRow,
        schema::{campaigns, coupons},
    },
};

/// A coupon whose offer has ended is expired, whether the sweep has been there or not.
fn as_of(mut coupon: Coupon, ends_at_ms: i64, now: UnixMillis) -> Coupon {
    if coupon.state == CouponState::Clipped && now.0 >= ends_at_ms {
        coupon.state = CouponState::Expired;
    }
    coupon
}

/// Key of a coupon in the list: newest clip first, then by offer and sequence.
pub(crate) type CouponPage = Page<(i64, i64, i64)>;

/// The wallet's coupons, newest clip first, only those in `state` where that is given; and the key of the next page.
pub(crate) fn list(
    conn: &mut Conn,
    wallet: WalletId,
    state: Option<CouponState>,
    page: CouponPage,
    now: UnixMillis,
) -> Listed<Coupon, (i64, i64, i64)> {
    let mut query = coupons::table
        .inner_join(campaigns::table.on(campaigns::offer_number.eq(coupons::offer_number)))
        .filter(coupons::wallet_id.eq(i64::from(wallet.0)))
        .select((coupons::all_columns, campaigns::ends_at_ms))
        .order((coupons::clipped_at_ms.desc(), coupons::offer_number.desc(), coupons::sequence.desc()))
        .limit(i64::try_from(page.size).unwrap_or(i64::MAX))
        .into_boxed::<MultiBackend>();
    let (clipped, ended) = (coupons::state.eq(CouponState::Clipped.code()), campaigns::ends_at_ms.le(now.0));
    query = match state {
        None => query,
        Some(CouponState::Clipped) => query.filter(clipped.and(diesel::dsl::not(ended))),
        Some(CouponState::Expired) => {
            query.filter(coupons::state.eq(CouponState::Expired.code()).or(clipped.and(ended)))
        }
        Some(state) => query.filter(coupons::state.eq(state.code())),
    };
    if let Some((clipped_at, offer, sequence)) = page.after {
        query = query.filter(
            coupons::clipped_at_ms.lt(clipped_at).or(coupons::clipped_at_ms.eq(clipped_at).and(
                coupons::offer_number
                    .lt(offer)
                    .or(coupons::offer_number.eq(offer).and(coupons::sequence.lt(sequence))),
            )),
        );
    }
    let rows: Vec<(CouponRow, i64)> = query.load(conn)?;
    let next = rows
        .last()
        .filter(|_| rows.len() == page.size)
        .map(|(row, _)| (row.clipped_at_ms, row.offer_number, row.sequence));
    let found = rows.iter().map(|(row, ends_at)| Ok(as_of(row.read()?, *ends_at, now)));
    Ok((found.collect::<Result<_, StoreError>>()?, next))
}

/// Some coupons of a wallet, by id.
pub(crate) fn by_id(conn: &mut Conn, wallet: WalletId, ids: &[CouponId]) -> Result<Vec<Coupon>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let key = (i64::from(wallet.0), i64::from(id.offer.0), i64::from(id.sequence));
        let row: Option<CouponRow> = coupons::table.find(key).get_result(conn).optional()?;
        found.extend(row.map(|row| row.read()).transpose()?);
    }
    Ok(found)
}
