//! A Debian with nothing in it but what every Debian has, to install the package in: made once, in `target/tools`.

use std::{path::PathBuf, process::Command};

use crate::{
    needs::{self, Need},
    shell::{Outcome, on_path, read_text, remove_dir, run, target_dir},
};

/// What it takes to make one and to look at what was installed.
const NEEDS: &[Need] = &[
    Need {
        what: "debootstrap",
        is_there: || on_path(&["debootstrap"]).is_some(),
        packages: &["debootstrap", "debian-archive-keyring"],
    },
    Need {
        what: "systemd-analyze",
        is_there: || on_path(&["systemd-analyze"]).is_some(),
        packages: &["systemd"],
    },
];

/// Its folder; `None` where there can be none, which is said: elsewhere than on Debian, or without root's rights.
///
/// # Errors
/// When Debian's archive can't be reached.
pub(super) fn debian() -> Outcome<Option<PathBuf>> {
    let Some(release) = release() else {
        println!("    this is not Debian: the package is not tried");
        return Ok(None);
    };
    if !needs::is_root()? {
        println!("    this takes root's rights: the package is not tried");
        return Ok(None);
    }
    needs::ensure(NEEDS)?;
    let folder = target_dir()?.join("tools").join(format!("debian-{release}"));
    if !folder.exists() {
        let part = folder.with_extension("part");
        remove_dir(&part)?;
        run(Command::new("debootstrap")
            .args(["--variant=minbase", &release])
            .arg(&part)
            .stdout(std::io::stderr()))?;
        std::fs::rename(&part, &folder)?;
    }
    Ok(Some(folder))
}

/// The code name of this machine's Debian, which has the libraries that its programs are linked with.
fn release() -> Option<String> {
    let about = read_text("/etc/os-release".as_ref()).ok()?;
    let field = |name: &str| about.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    (field("ID")? == "debian").then(|| field("VERSION_CODENAME").map(str::to_owned))?
}
