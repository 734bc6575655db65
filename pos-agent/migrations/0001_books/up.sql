-- A payment of this till, from before it was sent to its end. Of the shopper nothing: no code, no token.
CREATE TABLE sale (
    payment_id   TEXT    NOT NULL PRIMARY KEY,
    -- Where it was sold, and the names that the shop's till software has for it; may be empty.
    lane_id      TEXT    NOT NULL,
    checkout_id  TEXT    NOT NULL,
    reference    TEXT    NOT NULL,
    currency     TEXT    NOT NULL,
    gross_minor  INTEGER NOT NULL,
    due_minor    INTEGER NOT NULL,
    -- Lines and coupons, JSON: what reprint and refund need.
    goods        TEXT    NOT NULL,
    -- When it was about to be sent, when the till decided to take it back, when it was over; milliseconds since 1970.
    begun_ms     INTEGER NOT NULL,
    reversing_ms INTEGER,
    ended_ms     INTEGER,
    ending       TEXT CHECK (ending IN ('paid', 'declined', 'reversed', 'standing')),
    -- Why it was declined; empty otherwise.
    reason       TEXT    NOT NULL,
    -- The provider's receipt, an encoded onescan.v1.Payment; of what is paid only.
    receipt      BLOB,
    CHECK ((ended_ms IS NULL) = (ending IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX sale_open ON sale (begun_ms) WHERE ended_ms IS NULL;
CREATE INDEX sale_standing ON sale (begun_ms) WHERE ending = 'standing';
CREATE INDEX sale_begun ON sale (begun_ms);
CREATE INDEX sale_checkout ON sale (checkout_id) WHERE checkout_id <> '';

-- A refund that this till asked for, of its own payments or of another till's.
CREATE TABLE refund (
    refund_id      TEXT    NOT NULL PRIMARY KEY,
    payment_id     TEXT    NOT NULL,
    currency       TEXT    NOT NULL,
    -- The encoded onescan.v1.RefundPaymentRequest: sent again, the same, until the answer is certain.
    request        BLOB    NOT NULL,
    -- Which lines of the receipt came back, JSON.
    goods          TEXT    NOT NULL,
    begun_ms       INTEGER NOT NULL,
    ended_ms       INTEGER,
    ending         TEXT CHECK (ending IN ('done', 'refused')),
    reason         TEXT    NOT NULL,
    -- What the shopper got, once it is done.
    refunded_minor INTEGER NOT NULL,
    CHECK ((ended_ms IS NULL) = (ending IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX refund_open ON refund (begun_ms) WHERE ended_ms IS NULL;
CREATE INDEX refund_begun ON refund (begun_ms);
CREATE INDEX refund_payment ON refund (payment_id);
