//! Wallets, devices and tokens: their rows, the selects of a batch and what it writes.

use diesel::{
    prelude::*,
    sql_types::{BigInt, Binary},
};
use shared::{
    ids::{DeviceId, OfferNumber, WalletId},
    payment::PaymentState,
    time::UnixMillis,
};

use super::{
    Conn, StoreError,
    codes::{Coded, bytes, count, maybe_time, number, uuid},
    load::Loaded,
    schema,
    select::{self, Select, numbers},
    table::Table,
    values::Bind::{self, Bytes, Int, MaybeBytes, MaybeInt, Text},
};
use crate::{
    engine::State,
    model::{
        CodeHash, CouponState, Device, Pairing, PaymentId, Token, TokenId, TokenState, Wallet, WalletState,
    },
};

/// A row of `wallets`.
#[derive(Queryable)]
pub(crate) struct WalletRow {
    id: i64,
    state: i64,
    opened_at_ms: i64,
    limit_payment_minor: Option<i64>,
    limit_day_minor: Option<i64>,
    recovery_hash: Option<Vec<u8>>,
    pairing_hash: Option<Vec<u8>>,
    pairing_expires_at_ms: Option<i64>,
}

impl WalletRow {
    pub(crate) fn read(&self) -> Result<Wallet, StoreError> {
        let pairing = match (&self.pairing_hash, self.pairing_expires_at_ms) {
            (Some(hash), Some(ms)) => Some(Pairing { hash: bytes(hash)?, expires_at: UnixMillis(ms) }),
            _ => None,
        };
        Ok(Wallet {
            id: WalletId(number(self.id)?),
            state: WalletState::of_code(self.state)?,
            opened_at: UnixMillis(self.opened_at_ms),
            limit_payment_minor: self.limit_payment_minor,
            limit_day_minor: self.limit_day_minor,
            recovery: self.recovery_hash.as_deref().map(bytes).transpose()?,
            pairing,
        })
    }
}

/// A row of `devices`.
#[derive(Queryable)]
pub(crate) struct DeviceRow {
    id: i64,
    wallet_id: i64,
    public_key: Vec<u8>,
    name: String,
    linked_at_ms: i64,
    revoked_at_ms: Option<i64>,
}

impl DeviceRow {
    pub(crate) fn read(self) -> Result<Device, StoreError> {
        Ok(Device {
            id: DeviceId(number(self.id)?),
            wallet: WalletId(number(self.wallet_id)?),
            public_key: bytes(&self.public_key)?,
            name: self.name,
            linked_at: UnixMillis(self.linked_at_ms),
            revoked_at: maybe_time(self.revoked_at_ms),
        })
    }
}

/// A row of `tokens`.
#[derive(Queryable)]
pub(crate) struct TokenRow {
    id: i64,
    wallet_id: i64,
    device_id: i64,
    expires_at_ms: i64,
    state: i64,
}

impl TokenRow {
    pub(crate) fn read(&self) -> Result<(TokenId, Token), StoreError> {
        let token = Token {
            wallet: WalletId(number(self.wallet_id)?),
            device: DeviceId(number(self.device_id)?),
            expires_at: UnixMillis(self.expires_at_ms),
            state: TokenState::of_code(self.state)?,
        };
        Ok((count(self.id)?, token))
    }
}

/// Wallets by id. Not locked: whoever changes a wallet holds its account.
pub(crate) fn wallets(conn: &mut Conn, ids: &[WalletId]) -> Loaded<Wallet> {
    let select = Select {
        sqlite: "SELECT id, state, opened_at_ms, limit_payment_minor, limit_day_minor, recovery_hash, \
                 pairing_hash, pairing_expires_at_ms FROM wallets WHERE id IN (SELECT value FROM json_each(?))",
        postgres: "SELECT id, state, opened_at_ms, limit_payment_minor, limit_day_minor, recovery_hash, \
                   pairing_hash, pairing_expires_at_ms FROM wallets WHERE id = ANY(?)",
    };
    let rows = select.load::<schema::wallets::SqlType, WalletRow>(conn, numbers(ids, |id| id.0.into()))?;
    rows.iter().map(WalletRow::read).collect()
}

/// The wallets of pairing and recovery codes, as they stand before anything is locked: a code may be replaced since.
pub(crate) fn wallets_by_code(conn: &mut Conn, codes: &[CodeHash]) -> Loaded<(CodeHash, WalletId)> {
    let pairing = Select {
        sqlite: "SELECT pairing_hash, id FROM wallets \
                 WHERE pairing_hash IN (SELECT unhex(value) FROM json_each(?))",
        postgres: "SELECT pairing_hash, id FROM wallets WHERE pairing_hash = ANY(?)",
    };
    let recovery = Select {
        sqlite: "SELECT recovery_hash, id FROM wallets \
                 WHERE recovery_hash IN (SELECT unhex(value) FROM json_each(?))",
        postgres: "SELECT recovery_hash, id FROM wallets WHERE recovery_hash = ANY(?)",
    };
    let mut found = Vec::new();
    for select in [pairing, recovery] {
        let rows = select.load::<(Binary, BigInt), (Vec<u8>, i64)>(conn, select::bytes(codes))?;
        for (hash, id) in rows {
            found.push((bytes(&hash)?, WalletId(number(id)?)));
        }
    }
    Ok(found)
}

/// Devices by key, without a lock: which wallet a device has never changes.
pub(crate) fn devices_by_key(conn: &mut Conn, keys: &[[u8; 32]]) -> Loaded<Device> {
    let select = Select {
        sqlite: "SELECT id, wallet_id, public_key, name, linked_at_ms, revoked_at_ms FROM devices \
                 WHERE public_key IN (SELECT unhex(value) FROM json_each(?))",
        postgres: "SELECT id, wallet_id, public_key, name, linked_at_ms, revoked_at_ms FROM devices \
                   WHERE public_key = ANY(?)",
    };
    let rows = select.load::<schema::devices::SqlType, DeviceRow>(conn, select::bytes(keys))?;
    rows.into_iter().map(DeviceRow::read).collect()
}

/// Every device that these wallets ever had. Not locked: whoever changes one holds the wallet's account.
pub(crate) fn devices_of(conn: &mut Conn, wallets: &[WalletId]) -> Loaded<Device> {
    let select = Select {
        sqlite: "SELECT id, wallet_id, public_key, name, linked_at_ms, revoked_at_ms FROM devices \
                 WHERE wallet_id IN (SELECT value FROM json_each(?))",
        postgres: "SELECT id, wallet_id, public_key, name, linked_at_ms, revoked_at_ms FROM devices \
                   WHERE wallet_id = ANY(?)",
    };
    let keys = numbers(wallets, |id| id.0.into());
    let rows = select.load::<schema::devices::SqlType, DeviceRow>(conn, keys)?;
    rows.into_iter().map(DeviceRow::read).collect()
}

/// Tokens by id.
pub(crate) fn tokens(conn: &mut Conn, ids: &[TokenId]) -> Loaded<(TokenId, Token)> {
    let select = Select {
        sqlite: "SELECT id, wallet_id, device_id, expires_at_ms, state FROM tokens \
                 WHERE id IN (SELECT value FROM json_each(?))",
        postgres: "SELECT id, wallet_id, device_id, expires_at_ms, state FROM tokens WHERE id = ANY(?) \
                   ORDER BY id FOR UPDATE",
    };
    let rows = select.load::<schema::tokens::SqlType, TokenRow>(conn, numbers(ids, u64::cast_signed))?;
    rows.iter().map(TokenRow::read).collect()
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
        found.extend(rows.iter().map(TokenRow::read).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(found)
}

/// What a wallet holds, as a look without locks finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// The wallet.
    pub wallet: WalletId,
    /// The offers of its clipped coupons, in order, one for each coupon.
    pub coupons: Vec<OfferNumber>,
    /// Its payments that wait for approval, in order.
    pub payments: Vec<PaymentId>,
}

/// What a wallet holds.
pub(crate) fn held(conn: &mut Conn, wallet: WalletId) -> Result<Held, StoreError> {
    use schema::{coupons, payments};
    let id = i64::from(wallet.0);
    let offers: Vec<i64> = coupons::table
        .filter(coupons::wallet_id.eq(id).and(coupons::state.eq(CouponState::Clipped.code())))
        .order((coupons::offer_number, coupons::sequence))
        .select(coupons::offer_number)
        .load(conn)?;
    // The index of those that wait is small, whatever the wallet.
    let waiting: Vec<Vec<u8>> = payments::table
        .filter(payments::state.eq(PaymentState::PendingApproval.code()).and(payments::wallet_id.eq(id)))
        .order(payments::payment_id)
        .select(payments::payment_id)
        .load(conn)?;
    Ok(Held {
        wallet,
        coupons: offers.into_iter().map(|offer| number(offer).map(OfferNumber)).collect::<Result<_, _>>()?,
        payments: waiting.iter().map(|id| uuid(id)).collect::<Result<_, _>>()?,
    })
}

/// Writes the wallets, devices and tokens that a batch has made or changed.
pub(super) fn write(conn: &mut Conn, state: &State) -> Result<(), StoreError> {
    Wallets::write(conn, &state.wallets, |(_, wallet)| wallet_values(wallet))?;
    Devices::write(conn, &state.devices, |(_, device)| device_values(device))?;
    Tokens::write(conn, &state.tokens, |(id, token)| token_values(*id, token))
}

struct Wallets;

impl Table for Wallets {
    const NAME: &'static str = "wallets";
    const CHANGING: &'static [&'static str] = &[
        "state",
        "limit_payment_minor",
        "limit_day_minor",
        "recovery_hash",
        "pairing_hash",
        "pairing_expires_at_ms",
    ];
    const KEY: &'static [&'static str] = &["id"];
    const FIXED: &'static [&'static str] = &["opened_at_ms"];
}

fn wallet_values(wallet: &Wallet) -> [Bind<'_>; 8] {
    [
        Int(wallet.state.code()),
        MaybeInt(wallet.limit_payment_minor),
        MaybeInt(wallet.limit_day_minor),
        MaybeBytes(wallet.recovery.as_ref().map(|hash| hash.as_slice())),
        MaybeBytes(wallet.pairing.as_ref().map(|pairing| pairing.hash.as_slice())),
        MaybeInt(wallet.pairing.map(|pairing| pairing.expires_at.0)),
        Int(wallet.id.0.into()),
        Int(wallet.opened_at.0),
    ]
}

struct Devices;

impl Table for Devices {
    const NAME: &'static str = "devices";
    const CHANGING: &'static [&'static str] = &["revoked_at_ms"];
    const KEY: &'static [&'static str] = &["id"];
    const FIXED: &'static [&'static str] = &["wallet_id", "public_key", "name", "linked_at_ms"];
}

fn device_values(device: &Device) -> [Bind<'_>; 6] {
    [
        MaybeInt(device.revoked_at.map(|at| at.0)),
        Int(device.id.0.into()),
        Int(device.wallet.0.into()),
        Bytes(&device.public_key),
        Text(&device.name),
        Int(device.linked_at.0),
    ]
}

struct Tokens;

impl Table for Tokens {
    const NAME: &'static str = "tokens";
    const CHANGING: &'static [&'static str] = &["state"];
    const KEY: &'static [&'static str] = &["id"];
    const FIXED: &'static [&'static str] = &["wallet_id", "device_id", "expires_at_ms"];
}

fn token_values(id: TokenId, token: &Token) -> [Bind<'_>; 5] {
    [
        Int(token.state.code()),
        Int(id.cast_signed()),
        Int(token.wallet.0.into()),
        Int(token.device.0.into()),
        Int(token.expires_at.0),
    ]
}
