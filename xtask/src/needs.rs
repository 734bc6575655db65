//! Programs that a command needs from outside: found, or on Debian as root installed, or named with what to do.

use std::{path::Path, process::Command};

use crate::shell::{self, Outcome, on_path, output, run, step, succeeds};

/// One thing that must be on the machine.
pub(crate) struct Need {
    /// What it is, in words.
    pub(crate) what: &'static str,
    /// Whether it is there.
    pub(crate) is_there: fn() -> bool,
    /// Debian's packages for it.
    pub(crate) packages: &'static [&'static str],
}

/// The browser of the browser tests: the first of the names it goes by.
pub(crate) const BROWSERS: &[&str] =
    &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// What it takes to see the wallet in a browser.
pub(crate) const FOR_THE_BROWSER: &[Need] = &[
    Need { what: "Chromium", is_there: || on_path(BROWSERS).is_some(), packages: &["chromium"] },
    Need {
        what: "ChromeDriver",
        is_there: || on_path(&["chromedriver"]).is_some(),
        packages: &["chromium-driver"],
    },
    // The wallet looks as on a phone, with the same widths on every machine, and Chinese is more than empty boxes.
    Need {
        what: "Roboto",
        is_there: || has_font("Roboto"),
        packages: &["fontconfig", "fonts-roboto-unhinted"],
    },
    Need {
        what: "Noto Sans for Chinese",
        is_there: || has_font("Noto Sans CJK SC"),
        packages: &["fonts-noto-cjk"],
    },
];

/// What `cargo xtask test` needs beside Rust and the browser.
pub(crate) const FOR_TESTS: &[Need] = &[
    Need { what: "a PostgreSQL server", is_there: has_postgres, packages: &["postgresql"] },
    Need {
        what: "Node.js with npm",
        is_there: || succeeds(Command::new("npm").arg("--version")),
        packages: &["nodejs", "npm"],
    },
    Need {
        what: "OpenSSL's command",
        is_there: || succeeds(Command::new("openssl").arg("version")),
        packages: &["openssl"],
    },
    Need {
        what: "Python 3 with venv",
        is_there: || succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])),
        packages: &["python3", "python3-venv"],
    },
];

/// What reads pictures of codes beside our own reader, in the benchmarks.
pub(crate) const FOR_THE_READERS: &[Need] = &[Need {
    what: "zbar's library",
    is_there: || {
        let found = "import ctypes.util, sys; sys.exit(ctypes.util.find_library('zbar') is None)";
        succeeds(Command::new("python3").args(["-c", found]))
    },
    packages: &["libzbar0"],
}];

fn has_font(family: &str) -> bool {
    output(Command::new("fc-list").args([family, "family"])).is_ok_and(|found| !found.trim().is_empty())
}

fn has_postgres() -> bool {
    // Debian keeps the server's programs off the search path, one folder for each version.
    let debian = Path::new("/usr/lib/postgresql");
    on_path(&["postgres"]).is_some()
        || debian.read_dir().is_ok_and(|mut versions| {
            versions.any(|version| version.is_ok_and(|v| v.path().join("bin/postgres").is_file()))
        })
}

/// Sees to it that all of these are there.
///
/// # Errors
/// When something is missing and this is not Debian with root's rights, or its packages don't bring it.
pub(crate) fn ensure(needs: &[Need]) -> Outcome {
    let missing: Vec<&Need> = needs.iter().filter(|need| !(need.is_there)()).collect();
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    install(&packages)?;
    match missing.iter().find(|need| !(need.is_there)()) {
        Some(need) => Err(format!("{} is still missing after installing it; see above.", need.what).into()),
        None => Ok(()),
    }
}

/// Sees to it that these Debian packages are installed.
///
/// # Errors
/// When one is missing and this is not Debian with root's rights; when apt can't install it.
pub(crate) fn ensure_packages(packages: &[&str]) -> Outcome {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    install(&missing)
}

fn is_installed(package: &str) -> bool {
    let status = Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]).output();
    status.is_ok_and(|output| output.stdout == b"installed")
}

fn install(packages: &[&str]) -> Outcome {
    if packages.is_empty() {
        return Ok(());
    }
    let names = packages.join(" ");
    if !is_debian() {
        return Err(format!(
            "missing on this machine, under Debian's names: {names}\nInstall them and run this again."
        )
        .into());
    }
    if !is_root()? {
        return Err(format!(
            "missing: {names}\nRun `sudo apt-get install {names}`, then this command again."
        )
        .into());
    }
    step(&format!("installing {names}"), || {
        let apt = || {
            let mut apt = Command::new("apt-get");
            apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
            apt
        };
        run(apt().arg("update"))?;
        // Never at the price of something that the owner of the machine has installed.
        run(apt().args(["install", "-y", "--no-install-recommends", "--no-remove"]).args(packages))
    })
}

/// Whether this is Debian or made from it.
pub(crate) fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists()
}

/// Whether this runs with root's rights.
///
/// # Errors
/// When nobody says.
pub(crate) fn is_root() -> Outcome<bool> {
    Ok(output(Command::new("id").arg("-u"))?.trim() == "0")
}

/// Sees to it that a part of the Rust toolchain is there, such as `clippy`.
///
/// # Errors
/// When it is not and rustup can't add it.
pub(crate) fn ensure_component(name: &str, cargo_command: &str) -> Outcome {
    if succeeds(shell::cargo().args([cargo_command, "--version"])) {
        return Ok(());
    }
    run(Command::new("rustup").args(["component", "add", name])).map_err(|e| {
        format!("{e}\n`cargo {cargo_command}` is missing: install {name} for this toolchain.").into()
    })
}
