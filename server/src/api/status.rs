//! The one place where an error becomes a gRPC status.

use std::sync::atomic::{AtomicU64, Ordering};

use proto::status::Failure;
use shared::reason::Reason;
use tonic::Status;

use crate::error::Error;

/// Numbers the faults of this run, so that a caller's report leads to the line in the log.
static FAULTS: AtomicU64 = AtomicU64::new(0);

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(failure) => failure.into(),
            Error::Fault(details) => {
                let fault = FAULTS.fetch_add(1, Ordering::Relaxed) + 1;
                tracing::error!(fault, %details, "a call failed");
                let text = format!("a fault of the provider (number {fault} in its log)");
                Failure::new(Reason::Internal, text).into()
            }
        }
    }
}
