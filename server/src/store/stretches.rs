//! Stretches of the journal, by which a campaign's redemptions are found. To look for them in one takes less than a tenth of a
//! millisecond; a key for each redemption that began with its campaign was half of what a payment wrote to the disk.

use diesel::{QueryResult, prelude::*};

use super::{
    Conn,
    schema::redemption_stretches::{self, first_entry, offer_number},
    table::Table,
    values::Bind::Int,
};
use crate::{
    model::{EntryId, RedemptionRow},
    store::Stripe,
};

/// Entries of a stretch.
pub(crate) const ENTRIES: i64 = 512;

struct RedemptionStretches;

impl Table for RedemptionStretches {
    const NAME: &'static str = "redemption_stretches";
    const FIXED: &'static [&'static str] = &["offer_number", "first_entry", "stripe"];
    const MAY_BE_THERE: bool = true;
}

/// The first entry of the stretch in which an entry is.
pub(crate) fn first_of(entry: EntryId) -> EntryId {
    entry - entry.rem_euclid(ENTRIES)
}

/// The last entry of the stretch that begins with `first`.
pub(crate) fn last_of(first: EntryId) -> EntryId {
    first + (ENTRIES - 1)
}

/// Notes where new redemptions are.
pub(super) fn note(conn: &mut Conn, redemptions: &[RedemptionRow], stripe: Stripe) -> QueryResult<()> {
    let mut places: Vec<(i64, EntryId)> =
        redemptions.iter().map(|row| (row.coupon.offer.0.into(), first_of(row.entry))).collect();
    places.sort_unstable();
    places.dedup();
    let rows = places.iter().map(|(offer, first)| [Int(*offer), Int(*first), Int(stripe.into())]);
    RedemptionStretches::insert(conn, rows)
}

/// The last stretch that begins before this entry and has redemptions of the campaign.
pub(crate) fn last_before(conn: &mut Conn, offer: i64, before: EntryId) -> QueryResult<Option<EntryId>> {
    redemption_stretches::table
        .filter(offer_number.eq(offer).and(first_entry.lt(before)))
        .select(first_entry)
        .order(first_entry.desc())
        .first(conn)
        .optional()
}

/// Stretches from this one on that have redemptions of these campaigns and begin with `through` or before, in order; at most so many.
pub(crate) fn some_from(
    conn: &mut Conn,
    offers: &[i64],
    from: EntryId,
    through: EntryId,
    limit: i64,
) -> QueryResult<Vec<EntryId>> {
    redemption_stretches::table
        .filter(offer_number.eq_any(offers))
        .filter(first_entry.ge(from).and(first_entry.le(through)))
        .select(first_entry)
        .distinct()
        .order(first_entry)
        .limit(limit)
        .load(conn)
}
