//! The programs that are measured, as processes of their own.

use std::{
    env,
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::usage::{Cpu, Memory, written_bytes};

/// A program that listens. It ends with this value.
pub(crate) struct Program {
    child: Child,
    pub url: String,
    _output: BufReader<ChildStdout>,
}

/// What every provider here is started with: wallets with money, none of which asks its shopper.
const WEALTHY: [&str; 6] = [
    "--welcome-minor",
    "100000000",
    "--approve-over-minor",
    "1000000000",
    "--approve-over-day-minor",
    "1000000000000",
];

impl Program {
    /// The payment provider on a folder.
    pub(crate) fn server(dir: &Path) -> Self {
        Self::server_with(dir, &[])
    }

    /// The same with more options.
    pub(crate) fn server_with(dir: &Path, options: &[&str]) -> Self {
        let mut command = Command::new(built("server"));
        command.args(["serve", "--data-dir"]).arg(dir).args(WEALTHY).args(options);
        command.stderr(File::create(dir.join("server.log")).unwrap());
        Self::start(command)
    }

    /// The till's agent, with these settings and its log in a folder.
    pub(crate) fn agent(dir: &Path, settings: &Path) -> Self {
        let mut command = Command::new(built("pos-agent"));
        command.args(["run", "--config"]).arg(settings).stderr(File::create(dir.join("agent.log")).unwrap());
        Self::start(command)
    }

    /// This program as another: see `main`.
    pub(crate) fn this(args: &[&str]) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(args);
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let agent = |address: &str| format!("http://{address}");
        let said = line.trim();
        let url = said.strip_prefix("listening ").map(str::to_owned);
        let url = url.or_else(|| said.strip_prefix("pos-agent: serving on ").map(agent));
        let url = url.expect("it says where it listens");
        Self { child, url, _output: output }
    }

    pub(crate) fn cpu(&self) -> Cpu {
        Cpu::of(self.child.id())
    }

    /// Bytes written to disk so far.
    pub(crate) fn written(&self) -> u64 {
        written_bytes(self.child.id())
    }

    pub(crate) fn memory(&self) -> Memory {
        Memory::of(self.child.id())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The key that a new provider leaves in its folder.
pub(crate) fn operator_key(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("operator.key")).unwrap().trim().to_owned()
}

/// A program of this repository as cargo builds it: in `ONESCAN_BIN_DIR`, or two folders above this one.
pub(crate) fn built(name: &str) -> PathBuf {
    let beside = || env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
    let path = env::var_os("ONESCAN_BIN_DIR").map_or_else(beside, PathBuf::from).join(name);
    assert!(path.exists(), "{} is missing: `cargo xtask bench` builds it", path.display());
    path
}
