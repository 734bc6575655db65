//! Debian's compiler with a standard library for the browser.
//!
//! Debian ships a recent enough compiler (packages `rustc-web`, `cargo-web`), but no standard library for WebAssembly
//! to go with it. It ships that library's source, so it is built here once for each compiler version and laid
//! beside Debian's own in a folder of the user's cache, which then serves as a whole toolchain:
//!
//! ```text
//! bin/cargo            -> Debian's
//! bin/rustc, rustdoc   call Debian's with --sysroot set to this folder
//! lib/rustlib/HOST     -> Debian's
//! lib/rustlib/wasm32-unknown-unknown/lib/*.rlib
//! ```
//!
//! Nothing is written outside that folder. The standard library of one compiler can't be used by another.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use super::TARGET;
use crate::{
    needs::ensure_packages,
    shell::{Outcome, cargo_at, files_under, output, remove_dir, run, step, write},
};

const PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm"];
const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const RUSTDOC: &str = "/usr/bin/rustdoc";
const RUSTLIB: &str = "/usr/lib/rustlib";

/// The toolchain's folder, made if it isn't there yet.
///
/// # Errors
/// When a package is missing and can't be installed; when the standard library doesn't build.
pub(super) fn toolchain() -> Outcome<PathBuf> {
    ensure_packages(PACKAGES)?;
    let compiler = Compiler::ask()?;
    // `rust-lld`, which links for WebAssembly, points into the lld package of the compiler's own LLVM.
    ensure_packages(&[&format!("lld-{}", compiler.llvm)])?;

    let folder = cache()?.join("onescan").join(format!("rust-{}-wasm", compiler.id));
    if !folder.exists() {
        step(&format!("building the standard library of Rust {} for {TARGET}", compiler.id), || {
            build(&compiler, &folder)
        })?;
    }
    Ok(folder)
}

/// What Debian's compiler says of itself.
struct Compiler {
    /// Release and commit, for the folder's name.
    id: String,
    /// What it runs on.
    host: String,
    /// Major version of its LLVM.
    llvm: String,
}

impl Compiler {
    fn ask() -> Outcome<Self> {
        Self::parse(&output(Command::new(RUSTC).arg("-vV"))?)
    }

    fn parse(version: &str) -> Outcome<Self> {
        let field = |name: &str| {
            let line = version.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.ok_or_else(|| format!("`{RUSTC} -vV` does not say its `{name}`"))
        };
        let llvm = field("LLVM version")?;
        let commit = field("commit-hash")?;
        Ok(Self {
            id: format!("{}-{}", field("release")?, commit.get(..9).unwrap_or(commit)),
            host: field("host")?.to_owned(),
            llvm: llvm.split('.').next().unwrap_or(llvm).to_owned(),
        })
    }
}

fn cache() -> Outcome<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    cache.ok_or_else(|| "no place for a cache: set HOME or XDG_CACHE_HOME.".into())
}

/// Builds the toolchain beside its place and moves it there when it is whole, so that an interrupted build leaves
/// nothing that looks finished.
fn build(compiler: &Compiler, folder: &Path) -> Outcome {
    let part = folder.with_extension(format!("part{}", std::process::id()));
    remove_dir(&part)?;
    let libraries = part.join("lib/rustlib").join(TARGET).join("lib");
    for library in build_std(&part.join("build"))? {
        let name = library.file_name().expect("a file found in a folder has a name");
        write(&libraries.join(name), std::fs::read(&library)?)?;
    }
    remove_dir(&part.join("build"))?;
    link(&Path::new(RUSTLIB).join(&compiler.host), &part.join("lib/rustlib").join(&compiler.host))?;
    std::fs::create_dir_all(part.join("bin"))?;
    link(Path::new(CARGO), &part.join("bin/cargo"))?;
    for program in [RUSTC, RUSTDOC] {
        let name = Path::new(program).file_name().expect("a program has a name");
        wrapper(&part.join("bin").join(name), program, folder)?;
    }
    std::fs::rename(&part, folder)?;
    Ok(())
}

/// Compiles the standard library with cargo's `build-std`, for which an empty crate is the pretext.
fn build_std(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let manifest = "[package]\nname = \"pretext\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";
    write(&folder.join("Cargo.toml"), manifest)?;
    write(&folder.join("src/lib.rs"), "")?;
    let mut cargo = cargo_at(CARGO);
    cargo.current_dir(folder);
    cargo.env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    // `build-std` is not stable; the compiler that Debian built must be told that this is meant.
    cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", RUSTC);
    // Link-time optimisation of the wallet needs the library's bitcode.
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-Cembed-bitcode=yes");
    cargo.args(["build", "--release", "--target", TARGET, "--target-dir"]).arg(folder.join("target"));
    cargo.arg("-Zbuild-std=core,alloc,std,panic_abort,proc_macro,test");
    run(&mut cargo)?;

    let built = files_under(&folder.join("target").join(TARGET).join("release/deps"))?;
    let is_library = |file: &PathBuf| {
        let pretext = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libpretext"));
        file.extension().is_some_and(|e| e == "rlib") && !pretext
    };
    Ok(built.into_iter().filter(is_library).collect())
}

/// A script that calls a program of the compiler with our folder for its libraries.
fn wrapper(script: &Path, program: &str, sysroot: &Path) -> Outcome {
    write(script, format!("#!/bin/sh\nexec {program} --sysroot '{}' \"$@\"\n", sysroot.display()))?;
    run(Command::new("chmod").arg("+x").arg(script))
}

fn link(to: &Path, at: &Path) -> Outcome {
    run(Command::new("ln").arg("-s").arg(to).arg(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_is_known_by_release_and_commit_and_its_llvm_by_the_major_version() {
        let compiler = Compiler::parse(
            "rustc 1.96.0 (ac68faa20 2026-05-25)\nbinary: rustc\n\
             commit-hash: ac68faa20c58cbccd01ee7208bf3b6e93a7d7f96\nhost: x86_64-unknown-linux-gnu\n\
             release: 1.96.0\nLLVM version: 22.1.8\n",
        )
        .unwrap();
        assert_eq!(compiler.id, "1.96.0-ac68faa20");
        assert_eq!(compiler.host, "x86_64-unknown-linux-gnu");
        assert_eq!(compiler.llvm, "22");
        assert!(Compiler::parse("rustc 1.63").is_err());
    }
}
