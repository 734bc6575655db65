//! Calls to the provider with somebody's key, as any caller makes them.

use proto::v1::Money;
use shared::money::Currency;
use tonic::{
    Request, Response, Status,
    metadata::MetadataValue,
    transport::{Channel, Endpoint},
};

use crate::shell::Outcome;

/// A connection to the provider.
pub(super) async fn connect(url: &str) -> Outcome<Channel> {
    let endpoint = Endpoint::from_shared(url.to_owned())?;
    Ok(endpoint.connect().await.map_err(|e| format!("no connection to the provider at {url}: {e}"))?)
}

/// A request with its caller's key.
pub(super) fn signed<M>(key: &str, message: M) -> Outcome<Request<M>> {
    let mut request = Request::new(message);
    let bearer = MetadataValue::try_from(format!("Bearer {key}"))
        .map_err(|_| "the key is damaged: `cargo xtask demo --fresh` starts over with new ones")?;
    request.metadata_mut().insert("authorization", bearer);
    Ok(request)
}

/// What the provider gave; the error says what was asked for.
pub(super) fn granted<R>(what: &str, answer: Result<Response<R>, Status>) -> Outcome<R> {
    match answer {
        Ok(response) => Ok(response.into_inner()),
        Err(status) => Err(format!("{what}: the provider said no: {}", status.message()).into()),
    }
}

/// A part of an answer that must be there.
pub(super) fn present<T>(what: &str, part: Option<T>) -> Outcome<T> {
    part.ok_or_else(|| format!("the provider's answer lacks its {what}").into())
}

/// An amount in the demo's currency.
pub(super) fn money(minor_units: i64) -> Money {
    Money { currency_code: Currency::CNY.to_string(), minor_units }
}
