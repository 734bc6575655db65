//! Accounts: rows of `accounts`, of which one that everybody pays into has many (see [`super::stripes`]).

use diesel::{
    QueryResult, Queryable,
    sql_types::{BigInt, Binary, Nullable},
};
use shared::{ledger::Account, money::Currency, settlement::Turnover};

use super::{
    Conn, StoreError,
    codes::{account_code, account_key, account_of, maybe_uuid, number},
    select::{Select, numbers},
    statements::execute,
    stripes::{STRIPES_MAX, Stripe},
    table::Table,
    values::Bind::{self, Int, MaybeBytes, Text},
};
use crate::{
    engine::Rows,
    model::{AccountRow, Elsewhere, is_striped},
};

/// A row as it is read.
#[derive(Queryable)]
struct StripeRow {
    kind: i64,
    owner: i64,
    stripe: i64,
    balance_minor: i64,
    last_payment_id: Option<Vec<u8>>,
    coupons_redeemed: i64,
    spent_day: i64,
    spent_minor: i64,
    sales: i64,
    sales_minor: i64,
    returns: i64,
    returns_minor: i64,
}

type Columns = (
    BigInt,
    BigInt,
    BigInt,
    BigInt,
    Nullable<Binary>,
    BigInt,
    BigInt,
    BigInt,
    BigInt,
    BigInt,
    BigInt,
    BigInt,
);

const SELECT: Select = Select {
    sqlite: "SELECT a.kind, a.owner, a.stripe, a.balance_minor, a.last_payment_id, a.coupons_redeemed, \
             a.spent_day, a.spent_minor, a.sales, a.sales_minor, a.returns, a.returns_minor \
             FROM json_each(?) AS k CROSS JOIN accounts AS a ON a.kind = k.value >> 44 \
             AND a.owner = k.value & 4294967295 AND a.stripe = (k.value >> 32) & 4095",
    postgres: "SELECT a.kind, a.owner, a.stripe, a.balance_minor, a.last_payment_id, a.coupons_redeemed, \
               a.spent_day, a.spent_minor, a.sales, a.sales_minor, a.returns, a.returns_minor \
               FROM unnest(?) AS k JOIN accounts AS a ON a.kind = k >> 44 \
               AND a.owner = k & 4294967295 AND a.stripe = (k >> 32) & 4095 \
               ORDER BY a.kind, a.owner, a.stripe FOR UPDATE OF a",
};

/// A row as one number, which [`SELECT`] takes apart again: 32 bits of the owner, 12 of the stripe above them, then the kind.
fn key(account: Account, stripe: Stripe) -> i64 {
    let (kind, owner) = account_code(account);
    i64::from(kind) << 44 | i64::from(stripe) << 32 | i64::from(owner)
}

fn rows(conn: &mut Conn, keys: &[i64]) -> QueryResult<Vec<StripeRow>> {
    SELECT.load::<Columns, StripeRow>(conn, numbers(keys, |key| key))
}

/// The stripe of an account that a server with `stripe` writes.
fn own(account: Account, stripe: Stripe) -> Stripe {
    if is_striped(account) { stripe } else { 0 }
}

/// Accounts: `stripe` of those that are striped, and all stripes of those in `whole`. A new stripe is made by holding stripe
/// 0, so that none appears once stripe 0 is held here.
pub(crate) fn load(
    conn: &mut Conn,
    accounts: &[Account],
    whole: &[Account],
    stripe: Stripe,
) -> Result<Vec<(Account, AccountRow)>, StoreError> {
    let mut keys: Vec<i64> =
        accounts.iter().chain(whole).map(|account| key(*account, own(*account, stripe))).collect();
    if stripe > 0 && !whole.is_empty() {
        rows(conn, &whole.iter().map(|account| key(*account, 0)).collect::<Vec<_>>())?;
        keys.extend(whole.iter().flat_map(|account| (0..=STRIPES_MAX).map(|stripe| key(*account, stripe))));
    }
    let mut found: Vec<(Account, AccountRow)> = Vec::new();
    let mut others = Vec::new();
    for row in rows(conn, &keys)? {
        let account = account_of(row.kind, row.owner)?;
        if row.stripe == i64::from(own(account, stripe)) {
            let alone = stripe == 0 || !is_striped(account) || whole.contains(&account);
            found.push((account, row.read(if alone { Elsewhere::NONE } else { Elsewhere::Unknown })?));
        } else {
            others.push((account, row.read(Elsewhere::Unknown)?));
        }
    }
    for (account, other) in others {
        let mine = found.iter_mut().find(|(found, _)| *found == account).map(|(_, row)| &mut row.elsewhere);
        let Some(Elsewhere::Known { balance_minor, coupons_redeemed, open }) = mine else {
            return Err(StoreError::Corrupt("a stripe without the server's own"));
        };
        *balance_minor += other.balance_minor;
        *coupons_redeemed += other.coupons_redeemed;
        open.join(&other.open);
    }
    Ok(found)
}

impl StripeRow {
    fn read(&self, elsewhere: Elsewhere) -> Result<AccountRow, StoreError> {
        Ok(AccountRow {
            balance_minor: self.balance_minor,
            last_payment: maybe_uuid(self.last_payment_id.as_deref())?,
            coupons_redeemed: self.coupons_redeemed,
            spent_day: self.spent_day,
            spent_minor: self.spent_minor,
            open: Turnover {
                sales: number(self.sales)?,
                sales_minor: self.sales_minor,
                returns: number(self.returns)?,
                returns_minor: self.returns_minor,
            },
            closed: false,
            elsewhere,
        })
    }
}

struct Accounts;

impl Table for Accounts {
    const NAME: &'static str = "accounts";
    const CHANGING: &'static [&'static str] = &[
        "balance_minor",
        "last_payment_id",
        "coupons_redeemed",
        "spent_day",
        "spent_minor",
        "sales",
        "sales_minor",
        "returns",
        "returns_minor",
    ];
    const KEY: &'static [&'static str] = &["kind", "owner", "stripe"];
    const FIXED: &'static [&'static str] = &["currency"];
}

fn values<'a>(
    account: Account,
    stripe: Stripe,
    row: &'a AccountRow,
    currency: &'a Currency,
) -> [Bind<'a>; 13] {
    let (kind, owner) = account_key(account);
    [
        Int(row.balance_minor),
        MaybeBytes(row.last_payment.as_ref().map(|id| id.as_bytes().as_slice())),
        Int(row.coupons_redeemed),
        Int(row.spent_day),
        Int(row.spent_minor),
        Int(row.open.sales.into()),
        Int(row.open.sales_minor),
        Int(row.open.returns.into()),
        Int(row.open.returns_minor),
        Int(kind),
        Int(owner),
        Int(stripe.into()),
        Text(currency.code()),
    ]
}

/// Inserts accounts, with stripe 0.
pub(super) fn add<'a>(
    conn: &mut Conn,
    new: impl Iterator<Item = (&'a Account, &'a AccountRow)>,
    currency: Currency,
) -> Result<(), StoreError> {
    Ok(Accounts::insert(conn, new.map(|(account, row)| values(*account, 0, row, &currency)))?)
}

/// Updates accounts, of the striped ones `stripe`. Where a batch was closed the other stripes begin a new one too.
pub(super) fn change(
    conn: &mut Conn,
    changed: &Rows<Account, AccountRow>,
    stripe: Stripe,
    currency: Currency,
) -> Result<(), StoreError> {
    let rows = changed.changed_rows();
    Accounts::update(
        conn,
        rows.map(|(account, row)| values(*account, own(*account, stripe), row, &currency)),
    )?;
    let closed = |(account, row): &(&Account, &AccountRow)| row.closed && is_striped(**account);
    for (account, _) in changed.changed_rows().filter(closed) {
        let (kind, owner) = account_key(*account);
        let parts = [
            "UPDATE accounts SET sales = 0, sales_minor = 0, returns = 0, returns_minor = 0 WHERE kind = ",
            " AND owner = ",
            " AND stripe <> ",
            "",
        ];
        execute(conn, &parts, &[Int(kind), Int(owner), Int(stripe.into())])?;
    }
    Ok(())
}
