//! Who learns what: the provider nothing of the basket but what was redeemed, a shop nothing that tells one shopper from another.

use base64::{Engine, engine::general_purpose::STANDARD};
use proto::v1;
use shared::code::{CombinedCode, tlv};
use tests::{
    actors::{cny, payment_id},
    stage::Stage,
    world::{SHAMPOO, SOAP},
};

#[tokio::test]
async fn the_provider_learns_the_redeemed_lines_and_the_amount_and_nothing_else() {
    let world = Stage::set().await;
    let offer = world.shampoo_offer().await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;
    let code = phone.code().await;
    let till = world.till().await;
    let (priced, scan) = till.price(&[(SOAP, 3, 700), (SHAMPOO, 2, 3000), (SOAP, 1, 650)], &code);

    // Every field of the message is named here: one that is added to the schema has to be thought about.
    let id = payment_id();
    let v1::CreatePaymentRequest {
        payment_id,
        code: sent,
        gross_amount,
        amount_due,
        redemptions,
        merchant_reference,
        token_number,
    } = priced.request(id.clone(), &scan, "sale 7");
    assert_eq!((payment_id, sent, merchant_reference), (id, code, "sale 7".to_owned()));
    assert_eq!(token_number, "", "the code has it");
    assert_eq!((gross_amount, amount_due), (Some(cny(8750)), Some(cny(8250))));
    let line = v1::RedeemedLine {
        gtin: SHAMPOO.to_owned(),
        units: 1,
        unit_price: Some(cny(3000)),
        discount: Some(cny(500)),
        grams: 0,
    };
    assert_eq!(
        redemptions,
        [v1::CouponRedemption {
            offer_number: offer,
            lines: vec![line],
            title: None,
            issuer_name: String::new()
        }]
    );
}

#[tokio::test]
async fn two_codes_from_different_tokens_share_no_identifying_field() {
    let world = Stage::set().await;
    let offer = world.shampoo_offer().await;
    let mut phone = world.phone("100.00").await;
    let mut stranger = world.phone("100.00").await;
    phone.clip(offer).await;
    stranger.clip(offer).await;
    let one = phone.code().await;
    // So that it is not the time that tells them apart.
    let same_second = phone.code().await;
    world.clock.advance_ms(1000);
    let another = phone.code().await;
    let strangers = stranger.code().await;

    // Of the same phone: no more in common than with a stranger's code that carries the same coupon.
    let in_common = |other: &str| -> Vec<String> {
        let fields = fields(other);
        self::fields(&one).into_iter().filter(|field| fields.contains(field)).map(|(path, _)| path).collect()
    };
    let public = ["85", "61/4F", "61/5F2D", "E1/C1"];
    assert_eq!(in_common(&another), public);
    assert_eq!(in_common(&strangers), public);
    assert_eq!(in_common(&same_second), ["85", "61/4F", "61/5F2D", "61/63/C1", "E1/C1"]);

    // Nor do the numbers of tokens that were given out one after another begin or end alike.
    let token = |code: &str| CombinedCode::decode(code).expect("a code").token.to_string();
    let (a, b) = (token(&one), token(&same_second));
    assert_ne!(a[..8], b[..8]);
    assert_ne!(a[11..], b[11..]);
}

/// Every primitive object of a code with its path of tags.
fn fields(code: &str) -> Vec<(String, Vec<u8>)> {
    fn collect(bytes: &[u8], path: &str, into: &mut Vec<(String, Vec<u8>)>) {
        for object in tlv::read(bytes).expect("BER-TLV") {
            let path = format!("{path}{}", object.tag);
            if object.tag.is_constructed() {
                collect(object.value, &format!("{path}/"), into);
            } else {
                into.push((path, object.value.to_vec()));
            }
        }
    }
    let mut found = Vec::new();
    collect(&STANDARD.decode(code).expect("base64"), "", &mut found);
    found
}

#[tokio::test]
async fn a_receipt_tells_the_shop_nothing_that_names_the_shopper() {
    let world = Stage::set().await;
    let offer = world.shampoo_offer().await;
    let mut phone = world.phone("100.00").await;
    let coupon = phone.clip(offer).await;
    let receipt = world.till().await.pay(&[(SHAMPOO, 1, 3000)], &phone.code().await).await.completed();
    let all = format!("{receipt:?}");
    assert!(!all.contains(&phone.wallet_id), "{all}");
    assert!(!all.contains(&coupon.coupon_id), "{all}");
}
