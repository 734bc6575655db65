//! Reads a scanned code as far as that needs nothing that can change: its structure, whose token it is, and whether the
//! device that fetched the token signed it. All before the queue, so that the writer need not wait for it.

mod holders;
mod signatures;

use proto::{scan, status::Failure};
use shared::{code::TokenNumber, time::UnixMillis};

use self::holders::Proof;
use crate::{
    app::App,
    engine::decide::payment::{Scan, ScannedCode},
    error::Error,
};

pub(crate) use self::holders::Holders;

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
        let proof = Proof { message: code.signing_input(), signature: code.signature };
        let held = self.holders.of(id, Some(proof), self.door.is_quiet()).await?;
        Ok(Scan {
            token: held.map(|held| (id, held.wallet)),
            code: Some(ScannedCode { signed: held.is_some_and(|held| held.signed), issued_at, claims }),
        })
    }

    /// Looks up a token's number that came without a code.
    pub(crate) async fn token_alone(&self, number: TokenNumber) -> Result<Scan, Error> {
        let Some(id) = self.secrets.token_id(number) else { return Ok(Scan { token: None, code: None }) };
        let held = self.holders.of(id, None, self.door.is_quiet()).await?;
        Ok(Scan { token: held.map(|held| (id, held.wallet)), code: None })
    }
}
