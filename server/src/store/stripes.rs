//! Stripes: each server has a row of its own in the accounts that everybody pays into, so that servers don't wait for one
//! another. Which stripe is whose is only a matter of speed: two servers on one stripe wait for each other's batches.

use diesel::{
    PgConnection, RunQueryDsl, sql_query,
    sql_types::{Bool, Integer},
};
use shared::ledger::Account;

use super::{Conn, StoreError, codes::account_key, statements::execute, values::Bind::Int};

/// Number of a stripe; 0 is there from the beginning, and SQLite's only one.
pub(crate) type Stripe = u16;

/// Servers on one database that each have a stripe of their own; more share.
pub(crate) const STRIPES_MAX: Stripe = 64;

/// Class of the advisory locks that say which stripe is taken ("OSCN").
const LOCK_CLASS: i32 = 0x4F53_434E;

#[derive(diesel::QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

/// Takes the first stripe that no living server has, for as long as the connection lives: that of a killed server is free again
/// when the database notices.
pub(super) fn take(conn: &mut PgConnection) -> Result<Stripe, StoreError> {
    for stripe in 1..=STRIPES_MAX {
        if try_take(conn, stripe)? {
            return Ok(stripe);
        }
    }
    Ok(STRIPES_MAX)
}

/// Takes this stripe again after a connection was lost. Says whether nobody else has it.
pub(crate) fn try_take(conn: &mut PgConnection, stripe: Stripe) -> Result<bool, StoreError> {
    let lock = sql_query("SELECT pg_try_advisory_lock($1, $2) AS taken")
        .bind::<Integer, _>(LOCK_CLASS)
        .bind::<Integer, _>(i32::from(stripe));
    Ok(lock.get_result::<Taken>(conn)?.taken)
}

/// Makes this server's stripe of an account, where the account exists and the stripe does not; says whether it is there now. In a
/// transaction of its own; it holds stripe 0 until the new one is visible, see [`super::load::accounts`].
pub(super) fn make(conn: &mut Conn, account: Account, stripe: Stripe) -> Result<bool, StoreError> {
    let (kind, owner) = account_key(account);
    let parts = [
        "INSERT INTO accounts (kind, owner, stripe, currency, balance_minor, coupons_redeemed, spent_day, spent_minor, \
         sales, sales_minor, returns, returns_minor) SELECT kind, owner, ",
        "::bigint, currency, 0, 0, 0, 0, 0, 0, 0, 0 FROM accounts WHERE kind = ",
        " AND owner = ",
        " AND stripe = 0 FOR UPDATE ON CONFLICT (kind, owner, stripe) DO UPDATE SET stripe = excluded.stripe",
    ];
    Ok(execute(conn, &parts, &[Int(stripe.into()), Int(kind), Int(owner)])? > 0)
}
