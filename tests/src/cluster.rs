//! A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, reached by a socket there and by no network, started
//! once for each test process and gone with it, however the process ends.
//!
//! Needs nothing but the standard library, so that the server's own tests take it in by its path.

use std::{
    env,
    ffi::OsString,
    fs,
    io::Read,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

/// How long the cluster may take to answer first.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// Runs the server until its standard input ends, which it does with the test process; then takes all of it away. Signals of the
/// terminal are for the tests.
const KEEPER: &str = r#"
trap '' INT TERM HUP
"$@" >"$DIR/log" 2>&1 </dev/null &
server=$!
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf "$DIR"
"#;

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    dir: PathBuf,
    bin: PathBuf,
    _keeper: Child,
}

/// The cluster of this test process, started by whoever asks first.
///
/// # Panics
/// Where no PostgreSQL is installed, with what to install.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(false))
}

impl Cluster {
    /// A cluster of one's own; a durable one has its commits on the disk when they return, as it must be to be measured.
    ///
    /// # Panics
    /// As [`cluster`].
    pub fn start(durable: bool) -> Self {
        let bin = programs();
        let made =
            Command::new("mktemp").args(["-d", "/tmp/onescan-pg.XXXXXXXX"]).output().expect("mktemp runs");
        let dir = PathBuf::from(String::from_utf8(made.stdout).expect("a path").trim());
        let owner = unprivileged();
        if let Some(owner) = &owner {
            fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).expect("the cluster's folder");
            run(Command::new("chown").arg(owner).arg(&dir));
        }
        let data = dir.join("data");
        let mut initdb = as_user(owner.as_deref(), &bin.join("initdb"));
        run(initdb.arg("-D").arg(&data).args(["-U", "onescan", "-A", "trust", "-E", "UTF8", "--no-sync"]));
        let mut server = as_user(owner.as_deref(), &bin.join("postgres"));
        let fsync = if durable { "fsync=on" } else { "fsync=off" };
        server.arg("-D").arg(&data).args([
            "-c",
            "listen_addresses=",
            "-c",
            fsync,
            "-c",
            "max_connections=1000",
        ]);
        server.arg("-c").arg(format!("unix_socket_directories={}", dir.display()));
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(server.get_program()).args(server.get_args());
        keeper.env("DIR", &dir).stdin(Stdio::piped()).stdout(Stdio::null());
        let keeper = keeper.spawn().expect("sh runs");
        let cluster = Self { dir, bin, _keeper: keeper };
        let started = Instant::now();
        while !cluster.sql("postgres", "SELECT 1").0 {
            assert!(started.elapsed() < START_PATIENCE, "PostgreSQL did not start: {}", cluster.log());
            thread::sleep(Duration::from_millis(50));
        }
        cluster
    }

    /// The address of a database, made where there is none of this name.
    pub fn database(&self, name: &str) -> String {
        let (made, output) = self.sql("postgres", &format!("CREATE DATABASE {name}"));
        assert!(made || output.contains("already exists"), "{output}");
        format!("postgres://onescan@/{name}?host={}", self.dir.display())
    }

    /// Runs one statement through `psql`: whether it succeeded, and what it printed, bare.
    pub fn sql(&self, database: &str, statement: &str) -> (bool, String) {
        let mut psql = self.program("psql");
        psql.args(["-X", "-A", "-t", "-d", database, "-c", statement]);
        let output = psql.output().expect("psql runs");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).trim().to_owned())
    }

    /// A program of PostgreSQL that connects to the cluster as its owner.
    pub fn program(&self, name: &str) -> Command {
        let mut program = Command::new(self.bin.join(name));
        program.args(["-U", "onescan", "-h"]).arg(&self.dir);
        program
    }

    fn log(&self) -> String {
        let mut text = String::new();
        // Without a log there is nothing to say.
        let _ = fs::File::open(self.dir.join("log")).and_then(|mut log| log.read_to_string(&mut text));
        text
    }
}

/// The folder of PostgreSQL's programs: where Debian has them, newest version first, or on the search path.
fn programs() -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    versions.sort();
    versions.reverse();
    let path: OsString = env::var_os("PATH").unwrap_or_default();
    let all = versions.into_iter().chain(env::split_paths(&path));
    all.into_iter()
        .find(|dir| ["postgres", "initdb", "psql"].iter().all(|program| dir.join(program).is_file()))
        .expect(
            "these tests start a PostgreSQL of their own: install one (Debian: apt-get install postgresql)",
        )
}

/// PostgreSQL refuses to run as root: then somebody without rights runs it.
fn unprivileged() -> Option<String> {
    let id = |args: &[&str]| {
        let output = Command::new("id").args(args).output().expect("id runs");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let is_root = id(&["-u"]).1 == "0";
    let user = if id(&["-u", "postgres"]).0 { "postgres" } else { "nobody" };
    is_root.then(|| user.to_owned())
}

fn as_user(user: Option<&str>, program: &Path) -> Command {
    let Some(user) = user else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}")).args(["--clear-groups", "--"]).arg(program);
    command
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
