//! The rule on other people's licences: what we ship may be given on under ours, "MIT OR Apache-2.0".

use spdx::{Expression, ParseMode};

use super::Finding;
use crate::{
    shell::{Outcome, cargo, output},
    wasm::TARGET,
};

/// Licences that ask for no more than their text and names to be kept. MPL-2.0 asks for changes to its own files to be
/// published; we make none.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    // As permissive as MIT: libpq.
    "PostgreSQL",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Asks cargo for every crate that is built here and in the browser, with its licence.
pub(super) fn findings() -> Outcome<Vec<Finding>> {
    let tree = |selection: &[&str]| {
        let mut cargo = cargo();
        cargo.args(["tree", "--all-features", "--edges", "normal,build,dev", "--prefix", "none"]);
        output(cargo.args(["--format", "{p}|{l}|"]).args(selection))
    };
    let native = tree(&["--workspace"])?;
    let browser = tree(&["--package", "wallet-web", "--target", TARGET])?;
    Ok(forbidden(&format!("{native}\n{browser}")))
}

/// Crates whose licence is not allowed, in lines of `name version|licence|`.
fn forbidden(tree: &str) -> Vec<Finding> {
    let mut crates: Vec<(&str, &str)> = tree
        .lines()
        .filter_map(|line| line.split_once('|'))
        .map(|(name, licence)| (name, licence.split('|').next().unwrap_or_default()))
        .filter(|(_, licence)| !is_allowed(licence))
        .collect();
    crates.sort_unstable();
    crates.dedup();
    crates
        .iter()
        .map(|(name, licence)| Finding::in_file("Cargo.lock", format!("{name} is under \"{licence}\"")))
        .collect()
}

fn is_allowed(licence: &str) -> bool {
    // Lax: older crates write `MIT/Apache-2.0`.
    let expression = Expression::parse_mode(licence, ParseMode::LAX);
    let allowed = |id: spdx::LicenseId| ALLOWED.contains(&id.name);
    expression.is_ok_and(|e| e.evaluate(|requirement| requirement.license.id().is_some_and(allowed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(licence: &str, expect: bool) {
        assert_eq!(is_allowed(licence), expect, "{licence}");
    }

    #[test]
    fn one_allowed_choice_is_enough_but_every_part_must_be_allowed() {
        check("MIT", true);
        check("MIT/Apache-2.0", true);
        check("GPL-3.0-only OR MIT", true);
        check("(MIT OR Apache-2.0) AND Unicode-3.0", true);
        check("Apache-2.0 WITH LLVM-exception", true);
        check("GPL-3.0-only", false);
        check("MIT AND GPL-3.0-only", false);
        check("", false);
    }

    #[test]
    fn a_crate_is_named_once() {
        let found = forbidden("a v1.0.0|MIT|\nb v2.0.0|AGPL-3.0-only|\nb v2.0.0|AGPL-3.0-only| (*)\n");
        assert_eq!(found, [Finding::in_file("Cargo.lock", "b v2.0.0 is under \"AGPL-3.0-only\"")]);
    }
}
