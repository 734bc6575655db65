//! What a phone has to load before the wallet's first screen is there.

use std::fs;

use tests::browser::wallet_dist;

/// The most that the first screen may weigh, compressed.
const FIRST_SCREEN_BYTES_MAX: u64 = 100_000;

#[test]
fn the_first_screen_is_light() {
    let dist = wallet_dist();
    let page =
        fs::read_to_string(dist.join("index.html")).expect("the wallet was built: `cargo xtask wallet`");
    // What the page loads; pictures and the manifest, all in static/, are not waited for, nor is what is only prefetched.
    let loaded = page.split('<').filter(|tag| !tag.contains("rel=\"prefetch\"") && !tag.starts_with("a "));
    let files = loaded.filter_map(|tag| {
        let address = tag.split_once("href=\"/").or_else(|| tag.split_once("src=\"/"))?.1;
        address.split_once('"').map(|(name, _)| name).filter(|name| !name.starts_with("static/"))
    });
    let names: Vec<&str> = files.chain(["index.html"]).collect();
    assert!(names.iter().any(|name| name.ends_with(".wasm")), "the program is among {names:?}");
    let weigh = |name: &&str| {
        let compressed = fs::metadata(dist.join(format!("{name}.br")));
        compressed.or_else(|_| fs::metadata(dist.join(name))).expect("what the page names is there").len()
    };
    let bytes: u64 = names.iter().map(weigh).sum();
    assert!(bytes <= FIRST_SCREEN_BYTES_MAX, "{bytes} bytes for the first screen: {names:?}");
}
