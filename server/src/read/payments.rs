//! Payments, by id and by wallet.

use diesel::prelude::*;
use shared::{ids::WalletId, ledger::Account};
use uuid::Uuid;

use super::page::{Listed, Page};
use crate::{
    model::{Payment, PaymentId},
    store::{
        Conn, StoreError,
        codes::{account_key, maybe_uuid},
        rows::PaymentRow,
        schema::{accounts, payments},
    },
};

/// A payment.
pub(crate) fn payment(conn: &mut Conn, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    let found = payments::table.find(id.as_bytes().as_slice());
    let row: Option<PaymentRow> = found.get_result(conn).optional()?;
    row.map(|row| row.read()).transpose()
}

/// The wallet's payments, newest first: a chain that begins at its account. `page.after` is the last one shown. And the key
/// of the next page.
pub(crate) fn of_wallet(conn: &mut Conn, wallet: WalletId, page: Page<Uuid>) -> Listed<Payment, Uuid> {
    let mut next = match page.after {
        None => newest(conn, wallet)?,
        // A token of another wallet leads nowhere.
        Some(last) => payment(conn, last)?.filter(|p| p.wallet == Some(wallet)).and_then(|p| p.previous),
    };
    let mut found = Vec::new();
    while let Some(id) = next
        && found.len() < page.size
    {
        let this = payment(conn, id)?.ok_or(StoreError::Corrupt("a chain of payments with a gap"))?;
        next = this.previous;
        found.push(this);
    }
    let last = found.last().map(|p| p.id).filter(|_| next.is_some());
    Ok((found, last))
}

fn newest(conn: &mut Conn, wallet: WalletId) -> Result<Option<Uuid>, StoreError> {
    let (kind, owner) = account_key(Account::Wallet(wallet));
    let account = accounts::table.find((kind, owner, 0));
    let last: Option<Option<Vec<u8>>> =
        account.select(accounts::last_payment_id).get_result(conn).optional()?;
    maybe_uuid(last.flatten().as_deref())
}
