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
    statements::{self, Select, insert, numbers, update},
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
        let rows = select.load::<(Binary, BigInt), (Vec<u8>, i64)>(conn, statements::bytes(codes))?;
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
    let rows = select.load::<schema::devices::SqlType, DeviceRow>(conn, statements::bytes(keys))?;
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
    write_wallets(conn, state)?;
    write_devices(conn, state)?;
    write_tokens(conn, state)
}

fn write_wallets(conn: &mut Conn, state: &State) -> Result<(), StoreError> {
    let values: Vec<Bind<'_>> = state
        .wallets
        .new_rows()
        .flat_map(|(id, wallet)| {
            let [first, rest @ ..] = wallet_binds(wallet);
            [Int(id.0.into()), first, Int(wallet.opened_at.0)].into_iter().chain(rest)
        })
        .collect();
    let into = "wallets (id, state, opened_at_ms, limit_payment_minor, limit_day_minor, recovery_hash, \
                pairing_hash, pairing_expires_at_ms)";
    insert(conn, into, 8, &values)?;
    let values: Vec<Bind<'_>> = state
        .wallets
        .changed_rows()
        .flat_map(|(id, wallet)| wallet_binds(wallet).into_iter().chain([Int(id.0.into())]))
        .collect();
    let set = [
        "state",
        "limit_payment_minor",
        "limit_day_minor",
        "recovery_hash",
        "pairing_hash",
        "pairing_expires_at_ms",
    ];
    update(conn, "wallets", &set, &["id"], &values)
}

/// What changes of a wallet.
fn wallet_binds(wallet: &Wallet) -> [Bind<'_>; 6] {
    [
        Int(wallet.state.code()),
        MaybeInt(wallet.limit_payment_minor),
        MaybeInt(wallet.limit_day_minor),
        MaybeBytes(wallet.recovery.as_ref().map(|hash| hash.as_slice())),
        MaybeBytes(wallet.pairing.as_ref().map(|pairing| pairing.hash.as_slice())),
        MaybeInt(wallet.pairing.map(|pairing| pairing.expires_at.0)),
    ]
}

fn write_devices(conn: &mut Conn, state: &State) -> Result<(), StoreError> {
    let values: Vec<_> = state
        .devices
        .new_rows()
        .flat_map(|((wallet, id), device)| {
            [
                Int(id.0.into()),
                Int(wallet.0.into()),
                Bytes(&device.public_key),
                Text(&device.name),
                Int(device.linked_at.0),
                MaybeInt(device.revoked_at.map(|at| at.0)),
            ]
        })
        .collect();
    insert(conn, "devices (id, wallet_id, public_key, name, linked_at_ms, revoked_at_ms)", 6, &values)?;
    let changed = state.devices.changed_rows();
    let values: Vec<_> = changed
        .flat_map(|((_, id), device)| [MaybeInt(device.revoked_at.map(|at| at.0)), Int(id.0.into())])
        .collect();
    update(conn, "devices", &["revoked_at_ms"], &["id"], &values)
}

fn write_tokens(conn: &mut Conn, state: &State) -> Result<(), StoreError> {
    let values: Vec<_> = state
        .tokens
        .new_rows()
        .flat_map(|(id, token)| {
            [
                Int(id.cast_signed()),
                Int(token.wallet.0.into()),
                Int(token.device.0.into()),
                Int(token.expires_at.0),
                Int(token.state.code()),
            ]
        })
        .collect();
    insert(conn, "tokens (id, wallet_id, device_id, expires_at_ms, state)", 5, &values)?;
    let changed = state.tokens.changed_rows();
    let values: Vec<_> =
        changed.flat_map(|(id, token)| [Int(token.state.code()), Int(id.cast_signed())]).collect();
    update(conn, "tokens", &["state"], &["id"], &values)
}
