//! Reads a scanned code as far as that needs nothing that can change: its structure, whose token it is, and whether the
//! device that fetched the token signed it. All before the queue, so that the writer need not wait for it.

use diesel::prelude::*;
use proto::{scan, status::Failure};
use shared::{code::TokenNumber, ids::WalletId, time::UnixMillis};

use crate::{
    app::App,
    auth::is_signed_by,
    engine::decide::payment::{Scan, ScannedCode},
    error::Error,
    store::{
        Conn, StoreError,
        codes::{bytes, number},
        schema::{devices, tokens},
    },
};

impl App {
    /// Reads the text exactly as it was scanned.
    pub(crate) async fn scan(&self, text: &str) -> Result<Scan, Error> {
        let (code, claims) = scan::read(text).map_err(|error| Failure {
            field: Some("code".to_owned()),
            ..Failure::new(error.reason(), error.to_string())
        })?;
        let issued_at = UnixMillis::from_seconds(code.issued_at.into());
        let Some(id) = self.secrets.token_id(code.token) else {
            return Ok(Scan { token: None, code: Some(ScannedCode { signed: false, issued_at, claims }) });
        };
        let holder = self
            .readers
            .look(move |conn| {
                let Some((wallet, key)) = holder(conn, id.cast_signed())? else { return Ok(None) };
                Ok::<_, StoreError>(Some((
                    wallet,
                    is_signed_by(&key, &code.signing_input(), &code.signature),
                )))
            })
            .await?;
        Ok(Scan {
            token: holder.map(|(wallet, _)| (id, wallet)),
            code: Some(ScannedCode { signed: holder.is_some_and(|(_, signed)| signed), issued_at, claims }),
        })
    }

    /// Looks up a token's number that came without a code.
    pub(crate) async fn token_alone(&self, number: TokenNumber) -> Result<Scan, Error> {
        let Some(id) = self.secrets.token_id(number) else { return Ok(Scan { token: None, code: None }) };
        let holder = self.readers.look(move |conn| holder(conn, id.cast_signed())).await?;
        Ok(Scan { token: holder.map(|(wallet, _)| (id, wallet)), code: None })
    }
}

/// The wallet of a token and the key of its device: neither ever changes. (Not `first`: SQLite compiles a statement again whenever the
/// value behind its `LIMIT` is bound.)
fn holder(conn: &mut Conn, token: i64) -> Result<Option<(WalletId, [u8; 32])>, StoreError> {
    let found: Option<(i64, Vec<u8>)> = tokens::table
        .inner_join(devices::table.on(devices::id.eq(tokens::device_id)))
        .filter(tokens::id.eq(token))
        .select((devices::wallet_id, devices::public_key))
        .get_result(conn)
        .optional()?;
    found.map(|(wallet, key)| Ok((WalletId(number(wallet)?), bytes(&key)?))).transpose()
}
