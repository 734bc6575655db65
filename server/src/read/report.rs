//! A campaign's report: what was clipped and redeemed, by day and shop.

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Nullable},
};
use shared::{
    ids::{MerchantId, OfferNumber},
    ledger::EntryKind,
};

use crate::store::{
    Conn, StoreError,
    codes::{Coded, number},
    stretches,
};

const MINUTE_MS: i64 = 60_000;

/// Coupons clipped on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clipped {
    /// Days since 1970 where the reader is.
    pub day: i64,
    /// Coupons.
    pub coupons: u32,
}

/// Redemptions on one day in one shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Redeemed {
    /// Days since 1970 where the reader is.
    pub day: i64,
    /// The shop.
    pub merchant: MerchantId,
    /// Coupons redeemed.
    pub coupons: u32,
    /// Discounts paid.
    pub spent_minor: i64,
    /// What came back.
    pub returned_minor: i64,
}

#[derive(QueryableByName)]
struct ClippedRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = BigInt)]
    coupons: i64,
}

#[derive(QueryableByName)]
struct RedeemedRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    merchant_id: Option<i64>,
    #[diesel(sql_type = BigInt)]
    kind: i64,
    #[diesel(sql_type = BigInt)]
    coupons: i64,
    #[diesel(sql_type = BigInt)]
    minor: i64,
}

/// Coupons clipped, each day that had any, oldest first.
pub(crate) fn clipped(
    conn: &mut Conn,
    offer: OfferNumber,
    utc_offset_minutes: i32,
) -> Result<Vec<Clipped>, StoreError> {
    // Sums of numbers only, so that nothing has to be bound. Times are after 1970, where division rounds down.
    let sql = format!(
        "SELECT (clipped_at_ms + {}) / 86400000 AS day, count(*) AS coupons FROM coupons \
         WHERE offer_number = {} GROUP BY 1 ORDER BY 1",
        i64::from(utc_offset_minutes) * MINUTE_MS,
        offer.0
    );
    let rows: Vec<ClippedRow> = sql_query(sql).load(conn)?;
    rows.iter().map(|row| Ok(Clipped { day: row.day, coupons: number(row.coupons)? })).collect()
}

/// Redemptions, each day and shop that had any, oldest day first, then by shop.
pub(crate) fn redeemed(
    conn: &mut Conn,
    offer: OfferNumber,
    utc_offset_minutes: i32,
) -> Result<Vec<Redeemed>, StoreError> {
    let sql = format!(
        "SELECT (e.at_ms + {0}) / 86400000 AS day, e.merchant_id, r.kind, count(DISTINCT r.entry_id) AS coupons, \
         CAST(sum(p.amount_minor) AS BIGINT) AS minor \
         FROM (SELECT DISTINCT first_entry FROM redemption_stretches WHERE offer_number = {1}) s \
         JOIN redemptions r ON r.entry_id >= s.first_entry AND r.entry_id < s.first_entry + {2} \
         JOIN entries e ON e.id = r.entry_id \
         JOIN postings p ON p.entry_id = r.entry_id AND p.kind IN (4, 5) AND p.owner = r.offer_number \
         WHERE r.offer_number = {1} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        i64::from(utc_offset_minutes) * MINUTE_MS,
        offer.0,
        stretches::ENTRIES
    );
    let rows: Vec<RedeemedRow> = sql_query(sql).load(conn)?;
    let mut found: Vec<Redeemed> = Vec::new();
    for row in rows {
        let merchant = row.merchant_id.ok_or(StoreError::Corrupt("a redemption in no shop"))?;
        let (day, merchant) = (row.day, MerchantId(number(merchant)?));
        let mut line = match found.pop() {
            Some(last) if (last.day, last.merchant) == (day, merchant) => last,
            last => {
                found.extend(last);
                Redeemed { day, merchant, coupons: 0, spent_minor: 0, returned_minor: 0 }
            }
        };
        if row.kind == EntryKind::Payment.code() {
            line.coupons += number(row.coupons)?;
            line.spent_minor -= row.minor;
        } else {
            line.returned_minor += row.minor;
        }
        found.push(line);
    }
    Ok(found)
}
