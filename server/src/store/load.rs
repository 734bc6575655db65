//! The set-based selects of a batch: rows by their keys, whatever the number of keys. On PostgreSQL they also lock what the
//! batch may change, in the order of keys.

use diesel::{
    prelude::*,
    sql_types::{BigInt, Binary, Nullable},
};
use shared::{
    ids::{OfferNumber, WalletId},
    ledger::Account,
    time::UnixMillis,
};
use uuid::Uuid;

use super::{
    Conn, StoreError,
    codes::{account_code, account_of, bytes, maybe_uuid, uuid},
    refunds,
    rows::{CampaignRow, CouponRow, PaymentRow, TokenRow, WalletRow},
    schema,
    statements::{self, KeyList, Select, numbers, pair},
    stripes::Stripe,
};
use crate::model::{
    AccountRow, Coupon, Elsewhere, EntryId, Payment, PaymentId, RefundId, RequestHash, Token, TokenId,
    Wallet, is_striped,
};

type Loaded<T> = Result<Vec<T>, StoreError>;

/// Wallets by id. Not locked: whoever changes a wallet holds its account.
pub(crate) fn wallets(conn: &mut Conn, ids: &[WalletId]) -> Loaded<Wallet> {
    let select = Select {
        sqlite: "SELECT id, public_key, frozen, opened_at_ms, limit_payment_minor, limit_day_minor FROM wallets \
                 WHERE id IN (SELECT value FROM json_each(?))",
        postgres: "SELECT id, public_key, frozen, opened_at_ms, limit_payment_minor, limit_day_minor FROM wallets WHERE id = ANY(?)",
    };
    let rows = select.load::<schema::wallets::SqlType, WalletRow>(conn, numbers(ids, |id| id.0.into()))?;
    rows.iter().map(WalletRow::read).collect()
}

/// Wallets by device key. Which wallet a key has never changes.
pub(crate) fn wallets_by_key(conn: &mut Conn, keys: &[[u8; 32]]) -> Loaded<Wallet> {
    let select = Select {
        sqlite: "SELECT id, public_key, frozen, opened_at_ms, limit_payment_minor, limit_day_minor FROM wallets \
                 WHERE public_key IN (SELECT unhex(value) FROM json_each(?))",
        postgres: "SELECT id, public_key, frozen, opened_at_ms, limit_payment_minor, limit_day_minor FROM wallets WHERE public_key = ANY(?)",
    };
    let rows = select.load::<schema::wallets::SqlType, WalletRow>(conn, statements::bytes(keys))?;
    rows.iter().map(WalletRow::read).collect()
}

/// Bits of the owner in the key of an account's row, and of the stripe above them.
const OWNER_BITS: u32 = 32;
const STRIPE_BITS: u32 = 12;

/// A row of an account as one number, which [`ACCOUNTS`] takes apart again.
fn stripe_key(account: Account, stripe: Stripe) -> i64 {
    let (kind, owner) = account_code(account);
    i64::from(kind) << (OWNER_BITS + STRIPE_BITS) | i64::from(stripe) << OWNER_BITS | i64::from(owner)
}

const ACCOUNTS: Select = Select {
    sqlite: "SELECT a.kind, a.owner, a.stripe, a.balance_minor, a.last_payment_id, a.coupons_redeemed, \
             a.spent_day, a.spent_minor \
             FROM json_each(?) AS k CROSS JOIN accounts AS a ON a.kind = k.value >> 44 \
             AND a.owner = k.value & 4294967295 AND a.stripe = (k.value >> 32) & 4095",
    postgres: "SELECT a.kind, a.owner, a.stripe, a.balance_minor, a.last_payment_id, a.coupons_redeemed, \
             a.spent_day, a.spent_minor \
               FROM unnest(?) AS k JOIN accounts AS a ON a.kind = k >> 44 \
               AND a.owner = k & 4294967295 AND a.stripe = (k >> 32) & 4095 \
               ORDER BY a.kind, a.owner, a.stripe FOR UPDATE OF a",
};

type StripeRow = (i64, i64, i64, i64, Option<Vec<u8>>, i64, i64, i64);

fn stripe_rows(conn: &mut Conn, keys: Vec<i64>) -> QueryResult<Vec<StripeRow>> {
    type Columns = (BigInt, BigInt, BigInt, BigInt, Nullable<Binary>, BigInt, BigInt, BigInt);
    ACCOUNTS.load::<Columns, StripeRow>(conn, numbers(&keys, |key| key))
}

/// Accounts: `stripe` of those that are striped, and all stripes of those in `whole`. A new stripe is made by holding stripe
/// 0, so that none appears once stripe 0 is held here.
pub(crate) fn accounts(
    conn: &mut Conn,
    accounts: &[Account],
    whole: &[Account],
    stripe: Stripe,
) -> Loaded<(Account, AccountRow)> {
    let own = |account: Account| if is_striped(account) { stripe } else { 0 };
    let striped = stripe > 0;
    let mut keys: Vec<i64> =
        accounts.iter().chain(whole).map(|account| stripe_key(*account, own(*account))).collect();
    if striped && !whole.is_empty() {
        stripe_rows(conn, whole.iter().map(|account| stripe_key(*account, 0)).collect())?;
        let all = whole.iter().flat_map(|a| (0..=super::stripes::STRIPES_MAX).map(|s| stripe_key(*a, s)));
        keys.extend(all);
    }
    let mut found: Vec<(Account, AccountRow)> = Vec::new();
    let mut others = Vec::new();
    for (kind, owner, at, balance_minor, last, coupons_redeemed, spent_day, spent_minor) in
        stripe_rows(conn, keys)?
    {
        let account = account_of(kind, owner)?;
        if at != i64::from(own(account)) {
            others.push((account, balance_minor, coupons_redeemed));
            continue;
        }
        let unknown = striped && is_striped(account) && !whole.contains(&account);
        let elsewhere = if unknown { Elsewhere::Unknown } else { Elsewhere::NONE };
        let last_payment = maybe_uuid(last.as_deref())?;
        let row =
            AccountRow { balance_minor, last_payment, coupons_redeemed, spent_day, spent_minor, elsewhere };
        found.push((account, row));
    }
    for (account, more_minor, more_redeemed) in others {
        let row = found.iter_mut().find(|(found, _)| *found == account);
        let Some((_, AccountRow { elsewhere: Elsewhere::Known { balance_minor, coupons_redeemed }, .. })) =
            row
        else {
            return Err(StoreError::Corrupt("a stripe without the server's own"));
        };
        *balance_minor += more_minor;
        *coupons_redeemed += more_redeemed;
    }
    Ok(found)
}

/// Tokens by id.
pub(crate) fn tokens(conn: &mut Conn, ids: &[TokenId]) -> Loaded<(TokenId, Token)> {
    let select = Select {
        sqlite: "SELECT id, wallet_id, expires_at_ms, state FROM tokens \
                 WHERE id IN (SELECT value FROM json_each(?))",
        postgres: "SELECT id, wallet_id, expires_at_ms, state FROM tokens WHERE id = ANY(?) \
                   ORDER BY id FOR UPDATE",
    };
    let rows = select.load::<schema::tokens::SqlType, TokenRow>(conn, numbers(ids, u64::cast_signed))?;
    read_tokens(&rows)
}

/// Every token of these wallets that is not too old. Not locked: whoever changes them holds the wallet's account.
pub(crate) fn live_tokens(
    conn: &mut Conn,
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
pub(crate) fn coupons(conn: &mut Conn, pairs: &[(WalletId, OfferNumber)]) -> Loaded<Coupon> {
    let select = Select {
        sqlite: "SELECT c.wallet_id, c.offer_number, c.sequence, c.state, c.reserved_minor, c.clipped_at_ms, \
                 c.redeemed_at_ms, c.payment_id FROM json_each(?) AS k \
                 CROSS JOIN coupons AS c ON c.wallet_id = (k.value >> 32) & 4294967295 \
                 AND c.offer_number = k.value & 4294967295",
        postgres: "SELECT c.wallet_id, c.offer_number, c.sequence, c.state, c.reserved_minor, c.clipped_at_ms, \
                   c.redeemed_at_ms, c.payment_id FROM unnest(?) AS k \
                   JOIN coupons AS c ON c.wallet_id = (k >> 32) & 4294967295 \
                   AND c.offer_number = k & 4294967295 \
                   ORDER BY c.wallet_id, c.offer_number, c.sequence FOR UPDATE OF c",
    };
    let keys = numbers(pairs, |(wallet, offer)| pair(wallet.0, offer.0));
    let rows = select.load::<schema::coupons::SqlType, CouponRow>(conn, keys)?;
    rows.iter().map(CouponRow::read).collect()
}

const CAMPAIGNS: Select = Select {
    sqlite: "SELECT offer_number, issuer_id, state, per_wallet_limit, ends_at_ms, revision, coupons_clipped, \
             expired_through FROM campaigns WHERE offer_number IN (SELECT value FROM json_each(?))",
    postgres: "SELECT offer_number, issuer_id, state, per_wallet_limit, ends_at_ms, revision, coupons_clipped, \
               expired_through FROM campaigns WHERE offer_number = ANY(?) ORDER BY offer_number FOR UPDATE",
};
const CAMPAIGNS_SEEN: Select = Select {
    postgres: "SELECT offer_number, issuer_id, state, per_wallet_limit, ends_at_ms, revision, coupons_clipped, \
               expired_through FROM campaigns WHERE offer_number = ANY(?)",
    ..CAMPAIGNS
};

fn offers(offers: &[OfferNumber]) -> KeyList {
    numbers(offers, |offer| offer.0.into())
}

/// Campaigns; their offers are kept in memory.
pub(crate) fn campaigns(conn: &mut Conn, of: &[OfferNumber]) -> Loaded<CampaignRow> {
    Ok(CAMPAIGNS.load::<schema::campaigns::SqlType, CampaignRow>(conn, offers(of))?)
}

/// Campaigns that are looked at and not changed: a payment doesn't wait for those who clip.
pub(crate) fn campaigns_seen(conn: &mut Conn, of: &[OfferNumber]) -> Loaded<CampaignRow> {
    Ok(CAMPAIGNS_SEEN.load::<schema::campaigns::SqlType, CampaignRow>(conn, offers(of))?)
}

const PAYMENTS: Select = Select {
    sqlite: "SELECT payment_id, request_hash, state, merchant_id, terminal_id, wallet_id, currency, gross_minor, \
             due_minor, redemptions, merchant_reference, created_at_ms, reversed_at_ms, decline_reason, \
             decline_message, refusals, previous_payment_id, entry_id, approval_expires_at_ms, completed_at_ms \
             FROM payments \
             WHERE payment_id IN (SELECT unhex(value) FROM json_each(?))",
    postgres: "SELECT payment_id, request_hash, state, merchant_id, terminal_id, wallet_id, currency, gross_minor, \
               due_minor, redemptions, merchant_reference, created_at_ms, reversed_at_ms, decline_reason, \
               decline_message, refusals, previous_payment_id, entry_id, approval_expires_at_ms, completed_at_ms \
             FROM payments \
               WHERE payment_id = ANY(?) ORDER BY payment_id FOR UPDATE",
};

/// Payments, with their refunds.
pub(crate) fn payments(conn: &mut Conn, ids: &[PaymentId]) -> Loaded<Payment> {
    let rows = PAYMENTS.load::<schema::payments::SqlType, PaymentRow>(conn, statements::bytes(ids))?;
    let mut payments = rows.iter().map(PaymentRow::read).collect::<Result<Vec<_>, _>>()?;
    refunds::fill(conn, &mut payments)?;
    Ok(payments)
}

/// The payments of refunds.
pub(crate) fn refunds(conn: &mut Conn, ids: &[RefundId]) -> Loaded<(RefundId, PaymentId)> {
    let select = Select {
        sqlite: "SELECT refund_id, payment_id FROM refunds \
                 WHERE refund_id IN (SELECT unhex(value) FROM json_each(?))",
        postgres: "SELECT refund_id, payment_id FROM refunds WHERE refund_id = ANY(?)",
    };
    let rows = select.load::<(Binary, Binary), (Vec<u8>, Vec<u8>)>(conn, statements::bytes(ids))?;
    rows.into_iter().map(|(refund, payment)| Ok((uuid(&refund)?, uuid(&payment)?))).collect()
}

/// Payments before anything is locked: who paid whom and with which coupons never changes, and says what to lock.
pub(crate) fn payments_seen(conn: &mut Conn, ids: &[PaymentId]) -> Loaded<Payment> {
    use schema::payments::dsl;
    let mut found = Vec::new();
    for id in ids {
        let row: Option<PaymentRow> =
            dsl::payments.find(id.as_bytes().as_slice()).get_result(conn).optional()?;
        found.extend(row.map(|row| row.read()).transpose()?);
    }
    Ok(found)
}

/// Deposits and fundings.
pub(crate) fn requests(conn: &mut Conn, ids: &[Uuid]) -> Loaded<(Uuid, (RequestHash, EntryId))> {
    let select = Select {
        sqlite: "SELECT request_id, request_hash, entry_id FROM transfer_requests \
                 WHERE request_id IN (SELECT unhex(value) FROM json_each(?))",
        postgres: "SELECT request_id, request_hash, entry_id FROM transfer_requests WHERE request_id = ANY(?)",
    };
    type Row = (Vec<u8>, Vec<u8>, i64);
    let rows = select.load::<schema::transfer_requests::SqlType, Row>(conn, statements::bytes(ids))?;
    rows.into_iter().map(|(id, hash, entry)| Ok((uuid(&id)?, (bytes(&hash)?, entry)))).collect()
}
