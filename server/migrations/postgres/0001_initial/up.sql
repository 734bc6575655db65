-- The same tables and columns as in migrations/sqlite, word for word where the words are the same (a test compares them).
-- Keys are ordered (sequences, UUIDv7) so that inserts append: a random key dirties a page of its own.
-- Money is in minor units. Times are milliseconds since 1970 UTC. States are numbered as in server/src/store/codes.rs.

-- What the provider must not lose between starts: its secret, its currency, how far the sweep has come.
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

-- Fees are in parts per million of a batch's net.
CREATE TABLE merchants (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    fee_ppm BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE terminals (
    id BIGINT NOT NULL PRIMARY KEY,
    merchant_id BIGINT NOT NULL REFERENCES merchants (id),
    name TEXT NOT NULL,
    branch_gln TEXT,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE issuers (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    fee_ppm BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL
);

-- SHA-256 of each caller's key; holder is 'operator', 'M1001', 'T1001' or 'I1001'.
CREATE TABLE keys (
    holder TEXT NOT NULL PRIMARY KEY,
    hash BYTEA NOT NULL CHECK (length(hash) = 32)
);

CREATE TABLE wallets (
    id BIGINT NOT NULL PRIMARY KEY,
    state BIGINT NOT NULL,
    opened_at_ms BIGINT NOT NULL,
    -- What the shopper chose to be asked from; null is the operator's limit.
    limit_payment_minor BIGINT,
    limit_day_minor BIGINT,
    -- SHA-256 of the codes by which a device comes to the wallet; null where there is none.
    recovery_hash BYTEA UNIQUE,
    pairing_hash BYTEA UNIQUE,
    pairing_expires_at_ms BIGINT
);

-- The keys that may act for a wallet, also those that no longer may. A device has one wallet for good.
CREATE TABLE devices (
    id BIGINT NOT NULL PRIMARY KEY,
    wallet_id BIGINT NOT NULL,
    public_key BYTEA NOT NULL UNIQUE CHECK (length(public_key) = 32),
    name TEXT NOT NULL,
    linked_at_ms BIGINT NOT NULL,
    revoked_at_ms BIGINT
);
CREATE INDEX devices_by_wallet ON devices (wallet_id);
-- Those whose sessions may still run, read when a server starts.
CREATE INDEX devices_revoked ON devices (revoked_at_ms) WHERE revoked_at_ms IS NOT NULL;

-- Balances, kept in the transaction of each posting. The accounts that everybody pays into or from (merchant, campaign_reserved,
-- provider_fees, cash) have a row for each server (stripe) beside stripe 0, so that servers don't wait for one another: the
-- balance is the sum, and a single stripe may be below zero. A server writes its own stripe, and stripe 0 when it makes the account. Kind 7 is cash, the provider's asset:
-- the only account below zero. coupons_redeemed counts those of a campaign, on its campaign_reserved (kind 5), which a payment
-- writes anyway.
-- last_payment_id heads the chain of a wallet's payments (payments.previous_payment_id): its receipts, newest first,
-- without an index on the path of a payment. spent_minor is what a wallet paid without approval on day spent_day (days since
-- 1970 where the operator is). sales and returns are the open batch of a shop's account, or of a campaign's reserve.
CREATE TABLE accounts (
    kind BIGINT NOT NULL,
    owner BIGINT NOT NULL,
    stripe BIGINT NOT NULL,
    currency TEXT NOT NULL,
    balance_minor BIGINT NOT NULL,
    last_payment_id BYTEA,
    coupons_redeemed BIGINT NOT NULL,
    spent_day BIGINT NOT NULL,
    spent_minor BIGINT NOT NULL,
    sales BIGINT NOT NULL,
    sales_minor BIGINT NOT NULL,
    returns BIGINT NOT NULL,
    returns_minor BIGINT NOT NULL,
    PRIMARY KEY (kind, owner, stripe),
    CHECK (balance_minor >= 0 OR kind = 7 OR stripe > 0)
);

-- One-time payment tokens, in the order they were given out, each of one device. The index finds a wallet's live ones; paying doesn't touch it.
CREATE TABLE tokens (
    id BIGINT NOT NULL PRIMARY KEY,
    wallet_id BIGINT NOT NULL,
    device_id BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    state BIGINT NOT NULL
);
CREATE INDEX tokens_by_wallet ON tokens (wallet_id, expires_at_ms);

-- What never changes of a campaign: its offer. terms is onescan.v1.Terms.
CREATE TABLE offers (
    offer_number BIGINT NOT NULL PRIMARY KEY,
    issuer_id BIGINT NOT NULL REFERENCES issuers (id),
    title_en TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    description_en TEXT NOT NULL,
    description_zh TEXT NOT NULL,
    image_url TEXT NOT NULL,
    gpc_code BIGINT NOT NULL,
    per_wallet_limit BIGINT NOT NULL,
    terms BYTEA NOT NULL
);

-- What changes of it. coupons_clipped is also the last sequence given to a coupon; expired_through the last sequence that the
-- sweep has looked at after the offer's end.
CREATE TABLE campaigns (
    offer_number BIGINT NOT NULL PRIMARY KEY REFERENCES offers (offer_number),
    issuer_id BIGINT NOT NULL,
    state BIGINT NOT NULL,
    total_circulation BIGINT NOT NULL,
    ends_at_ms BIGINT NOT NULL,
    revision BIGINT NOT NULL UNIQUE,
    coupons_clipped BIGINT NOT NULL,
    expired_through BIGINT NOT NULL
);

-- A wallet's coupons lie together, so that a payment touches one page of them. The index, for the sweep, is not touched
-- by payments.
CREATE TABLE coupons (
    wallet_id BIGINT NOT NULL,
    offer_number BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    state BIGINT NOT NULL,
    reserved_minor BIGINT NOT NULL CHECK (reserved_minor >= 0),
    clipped_at_ms BIGINT NOT NULL,
    redeemed_at_ms BIGINT,
    payment_id BYTEA,
    PRIMARY KEY (wallet_id, offer_number, sequence)
);
CREATE UNIQUE INDEX coupons_by_offer ON coupons (offer_number, sequence);

-- Every payment id that was ever decided on: completed, waiting for approval, declined, or reversed before it arrived (without
-- a hash).
-- redemptions is a list of onescan.v1.CouponRedemption in onescan.v1.Payment; refusals is onescan.v1.CouponRefusals.
CREATE TABLE payments (
    payment_id BYTEA NOT NULL PRIMARY KEY CHECK (length(payment_id) = 16),
    request_hash BYTEA,
    state BIGINT NOT NULL,
    merchant_id BIGINT NOT NULL,
    terminal_id BIGINT NOT NULL,
    wallet_id BIGINT,
    currency TEXT NOT NULL,
    gross_minor BIGINT NOT NULL,
    due_minor BIGINT NOT NULL,
    redemptions BYTEA NOT NULL,
    merchant_reference TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    reversed_at_ms BIGINT,
    decline_reason TEXT,
    decline_message TEXT,
    refusals BYTEA,
    previous_payment_id BYTEA,
    entry_id BIGINT,
    approval_expires_at_ms BIGINT,
    completed_at_ms BIGINT
);
-- Those that wait for approval (state 4), for the sweep; no other payment touches it.
CREATE INDEX payments_waiting ON payments (approval_expires_at_ms) WHERE state = 4;

-- What was given back of a payment, counted from 1. details is onescan.v1.Refund: what came back, and each coupon's part.
CREATE TABLE refunds (
    payment_id BYTEA NOT NULL,
    number BIGINT NOT NULL,
    refund_id BYTEA NOT NULL UNIQUE CHECK (length(refund_id) = 16),
    request_hash BYTEA NOT NULL,
    gross_minor BIGINT NOT NULL,
    shopper_minor BIGINT NOT NULL,
    details BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    entry_id BIGINT NOT NULL,
    PRIMARY KEY (payment_id, number)
);

-- Which payments redeemed a campaign's coupons, and what undid that, in the order of the journal; kind is the entry's. Lines and
-- amounts are in the payment. Each row comes after those before it: a key that began with the campaign would make every payment
-- change a page for each of its coupons.
CREATE TABLE redemptions (
    entry_id BIGINT NOT NULL,
    offer_number BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    payment_id BYTEA NOT NULL,
    PRIMARY KEY (entry_id, offer_number)
);
-- Where a campaign's redemptions are: the first entries of those stretches of 512 of the journal that have any. Of many payments
-- one writes here. A server writes its own stripe, so that none waits for another.
CREATE TABLE redemption_stretches (
    offer_number BIGINT NOT NULL,
    first_entry BIGINT NOT NULL,
    stripe BIGINT NOT NULL,
    PRIMARY KEY (offer_number, first_entry, stripe)
);

-- The journal: append-only. An entry's postings sum to zero; credit is positive. merchant_id is the shop whose account it
-- touches; the index leads to a shop's payments and batches.
CREATE TABLE entries (
    id BIGINT NOT NULL PRIMARY KEY,
    kind BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    payment_id BYTEA,
    merchant_id BIGINT
);
CREATE INDEX entries_by_merchant ON entries (merchant_id, id) WHERE merchant_id IS NOT NULL;
CREATE TABLE postings (
    entry_id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    owner BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (entry_id, kind, owner)
);

-- Closed batches; kind is 2 for a shop and 3 for a manufacturer, as of accounts. A batch has the entries after after_entry, up
-- to through_entry.
CREATE TABLE batches (
    kind BIGINT NOT NULL,
    owner BIGINT NOT NULL,
    number BIGINT NOT NULL,
    close_id BYTEA NOT NULL UNIQUE CHECK (length(close_id) = 16),
    after_entry BIGINT NOT NULL,
    through_entry BIGINT NOT NULL,
    sales BIGINT NOT NULL,
    sales_minor BIGINT NOT NULL,
    returns BIGINT NOT NULL,
    returns_minor BIGINT NOT NULL,
    fee_ppm BIGINT NOT NULL,
    fee_minor BIGINT NOT NULL,
    payout_minor BIGINT NOT NULL,
    closed_at_ms BIGINT NOT NULL,
    paid_out_at_ms BIGINT,
    PRIMARY KEY (kind, owner, number)
);

-- Deposits, fundings and payouts by the id that their caller chose: each moves money once.
CREATE TABLE transfer_requests (
    request_id BYTEA NOT NULL PRIMARY KEY CHECK (length(request_id) = 16),
    request_hash BYTEA NOT NULL,
    entry_id BIGINT NOT NULL
);

-- Numbers, given out after a batch holds its locks, so that an account's entries are numbered in the order of their commits.
CREATE SEQUENCE wallet_numbers START 1001;
CREATE SEQUENCE device_numbers START 1001;
CREATE SEQUENCE merchant_numbers START 1001;
CREATE SEQUENCE terminal_numbers START 1001;
CREATE SEQUENCE issuer_numbers START 1001;
CREATE SEQUENCE offer_numbers START 100001;
CREATE SEQUENCE token_numbers;
CREATE SEQUENCE entry_numbers;
