//! What comes from outside of the rules: the time, and ids that nobody else has.

use std::time::{SystemTime, UNIX_EPOCH};

use shared::time::UnixMillis;

/// The till's clock and source of ids; tests put their own in its place.
pub trait Ambient: Send + Sync {
    /// The time now.
    fn now(&self) -> UnixMillis;
    /// A new UUIDv7 for a payment or a refund, which sorts by time as the provider's tables like it.
    fn new_id(&self) -> String;
}

/// The computer's clock and random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemAmbient;

impl Ambient for SystemAmbient {
    fn now(&self) -> UnixMillis {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMillis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }

    fn new_id(&self) -> String {
        uuid::Uuid::now_v7().to_string()
    }
}
