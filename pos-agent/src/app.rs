//! What the program does, from the command line to the exit code.

use std::{
    env, fs,
    io::{self, IsTerminal, Write},
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use jiff::tz::TimeZone;
use thiserror::Error;
use tokio::time::timeout;
use tracing_subscriber::EnvFilter;

use crate::{
    ambient::SystemAmbient,
    args::{CheckoutArgs, Cli, Command, ConfigArgs, InspectArgs, RunArgs, TillArgs, TillSetup},
    basket_file::{self, BasketFile},
    catalogue::Catalogue,
    checkout::{Checkout, checkout},
    config::{self, LogFormat, Settings},
    daemon,
    inspect::inspect,
    machine::{Machine, Outcome},
    offers::OffersSettings,
    provider::ProviderSettings,
    receipt::{RECEIPT_COLUMNS, pair_within, receipt},
    scan::Scan,
    scanner::source,
    stop::StopSignals,
    till::{Recovery, Till, TillSettings},
    ui::{self, TillUi},
    words,
};

/// How long `checkout` waits for the payments that an earlier run left unfinished, before it goes on with the sale.
const RECOVER_PATIENCE: Duration = Duration::from_secs(20);
const KEY_VARIABLE: &str = "ONESCAN_TERMINAL_KEY";
const LOG_VARIABLE: &str = "ONESCAN_LOG";

/// The exit codes; `--help` of `checkout` and `run` documents them.
mod exit {
    pub(super) const BAD_INPUT: u8 = 2;
    pub(super) const REFUSED: u8 = 3;
    pub(super) const COUPONS_REFUSED: u8 = 4;
    pub(super) const REVERSED: u8 = 5;
    pub(super) const UNKNOWN: u8 = 6;
    pub(super) const STANDING: u8 = 7;
    pub(super) const CANNOT_WORK: u8 = 8;
    pub(super) const STOPPED_AT_ONCE: u8 = 9;
}

/// What ends the program before it is done, with its exit code.
#[derive(Debug, Error)]
#[error("{message}")]
struct Failed {
    code: u8,
    /// The reason of the public API, where there is one.
    reason: Option<&'static str>,
    message: String,
}

impl Failed {
    fn new(code: u8, message: impl ToString) -> Self {
        Self { code, reason: None, message: message.to_string() }
    }

    fn at(code: u8, path: &Path, error: impl std::fmt::Display) -> Self {
        Self::new(code, format!("{}: {error}", path.display()))
    }
}

/// Runs a command.
pub async fn run(cli: Cli) -> ExitCode {
    let json = matches!(&cli.command, Command::Checkout(args) if args.json);
    let done = match cli.command {
        Command::Till(args) => run_till(args).await.map(|()| 0),
        Command::Run(args) => run_daemon(&args).await,
        Command::Config(args) => run_config(&args).map(|()| 0),
        Command::Checkout(args) => run_checkout(args).await,
        Command::Inspect(args) => run_inspect(&args),
    };
    let code = done.unwrap_or_else(|failed| {
        if json {
            let all = serde_json::json!({
                "outcome": "failed", "reason": failed.reason, "message": failed.message,
            });
            println!("{all:#}");
        }
        eprintln!("pos-agent: {failed}");
        failed.code
    });
    ExitCode::from(code)
}

async fn run_till(args: TillArgs) -> Result<(), Failed> {
    let TillArgs { setup, watch } = args;
    if io::stdout().is_terminal() {
        log_to_file(&setup.data_dir)?;
    } else {
        log_to_stderr();
    }
    let (till, recoveries) = open(&setup)?;
    let terminal_id = terminal_id(&read_key(&setup)?);
    let ui = TillUi { lang: setup.lang, catalogue: catalogue(&setup)?, watch, terminal_id };
    ui::run(till, recoveries, ui).await.map_err(|error| Failed::new(exit::CANNOT_WORK, error))
}

async fn run_daemon(args: &RunArgs) -> Result<u8, Failed> {
    let cannot_work = |error: &dyn std::fmt::Display| Failed::new(exit::CANNOT_WORK, error);
    let settings = config::load(&args.config).map_err(|error| Failed::new(exit::BAD_INPUT, error))?;
    log_as_set(&settings);
    let mut signals = StopSignals::of_service().map_err(|error| cannot_work(&error))?;
    let daemon = daemon::start(settings).await.map_err(|error| cannot_work(&error))?;
    println!("pos-agent: serving on {}", daemon.address());
    signals.next().await;
    // Who asks twice is in a hurry; the journal has what is left.
    tokio::select! {
        _ = daemon.stop() => Ok(0),
        () = signals.next() => Ok(exit::STOPPED_AT_ONCE),
    }
}

fn run_config(args: &ConfigArgs) -> Result<(), Failed> {
    match &args.check {
        Some(path) => {
            config::load(path).map_err(|error| Failed::new(exit::BAD_INPUT, error))?;
            println!("{}: good", path.display());
        }
        None => print!("{}", config::print()),
    }
    Ok(())
}

async fn run_checkout(args: CheckoutArgs) -> Result<u8, Failed> {
    log_to_stderr();
    let catalogue = catalogue(&args.setup)?;
    let json = fs::read(&args.basket).map_err(|e| Failed::at(exit::BAD_INPUT, &args.basket, e))?;
    let order = basket_file::parse(&json, &catalogue, args.setup.currency)
        .map_err(|e| Failed::at(exit::BAD_INPUT, &args.basket, e))?;
    let text = source::read(&args.scan).map_err(|e| Failed::at(exit::BAD_INPUT, &args.scan, e))?;
    let scan = Scan::read(&text).map_err(|problem| Failed {
        reason: Some(problem.reason().as_str()),
        ..Failed::new(exit::BAD_INPUT, problem)
    })?;

    let (till, recoveries) = open(&args.setup)?;
    recover(recoveries).await;
    if let Err(error) = till.refresh_offers().await {
        tracing::warn!(?error, "the offers are those of the last time");
    }
    let done = checkout(&till, &order, &scan, args.drop_refused_coupons, args.reverse_for).await;
    report(&args, &order, &scan, &done).map_err(|error| Failed::new(exit::CANNOT_WORK, error))?;
    Ok(exit_code(&done.end))
}

fn run_inspect(args: &InspectArgs) -> Result<u8, Failed> {
    let text = source::read(&args.scan).map_err(|e| Failed::at(exit::BAD_INPUT, &args.scan, e))?;
    let (found, code) = match inspect(&text) {
        Ok(found) => (found, 0),
        Err(found) => (found, exit::BAD_INPUT),
    };
    println!("{found:#}");
    Ok(code)
}

fn open(setup: &TillSetup) -> Result<(Till, Vec<Recovery>), Failed> {
    let ca_pem = match &setup.ca {
        Some(path) => Some(fs::read(path).map_err(|e| Failed::at(exit::CANNOT_WORK, path, e))?),
        None => None,
    };
    let settings = TillSettings {
        provider: ProviderSettings { address: setup.provider.clone(), ca_pem, key: read_key(setup)? },
        data_dir: setup.data_dir.clone(),
        currency: setup.currency,
        offers: OffersSettings { provider_key: setup.provider_public_key, ..OffersSettings::default() },
    };
    Till::open(&settings, Arc::new(SystemAmbient)).map_err(|error| Failed::new(exit::CANNOT_WORK, error))
}

/// The key comes from a file or the environment, never from the command line, where every user of the computer sees it.
fn read_key(setup: &TillSetup) -> Result<String, Failed> {
    match &setup.key_file {
        Some(path) => fs::read_to_string(path)
            .map(|key| key.trim().to_owned())
            .map_err(|e| Failed::at(exit::CANNOT_WORK, path, e)),
        None => env::var(KEY_VARIABLE).map_err(|_| {
            Failed::new(exit::CANNOT_WORK, format!("give the terminal's key by --key-file or {KEY_VARIABLE}"))
        }),
    }
}

/// A key names its till: `osk_terminal_T1001_...`.
fn terminal_id(key: &str) -> String {
    key.split('_').nth(2).unwrap_or_default().to_owned()
}

fn catalogue(setup: &TillSetup) -> Result<Catalogue, Failed> {
    let Some(path) = &setup.catalogue else { return Ok(Catalogue::default()) };
    let catalogue = Catalogue::load(path).map_err(|e| Failed::at(exit::BAD_INPUT, path, e))?;
    Ok(catalogue.with_in_store(setup.in_store.clone()))
}

/// Sees to what an earlier run left, for a while; what is not over then stays in the journal for the next start.
async fn recover(recoveries: Vec<Recovery>) {
    let all = async {
        for mut recovery in recoveries {
            let end = recovery.running.ended().await;
            eprintln!(
                "pos-agent: payment {} of an earlier run: {}",
                recovery.left.payment_id,
                end_word(&end)
            );
        }
    };
    if timeout(RECOVER_PATIENCE, all).await.is_err() {
        eprintln!(
            "pos-agent: the provider can't be reached for payments of an earlier run; they stay in the journal"
        );
    }
}

fn end_word(end: &Machine) -> &'static str {
    match end {
        Machine::Ended(Outcome::Paid(_)) => "paid",
        Machine::Ended(Outcome::Declined(_)) => "declined",
        Machine::Ended(Outcome::Standing) => "can't be taken back any more, refund it",
        _ => "taken back",
    }
}

fn report(args: &CheckoutArgs, order: &BasketFile, scan: &Scan, done: &Checkout) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let shopper_lang = scan.language().unwrap_or(args.setup.lang);
    let receipt = match &done.end {
        Machine::Ended(Outcome::Paid(payment)) => {
            receipt(payment, &order.sold, &done.priced.refused, shopper_lang, &TimeZone::system())
        }
        _ => Vec::new(),
    };
    if args.json {
        let mut all = done.to_json();
        all["receipt"] = receipt.into();
        return writeln!(out, "{all:#}");
    }
    let lang = args.setup.lang;
    for row in ui::coupon_rows(&done.priced, &order.sold, lang) {
        writeln!(out, "{}", pair_within(&row.left, &row.right, RECEIPT_COLUMNS))?;
    }
    let labels = lang.labels();
    writeln!(out, "{}\n", pair_within(labels.due, &done.priced.due.to_string(), RECEIPT_COLUMNS))?;
    match words::ending(&done.end, lang) {
        None => writeln!(out, "{}\n", labels.paid_large)?,
        Some((what, next)) => writeln!(out, "{}\n{what}\n{next}", labels.stop_large)?,
    }
    if let Machine::Ended(Outcome::Declined(failure)) = &done.end {
        for (number, reason) in &failure.refusals {
            writeln!(out, "{} {number}: {}", labels.coupon, words::refusal(*reason, lang))?;
        }
    }
    receipt.iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn exit_code(end: &Machine) -> u8 {
    match end {
        Machine::Ended(Outcome::Paid(_)) => 0,
        Machine::Ended(Outcome::Declined(failure)) if !failure.refusals.is_empty() => exit::COUPONS_REFUSED,
        Machine::Ended(Outcome::Declined(_)) => exit::REFUSED,
        Machine::Ended(Outcome::Reversed) => exit::REVERSED,
        Machine::Ended(Outcome::Standing) => exit::STANDING,
        Machine::Ended(Outcome::NotSent(_)) => exit::CANNOT_WORK,
        _ => exit::UNKNOWN,
    }
}

fn log_to_stderr() {
    let filter = EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new("error"));
    // A second call finds the first one's subscriber in place.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).try_init();
}

/// A daemon's log is for machines, on standard error; `ONESCAN_LOG` goes before the settings' level.
fn log_as_set(settings: &Settings) {
    let filter =
        EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new(&settings.log_level));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let _ = match settings.log_format {
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).try_init(),
        LogFormat::Text => log.try_init(),
    };
}

/// The screen belongs to the cashier, so the log goes to a file.
fn log_to_file(data_dir: &Path) -> Result<(), Failed> {
    let path = data_dir.join("pos-agent.log");
    let open = || {
        fs::create_dir_all(data_dir)?;
        fs::File::options().create(true).append(true).open(&path)
    };
    let file = open().map_err(|error| Failed::at(exit::CANNOT_WORK, &path, error))?;
    let filter = EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(file).try_init();
    Ok(())
}
