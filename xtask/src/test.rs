//! `cargo xtask test`: everything that says whether the project is sound, from nothing, and nothing skipped.

mod clean;
mod tally;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use tally::Tally;

use crate::{
    needs, package,
    shell::{Outcome, cargo, root, run, seconds, step, target_dir},
    tidy,
    tools::{self, Tools},
    wallet,
    wasm::{self, TARGET, Toolchain},
};

/// Screens whose pictures the README shows, `docs/wallet-NAME.png`.
const IN_THE_README: [&str; 4] = ["offers", "pay", "approve", "paid"];

/// Every check and every test, in the order in which a mistake is found soonest.
///
/// # Errors
/// At the first check that fails, or when a test failed.
pub(crate) fn everything() -> Outcome {
    let started = Instant::now();
    let mut tally = Tally::default();
    let outcome = steps(&mut tally);
    println!("all in {}", seconds(started.elapsed()));
    tally.print(&outcome);
    outcome
}

/// The native crates' own tests: no browser, no tools from outside.
///
/// # Errors
/// When one fails.
pub(crate) fn quick() -> Outcome {
    let mut tally = Tally::default();
    let mut cargo = cargo();
    cargo.args(["test", "--no-fail-fast"]);
    for package in ["shared", "proto", "server", "pos-agent", "wallet-web"] {
        cargo.args(["--package", package]);
    }
    let outcome = tally.run_tests(&mut cargo);
    tally.print(&outcome);
    outcome
}

fn steps(tally: &mut Tally) -> Outcome {
    needs::ensure(needs::FOR_THE_BROWSER)?;
    needs::ensure(needs::FOR_TESTS)?;
    needs::ensure_component("rustfmt", "fmt")?;
    needs::ensure_component("clippy", "clippy")?;

    tally.check("the repository's rules", tidy::check)?;
    tally.check("formatting", || run(cargo().args(["fmt", "--all", "--check"])))?;
    let tools = step("tools to compare with", tools::set_up)?;
    tally.check("the schema (buf lint)", || run(Command::new(&tools.buf).arg("lint").current_dir(root())))?;

    // Cargo is asked for the same packages and features each time, so that it compiles each thing once.
    tally.check("lints", || run(&mut workspace("clippy", &["--all-targets", "--", "-D", "warnings"])))?;
    let browser = wasm::toolchain()?;
    tally.check("lints for the browser", || lint_for_browser(&browser))?;
    tally.check("the wallet", wallet::build)?;
    // The way for machines that rustup can't serve; nobody here would notice if it broke.
    tally.check("the wallet by Debian's compiler", wallet_by_debian)?;

    // Tests start `server` and `pos-agent` as programs: those are built with the tests.
    tally.check("programs and tests", || run(&mut workspace("build", &["--all-targets"])))?;
    let mut tests = workspace("test", &["--no-fail-fast"]);
    surroundings(&mut tests, &tools)?;
    if let Some(debian) = step("a clean Debian", clean::debian)? {
        // The program of the tests: what is proved is the package, and a release build would take minutes.
        let package = package::make(&target_dir()?.join("debug/pos-agent"))?;
        tests.env("ONESCAN_PACKAGE", package).env("ONESCAN_DEBIAN", debian);
    }
    println!("==> tests");
    tally.run_tests(&mut tests)
}

/// Pictures of every screen of wallet and till, made by the tests that look at each.
///
/// # Errors
/// When the wallet doesn't build, or a screen fails the test.
pub(crate) fn screenshots() -> Outcome {
    needs::ensure(needs::FOR_THE_BROWSER)?;
    needs::ensure(needs::FOR_TESTS)?;
    let tools = step("tools to compare with", tools::set_up)?;
    wallet::build()?;
    let mut tests = workspace("test", &["--test", "screens", "--test", "screen"]);
    surroundings(&mut tests, &tools)?;
    let outcome = run(&mut tests);
    let pictures = target_dir()?.join("screenshots");
    println!("the pictures are in {}", pictures.display());
    outcome?;
    for name in IN_THE_README {
        let picture = picture(&pictures.join("en-light"), name)?;
        fs::copy(picture, root().join(format!("docs/wallet-{name}.png")))?;
    }
    Ok(())
}

/// The picture of a screen among the numbered ones.
fn picture(folder: &Path, name: &str) -> Outcome<PathBuf> {
    let end = format!("-{name}.png");
    let all = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    // "19-pay.png", and not "53-late-pay.png".
    let of_it = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        file.strip_suffix(&end).is_some_and(|number| number.chars().all(|digit| digit.is_ascii_digit()))
    };
    all.into_iter().find(of_it).ok_or_else(|| format!("there is no picture of {name}").into())
}

/// Where the tests find what they need from outside.
fn surroundings(tests: &mut Command, tools: &Tools) -> Outcome {
    for (name, value) in tools.variables() {
        tests.env(name, value);
    }
    tests.env("ONESCAN_BIN_DIR", target_dir()?.join("debug"));
    wallet::to_be_seen_by(tests);
    Ok(())
}

/// A cargo command on the whole workspace with every feature.
fn workspace(command: &str, more: &[&str]) -> Command {
    let mut cargo = cargo();
    cargo.args([command, "--workspace", "--all-features"]).args(more);
    cargo
}

/// What of the wallet is compiled for the browser alone. Debian's compiler comes without clippy: there the compiler's
/// own warnings have to do.
fn lint_for_browser(toolchain: &Toolchain) -> Outcome {
    let (command, deny): (_, &[&str]) = match toolchain {
        Toolchain::Own => ("clippy", &["--", "-D", "warnings"]),
        Toolchain::Debian(_) => ("check", &[]),
    };
    let mut cargo = toolchain.cargo();
    cargo.args([command, "--package", "wallet-web", "--target", TARGET]);
    run(cargo.arg("--target-dir").arg(toolchain.target_dir()?).args(deny))
}

fn wallet_by_debian() -> Outcome {
    if needs::is_debian() {
        return wallet::compile(&wasm::debian()?).map(drop);
    }
    println!("    this is not Debian: there is no such compiler to try");
    Ok(())
}
