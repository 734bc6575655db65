//! The reasons of the public API: why a call was refused. Callers branch on these, never on a text.

use std::str::FromStr;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// Why a call was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word of the public API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

reasons! {
    /// The scanned text is not a well-formed code.
    CodeMalformed = "CODE_MALFORMED",
    /// A good code of another scheme.
    CodeNotOnescan = "CODE_NOT_ONESCAN",
    /// The scanner types with the wrong keyboard layout.
    KeyboardLayout = "KEYBOARD_LAYOUT",
    /// The code is older than the provider takes.
    CodeExpired = "CODE_EXPIRED",
    /// The code is from the future: the phone's clock is ahead.
    CodeFromFuture = "CODE_FROM_FUTURE",
    /// Something in the code was changed, or another device made it.
    SignatureInvalid = "SIGNATURE_INVALID",
    /// The provider never gave out this token.
    TokenUnknown = "TOKEN_UNKNOWN",
    /// The token has paid before.
    TokenAlreadyUsed = "TOKEN_ALREADY_USED",
    /// The token is too old.
    TokenExpired = "TOKEN_EXPIRED",
    /// The token was withdrawn.
    TokenRevoked = "TOKEN_REVOKED",
    /// The wallet holds less than is due.
    InsufficientFunds = "INSUFFICIENT_FUNDS",
    /// More than is allowed at once.
    LimitExceeded = "LIMIT_EXCEEDED",
    /// The wallet was stopped by the operator.
    WalletFrozen = "WALLET_FROZEN",
    /// The shopper has closed the wallet.
    WalletClosed = "WALLET_CLOSED",
    /// A payment waits for the shopper's approval; approve or reject it first.
    PaymentWaiting = "PAYMENT_WAITING",
    /// Gross, discounts and due do not add up.
    AmountMismatch = "AMOUNT_MISMATCH",
    /// An amount in another currency than the provider's.
    CurrencyMismatch = "CURRENCY_MISMATCH",
    /// One or more coupons were refused; the details list them.
    CouponRefused = "COUPON_REFUSED",
    /// The payment id was used for another request.
    PaymentIdReused = "PAYMENT_ID_REUSED",
    /// The refund id was used for another request.
    RefundIdReused = "REFUND_ID_REUSED",
    /// More than is left of the payment.
    RefundExceedsPayment = "REFUND_EXCEEDS_PAYMENT",
    /// The shop's account holds less than is to be given back.
    MerchantBalanceTooLow = "MERCHANT_BALANCE_TOO_LOW",
    /// The deposit or funding id was used for another request.
    RequestIdReused = "REQUEST_ID_REUSED",
    /// No such payment of this caller.
    PaymentNotFound = "PAYMENT_NOT_FOUND",
    /// No such wallet.
    WalletNotFound = "WALLET_NOT_FOUND",
    /// No such offer or campaign.
    OfferNotFound = "OFFER_NOT_FOUND",
    /// No such coupon of this wallet.
    CouponNotFound = "COUPON_NOT_FOUND",
    /// No such shop.
    MerchantNotFound = "MERCHANT_NOT_FOUND",
    /// No such batch of this caller.
    BatchNotFound = "BATCH_NOT_FOUND",
    /// No such key holder or account.
    HolderNotFound = "HOLDER_NOT_FOUND",
    /// The till has no such lane.
    LaneNotFound = "LANE_NOT_FOUND",
    /// Another checkout is open on the lane.
    LaneBusy = "LANE_BUSY",
    /// The till has no such checkout.
    CheckoutNotFound = "CHECKOUT_NOT_FOUND",
    /// The checkout id was used for another basket.
    CheckoutIdReused = "CHECKOUT_ID_REUSED",
    /// Too late to reverse; refund instead.
    ReversalTooLate = "REVERSAL_TOO_LATE",
    /// The shopper did not approve the payment.
    ApprovalRejected = "APPROVAL_REJECTED",
    /// Nobody approved the payment in time.
    ApprovalExpired = "APPROVAL_EXPIRED",
    /// Not possible in the state it is in.
    InvalidTransition = "INVALID_TRANSITION",
    /// The offer can't be clipped now.
    OfferNotActive = "OFFER_NOT_ACTIVE",
    /// The campaign's budget is given out.
    OfferExhausted = "OFFER_EXHAUSTED",
    /// This wallet has had its share of the offer.
    ClipLimitReached = "CLIP_LIMIT_REACHED",
    /// The request has a field that can't be.
    InvalidArgument = "INVALID_ARGUMENT",
    /// No key or session, or one that is not valid.
    Unauthenticated = "UNAUTHENTICATED",
    /// The session has ended; start another.
    SessionExpired = "SESSION_EXPIRED",
    /// This device was taken off the wallet.
    DeviceRevoked = "DEVICE_REVOKED",
    /// No such device of this wallet.
    DeviceNotFound = "DEVICE_NOT_FOUND",
    /// The wallet has as many devices as it may.
    DeviceLimitReached = "DEVICE_LIMIT_REACHED",
    /// The device has a wallet already.
    DeviceInUse = "DEVICE_IN_USE",
    /// The pairing code is mistyped, too old or used.
    PairingCodeInvalid = "PAIRING_CODE_INVALID",
    /// The recovery code is mistyped or was replaced.
    RecoveryCodeInvalid = "RECOVERY_CODE_INVALID",
    /// The challenge is too old or not ours.
    ChallengeInvalid = "CHALLENGE_INVALID",
    /// The caller may not do this.
    Forbidden = "FORBIDDEN",
    /// Another writer was in the way; try again.
    WriteConflict = "WRITE_CONFLICT",
    /// Too much to do; try again after the delay.
    Overloaded = "OVERLOADED",
    /// A fault of the provider; the log has the details.
    Internal = "INTERNAL",
}

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(word: &str) -> Result<Self, UnknownReason> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == word).ok_or(UnknownReason)
    }
}

/// A word that is not a reason of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a reason that this version knows")]
pub struct UnknownReason;
