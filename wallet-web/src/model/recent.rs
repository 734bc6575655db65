//! The latest receipts, with what only the phone knows of them. Stored apart from the [`Memory`](super::Memory): no code on
//! the screen waits for them, and the first file of the program can't even read them.

use prost::Message;
use proto::v1;

use super::Unused;

/// Receipts kept here; older ones lie in the [`Library`](super::Library), and the provider has them all.
pub(super) const RECEIPTS_MAX: usize = 200;

/// The latest receipts.
#[derive(Clone, PartialEq, Message)]
pub struct Recent {
    /// Newest first.
    #[prost(message, repeated, tag = "1")]
    pub receipts: Vec<Receipt>,
}

/// A payment, completed or reversed.
#[derive(Clone, PartialEq, Message)]
pub struct Receipt {
    /// The payment.
    #[prost(message, required, tag = "1")]
    pub payment: v1::Payment,
    /// The balance right after it, where the phone was told at that moment.
    #[prost(message, optional, tag = "2")]
    pub balance_after: Option<v1::Money>,
    /// Coupons that were in the wallet and took nothing off, and why.
    #[prost(message, repeated, tag = "3")]
    pub unused: Vec<Unused>,
}

impl From<v1::Payment> for Receipt {
    fn from(payment: v1::Payment) -> Self {
        Self { payment, balance_after: None, unused: vec![] }
    }
}

impl Recent {
    /// For storage.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.encode_to_vec()
    }

    /// From storage; what can't be read is forgotten, since the provider has it.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::decode(bytes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_comes_back() {
        let receipt = Receipt {
            payment: v1::Payment { payment_id: "p".to_owned(), ..Default::default() },
            balance_after: Some(v1::Money { currency_code: "CNY".to_owned(), minor_units: 1 }),
            unused: vec![Unused { offer_number: 100_002, title: None, reason: 6 }],
        };
        let recent = Recent { receipts: vec![receipt] };
        assert_eq!(Recent::from_bytes(&recent.to_bytes()), recent);
        assert_eq!(Recent::from_bytes(&[0xFF, 0xFF]), Recent::default());
    }
}
