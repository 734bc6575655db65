//! What a token stands for.

use diesel::prelude::*;
use shared::ids::OfferNumber;

use crate::{
    model::{CouponState, Token, TokenId, Wallet},
    store::{
        Conn, StoreError,
        codes::{Coded, number},
        schema::{coupons, tokens, wallets},
        wallets::{TokenRow, WalletRow},
    },
};

/// A token with its wallet and what is clipped in it.
pub(crate) struct Resolved {
    /// The token.
    pub token: Token,
    /// Its wallet.
    pub wallet: Wallet,
    /// The offers of which the wallet has a clipped coupon, in order.
    pub clipped: Vec<OfferNumber>,
}

/// A token; none where it was never given out.
pub(crate) fn resolve(conn: &mut Conn, id: TokenId) -> Result<Option<Resolved>, StoreError> {
    let row: Option<TokenRow> = tokens::table.find(id.cast_signed()).get_result(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    let (_, token) = row.read()?;
    let wallet = i64::from(token.wallet.0);
    let row: WalletRow = wallets::table.find(wallet).get_result(conn)?;
    let clipped: Vec<i64> = coupons::table
        .filter(coupons::wallet_id.eq(wallet).and(coupons::state.eq(CouponState::Clipped.code())))
        .order(coupons::offer_number)
        .select(coupons::offer_number)
        .distinct()
        .load(conn)?;
    let clipped = clipped.into_iter().map(|offer| number(offer).map(OfferNumber));
    Ok(Some(Resolved { token, wallet: row.read()?, clipped: clipped.collect::<Result<_, _>>()? }))
}
