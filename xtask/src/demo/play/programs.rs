//! The provider and the till as programs of their own: started, waited for, stopped, and never left behind.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use super::{certificate::Certificate, folder::Folder, seed::Seeded};
use crate::shell::{Outcome, could_not_start, target_dir, write};

/// Put into each new wallet, in minor units.
pub(super) const WELCOME_MINOR: i64 = 20_000;
/// How long the provider may take to start on a slow machine.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// How long the provider may take to finish what it is doing; after that it is stopped hard, which loses nothing either.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
/// Lines of the log that are shown when the provider doesn't start.
const LOG_LINES_SHOWN: usize = 8;

/// A program of this repository, beside this one, without settings from the environment that were meant for another.
pub(super) fn program(name: &str) -> Outcome<Command> {
    let path = target_dir()?.join("debug").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let mut command = Command::new(path);
    for (variable, _) in env::vars_os() {
        if variable.to_str().is_some_and(|name| name.starts_with("ONESCAN_")) {
            command.env_remove(variable);
        }
    }
    command.kill_on_drop(true);
    Ok(command)
}

/// The PostgreSQL that the demo's provider is to use, where the environment names one; else it has a file.
pub(super) const DATABASE_URL: &str = "ONESCAN_DATABASE_URL";

/// How the provider is to run.
pub(super) struct Settings<'a> {
    /// Where, without TLS.
    pub(super) listen: SocketAddr,
    /// Where with TLS, and the certificate.
    pub(super) tls: Option<(SocketAddr, &'a Certificate)>,
    /// The built wallet.
    pub(super) wallet: Option<&'a Path>,
}

/// A provider that runs; it is stopped with this value at the latest.
pub(super) struct Provider {
    child: Child,
    /// Where it listens without TLS.
    pub(super) url: String,
    /// The port with TLS, where it has one.
    pub(super) tls_port: Option<u16>,
}

impl Provider {
    /// Starts the provider of this folder, and waits until it listens.
    ///
    /// # Errors
    /// When it ends instead; the message repeats the end of its log.
    pub(super) async fn start(folder: &Folder, settings: &Settings<'_>) -> Outcome<Self> {
        let log = folder.provider_log();
        let log_file = File::create(&log).map_err(|e| format!("cannot write {}: {e}", log.display()))?;
        let mut command = program("server")?;
        command.args(["serve", "--demo", "--data-dir"]).arg(folder.provider());
        command.args(["--welcome-minor", &WELCOME_MINOR.to_string()]);
        command.args(["--listen", &settings.listen.to_string()]);
        if let Some((address, certificate)) = &settings.tls {
            command.args(["--tls-listen", &address.to_string(), "--tls-cert"]).arg(&certificate.cert);
            command.arg("--tls-key").arg(&certificate.key);
        }
        if let Some(wallet) = settings.wallet {
            command.arg("--wallet-dir").arg(wallet);
        }
        if let Some(url) = database_url() {
            command.env(DATABASE_URL, url);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log_file).env("NO_COLOR", "1");
        let mut child = command.spawn().map_err(|e| could_not_start(command.as_std(), &e))?;
        if let Some(id) = child.id() {
            write(&folder.provider_process(), format!("{id}\n"))?;
        }
        let output = child.stdout.take().ok_or("the provider's output can't be read")?;
        let mut lines = BufReader::new(output).lines();
        let listening = timeout(START_PATIENCE, listening(&mut lines, settings.tls.is_some())).await;
        let Ok(Some((url, tls_port))) = listening else {
            return Err(did_not_start(&log).into());
        };
        // Reads on, so that the provider never writes into a closed pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, url, tls_port })
    }

    /// Lets it finish what it is doing, and stops it.
    pub(super) async fn stop(mut self) {
        if let Some(id) = self.child.id() {
            ask_to_stop(id).await;
        }
        if timeout(STOP_PATIENCE, self.child.wait()).await.is_err() {
            // One that has ended by itself meanwhile is as good.
            let _ = self.child.kill().await;
        }
    }
}

/// The address of the database, where one is named.
pub(super) fn database_url() -> Option<OsString> {
    env::var_os(DATABASE_URL).filter(|url| !url.is_empty())
}

/// The URL and the TLS port that the provider says it listens on; `None` when it ends before.
async fn listening(
    lines: &mut Lines<BufReader<ChildStdout>>,
    with_tls: bool,
) -> Option<(String, Option<u16>)> {
    let (mut url, mut tls_port) = (None, None);
    while url.is_none() || (with_tls && tls_port.is_none()) {
        let line = lines.next_line().await.ok()??;
        let Some(address) = line.strip_prefix("listening ") else { continue };
        match address.strip_prefix("https://") {
            Some(host_and_port) => tls_port = Some(host_and_port.parse::<SocketAddr>().ok()?.port()),
            None => url = Some(address.to_owned()),
        }
    }
    Some((url?, tls_port))
}

fn did_not_start(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let end = lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n    ");
    format!(
        "the provider did not start:\n    {end}\n`cargo xtask demo --fresh` starts over \
         with an empty one."
    )
}

/// SIGTERM, for which the standard library has no call.
#[cfg(unix)]
async fn ask_to_stop(process: u32) {
    // Where it doesn't work, the hard stop follows.
    let _ = Command::new("kill").args(["-TERM", &process.to_string()]).status().await;
}

#[cfg(not(unix))]
async fn ask_to_stop(_process: u32) {}

/// What a till of the shop is told each time.
pub(super) fn till(command: &str, provider: &str, seeded: &Seeded, folder: &Folder) -> Outcome<Command> {
    let mut till = program("pos-agent")?;
    till.args([command, "--provider", provider, "--key-file"]).arg(&seeded.till_key);
    till.args(["--provider-public-key", &seeded.provider_key]);
    till.arg("--data-dir").arg(folder.till()).arg("--catalogue").arg(folder.catalogue());
    Ok(till)
}

/// Ctrl-C, or being told to stop, or a terminal that was closed.
pub(super) async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut hang_up)) =
            (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

/// A path as one would type it here: from the current folder on, where it lies below.
pub(super) fn shown(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_else(|_| PathBuf::new());
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}
