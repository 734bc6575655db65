//! Closed batches: rows of `batches`.

use diesel::prelude::*;
use shared::{
    ids::{IssuerId, MerchantId, OfferNumber},
    settlement::{BatchId, FeeRate, Party, Turnover},
    time::UnixMillis,
};
use uuid::Uuid;

use super::{
    Conn, StoreError,
    codes::{account_key, bytes, maybe_time, number},
    schema::{batches, campaigns},
    table::Table,
    values::Bind::{self, Bytes, Int, MaybeInt},
};
use crate::model::Batch;

/// A row of `batches`.
#[derive(Queryable)]
pub(crate) struct BatchRow {
    kind: i64,
    owner: i64,
    number: i64,
    close_id: Vec<u8>,
    after_entry: i64,
    through_entry: i64,
    sales: i64,
    sales_minor: i64,
    returns: i64,
    returns_minor: i64,
    fee_ppm: i64,
    fee_minor: i64,
    payout_minor: i64,
    closed_at_ms: i64,
    paid_out_at_ms: Option<i64>,
}

impl BatchRow {
    /// The batch.
    pub(crate) fn read(&self) -> Result<Batch, StoreError> {
        let owner = number(self.owner)?;
        let party = match self.kind {
            2 => Party::Merchant(MerchantId(owner)),
            3 => Party::Issuer(IssuerId(owner)),
            _ => return Err(StoreError::Corrupt("a batch's kind")),
        };
        let close_id: [u8; 16] = bytes(&self.close_id)?;
        Ok(Batch {
            id: BatchId { party, number: number(self.number)? },
            close_id: Uuid::from_bytes(close_id),
            after: self.after_entry,
            through: self.through_entry,
            turnover: Turnover {
                sales: number(self.sales)?,
                sales_minor: self.sales_minor,
                returns: number(self.returns)?,
                returns_minor: self.returns_minor,
            },
            fee_rate: FeeRate::from_ppm(number(self.fee_ppm)?).ok_or(StoreError::Corrupt("a fee"))?,
            fee_minor: self.fee_minor,
            payout_minor: self.payout_minor,
            closed_at: UnixMillis(self.closed_at_ms),
            paid_out_at: maybe_time(self.paid_out_at_ms),
        })
    }
}

/// The key of a party's rows.
pub(crate) fn key(party: Party) -> (i64, i64) {
    account_key(party.account())
}

/// A batch.
pub(crate) fn batch(conn: &mut Conn, id: BatchId) -> Result<Option<Batch>, StoreError> {
    let (kind, owner) = key(id.party);
    let found = batches::table.find((kind, owner, i64::from(id.number)));
    let row: Option<BatchRow> = found.get_result(conn).optional()?;
    row.map(|row| row.read()).transpose()
}

/// The party's newest batch.
pub(crate) fn last(conn: &mut Conn, party: Party) -> Result<Option<Batch>, StoreError> {
    let (kind, owner) = key(party);
    let row: Option<BatchRow> = batches::table
        .filter(batches::kind.eq(kind).and(batches::owner.eq(owner)))
        .order(batches::number.desc())
        .first(conn)
        .optional()?;
    row.map(|row| row.read()).transpose()
}

/// The batch that was closed under an id.
pub(crate) fn by_close(conn: &mut Conn, id: Uuid) -> Result<Option<Batch>, StoreError> {
    let found = batches::table.filter(batches::close_id.eq(id.as_bytes().as_slice()));
    let row: Option<BatchRow> = found.get_result(conn).optional()?;
    row.map(|row| row.read()).transpose()
}

/// A manufacturer's campaigns.
pub(crate) fn offers_of(conn: &mut Conn, issuer: IssuerId) -> Result<Vec<OfferNumber>, StoreError> {
    let rows: Vec<i64> = campaigns::table
        .filter(campaigns::issuer_id.eq(i64::from(issuer.0)))
        .order(campaigns::offer_number)
        .select(campaigns::offer_number)
        .load(conn)?;
    rows.into_iter().map(|offer| number(offer).map(OfferNumber)).collect()
}

/// Of a batch only that it was paid out changes.
pub(super) struct Batches;

impl Table for Batches {
    const NAME: &'static str = "batches";
    const CHANGING: &'static [&'static str] = &["paid_out_at_ms"];
    const KEY: &'static [&'static str] = &["kind", "owner", "number"];
    const FIXED: &'static [&'static str] = &[
        "close_id",
        "after_entry",
        "through_entry",
        "sales",
        "sales_minor",
        "returns",
        "returns_minor",
        "fee_ppm",
        "fee_minor",
        "payout_minor",
        "closed_at_ms",
    ];
}

/// A row of [`Batches`].
pub(super) fn values(batch: &Batch) -> [Bind<'_>; 15] {
    let (kind, owner) = key(batch.id.party);
    [
        MaybeInt(batch.paid_out_at.map(|at| at.0)),
        Int(kind),
        Int(owner),
        Int(batch.id.number.into()),
        Bytes(batch.close_id.as_bytes()),
        Int(batch.after),
        Int(batch.through),
        Int(batch.turnover.sales.into()),
        Int(batch.turnover.sales_minor),
        Int(batch.turnover.returns.into()),
        Int(batch.turnover.returns_minor),
        Int(batch.fee_rate.ppm().into()),
        Int(batch.fee_minor),
        Int(batch.payout_minor),
        Int(batch.closed_at.0),
    ]
}
