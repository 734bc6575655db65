//! Why a call did not do what was asked: refused for a reason of the public API, or a fault of ours.

use proto::{convert::FieldError, status::Failure};
use shared::reason::Reason;
use thiserror::Error;

use crate::{config::OVERLOADED_RETRY, store::StoreError};

/// Why a call failed.
#[derive(Debug, Error)]
pub enum Error {
    /// A reason of the public API.
    #[error("{}: {}", .0.reason.as_str(), .0.message)]
    Refused(Failure),
    /// A fault of the provider: the caller learns nothing of it, the log has it all.
    #[error("{0}")]
    Fault(String),
}

impl Error {
    /// A refusal.
    pub fn refused(reason: Reason, message: impl Into<String>) -> Self {
        Self::Refused(Failure::new(reason, message))
    }

    /// A refusal that passes.
    pub(crate) fn overloaded(message: &str) -> Self {
        let failure = Failure::new(Reason::Overloaded, message);
        Self::Refused(Failure { retry_after: Some(OVERLOADED_RETRY), ..failure })
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure)
    }
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Stopped => {
                Self::overloaded("too much to do; try again after the delay")
            }
            StoreError::Lost | StoreError::Connect(_) => {
                Self::overloaded("the provider has lost its database for a moment; ask again after the delay")
            }
            error => Self::Fault(error.to_string()),
        }
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        StoreError::from(error).into()
    }
}
