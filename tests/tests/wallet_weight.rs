//! What a phone has to load before the wallet's first screen is there, and that this is enough.

use tests::{
    browser::{Look, Phone, wallet_dist},
    stage::Stage,
    weight,
};

/// The most that the first screen may weigh, compressed.
const FIRST_SCREEN_BYTES_MAX: u64 = 100_000;

#[test]
fn the_first_screen_is_light() {
    let dist = wallet_dist();
    let names = weight::first_screen(&dist);
    assert!(names.iter().any(|name| name.ends_with(".wasm")), "the program is among {names:?}");
    let bytes = weight::bytes(&dist, &names);
    assert!(bytes <= FIRST_SCREEN_BYTES_MAX, "{bytes} bytes for the first screen: {names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_shopper_is_welcomed_before_the_rest_is_loaded() {
    let dist = wallet_dist();
    let world = Stage::with_wallet(&dist, 0).await;
    let phone = Phone::open_as("about:blank", Look::default()).await;
    let later = weight::later(&dist);
    assert!(!later.is_empty(), "the program is in more than one file");
    phone.block(&later).await;
    phone.go(&world.url()).await;
    phone.shows("Open my wallet").await;
    phone.screenshot("app/welcome-before-the-rest").await;
    assert!(!phone.shows_now("open-wallet").await, "drawn by the first file: nothing can be tapped yet");
    phone.block(&[]).await;
    phone.see("open-wallet").await;
    phone.screenshot("app/welcome").await;
    phone.tap("open-wallet").await;
    phone.see("recovery-later").await;
    phone.close().await;
}
