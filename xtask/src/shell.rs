//! Running other programs, reading and writing files, and telling how a long step goes: what every command shares.

use std::{
    env,
    error::Error,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// What a command gives back; the error's text says what failed and what to do next.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The repository's top folder.
pub(crate) fn root() -> PathBuf {
    let xtask = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&xtask).parent().expect("xtask sits in the repository's top folder").to_owned()
}

/// Cargo's target folder: the one this very program was built into, however it was chosen.
pub(crate) fn target_dir() -> Outcome<PathBuf> {
    let program = env::current_exe()?;
    let dir = program.parent().and_then(Path::parent);
    Ok(dir.ok_or_else(|| format!("{} is not in a target folder", program.display()))?.to_owned())
}

/// The cargo that runs this program, in the repository, without what it told this program about itself: build scripts
/// that watch those variables would otherwise run again each time.
pub(crate) fn cargo() -> Command {
    cargo_at(env::var_os("CARGO").as_deref().unwrap_or_else(|| OsStr::new("cargo")))
}

/// Another cargo, called as [`cargo`] calls its own.
pub(crate) fn cargo_at(program: impl AsRef<OsStr>) -> Command {
    let mut cargo = Command::new(program);
    cargo.current_dir(root());
    for (name, _) in env::vars_os() {
        let about_us = |text: &str| {
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
                .iter()
                .any(|p| text.starts_with(p))
        };
        if name.to_str().is_some_and(about_us) {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// Runs a program to its end, its output shown as it comes.
///
/// # Errors
/// When it can't be started or ends with anything but success; the message repeats the command.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|e| could_not_start(command, &e))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", said(command)).into()) }
}

/// Runs a program to its end and gives what it printed.
///
/// # Errors
/// As [`run`]; the message carries what the program said on its error stream.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|e| could_not_start(command, &e))?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{}` failed ({}):\n{}", said(command), output.status, complaint.trim()).into())
}

/// Whether a program starts and ends with success; what it prints is dropped.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// The command as one would type it.
pub(crate) fn said(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

pub(crate) fn could_not_start(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` could not be started: {error}", said(command))
}

/// The first of these programs that is on the search path, with its full path.
pub(crate) fn on_path(programs: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    programs.iter().find_map(|program| {
        let name = format!("{program}{}", env::consts::EXE_SUFFIX);
        folders.iter().map(|folder| folder.join(&name)).find(|file| file.is_file())
    })
}

/// Reads a file; the error names it.
pub(crate) fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()).into())
}

/// Reads a text; the error names the file.
pub(crate) fn read_text(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()).into())
}

/// Writes a file and the folders above it; the error names it.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Outcome {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|e| format!("cannot write {}: {e}", path.display()).into())
}

/// Removes a folder with all that is in it; one that is not there is fine.
pub(crate) fn remove_dir(path: &Path) -> Outcome {
    match fs::remove_dir_all(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {e}", path.display()).into())
        }
        _ => Ok(()),
    }
}

/// All files under a folder, sorted, so that whatever is made of them comes out the same each time.
pub(crate) fn files_under(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|e| format!("cannot list {}: {e}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

/// Says what a long step does when it starts, and how long it took when it is done.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    println!("==> {what}");
    let started = Instant::now();
    let done = work()?;
    println!("    done in {}", seconds(started.elapsed()));
    Ok(done)
}

/// A duration for people: `3.4 s`, `2 min 05 s`.
pub(crate) fn seconds(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..60 => format!("{:.1} s", elapsed.as_secs_f64()),
        whole => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}
