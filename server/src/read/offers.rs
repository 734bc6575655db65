//! Offers: those that a wallet can clip, and the snapshot that a till keeps.

use diesel::prelude::*;
use shared::{ids::OfferNumber, time::UnixMillis};

use super::page::{Listed, Page};
use crate::{
    model::CampaignState,
    store::{Conn, StoreError, codes::Coded, rows::CampaignRow, schema::campaigns},
};

/// How long tills still hear of an offer that has ended, so that they can say why they refuse it.
const TOLD_AFTER_END_MS: i64 = 30 * 24 * 3_600 * 1_000;

/// Offers that can be clipped at `now`, newest first; and the key of the next page.
pub(crate) fn clippable(conn: &mut Conn, page: Page<i64>, now: UnixMillis) -> Listed<OfferNumber, i64> {
    let rows: Vec<CampaignRow> = campaigns::table
        .filter(campaigns::state.eq(CampaignState::Active.code()))
        .filter(campaigns::ends_at_ms.gt(now.0))
        .filter(campaigns::offer_number.lt(page.after.unwrap_or(i64::MAX)))
        .order(campaigns::offer_number.desc())
        .limit(i64::try_from(page.size).unwrap_or(i64::MAX))
        .load(conn)?;
    let next = rows.last().filter(|_| rows.len() == page.size).map(|row| row.offer_number);
    Ok((rows.iter().map(CampaignRow::number).collect::<Result<_, _>>()?, next))
}

/// What became of an offer since a till last asked.
pub(crate) struct OfferChange {
    /// The offer.
    pub number: OfferNumber,
    /// Whether it can be clipped now.
    pub clippable: bool,
}

/// Changes after revision `page.after`, oldest first; the revision they lead to; whether there are more.
pub(crate) fn changes(
    conn: &mut Conn,
    page: Page<i64>,
    now: UnixMillis,
) -> Result<(Vec<OfferChange>, i64, bool), StoreError> {
    let since = page.after.unwrap_or(0);
    let rows: Vec<CampaignRow> = campaigns::table
        .filter(campaigns::revision.gt(since))
        .filter(campaigns::state.ne(CampaignState::Draft.code()))
        .filter(campaigns::ends_at_ms.gt(now.0.saturating_sub(TOLD_AFTER_END_MS)))
        .order(campaigns::revision)
        .limit(i64::try_from(page.size).unwrap_or(i64::MAX))
        .load(conn)?;
    let revision = rows.last().map_or(since, |row| row.revision);
    let more = rows.len() == page.size;
    let change = |row: &CampaignRow| {
        let active = row.state == CampaignState::Active.code();
        Ok(OfferChange { number: row.number()?, clippable: active && now.0 < row.ends_at_ms })
    };
    Ok((rows.iter().map(change).collect::<Result<_, StoreError>>()?, revision, more))
}
