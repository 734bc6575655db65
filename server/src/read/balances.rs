//! Balances, and wallets with theirs.

use diesel::prelude::*;
use shared::{ids::WalletId, ledger::Account};

use crate::{
    model::WalletView,
    store::{
        StoreError,
        codes::account_key,
        rows::WalletRow,
        schema::{accounts, wallets},
    },
};

/// An account's balance in minor units; none where there is no such account.
pub(crate) fn balance(conn: &mut SqliteConnection, account: Account) -> Result<Option<i64>, StoreError> {
    let found = accounts::table.find(account_key(account)).select(accounts::balance_minor);
    Ok(found.first(conn).optional()?)
}

/// A wallet.
pub(crate) fn wallet(conn: &mut SqliteConnection, id: WalletId) -> Result<Option<WalletView>, StoreError> {
    let row: Option<WalletRow> = wallets::table.find(i64::from(id.0)).first(conn).optional()?;
    view(conn, row)
}

/// The wallet of a device key.
pub(crate) fn wallet_by_key(
    conn: &mut SqliteConnection,
    key: &[u8; 32],
) -> Result<Option<WalletView>, StoreError> {
    let found = wallets::table.filter(wallets::public_key.eq(key.as_slice()));
    let row: Option<WalletRow> = found.first(conn).optional()?;
    view(conn, row)
}

fn view(conn: &mut SqliteConnection, row: Option<WalletRow>) -> Result<Option<WalletView>, StoreError> {
    let Some(row) = row else { return Ok(None) };
    let wallet = row.read()?;
    let balance_minor = balance(conn, Account::Wallet(wallet.id))?.unwrap_or_default();
    Ok(Some(WalletView { wallet, balance_minor }))
}
