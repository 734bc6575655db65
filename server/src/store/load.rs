//! The set-based selects of a batch: rows by their keys, whatever the number of keys, in the order of keys.

use diesel::{
    prelude::*,
    sql_types::{BigInt, Binary, Nullable},
};
use shared::{
    ids::{OfferNumber, WalletId},
    ledger::Account,
    settlement::Turnover,
    time::UnixMillis,
};
use uuid::Uuid;

use super::{
    StoreError,
    codes::{account_code, account_of, bytes, maybe_uuid, number, uuid},
    prepared::{Keyed, json, push_hex, push_number, push_pair},
    refunds,
    rows::{CampaignRow, CouponRow, PaymentRow, TokenRow, WalletRow},
    schema,
};
use crate::model::{
    AccountRow, Coupon, EntryId, Payment, PaymentId, RefundId, RequestHash, Token, TokenId, Wallet,
};

type Loaded<T> = Result<Vec<T>, StoreError>;

macro_rules! keyed {
    ($conn:expr, $types:ty => $row:ty, $sql:expr, $keys:expr) => {
        match $keys {
            Some(keys) => Keyed::<$types>::new($sql, keys).load::<$row>($conn)?,
            None => Vec::new(),
        }
    };
}

/// Wallets by id.
pub(crate) fn wallets(conn: &mut SqliteConnection, ids: &[WalletId]) -> Loaded<Wallet> {
    let rows = keyed!(conn, schema::wallets::SqlType => WalletRow,
        "SELECT id, public_key, frozen, opened_at_ms, limit_payment_minor, limit_day_minor FROM wallets \
         WHERE id IN (SELECT value FROM json_each(?))",
        json(ids, |text, id| push_number(text, id.0)));
    rows.iter().map(WalletRow::read).collect()
}

/// Wallets by device key.
pub(crate) fn wallets_by_key(conn: &mut SqliteConnection, keys: &[[u8; 32]]) -> Loaded<Wallet> {
    let rows = keyed!(conn, schema::wallets::SqlType => WalletRow,
        "SELECT id, public_key, frozen, opened_at_ms, limit_payment_minor, limit_day_minor FROM wallets \
         WHERE public_key IN (SELECT unhex(value) FROM json_each(?))",
        json(keys, |text, key| push_hex(text, &key)));
    rows.iter().map(WalletRow::read).collect()
}

/// Accounts.
pub(crate) fn accounts(conn: &mut SqliteConnection, accounts: &[Account]) -> Loaded<(Account, AccountRow)> {
    type Open = (BigInt, BigInt, BigInt, BigInt);
    type Columns = (BigInt, BigInt, BigInt, Nullable<Binary>, BigInt, BigInt, Open);
    type Row = (i64, i64, i64, Option<Vec<u8>>, i64, i64, (i64, i64, i64, i64));
    let rows = keyed!(conn, Columns => Row,
    "SELECT a.kind, a.owner, a.balance_minor, a.last_payment_id, a.spent_day, a.spent_minor, \
     a.sales, a.sales_minor, a.returns, a.returns_minor FROM json_each(?) AS k \
     CROSS JOIN accounts AS a ON a.kind = k.value >> 32 AND a.owner = k.value & 4294967295",
    json(accounts, |text, account| {
        let (kind, owner) = account_code(account);
        push_pair(text, kind, owner);
    }));
    rows.into_iter()
        .map(|(kind, owner, balance_minor, last, spent_day, spent_minor, open)| {
            let last_payment = maybe_uuid(last.as_deref())?;
            let (sales, sales_minor, returns, returns_minor) = open;
            let (sales, returns) = (number(sales)?, number(returns)?);
            let open = Turnover { sales, sales_minor, returns, returns_minor };
            let row = AccountRow { balance_minor, last_payment, spent_day, spent_minor, open };
            Ok((account_of(kind, owner)?, row))
        })
        .collect()
}

/// Tokens by id.
pub(crate) fn tokens(conn: &mut SqliteConnection, ids: &[TokenId]) -> Loaded<(TokenId, Token)> {
    let rows = keyed!(conn, schema::tokens::SqlType => TokenRow,
        "SELECT id, wallet_id, expires_at_ms, state FROM tokens WHERE id IN (SELECT value FROM json_each(?))",
        json(ids, push_number));
    read_tokens(&rows)
}

/// Every token of these wallets that is not too old.
pub(crate) fn live_tokens(
    conn: &mut SqliteConnection,
    wallets: &[WalletId],
    now: UnixMillis,
) -> Loaded<(TokenId, Token)> {
    use schema::tokens::dsl;
    let mut found = Vec::new();
    for wallet in wallets {
        let rows: Vec<TokenRow> = dsl::tokens
            .filter(dsl::wallet_id.eq(i64::from(wallet.0)).and(dsl::expires_at_ms.gt(now.0)))
            .load(conn)?;
        found.extend(read_tokens(&rows)?);
    }
    Ok(found)
}

fn read_tokens(rows: &[TokenRow]) -> Loaded<(TokenId, Token)> {
    rows.iter().map(|row| Ok((super::codes::count(row.id)?, row.read()?))).collect()
}

/// Every coupon that a wallet ever had of an offer.
pub(crate) fn coupons(conn: &mut SqliteConnection, pairs: &[(WalletId, OfferNumber)]) -> Loaded<Coupon> {
    let rows = keyed!(conn, schema::coupons::SqlType => CouponRow,
        "SELECT c.wallet_id, c.offer_number, c.sequence, c.state, c.reserved_minor, c.clipped_at_ms, \
         c.redeemed_at_ms, c.payment_id FROM json_each(?) AS k \
         CROSS JOIN coupons AS c ON c.wallet_id = (k.value >> 32) & 4294967295 \
         AND c.offer_number = k.value & 4294967295",
        json(pairs, |text, (wallet, offer)| push_pair(text, wallet.0, offer.0)));
    rows.iter().map(CouponRow::read).collect()
}

/// Campaigns; their offers are kept in memory.
pub(crate) fn campaigns(
    conn: &mut SqliteConnection,
    offers: &[OfferNumber],
) -> Result<Vec<CampaignRow>, StoreError> {
    Ok(keyed!(conn, schema::campaigns::SqlType => CampaignRow,
        "SELECT offer_number, issuer_id, state, per_wallet_limit, ends_at_ms, revision, coupons_clipped, \
         coupons_redeemed, expired_through FROM campaigns \
         WHERE offer_number IN (SELECT value FROM json_each(?))",
        json(offers, |text, offer| push_number(text, offer.0))))
}

/// Payments.
pub(crate) fn payments(conn: &mut SqliteConnection, ids: &[PaymentId]) -> Loaded<Payment> {
    let rows = keyed!(conn, schema::payments::SqlType => PaymentRow,
        "SELECT payment_id, request_hash, state, merchant_id, terminal_id, wallet_id, currency, gross_minor, \
         due_minor, redemptions, merchant_reference, created_at_ms, reversed_at_ms, decline_reason, \
         decline_message, refusals, previous_payment_id, entry_id, approval_expires_at_ms, completed_at_ms \
         FROM payments \
         WHERE payment_id IN (SELECT unhex(value) FROM json_each(?))",
        json(ids, |text, id| push_hex(text, id.as_bytes())));
    let mut payments = rows.iter().map(PaymentRow::read).collect::<Result<Vec<_>, _>>()?;
    refunds::fill(conn, &mut payments)?;
    Ok(payments)
}

/// The payments of refunds.
pub(crate) fn refunds(conn: &mut SqliteConnection, ids: &[RefundId]) -> Loaded<(RefundId, PaymentId)> {
    type Columns = (Binary, Binary);
    let rows = keyed!(conn, Columns => (Vec<u8>, Vec<u8>),
        "SELECT refund_id, payment_id FROM refunds \
         WHERE refund_id IN (SELECT unhex(value) FROM json_each(?))",
        json(ids, |text, id| push_hex(text, id.as_bytes())));
    rows.into_iter().map(|(refund, payment)| Ok((uuid(&refund)?, uuid(&payment)?))).collect()
}

/// Deposits and fundings.
pub(crate) fn requests(conn: &mut SqliteConnection, ids: &[Uuid]) -> Loaded<(Uuid, (RequestHash, EntryId))> {
    let rows = keyed!(conn, schema::transfer_requests::SqlType => (Vec<u8>, Vec<u8>, i64),
        "SELECT request_id, request_hash, entry_id FROM transfer_requests \
         WHERE request_id IN (SELECT unhex(value) FROM json_each(?))",
        json(ids, |text, id| push_hex(text, id.as_bytes())));
    rows.into_iter().map(|(id, hash, entry)| Ok((uuid(&id)?, (bytes(&hash)?, entry)))).collect()
}
