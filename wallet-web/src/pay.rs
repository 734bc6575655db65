//! The code on the Pay screen: which coupons go in, and the text that the phone signs. Works with no network.

mod clock;
mod contest;
mod plan;
mod room;

use shared::{
    code::{Language, TokenNumber, UnsignedCode},
    time::UnixMillis,
};

use crate::keys::{DeviceKey, KeyError};

pub use clock::clock_offset_ms;
pub use plan::{Choice, Choices, Chosen, LeftOut, Plan, Rival, plan};
pub use room::{Room, SIDE_PX_USUAL};

/// A code is renewed after this long.
pub const RENEW_AFTER_MS: u32 = 30_000;

/// A code as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayCode {
    /// The text of the QR code.
    pub text: String,
    /// Its token.
    pub token: TokenNumber,
    /// When it was made, by the provider's clock.
    pub issued_at: UnixMillis,
    /// The most that its coupons can save together, in minor units.
    pub saves_up_to_minor: i64,
}

/// Makes and signs the code of a plan. `now` is the provider's clock: the phone's, corrected by [`clock_offset_ms`].
pub async fn sign(
    plan: &Plan,
    token: TokenNumber,
    language: Option<Language>,
    now: UnixMillis,
    key: &impl DeviceKey,
) -> Result<PayCode, KeyError> {
    // Clocks outside 1970 to 2106 give a code that the provider refuses as too old or from the future, and says so.
    let issued_at = u32::try_from(now.seconds().max(0)).unwrap_or(u32::MAX);
    let unsigned = UnsignedCode { token, language, issued_at, claims: plan.claims.clone() };
    let signature = key.sign(&unsigned.signing_input()).await?;
    Ok(PayCode {
        text: unsigned.sign_with(signature).encode(),
        token,
        issued_at: UnixMillis::from_seconds(i64::from(issued_at)),
        saves_up_to_minor: plan.saves_up_to_minor,
    })
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use shared::code::CombinedCode;

    use super::*;
    use crate::keys::SoftwareKey;

    /// A software key never waits.
    fn now_or_panic<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("a software key never waits"),
        }
    }

    #[test]
    fn a_signed_code_reads_back_and_its_signature_holds() {
        let key = SoftwareKey::from_seed([7; 32]);
        let token = TokenNumber::from_body(912_345_678_901_234_567).unwrap();
        let language = Some(Language::parse("zhen").unwrap());
        let plan = Plan { claims: vec![1, 2, 3], saves_up_to_minor: 500, ..Plan::default() };
        let code = now_or_panic(sign(&plan, token, language, UnixMillis(1_700_000_000_900), &key)).unwrap();

        let read = CombinedCode::decode(&code.text).unwrap();
        assert_eq!((read.token, read.language, read.issued_at), (token, language, 1_700_000_000));
        assert_eq!(read.claims(), [1, 2, 3]);
        let public =
            ed25519_dalek::VerifyingKey::from_bytes(&now_or_panic(key.public_key()).unwrap()).unwrap();
        public.verify_strict(&read.signing_input(), &read.signature.into()).unwrap();
    }
}
