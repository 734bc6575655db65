//! From the compiled wallet to the files of the program: what the first screen does without is split off, JavaScript is
//! bound to the rest, and all get names made from their contents.

use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasmparser::{CustomSectionReader, Import, Imports, Parser};

use super::bundle::{Site, add_hashed, hash, read_folder};
use crate::shell::{Outcome, read, remove_dir, target_dir};

/// The script that binds the program to the browser.
const BINDINGS: &str = "wallet-web.js";
/// The first file of the program.
const FIRST: &str = "wallet-web_bg.wasm";
/// The script that loads the other files of the program.
const LOADER: &str = "wallet-web-loader.js";

/// The program, ready to be served.
pub(super) struct Program {
    /// All its files.
    pub(super) files: Site,
    /// What the page has to say to load it.
    pub(super) tags: String,
    /// The first file, still with the names of its functions.
    pub(super) first_with_names: Vec<u8>,
}

/// Makes the program.
///
/// # Errors
/// When the splitter or the binding generator refuses what was compiled.
pub(super) fn program(compiled: &Path) -> Outcome<Program> {
    let folder = target_dir()?.join("wallet-bindings");
    remove_dir(&folder)?;
    split_and_bind(compiled, &folder)?;
    let mut parts = read_folder(&folder, "")?;
    parts.remove(FIRST_UNBOUND);
    let first_with_names = parts.get(FIRST).cloned().unwrap_or_default();
    let mut read_script = |name: &str| String::from_utf8(parts.remove(name).unwrap_or_default());
    let (mut script, loader) = (lean(&read_script(BINDINGS)?), lean(&read_script(LOADER)?));
    for (name, bytes) in &mut parts {
        if name.ends_with(".wasm") {
            *bytes = rewritten(bytes, &mut script)?;
        }
    }
    parts.insert(BINDINGS.to_owned(), script.into_bytes());
    parts.insert(LOADER.to_owned(), loader.into_bytes());
    let (files, tags) = named(parts)?;
    Ok(Program { files, tags, first_with_names })
}

/// The first file as the splitter leaves it to the binding generator.
const FIRST_UNBOUND: &str = "first.wasm";

fn split_and_bind(compiled: &Path, folder: &Path) -> Outcome {
    let compiled = read(compiled)?;
    let unbound = folder.join(FIRST_UNBOUND);
    let (loader, bindings) = (format!("./{LOADER}"), format!("./{BINDINGS}"));
    let mut options = wasm_split_cli_support::Options::new(&compiled);
    options.output_dir = folder;
    options.main_out_path = &unbound;
    options.link_name = &loader;
    options.main_module = &bindings;
    wasm_split_cli_support::transform(options)?;

    let mut bindgen = Bindgen::new();
    bindgen.web(true)?.input_path(&unbound).out_name("wallet-web").typescript(false).demangle(false);
    // What the linker exports is what the files share.
    bindgen.keep_lld_exports(true).generate(folder)?;
    Ok(())
}

/// Gives each file its name, and the tags of the page. The files name each other, some in a circle, so they share one hash;
/// snippets have one in their names already.
fn named(parts: Site) -> Outcome<(Site, String)> {
    for part in [BINDINGS, FIRST, LOADER] {
        if !parts.contains_key(part) {
            return Err(format!("the binding generator made no {part}").into());
        }
    }
    let all: Vec<u8> = parts.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes].concat()).collect();
    let hash = hash(&all);
    let new_name = |name: &str| match name.rsplit_once('.') {
        Some((stem, extension)) if !name.contains('/') => format!("{stem}-{hash}.{extension}"),
        _ => name.to_owned(),
    };
    let mut files = Site::new();
    for (name, bytes) in &parts {
        let bytes = match name.ends_with(".js") {
            true => {
                let script = String::from_utf8(bytes.clone())?;
                // Where a script loads a file. The WebAssembly names what it imports by the old names, and so goes on to.
                let renamed = parts.keys().fold(script, |script, name| {
                    let new_name = new_name(name);
                    ["from \"./", "URL(\"./"].iter().fold(script, |script, before| {
                        script.replace(&format!("{before}{name}\""), &format!("{before}{new_name}\""))
                    })
                });
                renamed.into_bytes()
            }
            false => bytes.clone(),
        };
        files.insert(new_name(name), bytes);
    }
    let [bindings, first, loader] = [BINDINGS, FIRST, LOADER].map(new_name);
    let start = format!(
        "import init from \"./{bindings}\";\n\
         await init({{ module_or_path: new URL(\"./{first}\", import.meta.url) }});\n"
    );
    let start = add_hashed(&mut files, "start.js", start.into_bytes());
    // The browser is told at once of all that the first screen needs, so that it loads side by side; what comes later may
    // wait until then.
    let mut tags = format!(
        "<link rel=\"preload\" href=\"/{first}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\
         <link rel=\"modulepreload\" href=\"/{bindings}\">\
         <link rel=\"modulepreload\" href=\"/{loader}\">\
         <script type=\"module\" src=\"/{start}\"></script>"
    );
    for later in files.keys().filter(|name| name.ends_with(".wasm") && **name != first) {
        tags.push_str(&format!("<link rel=\"prefetch\" href=\"/{later}\" as=\"fetch\" crossorigin>"));
    }
    Ok((files, tags))
}

/// A script without its comments and indentation. The binding generator writes no text over several lines.
fn lean(script: &str) -> String {
    let lines = script.lines().map(str::trim_start);
    let said =
        lines.filter(|line| !(line.is_empty() || ["//", "/*", "*"].iter().any(|c| line.starts_with(c))));
    said.map(|line| format!("{line}\n")).collect()
}

/// Writes a WebAssembly file anew: in its shortest form, without the names of functions and other notes, and with short
/// names for what it imports from the script, in both.
fn rewritten(wasm: &[u8], script: &mut String) -> Outcome<Vec<u8>> {
    let mut module = wasm_encoder::Module::new();
    let parser = Parser::new(0);
    Rewriter { script }.parse_core_module(&mut module, parser, wasm).map_err(|error| error.to_string())?;
    Ok(module.finish())
}

struct Rewriter<'a> {
    script: &'a mut String,
}

impl Rewriter<'_> {
    /// The short name of an import; the long one where the script doesn't define it in the usual way.
    fn short(&mut self, name: &str, place: usize) -> Option<String> {
        let definition = format!("\n{name}: ");
        let short = format!("i{place}");
        let known = name.starts_with("__wb") && self.script.matches(&definition).count() == 1;
        known.then(|| {
            *self.script = self.script.replace(&definition, &format!("\n{short}: "));
            short
        })
    }
}

impl Reencode for Rewriter<'_> {
    type Error = std::convert::Infallible;

    fn parse_imports(
        &mut self,
        section: &mut wasm_encoder::ImportSection,
        imports: Imports<'_>,
    ) -> Result<(), Error<Self::Error>> {
        if let Imports::Single(place, import) = &imports
            && let Some(short) = self.short(import.name, section.len() as usize)
        {
            let import = Import { name: &short, ..*import };
            return utils::parse_imports(self, section, Imports::Single(*place, import));
        }
        utils::parse_imports(self, section, imports)
    }

    fn parse_custom_section(
        &mut self,
        _module: &mut wasm_encoder::Module,
        _section: CustomSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_name_each_other_do_so_by_their_new_names() {
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        let parts = Site::from([
            file(
                BINDINGS,
                "import * as a from \"./wallet-web-loader.js\"; ({\"./wallet-web-loader.js\": a})",
            ),
            file(LOADER, "import { b } from \"./wallet-web.js\"; fetch(new URL(\"./split_app.wasm\"))"),
            file(FIRST, "first"),
            file("split_app.wasm", "later"),
            file("snippets/a-1/b.js", ""),
        ]);
        let (files, tags) = named(parts).unwrap();
        let name = |start: &str| files.keys().find(|name| name.starts_with(start)).unwrap().clone();
        let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
        let (loader, later) = (name("wallet-web-loader-"), name("split_app-"));
        let bindings = loader.replace("-loader", "");
        let imports = format!("import * as a from \"./{loader}\"; ({{\"./wallet-web-loader.js\": a}})");
        assert_eq!(text(&bindings), imports);
        assert_eq!(
            text(&loader),
            format!("import {{ b }} from \"./{bindings}\"; fetch(new URL(\"./{later}\"))")
        );
        assert!(tags.contains(&format!("rel=\"prefetch\" href=\"/{later}\"")), "{tags}");
        assert!(tags.contains(&format!("rel=\"modulepreload\" href=\"/{loader}\"")), "{tags}");
    }

    #[test]
    fn notes_are_left_out_and_names_of_imports_are_short() {
        let mut module = wasm_encoder::Module::new();
        let mut types = wasm_encoder::TypeSection::new();
        types.ty().function([], []);
        module.section(&types);
        let imports = |name: &str| {
            let mut imports = wasm_encoder::ImportSection::new();
            imports.import("./a.js", name, wasm_encoder::EntityType::Function(0));
            imports
        };
        let mut short = module.clone();
        module.section(&imports("__wbg_long_0123"));
        module.section(&wasm_encoder::CustomSection { name: "name".into(), data: vec![1, 2].into() });
        let mut script =
            lean("/**\n * What it is.\n */\nconst imports = {\n    __wbg_long_0123: function() {\n");
        let written = rewritten(&module.finish(), &mut script).unwrap();
        assert_eq!(script, "const imports = {\ni0: function() {\n");
        assert_eq!(written, short.section(&imports("i0")).clone().finish());
    }
}
