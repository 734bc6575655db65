//! What the first screen weighs, and where its bytes go.

use std::collections::BTreeMap;

use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use super::bundle::Site;
use crate::shell::Outcome;

/// Parts of the program that are listed by name; the others together.
const PARTS_MAX: usize = 16;

/// The files that the browser needs for the first screen: the page and what it loads. Pictures and the manifest, all in
/// `static/`, are not waited for.
pub(super) fn first_screen(site: &Site) -> Vec<&str> {
    let page = site.get("index.html").map(|page| String::from_utf8_lossy(page)).unwrap_or_default();
    let is_loaded = |name: &str| {
        let reference = format!("=\"/{name}\"");
        page.split('<').any(|tag| tag.contains(&reference) && !tag.contains("rel=\"prefetch\""))
    };
    let names = site.keys().map(String::as_str);
    names.filter(|name| *name == "index.html" || (!name.starts_with("static/") && is_loaded(name))).collect()
}

/// Bytes of a WebAssembly file by what they are: the code of each crate, constants, and the rest. Largest first.
///
/// # Errors
/// On a file that is not WebAssembly.
pub(super) fn parts(wasm: &[u8]) -> Outcome<Vec<(String, usize)>> {
    let mut names = BTreeMap::new();
    let mut bodies = Vec::new();
    let mut imported = 0;
    let mut by_part: BTreeMap<String, usize> = BTreeMap::new();
    let mut listed = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes().len()),
            Payload::DataSection(data) => {
                let range = data.range();
                let bytes = usize::try_from(range.end - range.start)?;
                *by_part.entry("constants".to_owned()).or_default() += bytes;
                listed += bytes;
            }
            Payload::CustomSection(section) => {
                listed += section.data().len();
                if let KnownCustom::Name(section) = section.as_known() {
                    for name in section {
                        if let Name::Function(functions) = name? {
                            for function in functions {
                                let function = function?;
                                names.insert(function.index, function.name);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    for (index, bytes) in (imported..).zip(bodies) {
        let part =
            names.get(&index).map_or_else(|| "functions without a name".to_owned(), |name| origin(name));
        *by_part.entry(part).or_default() += bytes;
        listed += bytes;
    }
    by_part.insert("types, imports, exports".to_owned(), wasm.len().saturating_sub(listed));
    let mut parts: Vec<_> = by_part.into_iter().collect();
    parts.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    if parts.len() > PARTS_MAX {
        let others = parts.split_off(PARTS_MAX).into_iter().map(|(_, bytes)| bytes).sum();
        parts.push(("other".to_owned(), others));
    }
    Ok(parts)
}

/// The crate that a function comes from, by its mangled name. For `<Type as Trait>::method` the crate of the type, or
/// that of the trait where the type is anybody's.
fn origin(mangled: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(mangled));
    let crates = name.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).filter_map(|path| {
        let (first, rest) = path.split_once("::")?;
        (!first.is_empty() && !rest.is_empty()).then_some(first)
    });
    let mut fallback = None;
    for name in crates {
        if !matches!(name, "core" | "alloc" | "std") {
            return name.to_owned();
        }
        fallback.get_or_insert(name);
    }
    fallback.map_or_else(|| "functions without a crate".to_owned(), |_| "the standard library".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_screen_is_the_page_and_what_it_loads() {
        let page = "<link rel=\"icon\" href=\"/static/icon.svg\"><link rel=\"stylesheet\" href=\"/style-1.css\">\
                    <link rel=\"prefetch\" href=\"/later-1.wasm\"><script type=\"module\" src=\"/start-1.js\"></script>";
        let mut site: Site = ["static/icon.svg", "style-1.css", "later-1.wasm", "start-1.js", "sw.js"]
            .map(|n| (n.to_owned(), vec![]))
            .into();
        site.insert("index.html".to_owned(), page.as_bytes().to_vec());
        assert_eq!(first_screen(&site), ["index.html", "start-1.js", "style-1.css"]);
    }

    #[test]
    fn a_function_belongs_to_the_crate_that_makes_it_grow() {
        let check = |mangled, expect| assert_eq!(origin(mangled), expect);
        check("_ZN10wallet_web5pages4view17h0123456789abcdefE", "wallet_web");
        check("_ZN4core3ptr39drop_in_place$LT$proto..v1..Payment$GT$17h0123456789abcdefE", "proto");
        check("_ZN4core3fmt5write17h0123456789abcdefE", "the standard library");
        check("__externref_table_alloc", "functions without a crate");
    }
}
