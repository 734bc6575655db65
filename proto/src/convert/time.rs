//! Instants.

use prost_types::Timestamp;
use shared::time::UnixMillis;

use super::{FieldError, required};

/// An instant, to the millisecond.
pub fn time_from_wire(field: &str, wire: Option<&Timestamp>) -> Result<UnixMillis, FieldError> {
    let wire = required(field, wire)?;
    let ms = wire.seconds.checked_mul(1000).and_then(|ms| ms.checked_add(i64::from(wire.nanos) / 1_000_000));
    match ms {
        Some(ms) if (0..1_000_000_000).contains(&wire.nanos) => Ok(UnixMillis(ms)),
        _ => Err(FieldError::new(field, "is not a valid time")),
    }
}

/// An instant.
pub fn time_to_wire(time: UnixMillis) -> Timestamp {
    let nanos = i32::try_from(time.0.rem_euclid(1000) * 1_000_000).unwrap_or(0);
    Timestamp { seconds: time.seconds(), nanos }
}
