//! The real programs as processes of their own, so that they can be killed.

use std::{
    env, fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A provider in a process of its own.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    address: SocketAddr,
}

impl ServerProcess {
    /// Starts `server serve` on a folder, on a free port of the loopback, and waits until it listens.
    pub async fn start(data_dir: &Path) -> Self {
        Self::run(data_dir, &[]).await
    }

    /// The same on a PostgreSQL, which other servers may share; with its default isolation or SERIALIZABLE.
    pub async fn start_on(data_dir: &Path, database_url: &str, serializable: bool) -> Self {
        let options = ["--database-url", database_url, "--serializable"];
        Self::run(data_dir, if serializable { &options } else { &options[..2] }).await
    }

    async fn run(data_dir: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(program("server"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .args(options)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the server starts");
        let address = said(&mut child, "listening http://").await.expect("the server says where it listens");
        Self { child, address }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `kill -9`: it gets no chance to do anything more.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("the server was running until it was killed");
    }
}

/// The key that a new provider leaves in its folder.
pub fn operator_key(data_dir: &Path) -> String {
    fs::read_to_string(data_dir.join("operator.key"))
        .expect("a new provider writes operator.key")
        .trim()
        .to_owned()
}

/// A shop's agent, `pos-agent run`, in a process of its own.
#[derive(Debug)]
pub struct AgentProcess {
    _child: Child,
    address: SocketAddr,
}

impl AgentProcess {
    /// Starts it in a folder, with one lane at the provider `url`, for pages of these origins.
    pub async fn start(folder: &Path, url: &str, terminal_key: &str, origins: &[&str]) -> Self {
        let key = folder.join("terminal.key");
        fs::write(&key, terminal_key).expect("the key can be written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("the key can be hidden");
        }
        let config = folder.join("till.toml");
        let settings = format!(
            "[provider]\naddress = \"{url}\"\nkey_file = \"terminal.key\"\n\
             [service]\nlisten = \"127.0.0.1:0\"\nallowed_origins = {origins:?}\n[log]\nlevel = \"warn\"\n"
        );
        fs::write(&config, settings).expect("the settings can be written");
        let mut child = Command::new(program("pos-agent"))
            .args(["run", "--config"])
            .arg(config)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("pos-agent starts");
        let address = said(&mut child, "pos-agent: serving on ").await.expect("it says where it serves");
        Self { _child: child, address }
    }

    /// Where `TillService` is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// One run of `pos-agent checkout`, the code on its standard input.
#[derive(Debug)]
pub struct Checkout {
    child: Child,
}

impl Checkout {
    /// Starts it: one line of `basket`, paid at `url` with the terminal key, journal in `data_dir`.
    pub fn start(url: &str, key: &str, data_dir: &Path, basket: &Path, code: &Path) -> Self {
        let child = Command::new(program("pos-agent"))
            .arg("checkout")
            .arg("--provider")
            .arg(url)
            .arg("--data-dir")
            .arg(data_dir)
            .arg("--basket")
            .arg(basket)
            .args(["--scan", "-", "--json"])
            .env("ONESCAN_TERMINAL_KEY", key)
            .stdin(fs::File::open(code).expect("the code's file"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("pos-agent starts");
        Self { child }
    }

    /// `kill -9`, unless it has ended before: then its exit.
    pub async fn kill(mut self) -> ExitStatus {
        self.child.start_kill().ok();
        self.ended().await
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        self.child.wait().await.expect("pos-agent ends")
    }
}

/// A program of this repository, as cargo builds it: in `ONESCAN_BIN_DIR`, or beside the tests.
pub fn program(name: &str) -> PathBuf {
    let dir = env::var_os("ONESCAN_BIN_DIR").map_or_else(beside_the_tests, PathBuf::from);
    let path = dir.join(name);
    assert!(
        path.exists(),
        "{} is missing; `cargo xtask test` sets this up (or `cargo build -p server -p pos-agent`)",
        path.display()
    );
    path
}

/// Test programs lie in `target/debug/deps`, programs in `target/debug`.
fn beside_the_tests() -> PathBuf {
    let test = env::current_exe().expect("a test knows where it is");
    test.ancestors().nth(2).expect("a test lies in a folder of a folder").to_owned()
}

/// The address on the line of a program's output that begins like this.
async fn said(program: &mut Child, before: &str) -> io::Result<SocketAddr> {
    let output = program.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some(address) = line.strip_prefix(before).and_then(|text| text.parse().ok()) {
            // Keeps reading, so that the program never writes into a closed pipe.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(address);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}
