//! Balances, wallets with theirs and with their devices.

use diesel::prelude::*;
use shared::{ids::WalletId, ledger::Account};

use crate::{
    model::{Device, WalletView},
    store::{
        Conn, StoreError,
        codes::account_key,
        schema::{accounts, devices, wallets},
        wallets::{DeviceRow, WalletRow},
    },
};

/// An account's balance in minor units over all its stripes; none where there is no such account.
pub(crate) fn balance(conn: &mut Conn, account: Account) -> Result<Option<i64>, StoreError> {
    Ok(of_all_stripes(conn, account)?.map(|(balance_minor, _)| balance_minor))
}

/// An account's balance, and the coupons redeemed and not reversed of a campaign's reserve.
pub(crate) fn of_all_stripes(conn: &mut Conn, account: Account) -> Result<Option<(i64, i64)>, StoreError> {
    let (kind, owner) = account_key(account);
    let stripes: Vec<(i64, i64)> = accounts::table
        .filter(accounts::kind.eq(kind).and(accounts::owner.eq(owner)))
        .select((accounts::balance_minor, accounts::coupons_redeemed))
        .load(conn)?;
    Ok(stripes.into_iter().reduce(|(a, b), (c, d)| (a + c, b + d)))
}

/// The device of a key.
pub(crate) fn device_by_key(conn: &mut Conn, key: &[u8; 32]) -> Result<Option<Device>, StoreError> {
    let found = devices::table.filter(devices::public_key.eq(key.as_slice()));
    let row: Option<DeviceRow> = found.get_result(conn).optional()?;
    row.map(DeviceRow::read).transpose()
}

/// The devices that may act for a wallet, oldest first.
pub(crate) fn devices_of(conn: &mut Conn, wallet: WalletId) -> Result<Vec<Device>, StoreError> {
    let live = devices::wallet_id.eq(i64::from(wallet.0)).and(devices::revoked_at_ms.is_null());
    let rows: Vec<DeviceRow> = devices::table.filter(live).order(devices::id).load(conn)?;
    rows.into_iter().map(DeviceRow::read).collect()
}

/// A wallet.
pub(crate) fn wallet(conn: &mut Conn, id: WalletId) -> Result<Option<WalletView>, StoreError> {
    let row: Option<WalletRow> = wallets::table.find(i64::from(id.0)).get_result(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    let wallet = row.read()?;
    let balance_minor = balance(conn, Account::Wallet(wallet.id))?.unwrap_or_default();
    Ok(Some(WalletView { wallet, balance_minor }))
}
