//! Settling with shops and manufacturers: batches, what they add up to, and the provider's fee.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, prelude::ToPrimitive};
use thiserror::Error;

use crate::{
    ids::{IdError, IssuerId, MerchantId},
    ledger::Account,
    money::{PPM_WHOLE, ppm_of},
};

/// Somebody who settles with the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// A shop.
    Merchant(MerchantId),
    /// A manufacturer.
    Issuer(IssuerId),
}

impl Party {
    /// The account that its fee comes from.
    pub const fn account(self) -> Account {
        match self {
            Self::Merchant(id) => Account::Merchant(id),
            Self::Issuer(id) => Account::Issuer(id),
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Merchant(id) => id.fmt(f),
            Self::Issuer(id) => id.fmt(f),
        }
    }
}

impl FromStr for Party {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(Self::Issuer).or_else(|_| text.parse().map(Self::Merchant))
    }
}

/// A text that names no batch.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a batch such as \"M1001-7\"")]
pub struct BatchIdError(String);

/// A party's batch, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId {
    /// Whose.
    pub party: Party,
    /// Which.
    pub number: u32,
}

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.party, self.number)
    }
}

impl FromStr for BatchId {
    type Err = BatchIdError;

    fn from_str(text: &str) -> Result<Self, BatchIdError> {
        let read = || {
            let (party, number) = text.split_once('-')?;
            let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
            let id = Self { party: party.parse().ok()?, number };
            (id.to_string() == text).then_some(id)
        };
        read().ok_or_else(|| BatchIdError(text.to_owned()))
    }
}

/// A text that is no fee rate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a rate from 0 to 1 with at most six decimals, such as \"0.006\"")]
pub struct FeeRateError(String);

/// What the provider takes, in parts per million of a net.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeeRate(u32);

impl FeeRate {
    /// So many parts per million, at most all.
    pub fn from_ppm(ppm: u32) -> Option<Self> {
        (ppm <= PPM_WHOLE).then_some(Self(ppm))
    }

    /// Parts per million.
    pub const fn ppm(self) -> u32 {
        self.0
    }

    /// The fee on a net amount: rounded once, never below zero.
    pub fn fee_minor(self, net_minor: i64) -> i64 {
        ppm_of(net_minor.max(0), self.0)
    }
}

impl fmt::Display for FeeRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(self.0.into(), 6).normalize().fmt(f)
    }
}

impl FromStr for FeeRate {
    type Err = FeeRateError;

    fn from_str(text: &str) -> Result<Self, FeeRateError> {
        let bad = || FeeRateError(text.to_owned());
        let rate = Decimal::from_str_exact(text).map_err(|_| bad())?;
        let ppm = rate.checked_mul(PPM_WHOLE.into()).filter(Decimal::is_integer).ok_or_else(bad)?;
        ppm.to_u32().and_then(Self::from_ppm).ok_or_else(bad)
    }
}

/// What came and went since the last batch was closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Turnover {
    /// Payments of a shop; redemptions of a manufacturer.
    pub sales: u32,
    /// Their sum.
    pub sales_minor: i64,
    /// Reversals and refunds.
    pub returns: u32,
    /// Their sum.
    pub returns_minor: i64,
}

impl Turnover {
    /// Sales less returns.
    pub const fn net_minor(&self) -> i64 {
        self.sales_minor - self.returns_minor
    }

    /// Takes in a sale (above zero), or a return (below).
    pub fn add(&mut self, minor: i64) {
        if minor >= 0 {
            self.sales += 1;
            self.sales_minor += minor;
        } else {
            self.returns += 1;
            self.returns_minor -= minor;
        }
    }

    /// Takes in another turnover.
    pub fn join(&mut self, other: &Self) {
        self.sales += other.sales;
        self.sales_minor += other.sales_minor;
        self.returns += other.returns;
        self.returns_minor += other.returns_minor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_exactly_or_not_at_all() {
        let check = |text: &str, expect: Option<u32>| {
            assert_eq!(text.parse::<FeeRate>().ok().map(FeeRate::ppm), expect, "{text:?}");
        };
        check("0.006", Some(6_000));
        check("0", Some(0));
        check("1", Some(1_000_000));
        check("0.000001", Some(1));
        for bad in ["", "0.0000001", "1.1", "-0.1", "6 %", "1e-3", "0,006"] {
            check(bad, None);
        }
        assert_eq!("0.0060".parse::<FeeRate>().unwrap().to_string(), "0.006");
    }

    #[test]
    fn a_fee_is_rounded_once_and_never_below_zero() {
        let check = |net, expect| assert_eq!("0.006".parse::<FeeRate>().unwrap().fee_minor(net), expect);
        check(10_000, 60);
        check(83, 0); // 0.498
        check(84, 1); // 0.504
        check(-10_000, 0);
    }

    #[test]
    fn batches_are_read_as_they_are_written() {
        for text in ["M1001-7", "I1001-1"] {
            assert_eq!(text.parse::<BatchId>().map(|id| id.to_string()), Ok(text.to_owned()));
        }
        for bad in ["", "M1001", "M1001-0", "M1001-", "W1001-1", "M1001-07", "1-1"] {
            assert!(bad.parse::<BatchId>().is_err(), "{bad:?}");
        }
    }
}
