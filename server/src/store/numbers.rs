//! Numbers of what is new. On SQLite the one writer counts in memory on from what the tables show at the start; on PostgreSQL a
//! batch takes as many as it may need from the sequences, once it holds its locks.

use diesel::{PgConnection, dsl::max, prelude::*, sql_query, sql_types::BigInt};

use super::{Conn, StoreError, schema, settings};
use crate::engine::{Numbers, Sequences, Wanted};

/// Numbers of parties begin after this, so that they look like numbers of parties.
const PARTIES_BEFORE: i64 = 1_000;
/// Offer numbers have six digits.
const OFFERS_BEFORE: i64 = 100_000;

macro_rules! after {
    ($conn:expr, $table:ident, $column:ident, $before:expr) => {
        Numbers::after(
            schema::$table::table
                .select(max(schema::$table::$column))
                .first::<Option<i64>>($conn)?
                .unwrap_or($before),
        )
    };
}

/// The last numbers given, as the tables show them.
pub(crate) fn read(conn: &mut Conn) -> Result<Sequences, StoreError> {
    Ok(Sequences {
        wallet: after!(conn, wallets, id, PARTIES_BEFORE),
        device: after!(conn, devices, id, PARTIES_BEFORE),
        merchant: after!(conn, merchants, id, PARTIES_BEFORE),
        terminal: after!(conn, terminals, id, PARTIES_BEFORE),
        issuer: after!(conn, issuers, id, PARTIES_BEFORE),
        offer: after!(conn, campaigns, offer_number, OFFERS_BEFORE),
        token: after!(conn, tokens, id, 0),
        entry: after!(conn, entries, id, 0),
        revision: super::codes::count(settings::number(conn, settings::REVISION)?)?,
    })
}

const RESERVE: &str = "SELECT 0::bigint AS which, nextval('wallet_numbers') AS number FROM generate_series(1, $1) \
    UNION ALL SELECT 1, nextval('merchant_numbers') FROM generate_series(1, $2) \
    UNION ALL SELECT 2, nextval('terminal_numbers') FROM generate_series(1, $3) \
    UNION ALL SELECT 3, nextval('issuer_numbers') FROM generate_series(1, $4) \
    UNION ALL SELECT 4, nextval('offer_numbers') FROM generate_series(1, $5) \
    UNION ALL SELECT 5, nextval('token_numbers') FROM generate_series(1, $6) \
    UNION ALL SELECT 6, nextval('entry_numbers') FROM generate_series(1, $7) \
    UNION ALL SELECT 7, nextval('device_numbers') FROM generate_series(1, $8)";

#[derive(QueryableByName)]
struct Given {
    #[diesel(sql_type = BigInt)]
    which: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Takes numbers from PostgreSQL's sequences. What the batch leaves over is lost, so numbers have gaps.
pub(crate) fn reserve(conn: &mut PgConnection, wanted: &Wanted) -> Result<Sequences, StoreError> {
    let counts = [
        wanted.wallet,
        wanted.merchant,
        wanted.terminal,
        wanted.issuer,
        wanted.offer,
        wanted.token,
        wanted.entry,
        wanted.device,
    ];
    let mut given: [Vec<i64>; 8] = Default::default();
    if counts.iter().any(|count| *count > 0) {
        let query = counts
            .into_iter()
            .fold(sql_query(RESERVE).into_boxed(), |query, count| query.bind::<BigInt, _>(i64::from(count)));
        for Given { which, number } in query.load(conn)? {
            let place = usize::try_from(which).map_err(|_| StoreError::Corrupt("a reserved number"))?;
            given[place].push(number);
        }
    }
    let [wallet, merchant, terminal, issuer, offer, token, entry, device] = given.map(Numbers::reserved);
    let revision = if wanted.revision { hold_revision(conn)? } else { 0 };
    Ok(Sequences { wallet, device, merchant, terminal, issuer, offer, token, entry, revision })
}

fn hold_revision(conn: &mut PgConnection) -> Result<u64, StoreError> {
    use schema::settings::dsl;
    let row: Vec<u8> =
        dsl::settings.find(settings::REVISION).select(dsl::value).for_update().get_result(conn)?;
    super::codes::count(super::codes::bytes(&row).map(i64::from_be_bytes)?)
}
