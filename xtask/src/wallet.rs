//! `cargo xtask wallet`: the web wallet for release, in `wallet-web/dist`.
//!
//! cargo compiles `wallet-web`; what the first screen does without is split off into a file of its own; the binding
//! generator writes the JavaScript, the files get names made from their contents, `index.html` is rendered with those names, and each file is compressed beforehand. The same `index.html`
//! serves `trunk serve`. Where nothing has changed since the last time, the second half is left out.

#[cfg(feature = "web")]
pub(crate) mod bundle;
#[cfg(feature = "web")]
mod page;
#[cfg(feature = "web")]
mod program;
#[cfg(feature = "web")]
mod weight;

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    needs,
    shell::{Outcome, files_under, on_path, read, root, run, step, target_dir, write},
    wasm::{self, TARGET, Toolchain},
};

/// Where the finished wallet lies.
pub(crate) fn dist() -> PathBuf {
    root().join("wallet-web/dist")
}

/// Tells a program where the wallet and a browser are.
pub(crate) fn to_be_seen_by(program: &mut Command) {
    program.env("ONESCAN_WALLET_DIST", dist());
    program.envs(on_path(needs::BROWSERS).map(|path| ("ONESCAN_CHROMIUM", path)));
    program.envs(on_path(&["chromedriver"]).map(|path| ("ONESCAN_CHROMEDRIVER", path)));
}

/// Builds the wallet into [`dist`].
///
/// # Errors
/// When there is no compiler for the target, the wallet does not compile, or its page names something unknown.
pub(crate) fn build() -> Outcome {
    let wasm = compile(&wasm::toolchain()?)?;
    let stamp_file = target_dir()?.join("wallet-dist.stamp");
    let stamp = stamp(&wasm)?;
    if dist().join("index.html").exists() && read(&stamp_file).is_ok_and(|old| old == stamp.as_bytes()) {
        println!("wallet-web/dist is up to date");
        return Ok(());
    }
    step("bundling the wallet", || bundle(&wasm))?;
    write(&stamp_file, stamp)
}

/// Compiles the wallet and gives its WebAssembly.
pub(crate) fn compile(toolchain: &Toolchain) -> Outcome<PathBuf> {
    let target_dir = toolchain.target_dir()?;
    step("compiling the wallet", || {
        let mut cargo = toolchain.cargo();
        // As `cdylib` alone: together with an `rlib` cargo would leave out the optimisation across crates.
        cargo.args([
            "rustc",
            "--package",
            "wallet-web",
            "--lib",
            "--crate-type",
            "cdylib",
            "--features",
            "split",
        ]);
        cargo.args(["--profile", "wallet", "--target", TARGET]).arg("--target-dir").arg(&target_dir);
        // The program is split by what refers to what, which the linker has to leave in.
        run(cargo.args(["--", "-Clink-arg=--emit-relocs"]))
    })?;
    Ok(target_dir.join(TARGET).join("wallet/wallet_web.wasm"))
}

#[cfg(feature = "web")]
fn bundle(wasm: &Path) -> Outcome {
    bundle::bundle(wasm)
}

/// The binding generator is heavy: only the program built with the feature `web` has it.
#[cfg(not(feature = "web"))]
fn bundle(wasm: &Path) -> Outcome {
    let mut cargo = crate::shell::cargo();
    cargo.args(["run", "--quiet", "--package", "xtask", "--features", "web", "--", "bundle"]);
    run(cargo.arg(wasm))
}

/// A number for all that goes into [`dist`]: the compiled code, the files of `wallet-web` that are copied, and the code
/// that puts them together, with the version of its libraries.
fn stamp(wasm: &Path) -> Outcome<String> {
    let mut inputs = vec![wasm.to_owned(), root().join("Cargo.lock")];
    for entry in root().join("wallet-web").read_dir()? {
        let path = entry?.path();
        match path.file_name().and_then(|name| name.to_str()) {
            Some("src" | "dist" | "target" | "tests") => {}
            _ if path.is_dir() => inputs.extend(files_under(&path)?),
            _ => inputs.push(path),
        }
    }
    inputs.extend(files_under(&root().join("xtask/src/wallet"))?);
    inputs.sort();
    let mut hasher = DefaultHasher::new();
    for input in inputs {
        (&input, read(&input)?).hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
