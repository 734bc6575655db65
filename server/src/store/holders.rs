//! Whose tokens they are.

use diesel::sql_types::{BigInt, Binary};
use shared::ids::WalletId;

use super::{
    Conn, StoreError,
    codes::{bytes, number},
    select::{Select, numbers},
};
use crate::model::TokenId;

/// A token's wallet, and the key of the device that fetched it: neither ever changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    /// The wallet.
    pub wallet: WalletId,
    /// The device's key.
    pub public_key: [u8; 32],
}

/// The holders of these tokens, in the order of tokens; a token that the provider never gave out has none.
pub(crate) fn holders(conn: &mut Conn, tokens: &[TokenId]) -> Result<Vec<(TokenId, Holder)>, StoreError> {
    let select = Select {
        sqlite: "SELECT t.id, d.wallet_id, d.public_key FROM json_each(?) AS k CROSS JOIN tokens AS t ON t.id = k.value \
                 CROSS JOIN devices AS d ON d.id = t.device_id",
        postgres: "SELECT t.id, d.wallet_id, d.public_key FROM tokens AS t JOIN devices AS d ON d.id = t.device_id \
                   WHERE t.id = ANY(?)",
    };
    type Row = (i64, i64, Vec<u8>);
    let rows = select.load::<(BigInt, BigInt, Binary), Row>(conn, numbers(tokens, u64::cast_signed))?;
    let read = |(token, wallet, key): Row| {
        Ok((token.cast_unsigned(), Holder { wallet: WalletId(number(wallet)?), public_key: bytes(&key)? }))
    };
    let mut found = rows.into_iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    found.sort_unstable_by_key(|(token, _)| *token);
    Ok(found)
}
