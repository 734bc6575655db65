-- Keys are ordered (sequences, UUIDv7) so that inserts append: a random key dirties a page of its own.
-- Money is in minor units. Times are milliseconds since 1970 UTC. States are numbered as in server/src/store/codes.rs.

-- What the provider must not lose between starts: its secret, its currency, how far the sweep has come.
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Fees are in parts per million of a batch's net.
CREATE TABLE merchants (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    fee_ppm INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE terminals (
    id INTEGER NOT NULL PRIMARY KEY,
    merchant_id INTEGER NOT NULL REFERENCES merchants (id),
    name TEXT NOT NULL,
    branch_gln TEXT,
    created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE issuers (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    fee_ppm INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL
) STRICT;

-- SHA-256 of each caller's key; holder is 'operator', 'M1001', 'T1001' or 'I1001'.
CREATE TABLE keys (
    holder TEXT NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT, WITHOUT ROWID;

CREATE TABLE wallets (
    id INTEGER NOT NULL PRIMARY KEY,
    state INTEGER NOT NULL,
    opened_at_ms INTEGER NOT NULL,
    -- What the shopper chose to be asked from; null is the operator's limit.
    limit_payment_minor INTEGER,
    limit_day_minor INTEGER,
    -- SHA-256 of the codes by which a device comes to the wallet; null where there is none.
    recovery_hash BLOB UNIQUE,
    pairing_hash BLOB UNIQUE,
    pairing_expires_at_ms INTEGER
) STRICT;

-- The keys that may act for a wallet, also those that no longer may. A device has one wallet for good.
CREATE TABLE devices (
    id INTEGER NOT NULL PRIMARY KEY,
    wallet_id INTEGER NOT NULL,
    public_key BLOB NOT NULL UNIQUE CHECK (length(public_key) = 32),
    name TEXT NOT NULL,
    linked_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER
) STRICT;
CREATE INDEX devices_by_wallet ON devices (wallet_id);
-- Those whose sessions may still run, read when a server starts.
CREATE INDEX devices_revoked ON devices (revoked_at_ms) WHERE revoked_at_ms IS NOT NULL;

-- Balances, kept in the transaction of each posting. The accounts that everybody pays into or from (merchant, campaign_reserved,
-- provider_fees, cash) have a row for each server (stripe) beside stripe 0, so that servers don't wait for one another: the
-- balance is the sum, and a single stripe may be below zero. SQLite has stripe 0 only. Kind 7 is cash, the provider's asset:
-- the only account below zero. coupons_redeemed counts those of a campaign, on its campaign_reserved (kind 5), which a payment
-- writes anyway.
-- last_payment_id heads the chain of a wallet's payments (payments.previous_payment_id): its receipts, newest first,
-- without an index on the path of a payment. spent_minor is what a wallet paid without approval on day spent_day (days since
-- 1970 where the operator is). sales and returns are the open batch of a shop's account, or of a campaign's reserve.
CREATE TABLE accounts (
    kind INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    stripe INTEGER NOT NULL,
    currency TEXT NOT NULL,
    balance_minor INTEGER NOT NULL,
    last_payment_id BLOB,
    coupons_redeemed INTEGER NOT NULL,
    spent_day INTEGER NOT NULL,
    spent_minor INTEGER NOT NULL,
    sales INTEGER NOT NULL,
    sales_minor INTEGER NOT NULL,
    returns INTEGER NOT NULL,
    returns_minor INTEGER NOT NULL,
    PRIMARY KEY (kind, owner, stripe),
    CHECK (balance_minor >= 0 OR kind = 7 OR stripe > 0)
) STRICT, WITHOUT ROWID;

-- One-time payment tokens, in the order they were given out, each of one device. The index finds a wallet's live ones; paying doesn't touch it.
CREATE TABLE tokens (
    id INTEGER NOT NULL PRIMARY KEY,
    wallet_id INTEGER NOT NULL,
    device_id INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    state INTEGER NOT NULL
) STRICT;
CREATE INDEX tokens_by_wallet ON tokens (wallet_id, expires_at_ms);

-- What never changes of a campaign: its offer. terms is onescan.v1.Terms.
CREATE TABLE offers (
    offer_number INTEGER NOT NULL PRIMARY KEY,
    issuer_id INTEGER NOT NULL REFERENCES issuers (id),
    title_en TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    description_en TEXT NOT NULL,
    description_zh TEXT NOT NULL,
    image_url TEXT NOT NULL,
    gpc_code INTEGER NOT NULL,
    per_wallet_limit INTEGER NOT NULL,
    terms BLOB NOT NULL
) STRICT;

-- What changes of it. coupons_clipped is also the last sequence given to a coupon; expired_through the last sequence that the
-- sweep has looked at after the offer's end.
CREATE TABLE campaigns (
    offer_number INTEGER NOT NULL PRIMARY KEY REFERENCES offers (offer_number),
    issuer_id INTEGER NOT NULL,
    state INTEGER NOT NULL,
    total_circulation INTEGER NOT NULL,
    ends_at_ms INTEGER NOT NULL,
    revision INTEGER NOT NULL UNIQUE,
    coupons_clipped INTEGER NOT NULL,
    expired_through INTEGER NOT NULL
) STRICT;

-- A wallet's coupons lie together, so that a payment touches one page of them. The index, for the sweep, is not touched
-- by payments.
CREATE TABLE coupons (
    wallet_id INTEGER NOT NULL,
    offer_number INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reserved_minor INTEGER NOT NULL CHECK (reserved_minor >= 0),
    clipped_at_ms INTEGER NOT NULL,
    redeemed_at_ms INTEGER,
    payment_id BLOB,
    PRIMARY KEY (wallet_id, offer_number, sequence)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX coupons_by_offer ON coupons (offer_number, sequence);

-- Every payment id that was ever decided on: completed, waiting for approval, declined, or reversed before it arrived (without
-- a hash).
-- redemptions is a list of onescan.v1.CouponRedemption in onescan.v1.Payment; refusals is onescan.v1.CouponRefusals.
CREATE TABLE payments (
    payment_id BLOB NOT NULL PRIMARY KEY CHECK (length(payment_id) = 16),
    request_hash BLOB,
    state INTEGER NOT NULL,
    merchant_id INTEGER NOT NULL,
    terminal_id INTEGER NOT NULL,
    wallet_id INTEGER,
    currency TEXT NOT NULL,
    gross_minor INTEGER NOT NULL,
    due_minor INTEGER NOT NULL,
    redemptions BLOB NOT NULL,
    merchant_reference TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    reversed_at_ms INTEGER,
    decline_reason TEXT,
    decline_message TEXT,
    refusals BLOB,
    previous_payment_id BLOB,
    entry_id INTEGER,
    approval_expires_at_ms INTEGER,
    completed_at_ms INTEGER
) STRICT, WITHOUT ROWID;
-- Those that wait for approval (state 4), for the sweep; no other payment touches it.
CREATE INDEX payments_waiting ON payments (approval_expires_at_ms) WHERE state = 4;

-- What was given back of a payment, counted from 1. details is onescan.v1.Refund: what came back, and each coupon's part.
CREATE TABLE refunds (
    payment_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    refund_id BLOB NOT NULL UNIQUE CHECK (length(refund_id) = 16),
    request_hash BLOB NOT NULL,
    gross_minor INTEGER NOT NULL,
    shopper_minor INTEGER NOT NULL,
    details BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    PRIMARY KEY (payment_id, number)
) STRICT, WITHOUT ROWID;

-- Which payments redeemed a campaign's coupons, and what undid that, in the order of the journal; kind is the entry's. Lines and
-- amounts are in the payment. Each row comes after those before it: a key that began with the campaign would make every payment
-- change a page for each of its coupons.
CREATE TABLE redemptions (
    entry_id INTEGER NOT NULL,
    offer_number INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    payment_id BLOB NOT NULL,
    PRIMARY KEY (entry_id, offer_number)
) STRICT, WITHOUT ROWID;
-- Where a campaign's redemptions are: the first entries of those stretches of 512 of the journal that have any. Of many payments
-- one writes here. A server writes its own stripe, so that none waits for another.
CREATE TABLE redemption_stretches (
    offer_number INTEGER NOT NULL,
    first_entry INTEGER NOT NULL,
    stripe INTEGER NOT NULL,
    PRIMARY KEY (offer_number, first_entry, stripe)
) STRICT, WITHOUT ROWID;

-- The journal: append-only. An entry's postings sum to zero; credit is positive. merchant_id is the shop whose account it
-- touches; the index leads to a shop's payments and batches.
CREATE TABLE entries (
    id INTEGER NOT NULL PRIMARY KEY,
    kind INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    payment_id BLOB,
    merchant_id INTEGER
) STRICT;
CREATE INDEX entries_by_merchant ON entries (merchant_id, id) WHERE merchant_id IS NOT NULL;
CREATE TABLE postings (
    entry_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (entry_id, kind, owner)
) STRICT, WITHOUT ROWID;

-- Closed batches; kind is 2 for a shop and 3 for a manufacturer, as of accounts. A batch has the entries after after_entry, up
-- to through_entry.
CREATE TABLE batches (
    kind INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    number INTEGER NOT NULL,
    close_id BLOB NOT NULL UNIQUE CHECK (length(close_id) = 16),
    after_entry INTEGER NOT NULL,
    through_entry INTEGER NOT NULL,
    sales INTEGER NOT NULL,
    sales_minor INTEGER NOT NULL,
    returns INTEGER NOT NULL,
    returns_minor INTEGER NOT NULL,
    fee_ppm INTEGER NOT NULL,
    fee_minor INTEGER NOT NULL,
    payout_minor INTEGER NOT NULL,
    closed_at_ms INTEGER NOT NULL,
    paid_out_at_ms INTEGER,
    PRIMARY KEY (kind, owner, number)
) STRICT, WITHOUT ROWID;

-- Deposits, fundings and payouts by the id that their caller chose: each moves money once.
CREATE TABLE transfer_requests (
    request_id BLOB NOT NULL PRIMARY KEY CHECK (length(request_id) = 16),
    request_hash BLOB NOT NULL,
    entry_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
