//! What the provider signs of the offers that it tells tills, so that a till can check what it keeps on its disk.

use crate::time::UnixMillis;

/// Separates offers from whatever else the provider signs.
const OFFER_CONTEXT: &[u8] = b"onescan offer v1";
/// The same for the stamp of a page of them.
const OFFERS_CONTEXT: &[u8] = b"onescan offers v1";

/// The bytes that the signature of one offer covers: `"onescan offer v1"` and the encoded offer.
#[must_use]
pub fn offer_signing_input(offer: &[u8]) -> Vec<u8> {
    [OFFER_CONTEXT, offer].concat()
}

/// The bytes that the stamp of an answer covers: `"onescan offers v1"`, the revision after which changes were asked for, the
/// revision that the answer brings the till to, and when the provider said so in milliseconds (8 bytes each, big endian).
#[must_use]
pub fn offers_signing_input(since_revision: u64, revision: u64, as_of: UnixMillis) -> Vec<u8> {
    let (since, revision, as_of) =
        (since_revision.to_be_bytes(), revision.to_be_bytes(), as_of.0.to_be_bytes());
    [OFFERS_CONTEXT, &since, &revision, &as_of].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_provider_signs_is_told_apart_and_in_order() {
        assert_eq!(offer_signing_input(b"abc"), b"onescan offer v1abc");
        let expect = b"onescan offers v1\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\x01\0";
        assert_eq!(offers_signing_input(1, 2, UnixMillis(256)), expect);
    }
}
