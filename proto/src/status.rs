//! Refusals on the wire: one `google.rpc.ErrorInfo` with the reason on every status, the refused field of a bad request,
//! the delay of a retry, and the list of refused coupons. Written by the provider, read by till and phone.

use std::time::Duration;

use prost::Message;
use shared::{ids::OfferNumber, offer::Refusal, reason::Reason};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt, pb};

use crate::v1;

/// The domain of every `ErrorInfo`.
pub const ERROR_DOMAIN: &str = "onescan";

/// Type of the detail that lists refused coupons.
const REFUSALS_TYPE_URL: &str = "type.googleapis.com/onescan.v1.CouponRefusals";

/// A refusal, as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why; callers branch on it.
    pub reason: Reason,
    /// What happened and what to do next, for a developer or operator to read.
    pub message: String,
    /// The field of the request that is wrong, for `INVALID_ARGUMENT` and its like.
    pub field: Option<String>,
    /// When to try again, for what passes.
    pub retry_after: Option<Duration>,
    /// Each refused coupon, for `COUPON_REFUSED`.
    pub refusals: Vec<(OfferNumber, Refusal)>,
}

impl Failure {
    /// A refusal with nothing but reason and text.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), field: None, retry_after: None, refusals: Vec::new() }
    }

    /// A field that can't be as it is.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(Reason::InvalidArgument, message) }
    }

    /// The refusal that a status carries; `None` where the status is not the provider's own (a lost connection, say).
    pub fn from_status(status: &Status) -> Option<Self> {
        let details = status.get_error_details();
        let info = details.error_info().filter(|info| info.domain == ERROR_DOMAIN)?;
        Some(Self {
            reason: info.reason.parse().ok()?,
            message: status.message().to_owned(),
            field: details
                .bad_request()
                .and_then(|bad| bad.field_violations.first())
                .map(|violation| violation.field.clone()),
            retry_after: details.retry_info().and_then(|retry| retry.retry_delay),
            refusals: refusals_of(status),
        })
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        let mut details = ErrorDetails::new();
        details.set_error_info(failure.reason.as_str(), ERROR_DOMAIN, []);
        if let Some(field) = &failure.field {
            details.add_bad_request_violation(field, &failure.message);
        }
        if let Some(delay) = failure.retry_after {
            details.set_retry_info(Some(delay));
        }
        let status = Self::with_error_details(code_of(failure.reason), failure.message, details);
        if failure.refusals.is_empty() { status } else { with_refusals(&status, &failure.refusals) }
    }
}

/// The gRPC code of each reason.
pub fn code_of(reason: Reason) -> Code {
    match reason {
        Reason::CodeMalformed
        | Reason::CodeNotOnescan
        | Reason::KeyboardLayout
        | Reason::CurrencyMismatch
        | Reason::InvalidArgument => Code::InvalidArgument,
        Reason::CodeExpired
        | Reason::CodeFromFuture
        | Reason::TokenAlreadyUsed
        | Reason::TokenExpired
        | Reason::TokenRevoked
        | Reason::InsufficientFunds
        | Reason::LimitExceeded
        | Reason::WalletFrozen
        | Reason::WalletClosed
        | Reason::PaymentWaiting
        | Reason::DeviceLimitReached
        | Reason::PairingCodeInvalid
        | Reason::AmountMismatch
        | Reason::CouponRefused
        | Reason::ReversalTooLate
        | Reason::RefundExceedsPayment
        | Reason::MerchantBalanceTooLow
        | Reason::LaneBusy
        | Reason::ApprovalRejected
        | Reason::ApprovalExpired
        | Reason::InvalidTransition
        | Reason::OfferNotActive
        | Reason::OfferExhausted
        | Reason::ClipLimitReached => Code::FailedPrecondition,
        Reason::SignatureInvalid | Reason::TokenUnknown | Reason::RecoveryCodeInvalid | Reason::Forbidden => {
            Code::PermissionDenied
        }
        Reason::PaymentIdReused
        | Reason::RefundIdReused
        | Reason::RequestIdReused
        | Reason::DeviceInUse
        | Reason::CheckoutIdReused => Code::AlreadyExists,
        Reason::PaymentNotFound
        | Reason::WalletNotFound
        | Reason::OfferNotFound
        | Reason::CouponNotFound
        | Reason::MerchantNotFound
        | Reason::BatchNotFound
        | Reason::DeviceNotFound
        | Reason::LaneNotFound
        | Reason::CheckoutNotFound
        | Reason::HolderNotFound => Code::NotFound,
        Reason::Unauthenticated
        | Reason::SessionExpired
        | Reason::DeviceRevoked
        | Reason::ChallengeInvalid => Code::Unauthenticated,
        Reason::WriteConflict => Code::Aborted,
        Reason::Overloaded => Code::Unavailable,
        Reason::Internal => Code::Internal,
    }
}

/// Adds the list of refused coupons to the details; `tonic-types` knows only the standard ones.
fn with_refusals(status: &Status, refusals: &[(OfferNumber, Refusal)]) -> Status {
    let list = v1::CouponRefusals {
        refusals: refusals
            .iter()
            .map(|(offer, refusal)| v1::CouponRefusal {
                offer_number: offer.0,
                reason: crate::convert::refusal_to_wire(*refusal).into(),
            })
            .collect(),
    };
    let mut wire = pb::Status::decode(status.details()).unwrap_or_default();
    wire.details
        .push(prost_types::Any { type_url: REFUSALS_TYPE_URL.to_owned(), value: list.encode_to_vec() });
    Status::with_details(status.code(), status.message(), wire.encode_to_vec().into())
}

fn refusals_of(status: &Status) -> Vec<(OfferNumber, Refusal)> {
    let Ok(wire) = pb::Status::decode(status.details()) else { return Vec::new() };
    wire.details
        .iter()
        .filter(|any| any.type_url == REFUSALS_TYPE_URL)
        .filter_map(|any| v1::CouponRefusals::decode(any.value.as_slice()).ok())
        .flat_map(|list| list.refusals)
        .filter_map(|refusal| {
            let reason = crate::convert::refusal_from_wire(refusal.reason())?;
            Some((OfferNumber(refusal.offer_number), reason))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_comes_back_as_it_went_out() {
        let check = |failure: Failure| {
            assert_eq!(Failure::from_status(&Status::from(failure.clone())), Some(failure));
        };
        for reason in Reason::ALL {
            check(Failure::new(*reason, "what happened"));
        }
        check(Failure::invalid("amount_due", "must not be negative"));
        check(Failure {
            retry_after: Some(Duration::from_secs(2)),
            ..Failure::new(Reason::Overloaded, "busy")
        });
        let refusals = Refusal::ALL.iter().zip(1..).map(|(r, n)| (OfferNumber(n), *r)).collect();
        check(Failure { refusals, ..Failure::new(Reason::CouponRefused, "some coupons were refused") });
    }

    #[test]
    fn a_status_of_the_transport_is_no_refusal() {
        assert_eq!(Failure::from_status(&Status::unavailable("connection reset")), None);
    }
}
