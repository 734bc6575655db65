//! Who acts in a story, each with verbs.

mod issuer;
mod office;
mod operator;
mod raw_till;
mod shopper;
mod till;

pub use issuer::{Deal, Issuer};
pub use office::Office;
pub use operator::{Operator, Shop};
pub use raw_till::{Goods, RawTill, Sale, payment_id};
pub use shopper::{Shopper, claim_of};
pub use till::{Item, Sold, Till, basket_of, journal, outcome, recover};

use std::{sync::Arc, time::SystemTime};

use proto::{status::Failure, v1};
use shared::time::UnixMillis;
use tonic::{
    Request, Response, Status,
    metadata::MetadataValue,
    transport::{Channel, Endpoint},
};

/// Where everybody in a story reads the time.
pub type Now = Arc<dyn Fn() -> UnixMillis + Send + Sync>;

/// The provider's currency in every story.
pub const CURRENCY: &str = "CNY";

/// An amount on the wire.
pub fn cny(minor_units: i64) -> v1::Money {
    v1::Money { currency_code: CURRENCY.to_owned(), minor_units }
}

/// "25.00" as minor units, so that stories read as receipts do.
pub fn minor(text: &str) -> i64 {
    let (whole, cents) = text.split_once('.').expect("an amount such as 25.00");
    assert_eq!(cents.len(), 2, "an amount such as 25.00, not {text}");
    format!("{whole}{cents}").parse().expect("an amount such as 25.00")
}

/// The machine's own clock, for stories with programs in processes of their own.
pub fn system_time() -> Now {
    Arc::new(|| {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970");
        UnixMillis(i64::try_from(since_1970.as_millis()).expect("a time before the year 292 million"))
    })
}

/// A connection to a provider, made when it is first used and again when it breaks.
pub fn connect(url: &str) -> Channel {
    Endpoint::from_shared(url.to_owned()).expect("a URL").connect_lazy()
}

/// A request with the caller's key or session.
fn signed<M>(key: &str, message: M) -> Request<M> {
    let mut request = Request::new(message);
    let bearer = MetadataValue::try_from(format!("Bearer {key}")).expect("a key is plain text");
    request.metadata_mut().insert("authorization", bearer);
    request
}

/// The answer, or the provider's reason; anything else ends the story.
fn answer<R>(outcome: Result<Response<R>, Status>) -> Result<R, Failure> {
    outcome.map(Response::into_inner).map_err(|status| {
        Failure::from_status(&status).unwrap_or_else(|| panic!("not the provider's own answer: {status:?}"))
    })
}

/// The answer of a call that can't fail in this story.
fn granted<R>(outcome: Result<Response<R>, Status>) -> R {
    answer(outcome).unwrap_or_else(|failure| panic!("refused: {failure:?}"))
}
