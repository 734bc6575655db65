//! From the compiled wallet to the files that a server gives out.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    dist,
    page::{Asset, Piece, pieces},
    program::{Program, program},
    weight,
};
use crate::shell::{Outcome, files_under, read, read_text, remove_dir, root, write};

/// Marker in the service worker that becomes the list of files to keep for use without a network.
const PRECACHE_MARKER: &str = "/*__PRECACHE__*/[]";
/// Marker in the service worker that becomes a name for this build.
const BUILD_MARKER: &str = "__BUILD__";
/// Stands in the page where the style sheet belongs, until it has its name.
const STYLE_MARKER: &str = "<!-- style -->";
/// The service worker's source. It is served from the top folder, for only there may it rule the whole page.
const SERVICE_WORKER: &str = "static/sw.js";

/// File names relative to the top of the site, `/` between folders, with their bytes.
pub(super) type Site = BTreeMap<String, Vec<u8>>;

/// Writes the site into `wallet-web/dist`, with a brotli twin (`.br`) of each file that gets smaller by it.
///
/// # Errors
/// When the binding generator refuses the program, or a file that the page names is not there.
pub(crate) fn bundle(wasm: &Path) -> Outcome {
    let program = program(wasm)?;
    let parts = weight::parts(&program.first_with_names)?;
    let site = site(&root().join("wallet-web"), program)?;
    let compressed: Vec<Option<Vec<u8>>> =
        site.values().map(|bytes| compress(bytes)).collect::<Outcome<_>>()?;

    remove_dir(&dist())?;
    println!("{:>10} {:>10}  wallet-web/dist (* needed for the first screen)", "bytes", "brotli");
    let first_screen = weight::first_screen(&site);
    let (mut raw_sum, mut small_sum, mut first_sum) = (0, 0, 0);
    for ((name, bytes), small) in site.iter().zip(compressed) {
        write(&dist().join(name), bytes)?;
        let small_len = small.as_ref().map_or(bytes.len(), Vec::len);
        if let Some(small) = small {
            write(&dist().join(format!("{name}.br")), small)?;
        }
        let is_first = first_screen.contains(&name.as_str());
        println!("{:>10} {small_len:>10} {} {name}", bytes.len(), if is_first { "*" } else { " " });
        raw_sum += bytes.len();
        small_sum += small_len;
        first_sum += if is_first { small_len } else { 0 };
    }
    println!("{raw_sum:>10} {small_sum:>10}   in all");
    println!("{:>10} {first_sum:>10} * for the first screen; the bytes of its program, uncompressed:", "");
    for (part, bytes) in parts {
        println!("{bytes:>10} {:>10}   {part}", "");
    }
    Ok(())
}

/// Puts together what the page asks for.
fn site(source: &Path, program: Program) -> Outcome<Site> {
    let html = read_text(&source.join("index.html"))?;
    let mut site = program.files;
    let (mut page, mut style) = (String::new(), String::new());
    for piece in pieces(&html)? {
        match piece {
            Piece::Text(text) => page.push_str(text),
            Piece::Asset(Asset::Rust) => page.push_str(&program.tags),
            Piece::Asset(Asset::Css(file)) => {
                if style.is_empty() {
                    page.push_str(STYLE_MARKER);
                }
                style.push_str(&lean_style(&read_text(&source.join(file))?));
            }
            Piece::Asset(Asset::CopyFile(file)) => {
                let name = file.rsplit('/').next().unwrap_or(file);
                site.insert(name.to_owned(), read(&source.join(file))?);
            }
            Piece::Asset(Asset::CopyDir(folder)) => {
                site.extend(read_folder(&source.join(folder), &format!("{folder}/"))?);
            }
        }
    }
    // All style sheets in one: together they compress better than each by itself.
    let style = add_hashed(&mut site, "style.css", style.into_bytes());
    let page = page.replace(STYLE_MARKER, &format!("<link rel=\"stylesheet\" href=\"/{style}\">"));
    site.insert("index.html".to_owned(), page.into_bytes());
    if let Some(worker) = site.remove(SERVICE_WORKER) {
        let worker = service_worker(&String::from_utf8(worker)?, &site)?;
        site.insert("sw.js".to_owned(), worker.into_bytes());
    }
    Ok(site)
}

/// A style sheet without its comments and indentation.
fn lean_style(style: &str) -> String {
    let mut said = String::new();
    for (place, part) in style.split("/*").enumerate() {
        said.push_str(if place == 0 { part } else { part.split_once("*/").map_or("", |(_, after)| after) });
    }
    said.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

/// Adds a file under a name made from its contents, so that browsers may keep it for ever, and gives that name.
pub(super) fn add_hashed(site: &mut Site, file: &str, bytes: Vec<u8>) -> String {
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, "bin"));
    let name = format!("{stem}-{}.{extension}", hash(&bytes));
    site.insert(name.clone(), bytes);
    name
}

/// The first 16 hexadecimal digits of SHA-256.
pub(super) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Fills the service worker's markers from the site it is to keep.
fn service_worker(source: &str, site: &Site) -> Outcome<String> {
    for marker in [PRECACHE_MARKER, BUILD_MARKER] {
        if !source.contains(marker) {
            return Err(format!("{SERVICE_WORKER} lacks the marker {marker}").into());
        }
    }
    let path = |name: &str| if name == "index.html" { "/".to_owned() } else { format!("/{name}") };
    let paths: Vec<String> = site.keys().map(|name| format!("{:?}", path(name))).collect();
    let all: Vec<u8> = site.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes].concat()).collect();
    Ok(source.replace(PRECACHE_MARKER, &format!("[{}]", paths.join(","))).replace(BUILD_MARKER, &hash(&all)))
}

pub(super) fn read_folder(folder: &Path, prefix: &str) -> Outcome<Site> {
    let mut site = Site::new();
    for file in files_under(folder)? {
        let inside: PathBuf = file.strip_prefix(folder)?.to_owned();
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        site.insert(format!("{prefix}{}", parts.join("/")), read(&file)?);
    }
    Ok(site)
}

/// Brotli at its best; nothing where that is no gain, as on pictures.
fn compress(bytes: &[u8]) -> Outcome<Option<Vec<u8>>> {
    const BUFFER_BYTES: usize = 1 << 16;
    const QUALITY: u32 = 11;
    const WINDOW_BITS: u32 = 24;
    let mut writer = brotli::CompressorWriter::new(Vec::new(), BUFFER_BYTES, QUALITY, WINDOW_BITS);
    writer.write_all(bytes)?;
    let small = writer.into_inner();
    Ok(Some(small).filter(|small| small.len() < bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site_of(files: &[(&str, &str)]) -> Site {
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn the_service_worker_learns_every_file_and_the_build() {
        let site = site_of(&[("index.html", "page"), ("static/icon.svg", "icon")]);
        let worker = service_worker("const B = '__BUILD__'; const F = /*__PRECACHE__*/[];", &site).unwrap();
        assert!(worker.contains(r#"const F = ["/","/static/icon.svg"];"#), "{worker}");
        let other = site_of(&[("index.html", "another page"), ("static/icon.svg", "icon")]);
        assert_ne!(
            worker,
            service_worker("const B = '__BUILD__'; const F = /*__PRECACHE__*/[];", &other).unwrap()
        );
    }

    #[test]
    fn a_service_worker_without_its_markers_is_refused() {
        assert!(service_worker("const F = [];", &Site::new()).is_err());
    }

    #[test]
    fn comments_of_a_style_sheet_are_not_served() {
        assert_eq!(lean_style("/* a */\n.b {\n  c: d; /* e\n f */\n}\n"), ".b {\nc: d;\n}\n");
    }

    #[test]
    fn a_name_changes_with_the_contents_and_only_with_them() {
        let mut site = Site::new();
        let first = add_hashed(&mut site, "style.css", b"a".to_vec());
        assert_eq!(first, add_hashed(&mut site, "style.css", b"a".to_vec()));
        assert_ne!(first, add_hashed(&mut site, "style.css", b"b".to_vec()));
        assert!(
            first.starts_with("style-") && first.ends_with(".css") && first.len() == "style-.css".len() + 16
        );
    }

    #[test]
    fn what_does_not_get_smaller_is_not_compressed() {
        assert!(compress(&[b'a'; 1000]).unwrap().is_some_and(|small| small.len() < 100));
        assert!(compress(b"x").unwrap().is_none());
    }
}
