//! One byte of the code changed, each in turn: refused, with a reason, and nothing has moved.

use base64::{Engine, engine::general_purpose::STANDARD};
use shared::reason::Reason;
use tests::{
    actors::{Deal, Sale},
    seed::Seed,
    stage::Stage,
    world::{SHAMPOO, SOAP},
};

use crate::refused::{completed, no};

#[tokio::test]
async fn a_code_with_one_byte_changed_is_refused_whichever_byte_it_is() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let soap = world.offer("Soap", Deal::percent_off(2000, 300).on(SOAP)).await;
    phone.clip(soap).await;
    let good = phone.code().await;
    let sale = Sale::of(&good, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    let bytes = STANDARD.decode(&good).expect("base64");
    let before = world.books(&[&phone]).await;

    let mut seed = Seed::new(1);
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= u8::try_from(1 + seed.below(255)).expect("a byte");
        let tampered = Sale::of(&STANDARD.encode(&changed), 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
        let failure = no(till.pay(&tampered).await);
        let said = (failure.reason, place, changed[place]);
        assert!(
            matches!(
                failure.reason,
                Reason::CodeMalformed
                    | Reason::CodeNotOnescan
                    | Reason::KeyboardLayout
                    | Reason::SignatureInvalid
                    | Reason::TokenUnknown
            ),
            "{said:?}"
        );
    }
    assert_eq!(world.books(&[&phone]).await, before);

    completed(till.pay(&sale).await);
    phone.expect_balance("75.00").await;
}
