//! What a device key signs to open its wallet and to start a session.

/// Separates session signatures from whatever else the device key signs.
const SIGNING_CONTEXT: &[u8] = b"onescan session v1";

/// The bytes that the signature of a provider's challenge must cover: `"onescan session v1"` and the challenge.
#[must_use]
pub fn signing_input(challenge: &[u8]) -> Vec<u8> {
    [SIGNING_CONTEXT, challenge].concat()
}
