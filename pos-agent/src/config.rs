//! The settings file of `pos-agent run`: TOML, every key declared once in [`keys`], with its words, its default and what is
//! allowed. What is wrong with a file is told all at once, each with the key and what to do.

mod keys;
mod print;
mod printers;
mod read;
mod scanners;
mod secret;

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use shared::{gs1::InStorePattern, money::Currency};
use thiserror::Error;

use crate::{
    offers::{OffersSettings, ProviderKey},
    provider::ProviderSettings,
    till::TillSettings,
    words::Lang,
};

pub use print::print;
pub use printers::{LanePrinter, PrinterSpeech};
pub use scanners::LaneScanner;
pub use secret::{SecretError, read_secret};

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Everything that the daemon needs to know.
#[derive(Clone)]
pub struct Settings {
    /// The till: provider, journal, currency.
    pub till: TillSettings,
    /// The items on sale.
    pub catalogue: Option<PathBuf>,
    /// The cashier's language, where one has to be chosen.
    pub lang: Lang,
    /// How the numbers of the shop's scales are made up.
    pub in_store: Vec<InStorePattern>,
    /// The lanes.
    pub lane_ids: Vec<String>,
    /// The agent's own scanners.
    pub scanners: Vec<LaneScanner>,
    /// The agent's own printers, one for a lane.
    pub printers: Vec<LanePrinter>,
    /// Where `TillService` listens.
    pub listen: SocketAddr,
    /// What its callers have to show, where a key is set.
    pub service_key: Option<String>,
    /// Origins of web pages that may call it.
    pub allowed_origins: Vec<String>,
    /// How long stopping may take.
    pub stop_patience: Duration,
    /// How often the offers are refreshed.
    pub offers_interval: Duration,
    /// From which level on the log is written.
    pub log_level: String,
    /// How.
    pub log_format: LogFormat,
}

/// What is wrong with a settings file.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// It can't be read.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is no TOML.
    #[error("{}: {error}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        error: Box<toml::de::Error>,
    },
    /// Keys that can't be as they are, each on a line.
    #[error("{}:\n{}", path.display(), problems.join("\n"))]
    Keys {
        /// The file.
        path: PathBuf,
        /// One sentence each.
        problems: Vec<String>,
    },
}

/// Reads and checks a settings file, and the files with keys that it names. Paths in it are relative to its folder.
pub fn load(path: &Path) -> Result<Settings, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| ConfigError::Io { path: path.to_owned(), error })?;
    let table = text
        .parse::<toml::Table>()
        .map_err(|error| ConfigError::Syntax { path: path.to_owned(), error: Box::new(error) })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    settings(&table, folder).map_err(|problems| ConfigError::Keys { path: path.to_owned(), problems })
}

/// The settings of a table, or one sentence for each thing that is wrong.
fn settings(table: &toml::Table, folder: &Path) -> Result<Settings, Vec<String>> {
    let mut values = read::Values::check(table, folder);
    let key = values.secret("provider", "key_file");
    let ca_pem = values.path("provider", "ca").and_then(|path| match std::fs::read(&path) {
        Ok(pem) => Some(pem),
        Err(error) => values.problem("provider.ca", format!("{}: {error}", path.display())),
    });
    let provider_key: Option<ProviderKey> = values.parsed("provider", "public_key");
    let listen: Option<SocketAddr> = values.parsed("service", "listen");
    let service_key = values.secret("service", "key_file");
    if listen.is_some_and(|listen| !listen.ip().is_loopback()) && service_key.is_none() {
        let what = "is reached from other computers, which takes a key: set service.key_file, or listen on 127.0.0.1";
        values.problem::<()>("service.listen", what);
    }
    let lane_ids = values.texts("lanes", "ids");
    if lane_ids.is_empty() || lane_ids.iter().collect::<BTreeSet<_>>().len() < lane_ids.len() {
        values.problem::<()>("lanes.ids", "needs one lane or more, each with another name");
    }
    let scanners = scanners::scanners(&mut values, &lane_ids);
    let in_store = values.texts("till", "in_store");
    let in_store: Vec<InStorePattern> = in_store
        .iter()
        .filter_map(|pattern| match pattern.parse() {
            Ok(pattern) => Some(pattern),
            Err(error) => values.problem("till.in_store", error),
        })
        .collect();
    let currency: Option<Currency> = values.parsed("till", "currency");
    let lang: Option<Lang> = values.parsed("till", "lang");
    let printers = printers::printers(&mut values, &lane_ids, lang.unwrap_or_default());
    let built = (|| {
        Some(Settings {
            till: TillSettings {
                provider: ProviderSettings {
                    address: values.text("provider", "address")?,
                    ca_pem,
                    key: key?,
                },
                data_dir: values.path("till", "data_dir")?,
                currency: currency?,
                offers: OffersSettings {
                    provider_key,
                    age_max: values.seconds("offers", "age_max_seconds")?,
                },
            },
            catalogue: values.path("till", "catalogue"),
            lang: lang?,
            in_store,
            lane_ids,
            scanners,
            printers,
            listen: listen?,
            service_key,
            allowed_origins: values.texts("service", "allowed_origins"),
            stop_patience: values.seconds("service", "stop_seconds")?,
            offers_interval: values.seconds("offers", "refresh_seconds")?,
            log_level: values.text("log", "level")?,
            log_format: match values.text("log", "format")?.as_str() {
                "text" => LogFormat::Text,
                _ => LogFormat::Json,
            },
        })
    })();
    match built {
        Some(settings) if values.problems().is_empty() => Ok(settings),
        _ => Err(values.into_problems()),
    }
}

#[cfg(test)]
mod tests;
