//! Payments, by id and by wallet.

use diesel::prelude::*;
use shared::{
    ids::{MerchantId, WalletId},
    ledger::{Account, EntryKind},
};
use uuid::Uuid;

use super::page::{Listed, Page};
use crate::{
    model::{Payment, PaymentId},
    store::{
        Conn, StoreError,
        codes::{Coded, account_key, maybe_uuid},
        refunds,
        rows::PaymentRow,
        schema::{accounts, entries, payments},
    },
};

/// A payment.
pub(crate) fn payment(conn: &mut Conn, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    let found = payments::table.find(id.as_bytes().as_slice());
    let row: Option<PaymentRow> = found.get_result(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    let mut found = [row.read()?];
    refunds::fill(conn, &mut found)?;
    let [payment] = found;
    Ok(Some(payment))
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

/// The shop's payments that moved money, newest first, by journal entry; and the key of the next page.
pub(crate) fn of_shop(conn: &mut Conn, merchant: MerchantId, page: Page<i64>) -> Listed<Payment, i64> {
    let limit = i64::try_from(page.size).unwrap_or(i64::MAX);
    let rows: Vec<(i64, Option<Vec<u8>>)> = entries::table
        .filter(entries::merchant_id.eq(i64::from(merchant.0)))
        .filter(entries::kind.eq(EntryKind::Payment.code()))
        .filter(entries::id.lt(page.after.unwrap_or(i64::MAX)))
        .order(entries::id.desc())
        .select((entries::id, entries::payment_id))
        .limit(limit.saturating_add(1))
        .load(conn)?;
    let more = rows.len() > page.size;
    let mut found = Vec::with_capacity(rows.len());
    let mut last = None;
    for (entry, id) in rows.into_iter().take(page.size) {
        let id =
            maybe_uuid(id.as_deref())?.ok_or(StoreError::Corrupt("a payment's entry without payment"))?;
        found.push(payment(conn, id)?.ok_or(StoreError::Corrupt("an entry of no payment"))?);
        last = Some(entry);
    }
    Ok((found, last.filter(|_| more)))
}

fn newest(conn: &mut Conn, wallet: WalletId) -> Result<Option<Uuid>, StoreError> {
    let (kind, owner) = account_key(Account::Wallet(wallet));
    let account = accounts::table.find((kind, owner, 0));
    let last: Option<Option<Vec<u8>>> =
        account.select(accounts::last_payment_id).get_result(conn).optional()?;
    maybe_uuid(last.flatten().as_deref())
}
