//! A journal entry: it is made of transfers, so its postings sum to zero however it is made.

use std::collections::BTreeMap;

use thiserror::Error;

use super::Account;
use crate::ids::{MerchantId, OfferNumber};

/// What an entry records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// Money from outside.
    Deposit,
    /// An issuer's money into a campaign.
    Funding,
    /// A coupon clipped: its worst case is held.
    Clip,
    /// A coupon given back, expired or settled: what was still held is free again.
    Release,
    /// A payment.
    Payment,
    /// A payment undone.
    Reversal,
    /// Part of a payment given back.
    Refund,
    /// The provider's fee, at the close of a batch.
    Fee,
    /// Money sent out.
    PayOut,
    /// A campaign's money, not promised to anybody, back to its issuer.
    Defunding,
}

impl EntryKind {
    /// The word of the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Funding => "funding",
            Self::Clip => "clip",
            Self::Release => "release",
            Self::Payment => "payment",
            Self::Reversal => "reversal",
            Self::Refund => "refund",
            Self::Fee => "fee",
            Self::PayOut => "payout",
            Self::Defunding => "defunding",
        }
    }
}

/// Money from one account to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Debited.
    pub from: Account,
    /// Credited.
    pub to: Account,
    /// Zero or more minor units.
    pub amount_minor: i64,
}

/// One account's part in an entry: credit positive, debit negative, never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: Account,
    /// What its balance changes by.
    pub amount_minor: i64,
}

/// Why transfers make no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EntryError {
    /// A transfer below zero.
    #[error("a transfer can't be negative")]
    NegativeTransfer,
    /// Beyond 64 bits.
    #[error("the entry is too large")]
    Overflow,
}

/// A balanced entry: its postings sum to zero, one for each account, in the order of accounts. May be empty, where a
/// payment of nothing moved nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    kind: EntryKind,
    postings: Vec<Posting>,
}

impl Entry {
    /// Nets the transfers to one posting an account.
    pub fn of(kind: EntryKind, transfers: &[Transfer]) -> Result<Self, EntryError> {
        let mut net: BTreeMap<Account, i64> = BTreeMap::new();
        for Transfer { from, to, amount_minor } in transfers {
            if *amount_minor < 0 {
                return Err(EntryError::NegativeTransfer);
            }
            for (account, change) in [(from, -amount_minor), (to, *amount_minor)] {
                let sum = net.entry(*account).or_insert(0);
                *sum = sum.checked_add(change).ok_or(EntryError::Overflow)?;
            }
        }
        let postings = net
            .into_iter()
            .filter(|(_, amount_minor)| *amount_minor != 0)
            .map(|(account, amount_minor)| Posting { account, amount_minor })
            .collect();
        Ok(Self { kind, postings })
    }

    /// What it records.
    pub fn kind(&self) -> EntryKind {
        self.kind
    }

    /// The shop whose account it touches; no entry touches two.
    pub fn merchant(&self) -> Option<MerchantId> {
        self.postings.iter().find_map(|posting| match posting.account {
            Account::Merchant(id) => Some(id),
            _ => None,
        })
    }

    /// What it takes from each campaign (below zero) or gives back to it, budget and reserve together.
    pub fn campaigns(&self) -> BTreeMap<OfferNumber, i64> {
        let mut net = BTreeMap::new();
        for posting in &self.postings {
            if let Account::CampaignBudget(offer) | Account::CampaignReserved(offer) = posting.account {
                *net.entry(offer).or_default() += posting.amount_minor;
            }
        }
        net
    }

    /// Whether it is a sale or its undoing, which batches are made of.
    pub const fn is_trade(&self) -> bool {
        matches!(self.kind, EntryKind::Payment | EntryKind::Reversal | EntryKind::Refund)
    }

    /// Its postings.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::{MerchantId, OfferNumber, WalletId};

    fn account() -> impl Strategy<Value = Account> {
        prop_oneof![
            (1..4_u32).prop_map(|n| Account::Wallet(WalletId(n))),
            (1..4_u32).prop_map(|n| Account::Merchant(MerchantId(n))),
            (1..4_u32).prop_map(|n| Account::CampaignReserved(OfferNumber(n))),
            Just(Account::Cash),
        ]
    }

    proptest! {
        #[test]
        fn every_entry_that_can_be_made_balances(
            transfers in prop::collection::vec((account(), account(), 0..1_000_000_i64), 0..20)
        ) {
            let transfers: Vec<Transfer> = transfers
                .into_iter()
                .map(|(from, to, amount_minor)| Transfer { from, to, amount_minor })
                .collect();
            let entry = Entry::of(EntryKind::Payment, &transfers).unwrap();
            prop_assert_eq!(entry.postings().iter().map(|p| p.amount_minor).sum::<i64>(), 0);
            prop_assert!(entry.postings().iter().all(|p| p.amount_minor != 0));
            prop_assert!(entry.postings().windows(2).all(|pair| pair[0].account < pair[1].account));
        }
    }

    #[test]
    fn a_negative_or_boundless_transfer_makes_no_entry() {
        let make = |amounts: &[i64]| {
            let transfer =
                |a: &i64| Transfer { from: Account::Cash, to: Account::ProviderFees, amount_minor: *a };
            Entry::of(EntryKind::Deposit, &amounts.iter().map(transfer).collect::<Vec<_>>())
        };
        assert_eq!(make(&[-1]), Err(EntryError::NegativeTransfer));
        assert_eq!(make(&[i64::MAX, 1]), Err(EntryError::Overflow));
    }
}
