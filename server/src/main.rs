//! The payment provider: gRPC, gRPC-web and the wallet's files on one port.

use std::{
    error::Error,
    io::IsTerminal,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use server::{
    OPERATOR_KEY_FILE,
    clock::Surroundings,
    config::{Config, Rules, TlsConfig},
    rotate_operator_key, serve,
    store::{Database, Store, copy},
};
use shared::{money::Currency, payment::approval::Limits};
use tracing_subscriber::EnvFilter;

/// A payment is many small pieces, most of which one thread takes and another gives back: what the system's own allocator is slow at.
/// No huge pages are asked for: they made nothing faster and doubled the memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// OneScan's payment provider.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the provider until it is told to stop (Ctrl-C or SIGTERM).
    Serve(Box<Serve>),
    /// Prints the operator's key.
    OperatorKey {
        /// Folder of the database.
        #[arg(long, env = "ONESCAN_DATA_DIR")]
        data_dir: PathBuf,
        #[command(flatten)]
        database: At,
        /// Replaces the key first; a server on the file must not run.
        #[arg(long)]
        rotate: bool,
        /// Currency of the database.
        #[arg(long, env = "ONESCAN_CURRENCY", default_value_t = Currency::CNY)]
        currency: Currency,
    },
    /// Copies a provider from its file to an empty PostgreSQL, and compares and audits what it copied.
    Copy(Copy),
    /// Brings the database up to date, or makes it, and says what it did.
    Migrate {
        /// Folder of the database.
        #[arg(long, env = "ONESCAN_DATA_DIR")]
        data_dir: PathBuf,
        #[command(flatten)]
        database: At,
    },
}

/// A copy from a file to a PostgreSQL.
#[derive(Args)]
struct Copy {
    /// Folder of the provider whose file is copied; no server may run on it.
    #[arg(long, value_name = "DATA_DIR")]
    from: PathBuf,
    /// The new database, which is empty: `postgres://user:password@host:port/database`.
    #[arg(long, value_name = "DATABASE_URL")]
    to: String,
}

/// Which database.
#[derive(Args)]
struct At {
    /// A PostgreSQL, as `postgres://user:password@host:port/database`; many servers may share it. Without, the provider's data
    /// is a file in its folder.
    #[arg(long, env = "ONESCAN_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Every transaction on it SERIALIZABLE, rather than the database's default.
    #[arg(long, env = "ONESCAN_SERIALIZABLE", requires = "database_url")]
    serializable: bool,
}

impl At {
    fn database(&self, data_dir: &Path) -> Database {
        match &self.database_url {
            Some(url) => Database::Postgres { url: url.clone(), serializable: self.serializable },
            None => Database::in_folder(data_dir),
        }
    }
}

#[derive(Args)]
struct Serve {
    #[command(flatten)]
    database: At,
    /// Folder of the server's own files, and of the database where that is a file; made where there is none.
    #[arg(long, env = "ONESCAN_DATA_DIR")]
    data_dir: PathBuf,
    /// Where to listen without TLS; port 0 lets the system choose.
    #[arg(long, env = "ONESCAN_LISTEN", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where to listen with TLS.
    #[arg(long, env = "ONESCAN_TLS_LISTEN", requires_all = ["tls_cert", "tls_key"])]
    tls_listen: Option<SocketAddr>,
    /// Certificate chain, PEM.
    #[arg(long, env = "ONESCAN_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// Its private key, PEM.
    #[arg(long, env = "ONESCAN_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// Folder of the built wallet, served at /.
    #[arg(long, env = "ONESCAN_WALLET_DIR")]
    wallet_dir: Option<PathBuf>,
    /// The one currency of every account.
    #[arg(long, env = "ONESCAN_CURRENCY", default_value_t = Currency::CNY)]
    currency: Currency,
    /// The provider's name, shown to shoppers.
    #[arg(long, env = "ONESCAN_PROVIDER_NAME", default_value = "OneScan")]
    provider_name: String,
    /// A demonstration: no real money, and wallets may copy a code as text.
    #[arg(long, env = "ONESCAN_DEMO")]
    demo: bool,
    /// Minor units put into each new wallet.
    #[arg(long, env = "ONESCAN_WELCOME_MINOR", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=100_000_000))]
    welcome_minor: i64,
    /// Minor units above which one payment waits for the shopper's approval.
    #[arg(long, env = "ONESCAN_APPROVE_OVER_MINOR", default_value_t = Rules::default().approval_limits.per_payment_minor, value_parser = clap::value_parser!(i64).range(0..))]
    approve_over_minor: i64,
    /// Minor units above which the payments of one day do.
    #[arg(long, env = "ONESCAN_APPROVE_OVER_DAY_MINOR", default_value_t = Rules::default().approval_limits.per_day_minor, value_parser = clap::value_parser!(i64).range(0..))]
    approve_over_day_minor: i64,
    /// Seconds for which a payment waits for it.
    #[arg(long, env = "ONESCAN_APPROVAL_SECONDS", default_value_t = 180, value_parser = clap::value_parser!(i64).range(10..=3_600))]
    approval_seconds: i64,
    /// Minutes by which the provider's days are ahead of UTC; 480 is China.
    #[arg(long, env = "ONESCAN_UTC_OFFSET_MINUTES", default_value_t = 0, allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(-840..=840))]
    utc_offset_minutes: i64,
}

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Serve(options) => serve_until_stopped(*options).await,
        Command::OperatorKey { data_dir, database, rotate, currency } => {
            if rotate {
                let outside = Surroundings::system();
                let store = Store::open_at(database.database(&data_dir), &data_dir, currency, &outside)?;
                println!("{}", rotate_operator_key(store, &outside)?);
            } else {
                print!("{}", std::fs::read_to_string(data_dir.join(OPERATOR_KEY_FILE))?);
            }
            Ok(())
        }
        Command::Copy(Copy { from, to }) => {
            let to = Database::Postgres { url: to, serializable: false };
            for (table, rows) in copy(&from, &to)? {
                println!("{rows:>12} {table}");
            }
            println!("copied; the ledger is clean");
            Ok(())
        }
        Command::Migrate { data_dir, database } => {
            std::fs::create_dir_all(&data_dir)?;
            let ran = database.database(&data_dir).migrate()?;
            ran.iter().for_each(|name| println!("ran {name}"));
            println!("the database is up to date");
            Ok(())
        }
    }
}

async fn serve_until_stopped(options: Serve) -> Result<(), Box<dyn Error>> {
    let outside = Surroundings::system();
    let database = options.database.database(&options.data_dir);
    let store = Store::open_at(database, &options.data_dir, options.currency, &outside)?;
    let tls = match (options.tls_listen, options.tls_cert, options.tls_key) {
        (Some(listen), Some(cert), Some(key)) => Some(TlsConfig { listen, cert, key }),
        _ => None,
    };
    let rules = Rules {
        provider_name: options.provider_name,
        currency: options.currency,
        demo: options.demo,
        welcome_minor: options.welcome_minor,
        approval_limits: Limits {
            per_payment_minor: options.approve_over_minor,
            per_day_minor: options.approve_over_day_minor,
        },
        approval_ttl_ms: options.approval_seconds * 1_000,
        utc_offset_minutes: options.utc_offset_minutes,
        ..Rules::default()
    };
    let config =
        Config { listen: options.listen, tls, wallet_dir: options.wallet_dir, rules, ..Config::default() };
    let mut running = serve(config, store, outside).await?;
    println!("listening {}", running.url());
    if let Some(address) = running.tls_address() {
        println!("listening https://{address}");
    }
    tokio::select! {
        () = told_to_stop() => {
            tracing::info!("stopping");
            running.shutdown().await;
            Ok(())
        }
        error = running.failed() => Err(error.into()),
    }
}

/// Ctrl-C, or SIGTERM where there is one.
async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
