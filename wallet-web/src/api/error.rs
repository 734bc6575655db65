//! Why a call failed, as far as the shopper has to know.

use std::error::Error;

use proto::status::Failure;
use shared::reason::Reason;
use tonic::{Code, Status};

use crate::keys::KeyError;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The provider said no, and why.
    #[error("{}", .0.message)]
    Refused(Failure),
    /// The provider can't be reached; trying again later is all there is to do.
    #[error("the provider can't be reached: {0}")]
    Offline(String),
    /// The answer lacks a part that it must have.
    #[error("the provider's answer lacks its {0}")]
    Incomplete(&'static str),
    /// Anything else: a fault of one of the programs.
    #[error("the provider answered with a fault: {0}")]
    Fault(String),
    /// The device key could not be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl CallError {
    /// The provider's reason, where it gave one.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Refused(failure) => Some(failure.reason),
            _ => None,
        }
    }

    /// Whether a new session would help.
    pub(super) fn session_ended(&self) -> bool {
        matches!(self.reason(), Some(Reason::SessionExpired | Reason::Unauthenticated))
    }
}

impl From<Status> for CallError {
    fn from(status: Status) -> Self {
        if let Some(failure) = Failure::from_status(&status) {
            return match failure.reason {
                Reason::Internal => Self::Fault(failure.message),
                _ => Self::Refused(failure),
            };
        }
        match status.code() {
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => {
                Self::Offline(status.message().to_owned())
            }
            // A transport's own error, the browser's failed fetch among them, is wrapped as unknown with a source.
            Code::Unknown if status.source().is_some() => Self::Offline(status.message().to_owned()),
            _ => Self::Fault(status.message().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_call_is_a_refusal_or_no_network_or_a_fault() {
        let check = |status: Status, expect: fn(&CallError) -> bool| {
            let error = CallError::from(status);
            assert!(expect(&error), "{error:?}");
        };
        let refused = |reason| Status::from(Failure::new(reason, "no"));
        check(refused(Reason::OfferExhausted), |e| e.reason() == Some(Reason::OfferExhausted));
        check(refused(Reason::SessionExpired), CallError::session_ended);
        check(refused(Reason::Internal), |e| matches!(e, CallError::Fault(_)));
        check(Status::unavailable("gone"), |e| matches!(e, CallError::Offline(_)));
        check(Status::from_error("failed to fetch".into()), |e| matches!(e, CallError::Offline(_)));
        check(Status::unimplemented("what?"), |e| matches!(e, CallError::Fault(_)));
    }
}
