//! `cargo xtask package`: the till's agent as a Debian package, from the files in `packaging/pos-agent`.
//!
//! The same commit gives the same package: times in it are the commit's. What it depends on is what the program links to.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use lexopt::prelude::*;

use crate::{
    needs,
    shell::{Outcome, cargo, output, read, remove_dir, root, run, step, target_dir, write},
};

/// The package's name.
const NAME: &str = "onescan-pos-agent";
const MAINTAINER: &str = "OneScan contributors <onescan@example.com>";
/// Where the settings print the data's folder, and where the package keeps it.
const DATA_DIR: (&str, &str) = ("data_dir = \"till-data\"", "data_dir = \"/var/lib/onescan-till\"");
/// Files of `packaging/pos-agent` and where they go.
const FILES: &[(&str, &str)] = &[
    ("pos-agent.service", "lib/systemd/system/pos-agent.service"),
    ("copyright", "usr/share/doc/onescan-pos-agent/copyright"),
    ("pos-agent.1", "usr/share/man/man1/pos-agent.1"),
];
/// Texts that Debian wants compressed.
const COMPRESSED: &[&str] = &["usr/share/man/man1/pos-agent.1", "usr/share/doc/onescan-pos-agent/changelog"];
/// What dpkg runs.
const SCRIPTS: &[&str] = &["postinst", "prerm", "postrm"];

/// What is packaged.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The program; none is built for release.
    binary: Option<PathBuf>,
}

impl Options {
    /// Reads the rest of the command line.
    ///
    /// # Errors
    /// What it does not know.
    pub(crate) fn parse(mut args: lexopt::Parser) -> Outcome<Self> {
        let mut options = Self::default();
        while let Some(arg) = args.next()? {
            match arg {
                Long("binary") => options.binary = Some(args.value()?.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

/// Builds the program where none is given, and packages it.
///
/// # Errors
/// When something can't be built, or Debian's tools are missing.
pub(crate) fn package(options: &Options) -> Outcome {
    let binary = match &options.binary {
        Some(binary) => fs::canonicalize(binary).map_err(|e| format!("{}: {e}", binary.display()))?,
        None => {
            step("the agent for release", || {
                run(cargo().args(["build", "--release", "--package", "pos-agent", "--bin", "pos-agent"]))
            })?;
            target_dir()?.join("release/pos-agent")
        }
    };
    let package = step("the package", || make(&binary))?;
    println!("install it by: apt install {}", package.display());
    Ok(())
}

/// Packages a program: the package's file, in `target/package`.
///
/// # Errors
/// When Debian's tools are missing or refuse something.
pub(crate) fn make(binary: &Path) -> Outcome<PathBuf> {
    needs::ensure_packages(&["dpkg-dev", "binutils"])?;
    let folder = target_dir()?.join("package");
    let tree = folder.join("tree");
    remove_dir(&tree)?;
    let architecture = output(Command::new("dpkg").arg("--print-architecture"))?.trim().to_owned();
    let epoch = output(Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(root()))?;

    let program = tree.join("usr/bin/pos-agent");
    write(&program, read(binary)?)?;
    run(Command::new("strip").args(["--strip-unneeded", "--remove-section=.comment"]).arg(&program))?;
    write(&tree.join("etc/onescan/pos-agent.toml"), settings(binary)?)?;
    let source = root().join("packaging/pos-agent");
    for (name, to) in FILES {
        write(&tree.join(to), read(&source.join(name))?)?;
    }
    write(&tree.join("usr/share/doc/onescan-pos-agent/changelog"), changelog(epoch.trim())?)?;
    for text in COMPRESSED {
        run(Command::new("gzip").args(["-9", "--no-name"]).arg(tree.join(text)))?;
    }

    write(&tree.join("DEBIAN/conffiles"), "/etc/onescan/pos-agent.toml\n")?;
    for script in SCRIPTS {
        write(&tree.join("DEBIAN").join(script), read(&source.join(script))?)?;
    }
    let control = control(&architecture, &depends(&folder, &program)?, size_kib(&tree)?);
    write(&tree.join("DEBIAN/control"), control)?;
    permissions(&tree)?;

    let package = folder.join(format!("{NAME}_{}_{architecture}.deb", env!("CARGO_PKG_VERSION")));
    let mut build = Command::new("dpkg-deb");
    build.env("SOURCE_DATE_EPOCH", epoch.trim());
    // Ubuntu's default is another compression, which Debian's dpkg of 2022 can't read.
    // One that is only tried is not worth the seconds that a small file costs.
    let level = if binary.ends_with("release/pos-agent") { "-z9" } else { "-z1" };
    build.args(["--root-owner-group", "-Zxz", level, "--build"]).arg(&tree).arg(&package);
    run(&mut build)?;
    Ok(package)
}

/// The settings as the program prints them, with the package's own folder for its data.
fn settings(binary: &Path) -> Outcome<String> {
    let printed = output(Command::new(binary).args(["config", "--print"]))?;
    let (printed_as, packaged_as) = DATA_DIR;
    if printed.matches(printed_as).count() != 1 {
        return Err(format!("`pos-agent config --print` has no line `{printed_as}`; see {}", file!()).into());
    }
    Ok(printed.replace(printed_as, packaged_as))
}

/// What Debian wants to read of the version. What is new in it, `CHANGELOG.md` tells.
fn changelog(epoch: &str) -> Outcome<String> {
    let date = output(
        Command::new("date").args(["--utc", "--rfc-email", &format!("--date=@{epoch}")]).env("LC_ALL", "C"),
    )?;
    let version = env!("CARGO_PKG_VERSION");
    Ok(format!(
        "{NAME} ({version}) unstable; urgency=medium\n\n  * OneScan {version}.\n\n -- {MAINTAINER}  {}\n",
        date.trim()
    ))
}

/// The libraries that the program links to, as Debian names their packages, and what the scripts call.
fn depends(folder: &Path, program: &Path) -> Outcome<String> {
    // `dpkg-shlibdeps` only runs where there is a source package.
    write(
        &folder.join("debian/control"),
        format!("Source: onescan\n\nPackage: {NAME}\nArchitecture: any\n"),
    )?;
    let mut ask = Command::new("dpkg-shlibdeps");
    ask.arg("-O").arg(program).current_dir(folder);
    let answer = output(&mut ask)?;
    let libraries = answer.trim().strip_prefix("shlibs:Depends=");
    let libraries = libraries.ok_or_else(|| format!("`dpkg-shlibdeps` said: {answer}"))?;
    Ok(format!("{libraries}, adduser"))
}

fn control(architecture: &str, depends: &str, size_kib: u64) -> String {
    format!(
        "Package: {NAME}\n\
         Version: {}\n\
         Architecture: {architecture}\n\
         Maintainer: {MAINTAINER}\n\
         Installed-Size: {size_kib}\n\
         Depends: {depends}\n\
         Recommends: ca-certificates\n\
         Suggests: v4l-utils\n\
         Section: net\n\
         Priority: optional\n\
         Description: agent of a OneScan till\n \
         Stands between a shop's till software, its scanners and the payment provider:\n \
         one scan of the shopper's code pays and redeems the coupons.\n \
         .\n \
         It runs as a service that the till software calls by gRPC, and waits for the\n \
         till's key in /etc/onescan before it starts.\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn size_kib(tree: &Path) -> Outcome<u64> {
    let mut bytes = 0;
    for file in crate::shell::files_under(tree)? {
        bytes += fs::metadata(&file)?.len();
    }
    Ok(bytes.div_ceil(1024))
}

/// Whatever the umask was: programs and scripts run, everything else is read.
fn permissions(tree: &Path) -> Outcome {
    run(Command::new("chmod").args(["-R", "u=rwX,go=rX"]).arg(tree))?;
    let runs = SCRIPTS.iter().map(|script| tree.join("DEBIAN").join(script));
    run(Command::new("chmod").arg("755").arg(tree.join("usr/bin/pos-agent")).args(runs))
}
