//! What the wallet can do without when it pays: offers, the names of shops, and receipts of long ago. Stored apart from the
//! [`Memory`](super::Memory), so that a code on the screen never waits for it.

use prost::Message;
use proto::v1;

use super::Receipt;

/// Offers, shops and old receipts.
#[derive(Clone, PartialEq, Message)]
pub struct Library {
    /// Offers that can be clipped, newest first.
    #[prost(message, repeated, tag = "1")]
    pub offers: Vec<v1::Offer>,
    /// Receipts that are older than those in the memory, newest first.
    #[prost(message, repeated, tag = "2")]
    pub older: Vec<Receipt>,
    /// Names of the shops that offers are limited to.
    #[prost(message, repeated, tag = "3")]
    pub shops: Vec<v1::Shop>,
}

impl Library {
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
        let library = Library {
            offers: vec![v1::Offer { offer_number: 100_001, ..Default::default() }],
            older: vec![v1::Payment { payment_id: "p".to_owned(), ..Default::default() }.into()],
            shops: vec![v1::Shop { merchant_id: "M1001".to_owned(), name: "Corner Market".to_owned() }],
        };
        assert_eq!(Library::from_bytes(&library.to_bytes()), library);
        assert_eq!(Library::from_bytes(&[0xFF, 0xFF]), Library::default());
    }
}
