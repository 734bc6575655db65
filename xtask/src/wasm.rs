//! The compiler for the wallet's target, wasm32-unknown-unknown: rustup's where that can be had, else Debian's.

mod debian;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    needs,
    shell::{Outcome, cargo, cargo_at, output, run, target_dir},
};

/// What the wallet is compiled for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// A compiler that has the standard library for [`TARGET`].
pub(crate) enum Toolchain {
    /// The one that runs this program.
    Own,
    /// Debian's, with a standard library built by us, in this folder.
    Debian(PathBuf),
}

impl Toolchain {
    /// Its cargo.
    pub(crate) fn cargo(&self) -> Command {
        match self {
            Self::Own => cargo(),
            Self::Debian(folder) => {
                let mut cargo = cargo_at(folder.join("bin/cargo"));
                cargo.env("RUSTC", folder.join("bin/rustc")).env("RUSTDOC", folder.join("bin/rustdoc"));
                cargo.env("RUSTUP_TOOLCHAIN", folder);
                cargo
            }
        }
    }

    /// Where it builds: a folder for each compiler, or each would throw away the other's work.
    pub(crate) fn target_dir(&self) -> Outcome<PathBuf> {
        Ok(match self {
            Self::Own => target_dir()?,
            Self::Debian(_) => target_dir()?.join("wasm-debian"),
        })
    }
}

/// Finds or sets up a compiler for the wallet.
///
/// # Errors
/// When neither rustup nor Debian can give one; the message says what to install.
pub(crate) fn toolchain() -> Outcome<Toolchain> {
    match env::var("ONESCAN_WASM").as_deref() {
        Err(_) | Ok("") => own_or_debian(),
        Ok("debian") => debian(),
        Ok(other) => {
            Err(format!("ONESCAN_WASM={other} is not known: set it to `debian`, or not at all.").into())
        }
    }
}

/// Debian's compiler, whether or not rustup's would do.
pub(crate) fn debian() -> Outcome<Toolchain> {
    Ok(Toolchain::Debian(debian::toolchain()?))
}

fn own_or_debian() -> Outcome<Toolchain> {
    if has_target()? {
        return Ok(Toolchain::Own);
    }
    let added = run(Command::new("rustup").args(["target", "add", TARGET]));
    // Rustup goes by its own list: it says "up to date" also where the files have gone. Only the files count.
    if has_target()? {
        return Ok(Toolchain::Own);
    }
    let why = added
        .err()
        .map_or_else(|| format!("rustup lists {TARGET}, but its files are missing"), |e| e.to_string());
    if needs::is_debian() {
        println!("{why}: falling back on Debian's compiler");
        return debian();
    }
    Err(format!(
        "{why}\nThe wallet needs Rust's standard library for {TARGET}: `rustup target remove {TARGET}`, then \
         `rustup target add {TARGET}`."
    )
    .into())
}

/// Whether the compiler that runs this program has the target already, whoever installed it.
fn has_target() -> Outcome<bool> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let folder = output(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]))?;
    Ok(Path::new(folder.trim()).is_dir())
}
