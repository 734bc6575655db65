//! What a phone has to load of the built wallet, compressed.

use std::{fs, path::Path};

/// The files that a page needs before its first screen is there: the page and what it loads. Pictures and the manifest,
/// all in `static/`, are not waited for, nor is what is only prefetched.
pub fn first_screen(dist: &Path) -> Vec<String> {
    let page =
        fs::read_to_string(dist.join("index.html")).expect("the wallet was built: `cargo xtask wallet`");
    let loaded = page.split('<').filter(|tag| !tag.contains("rel=\"prefetch\"") && !tag.starts_with("a "));
    let files = loaded.filter_map(|tag| {
        let address = tag.split_once("href=\"/").or_else(|| tag.split_once("src=\"/"))?.1;
        address.split_once('"').map(|(name, _)| name).filter(|name| !name.starts_with("static/"))
    });
    files.chain(["index.html"]).map(str::to_owned).collect()
}

/// The files that a page asks for once its first screen is there: the rest of the program.
pub fn later(dist: &Path) -> Vec<String> {
    let first = first_screen(dist);
    let names = fs::read_dir(dist).expect("the wallet was built").map(|entry| {
        entry.expect("a file of the wallet").file_name().into_string().expect("names are plain")
    });
    names.filter(|name| name.ends_with(".wasm") && !first.contains(name)).collect()
}

/// Bytes of these files as they travel: compressed with brotli where that makes them smaller.
pub fn bytes(dist: &Path, names: &[String]) -> u64 {
    let travels = |name: &String| {
        let compressed = fs::metadata(dist.join(format!("{name}.br")));
        compressed.or_else(|_| fs::metadata(dist.join(name))).expect("what the page names is there").len()
    };
    names.iter().map(travels).sum()
}
