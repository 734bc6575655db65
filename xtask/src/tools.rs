//! Unrelated implementations from PyPI and npm that tests and benchmarks compare ours with, at the versions that `tests/interop`
//! pins, in `target/tools`. Set up again only when those files change.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::shell::{Outcome, read_text, remove_dir, root, run, target_dir, write};

/// Where the tools are.
pub(crate) struct Tools {
    python: PathBuf,
    node_modules: PathBuf,
    /// The linter of the schema.
    pub(crate) buf: PathBuf,
}

impl Tools {
    /// The environment variables by which the tests find them.
    pub(crate) fn variables(&self) -> [(&'static str, &Path); 3] {
        [
            ("ONESCAN_PYTHON", &self.python),
            ("ONESCAN_NODE_MODULES", &self.node_modules),
            ("ONESCAN_BUF", &self.buf),
        ]
    }
}

/// Installs what is not there yet.
///
/// # Errors
/// When a package can't be had.
pub(crate) fn set_up() -> Outcome<Tools> {
    let tools = target_dir()?.join("tools");
    let pinned = root().join("tests/interop");
    let (py, node) = (tools.join("py"), tools.join("node"));
    renew(&py, &[pinned.join("requirements.txt")], || python(&py, &pinned))?;
    renew(&node, &[pinned.join("package.json"), pinned.join("package-lock.json")], || npm(&node, &pinned))?;
    let node_modules = node.join("node_modules");
    Ok(Tools { python: py.join("bin/python"), buf: node_modules.join(".bin/buf"), node_modules })
}

/// Empties a folder and fills it anew where the files that pin its contents have changed since the last time.
fn renew(folder: &Path, pins: &[PathBuf], fill: impl FnOnce() -> Outcome) -> Outcome {
    let stamp = folder.join("pinned-by");
    let pins = pins.iter().map(|pin| read_text(pin)).collect::<Outcome<Vec<_>>>()?.concat();
    if read_text(&stamp).is_ok_and(|old| old == pins) {
        return Ok(());
    }
    remove_dir(folder)?;
    fill()?;
    write(&stamp, pins)
}

fn python(folder: &Path, pinned: &Path) -> Outcome {
    run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let mut pip = Command::new(folder.join("bin/pip"));
    run(pip
        .args(["install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(pinned.join("requirements.txt")))
}

fn npm(folder: &Path, pinned: &Path) -> Outcome {
    for file in ["package.json", "package-lock.json"] {
        write(&folder.join(file), read_text(&pinned.join(file))?)?;
    }
    // No package's own install script runs: none of ours needs one.
    run(Command::new("npm")
        .args(["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder))
}
