//! What the journal is asked: what is open, one sale, the last ones, a day.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable,
    RunQueryDsl, Selectable, SelectableHelper, SqliteConnection,
};
use prost::Message;
use proto::v1::{Payment, RefundPaymentRequest};
use shared::time::UnixMillis;

use super::{
    record::{Asked, RefundRecord, SaleRecord},
    schema::{refund, sale},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sale)]
struct SaleRow {
    payment_id: String,
    lane_id: String,
    checkout_id: String,
    reference: String,
    currency: String,
    gross_minor: i64,
    due_minor: i64,
    goods: String,
    begun_ms: i64,
    reversing_ms: Option<i64>,
    ended_ms: Option<i64>,
    ending: Option<String>,
    reason: String,
    receipt: Option<Vec<u8>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = refund)]
struct RefundRow {
    refund_id: String,
    payment_id: String,
    currency: String,
    request: Vec<u8>,
    goods: String,
    begun_ms: i64,
    ended_ms: Option<i64>,
    ending: Option<String>,
    reason: String,
    refunded_minor: i64,
}

impl From<SaleRow> for SaleRecord {
    fn from(row: SaleRow) -> Self {
        Self {
            payment_id: row.payment_id,
            asked: Asked {
                lane_id: row.lane_id,
                checkout_id: row.checkout_id,
                reference: row.reference,
                currency: row.currency,
                gross_minor: row.gross_minor,
                due_minor: row.due_minor,
                goods: serde_json::from_str(&row.goods).unwrap_or_default(),
            },
            begun_at: UnixMillis(row.begun_ms),
            reversing_at: row.reversing_ms.map(UnixMillis),
            ended: row.ending.as_deref().and_then(super::ending_of).zip(row.ended_ms.map(UnixMillis)),
            reason: row.reason,
            payment: row.receipt.and_then(|bytes| Payment::decode(bytes.as_slice()).ok()).map(Box::new),
            refunds: Vec::new(),
        }
    }
}

impl From<RefundRow> for RefundRecord {
    fn from(row: RefundRow) -> Self {
        Self {
            refund_id: row.refund_id,
            payment_id: row.payment_id,
            currency: row.currency,
            request: RefundPaymentRequest::decode(row.request.as_slice()).unwrap_or_default(),
            lines: serde_json::from_str(&row.goods).unwrap_or_default(),
            begun_at: UnixMillis(row.begun_ms),
            ended: row.ending.as_deref().and_then(super::refund_of).zip(row.ended_ms.map(UnixMillis)),
            reason: row.reason,
            refunded_minor: row.refunded_minor,
        }
    }
}

/// Payments that are not over, oldest first.
pub(super) fn open_sales(conn: &mut SqliteConnection) -> QueryResult<Vec<SaleRecord>> {
    let rows: Vec<SaleRow> = sale::table
        .filter(sale::ended_ms.is_null())
        .order((sale::begun_ms, sale::payment_id))
        .select(SaleRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(SaleRecord::from).collect())
}

/// Refunds that are not over, oldest first.
pub(super) fn open_refunds(conn: &mut SqliteConnection) -> QueryResult<Vec<RefundRecord>> {
    let rows: Vec<RefundRow> = refund::table
        .filter(refund::ended_ms.is_null())
        .order((refund::begun_ms, refund::refund_id))
        .select(RefundRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(RefundRecord::from).collect())
}

/// One payment.
pub(super) fn sale(conn: &mut SqliteConnection, payment_id: &str) -> QueryResult<Option<SaleRecord>> {
    let row: Option<SaleRow> =
        sale::table.find(payment_id).select(SaleRow::as_select()).first(conn).optional()?;
    row.map(|row| with_refunds(conn, row)).transpose()
}

/// One refund.
pub(super) fn refund(conn: &mut SqliteConnection, refund_id: &str) -> QueryResult<Option<RefundRecord>> {
    let row: Option<RefundRow> =
        refund::table.find(refund_id).select(RefundRow::as_select()).first(conn).optional()?;
    Ok(row.map(RefundRecord::from))
}

/// The newest payment of a checkout.
pub(super) fn of_checkout(conn: &mut SqliteConnection, checkout_id: &str) -> QueryResult<Option<SaleRecord>> {
    let row: Option<SaleRow> = sale::table
        .filter(sale::checkout_id.eq(checkout_id).and(sale::checkout_id.ne("")))
        .order((sale::begun_ms.desc(), sale::payment_id.desc()))
        .select(SaleRow::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| with_refunds(conn, row)).transpose()
}

/// The newest payments that were begun before an instant, newest first.
pub(super) fn latest(
    conn: &mut SqliteConnection,
    before: UnixMillis,
    limit: u32,
) -> QueryResult<Vec<SaleRecord>> {
    let rows: Vec<SaleRow> = sale::table
        .filter(sale::begun_ms.lt(before.0))
        .order((sale::begun_ms.desc(), sale::payment_id.desc()))
        .limit(i64::from(limit))
        .select(SaleRow::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| with_refunds(conn, row)).collect()
}

/// Payments begun within a time, and refunds begun within it, oldest first.
pub(super) fn between(
    conn: &mut SqliteConnection,
    since: UnixMillis,
    until: UnixMillis,
) -> QueryResult<(Vec<SaleRecord>, Vec<RefundRecord>)> {
    let sales: Vec<SaleRow> = sale::table
        .filter(sale::begun_ms.ge(since.0).and(sale::begun_ms.lt(until.0)))
        .order((sale::begun_ms, sale::payment_id))
        .select(SaleRow::as_select())
        .load(conn)?;
    let refunds: Vec<RefundRow> = refund::table
        .filter(refund::begun_ms.ge(since.0).and(refund::begun_ms.lt(until.0)))
        .order((refund::begun_ms, refund::refund_id))
        .select(RefundRow::as_select())
        .load(conn)?;
    Ok((sales.into_iter().map(Into::into).collect(), refunds.into_iter().map(Into::into).collect()))
}

/// Payments that could not be taken back any more and of which nothing was given back since.
pub(super) fn standing(conn: &mut SqliteConnection) -> QueryResult<Vec<SaleRecord>> {
    let given_back = diesel::dsl::exists(
        refund::table.filter(refund::payment_id.eq(sale::payment_id).and(refund::ending.eq("done"))),
    );
    let rows: Vec<SaleRow> = sale::table
        .filter(sale::ending.eq("standing").and(diesel::dsl::not(given_back)))
        .order(sale::begun_ms)
        .select(SaleRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(SaleRecord::from).collect())
}

/// Each payment with the word for its end.
pub(super) fn endings(conn: &mut SqliteConnection) -> QueryResult<Vec<(String, Option<String>)>> {
    sale::table.select((sale::payment_id, sale::ending)).load(conn)
}

/// Drops what was over before an instant.
pub(super) fn forget(conn: &mut SqliteConnection, before: UnixMillis) -> QueryResult<usize> {
    let sales = diesel::delete(sale::table.filter(sale::ended_ms.lt(before.0))).execute(conn)?;
    let refunds = diesel::delete(refund::table.filter(refund::ended_ms.lt(before.0))).execute(conn)?;
    Ok(sales + refunds)
}

fn with_refunds(conn: &mut SqliteConnection, row: SaleRow) -> QueryResult<SaleRecord> {
    let refunds: Vec<RefundRow> = refund::table
        .filter(refund::payment_id.eq(&row.payment_id))
        .order((refund::begun_ms, refund::refund_id))
        .select(RefundRow::as_select())
        .load(conn)?;
    Ok(SaleRecord { refunds: refunds.into_iter().map(Into::into).collect(), ..row.into() })
}
