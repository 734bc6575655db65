//! How values stand in the columns: numbers of states and kinds, and back. The numbers are for good.

use shared::{
    ids::{IssuerId, MerchantId, OfferNumber, WalletId},
    ledger::{Account, EntryKind},
    payment::PaymentState,
    settlement::FeeRate,
    time::UnixMillis,
};
use uuid::Uuid;

use super::StoreError;
use crate::model::{CampaignState, CouponState, Holder, TokenState, WalletState};

/// An enumeration with a number for each value.
pub(crate) trait Coded: Copy + PartialEq + 'static {
    /// What it is, for a message.
    const WHAT: &'static str;
    /// Every value with its number.
    const CODES: &'static [(Self, i64)];

    /// Its number.
    fn code(self) -> i64 {
        let found = Self::CODES.iter().find(|(value, _)| *value == self);
        found.map(|(_, code)| *code).expect("every value has a number")
    }

    /// The value of a number.
    fn of_code(code: i64) -> Result<Self, StoreError> {
        let found = Self::CODES.iter().find(|(_, c)| *c == code);
        found.map(|(value, _)| *value).ok_or(StoreError::Corrupt(Self::WHAT))
    }
}

impl Coded for WalletState {
    const WHAT: &'static str = "a wallet's state";
    const CODES: &'static [(Self, i64)] = &[(Self::Active, 1), (Self::Frozen, 2), (Self::Closed, 3)];
}

impl Coded for TokenState {
    const WHAT: &'static str = "a token's state";
    const CODES: &'static [(Self, i64)] = &[(Self::Unused, 1), (Self::Used, 2), (Self::Revoked, 3)];
}

impl Coded for CouponState {
    const WHAT: &'static str = "a coupon's state";
    const CODES: &'static [(Self, i64)] =
        &[(Self::Clipped, 1), (Self::Redeemed, 2), (Self::Unclipped, 3), (Self::Expired, 4), (Self::Held, 5)];
}

impl Coded for CampaignState {
    const WHAT: &'static str = "a campaign's state";
    const CODES: &'static [(Self, i64)] = &[(Self::Draft, 1), (Self::Active, 2), (Self::Paused, 3)];
}

impl Coded for PaymentState {
    const WHAT: &'static str = "a payment's state";
    const CODES: &'static [(Self, i64)] = &[
        (Self::Completed, 1),
        (Self::Reversed, 2),
        (Self::Declined, 3),
        (Self::PendingApproval, 4),
        (Self::Rejected, 5),
        (Self::Expired, 6),
        (Self::PartiallyRefunded, 7),
        (Self::Refunded, 8),
    ];
}

impl Coded for EntryKind {
    const WHAT: &'static str = "an entry's kind";
    const CODES: &'static [(Self, i64)] = &[
        (Self::Deposit, 1),
        (Self::Funding, 2),
        (Self::Clip, 3),
        (Self::Release, 4),
        (Self::Payment, 5),
        (Self::Reversal, 6),
        (Self::Refund, 7),
        (Self::Fee, 8),
        (Self::PayOut, 9),
        (Self::Defunding, 10),
    ];
}

/// Kind and owner of an account; owner 0 where there is but one.
pub(crate) fn account_code(account: Account) -> (u32, u32) {
    match account {
        Account::Wallet(id) => (1, id.0),
        Account::Merchant(id) => (2, id.0),
        Account::Issuer(id) => (3, id.0),
        Account::CampaignBudget(offer) => (4, offer.0),
        Account::CampaignReserved(offer) => (5, offer.0),
        Account::ProviderFees => (6, 0),
        Account::Cash => (7, 0),
    }
}

/// The same, as the columns have it.
pub(crate) fn account_key(account: Account) -> (i64, i64) {
    let (kind, owner) = account_code(account);
    (kind.into(), owner.into())
}

/// The account of a kind and owner.
pub(crate) fn account_of(kind: i64, owner: i64) -> Result<Account, StoreError> {
    let owner = number(owner)?;
    Ok(match kind {
        1 => Account::Wallet(WalletId(owner)),
        2 => Account::Merchant(MerchantId(owner)),
        3 => Account::Issuer(IssuerId(owner)),
        4 => Account::CampaignBudget(OfferNumber(owner)),
        5 => Account::CampaignReserved(OfferNumber(owner)),
        6 => Account::ProviderFees,
        7 => Account::Cash,
        _ => return Err(StoreError::Corrupt("an account's kind")),
    })
}

/// The name under which a key is kept: "operator", "I1001", "M1001", "T1001".
pub(crate) fn holder_name(holder: Holder) -> String {
    match holder {
        Holder::Operator => "operator".to_owned(),
        Holder::Issuer(id) => id.to_string(),
        Holder::Terminal(id) => id.to_string(),
        Holder::Merchant(id) => id.to_string(),
    }
}

/// The holder of a name.
pub(crate) fn holder_of(name: &str) -> Option<Holder> {
    if name == "operator" {
        return Some(Holder::Operator);
    }
    let issuer = name.parse().map(Holder::Issuer);
    let terminal = || name.parse().map(Holder::Terminal);
    issuer.or_else(|_| terminal()).or_else(|_| name.parse().map(Holder::Merchant)).ok()
}

/// A number that fits 32 bits.
pub(crate) fn number(n: i64) -> Result<u32, StoreError> {
    u32::try_from(n).map_err(|_| StoreError::Corrupt("a number"))
}

/// A fee in parts per million.
pub(crate) fn fee_rate(ppm: i64) -> Result<FeeRate, StoreError> {
    FeeRate::from_ppm(number(ppm)?).ok_or(StoreError::Corrupt("a fee"))
}

/// A count that is not below zero.
pub(crate) fn count(n: i64) -> Result<u64, StoreError> {
    u64::try_from(n).map_err(|_| StoreError::Corrupt("a count"))
}

/// Bytes of a fixed length.
pub(crate) fn bytes<const N: usize>(bytes: &[u8]) -> Result<[u8; N], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt("a value's length"))
}

/// A UUID.
pub(crate) fn uuid(bytes: &[u8]) -> Result<Uuid, StoreError> {
    Uuid::from_slice(bytes).map_err(|_| StoreError::Corrupt("a UUID"))
}

/// A UUID that may be missing.
pub(crate) fn maybe_uuid(bytes: Option<&[u8]>) -> Result<Option<Uuid>, StoreError> {
    bytes.map(uuid).transpose()
}

/// An instant that may be missing.
pub(crate) fn maybe_time(ms: Option<i64>) -> Option<UnixMillis> {
    ms.map(UnixMillis)
}
