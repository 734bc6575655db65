//! Whose money an account holds.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::ids::{IssuerId, MerchantId, OfferNumber, WalletId};

/// A text that names no account.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not an account such as \"wallet:W1001\", \"merchant:M1001\" or \"cash\"")]
pub struct AccountError(String);

/// An account of the ledger. Credit is positive: what the provider owes somebody is above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// Owed to a shopper.
    Wallet(WalletId),
    /// Owed to a shop.
    Merchant(MerchantId),
    /// A manufacturer's money, not yet in a campaign.
    Issuer(IssuerId),
    /// A campaign's money, not yet promised.
    CampaignBudget(OfferNumber),
    /// A campaign's money held for coupons that are out.
    CampaignReserved(OfferNumber),
    /// What the provider has earned.
    ProviderFees,
    /// Money at the provider's bank: an asset, so below zero.
    Cash,
}

impl Account {
    /// Whether its balance may be below zero.
    pub const fn may_go_below_zero(self) -> bool {
        matches!(self, Self::Cash)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wallet(id) => write!(f, "wallet:{id}"),
            Self::Merchant(id) => write!(f, "merchant:{id}"),
            Self::Issuer(id) => write!(f, "issuer:{id}"),
            Self::CampaignBudget(offer) => write!(f, "campaign_budget:{offer}"),
            Self::CampaignReserved(offer) => write!(f, "campaign_reserved:{offer}"),
            Self::ProviderFees => f.write_str("provider_fees"),
            Self::Cash => f.write_str("cash"),
        }
    }
}

impl FromStr for Account {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let bad = || AccountError(text.to_owned());
        let Some((kind, owner)) = text.split_once(':') else {
            return match text {
                "provider_fees" => Ok(Self::ProviderFees),
                "cash" => Ok(Self::Cash),
                _ => Err(bad()),
            };
        };
        match kind {
            "wallet" => owner.parse().map(Self::Wallet),
            "merchant" => owner.parse().map(Self::Merchant),
            "issuer" => owner.parse().map(Self::Issuer),
            "campaign_budget" => owner.parse().map(Self::CampaignBudget),
            "campaign_reserved" => owner.parse().map(Self::CampaignReserved),
            _ => return Err(bad()),
        }
        .map_err(|_| bad())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_as_they_are_written() {
        let all =
            ["wallet:W1", "merchant:M1", "issuer:I1", "campaign_budget:1", "campaign_reserved:1", "cash"];
        for text in all {
            assert_eq!(text.parse::<Account>().map(|a| a.to_string()), Ok(text.to_owned()));
        }
        for bad in ["", "wallet", "wallet:M1", "wallet:", "till:T1", "cash:1"] {
            assert!(bad.parse::<Account>().is_err(), "{bad:?}");
        }
    }
}
