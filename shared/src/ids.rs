//! Names of the parties and things of the system, each its own type, parsed once at the edge.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// A text that is not the id it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} is not {what}")]
pub struct IdError {
    what: &'static str,
    text: String,
}

macro_rules! numbered_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix($prefix)
                    .and_then(canonical_number)
                    .map(Self)
                    .ok_or_else(|| IdError { what: $what, text: text.to_owned() })
            }
        }
    };
}

numbered_id!(
    /// A shop, "M1001".
    MerchantId, "M", "a merchant id such as \"M1001\""
);
numbered_id!(
    /// A till of a shop, "T1001".
    TerminalId, "T", "a terminal id such as \"T1001\""
);
numbered_id!(
    /// A manufacturer that funds campaigns, "I1001".
    IssuerId, "I", "an issuer id such as \"I1001\""
);
numbered_id!(
    /// A shopper's wallet, "W1001". Never part of a code, never told to a shop.
    WalletId, "W", "a wallet id such as \"W1001\""
);
numbered_id!(
    /// A device of a wallet, "D1001".
    DeviceId, "D", "a device id such as \"D1001\""
);
numbered_id!(
    /// A campaign and its one offer, "100001".
    OfferNumber, "", "an offer number such as \"100001\""
);

/// A clipped coupon: the offer and a sequence within it, "100001-7". Ordered, so that rows of one campaign lie together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CouponId {
    /// The offer that was clipped.
    pub offer: OfferNumber,
    /// Counts the offer's coupons from 1.
    pub sequence: u32,
}

impl fmt::Display for CouponId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.offer, self.sequence)
    }
}

impl FromStr for CouponId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.split_once('-')
            .and_then(|(offer, sequence)| {
                Some(Self { offer: offer.parse().ok()?, sequence: canonical_number(sequence)? })
            })
            .ok_or_else(|| IdError { what: "a coupon id such as \"100001-7\"", text: text.to_owned() })
    }
}

/// Digits without sign or leading zero, so that each id has one spelling.
fn canonical_number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written_and_in_no_other_spelling() {
        assert_eq!("M1001".parse::<MerchantId>().map(|id| id.to_string()), Ok("M1001".to_owned()));
        assert_eq!("100001-7".parse::<CouponId>().map(|id| id.to_string()), Ok("100001-7".to_owned()));
        for bad in ["", "M", "M01", "M+1", "m1", "T1", "M99999999999", "M1 "] {
            assert!(bad.parse::<MerchantId>().is_err(), "{bad:?}");
        }
        for bad in ["", "-", "1-", "-1", "1-01", "1-2-3"] {
            assert!(bad.parse::<CouponId>().is_err(), "{bad:?}");
        }
    }
}
