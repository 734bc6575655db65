//! The set-based selects of a batch: rows by their keys, whatever the number of keys. On PostgreSQL they also lock what the
//! batch may change, in the order of keys.

use diesel::sql_types::Binary;
use shared::ids::{OfferNumber, WalletId};
use uuid::Uuid;

use super::{
    Conn, StoreError,
    codes::{bytes, uuid},
    refunds,
    rows::{CampaignRow, CouponRow, PaymentRow},
    schema,
    select::{self, KeyList, Select, numbers, pair},
};
use crate::model::{Coupon, EntryId, Payment, PaymentId, RefundId, RequestHash};

pub(super) type Loaded<T> = Result<Vec<T>, StoreError>;

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
    sqlite: "SELECT offer_number, issuer_id, state, total_circulation, ends_at_ms, revision, \
             coupons_clipped, expired_through FROM campaigns WHERE offer_number IN (SELECT value FROM json_each(?))",
    postgres: "SELECT offer_number, issuer_id, state, total_circulation, ends_at_ms, revision, \
               coupons_clipped, expired_through FROM campaigns WHERE offer_number = ANY(?) ORDER BY offer_number FOR UPDATE",
};
const CAMPAIGNS_SEEN: Select = Select {
    postgres: "SELECT offer_number, issuer_id, state, total_circulation, ends_at_ms, revision, \
               coupons_clipped, expired_through FROM campaigns WHERE offer_number = ANY(?)",
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

/// Those that a look finds, without a lock.
const PAYMENTS_SEEN: Select = Select {
    postgres: "SELECT payment_id, request_hash, state, merchant_id, terminal_id, wallet_id, currency, gross_minor, \
               due_minor, redemptions, merchant_reference, created_at_ms, reversed_at_ms, decline_reason, \
               decline_message, refusals, previous_payment_id, entry_id, approval_expires_at_ms, completed_at_ms \
             FROM payments \
               WHERE payment_id = ANY(?)",
    ..PAYMENTS
};

/// Payments, with their refunds.
pub(crate) fn payments(conn: &mut Conn, ids: &[PaymentId]) -> Loaded<Payment> {
    with_refunds(conn, PAYMENTS, ids)
}

/// Payments as they stand, not locked: who paid whom and with which coupons never changes. With their refunds.
pub(crate) fn payments_seen(conn: &mut Conn, ids: &[PaymentId]) -> Loaded<Payment> {
    with_refunds(conn, PAYMENTS_SEEN, ids)
}

fn with_refunds(conn: &mut Conn, select: Select, ids: &[PaymentId]) -> Loaded<Payment> {
    let rows = select.load::<schema::payments::SqlType, PaymentRow>(conn, select::bytes(ids))?;
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
    let rows = select.load::<(Binary, Binary), (Vec<u8>, Vec<u8>)>(conn, select::bytes(ids))?;
    rows.into_iter().map(|(refund, payment)| Ok((uuid(&refund)?, uuid(&payment)?))).collect()
}

/// Deposits and fundings.
pub(crate) fn requests(conn: &mut Conn, ids: &[Uuid]) -> Loaded<(Uuid, (RequestHash, EntryId))> {
    let select = Select {
        sqlite: "SELECT request_id, request_hash, entry_id FROM transfer_requests \
                 WHERE request_id IN (SELECT unhex(value) FROM json_each(?))",
        postgres: "SELECT request_id, request_hash, entry_id FROM transfer_requests WHERE request_id = ANY(?)",
    };
    type Row = (Vec<u8>, Vec<u8>, i64);
    let rows = select.load::<schema::transfer_requests::SqlType, Row>(conn, select::bytes(ids))?;
    rows.into_iter().map(|(id, hash, entry)| Ok((uuid(&id)?, (bytes(&hash)?, entry)))).collect()
}
