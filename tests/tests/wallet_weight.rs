//! What a phone has to load before the wallet's first screen is there.

use tests::{browser::wallet_dist, weight};

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
