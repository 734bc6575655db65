//! Codes that are not taken: shown twice, too old, from the future, of another phone, or no codes at all.

use shared::reason::Reason;
use tests::{
    actors::{Sale, payment_id},
    stage::Stage,
    world::SHAMPOO,
};

use crate::refused::{completed, no, refused};

const SECOND_MS: i64 = 1000;

#[tokio::test]
async fn a_code_shown_twice_pays_once() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    let code = phone.code().await;
    completed(till.pay(&Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500)).await);

    let second = Sale::of(&code, 1000);
    refused(&world, &phone, &till, &second, Reason::TokenAlreadyUsed).await;
    // Nor in another shop, nor when it has become old meanwhile.
    let elsewhere = world.another_shop("Station Market").await.raw_till("Lane 1").await;
    world.clock.advance_ms(200 * SECOND_MS);
    let third = Sale::of(&code, 1000);
    refused(&world, &phone, &elsewhere, &third, Reason::TokenAlreadyUsed).await;
    phone.expect_balance("75.00").await;
}

#[tokio::test]
async fn a_code_holds_for_ninety_seconds_and_thirty_ahead() {
    let world = Stage::set().await;
    let mut phone = world.phone("100.00").await;
    let till = world.raw_till().await;
    let sale = |code: String| Sale::of(&code, 1000);

    let old = sale(phone.code_made(-91 * SECOND_MS).await);
    refused(&world, &phone, &till, &old, Reason::CodeExpired).await;
    let ahead = sale(phone.code_made(31 * SECOND_MS).await);
    refused(&world, &phone, &till, &ahead, Reason::CodeFromFuture).await;

    completed(till.pay(&sale(phone.code_made(-90 * SECOND_MS).await)).await);
    completed(till.pay(&sale(phone.code_made(30 * SECOND_MS).await)).await);
    phone.expect_balance("80.00").await;
}

#[tokio::test]
async fn a_token_ends_after_a_month() {
    let world = Stage::set().await;
    let mut phone = world.phone("100.00").await;
    let till = world.raw_till().await;
    let month_ms = 30 * 24 * 3600 * SECOND_MS;
    // A wallet that forgot to look at its tokens' end: the code is signed now, its token is from a month ago.
    let stale = phone.code_made(month_ms - 130 * SECOND_MS).await;
    world.clock.advance_ms(month_ms);
    refused(&world, &phone, &till, &Sale::of(&stale, 1000), Reason::TokenExpired).await;
}

#[tokio::test]
async fn a_code_of_another_provider_finds_no_token() {
    let here = Stage::set().await;
    let mut phone = here.phone("100.00").await;
    let till = here.raw_till().await;
    let elsewhere = Stage::set().await;
    let code = elsewhere.phone("100.00").await.code().await;
    refused(&here, &phone, &till, &Sale::of(&code, 1000), Reason::TokenUnknown).await;
    completed(till.pay(&Sale::of(&phone.code().await, 1000)).await);
}

#[tokio::test]
async fn what_is_no_code_is_named_and_not_remembered() {
    let world = Stage::set().await;
    let phone = world.phone("100.00").await;
    let till = world.raw_till().await;
    // EMVCo CPM 1.0, annex B, example 1: a good code of another scheme.
    let other_scheme = "hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0MmJJWggSNFZ4kBI0WF8gDkNBUkRIT0xERVIvRU1WXy0IcnVlc2RlZW5kIZ8QBwYBCgMAAACfJghYT9OF+iNLzJ82AgABnzcEbVjvEw==";
    for (code, reason) in [
        (other_scheme, Reason::CodeNotOnescan),
        ("hQVDUFYwMQ==", Reason::CodeMalformed),
        ("6901234567892", Reason::CodeMalformed),
        ("", Reason::CodeMalformed),
    ] {
        let before = world.books(&[&phone]).await;
        let id = payment_id();
        assert_eq!(no(till.pay(&Sale::of(code, 1000).under(&id)).await).reason, reason, "{code:?}");
        assert_eq!(no(till.get(&id).await).reason, Reason::PaymentNotFound);
        assert_eq!(world.books(&[&phone]).await, before);
    }
}
