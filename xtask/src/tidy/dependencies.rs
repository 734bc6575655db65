//! The rule that keeps the core pure: what it may depend on is listed here, and the list knows no clock, randomness,
//! network or disk.

use super::Finding;
use crate::shell::{Outcome, cargo, output};

/// A crate of the core and all it may name in `[dependencies]`.
const PURE: &[(&str, &[&str])] = &[
    ("shared", &["base64", "rust_decimal", "thiserror"]),
    ("proto", &["prost", "prost-types", "shared", "thiserror", "tonic", "tonic-prost", "tonic-types"]),
];

/// What must not come in by way of another crate either. (`tonic`'s generated code rests on `tokio` for its channels
/// alone; what would open a socket or a file is below.)
const IMPURE: &[&str] = &[
    "chrono",
    "diesel",
    "getrandom",
    "hyper",
    "js-sys",
    "libsqlite3-sys",
    "mio",
    "rand",
    "rusqlite",
    "socket2",
    "time",
    "web-sys",
];

/// Asks cargo what the core depends on.
pub(super) fn findings() -> Outcome<Vec<Finding>> {
    let mut findings = Vec::new();
    for (package, allowed) in PURE {
        let tree = |depth: &[&str]| {
            let mut cargo = cargo();
            cargo.args([
                "tree",
                "--package",
                package,
                "--all-features",
                "--edges",
                "normal",
                "--prefix",
                "none",
            ]);
            output(cargo.args(["--format", "{p}"]).args(depth))
        };
        findings.extend(beyond(package, allowed, &tree(&["--depth", "1"])?));
        findings.extend(impure(package, &tree(&[])?));
    }
    Ok(findings)
}

fn beyond(package: &str, allowed: &[&str], direct: &str) -> Vec<Finding> {
    let extra = names(direct).filter(|name| *name != package && !allowed.contains(name));
    extra
        .map(|name| manifest(package, format!("`{name}` is not among the dependencies of the pure core")))
        .collect()
}

fn impure(package: &str, all: &str) -> Vec<Finding> {
    let impure = names(all).filter(|name| IMPURE.contains(name));
    impure
        .map(|name| manifest(package, format!("`{name}` comes in, which the pure core must not have")))
        .collect()
}

fn manifest(package: &str, what: String) -> Finding {
    Finding::in_file(&format!("{package}/Cargo.toml"), what)
}

/// The crates' names in what `cargo tree` printed.
fn names(tree: &str) -> impl Iterator<Item = &str> {
    tree.lines().filter_map(|line| line.split_whitespace().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_beyond_the_list_is_found() {
        let tree = "shared v0.1.0 (x)\nthiserror v2.0.0\ntokio v1.0.0\n";
        let found = beyond("shared", &["thiserror"], tree);
        assert_eq!(found.len(), 1);
        assert!(found[0].what.contains("`tokio`"));
    }

    #[test]
    fn what_comes_in_by_way_of_another_is_found() {
        assert_eq!(impure("shared", "shared v0.1.0\nuuid v1.0.0\ngetrandom v0.4.0 (*)\n").len(), 1);
        assert!(impure("shared", "shared v0.1.0\nbase64 v0.22.1\n").is_empty());
    }
}
