//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};
use shared::{gs1::InStorePattern, money::Currency};

use crate::{offers::ProviderKey, words::Lang};

/// The till's agent: scans the combined code, settles with the provider, prints the receipt.
#[derive(Debug, Parser)]
#[command(name = "pos-agent", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The cashier's till. On a terminal it draws a screen; into a pipe it writes lines, one command a line in.
    Till(TillArgs),
    /// The daemon: TillService for the shop's till software, for all lanes of this machine.
    ///
    /// SIGTERM stops it with grace, within service.stop_seconds of the settings; a second one at once, and the next start sees to
    /// what is left. Exit codes: 0 stopped with grace; 2 wrong settings; 8 it can't work (data folder, disk, address); 9 stopped at
    /// once.
    Run(RunArgs),
    /// Prints or checks the settings file of `run`.
    Config(ConfigArgs),
    /// One sale for a script.
    ///
    /// Exit codes: 0 paid; 2 bad input (basket, picture, code); 3 refused by the provider; 4 coupons refused (see
    /// --drop-refused-coupons); 5 no answer, and the payment was taken back; 6 no answer, and the reversal is not yet
    /// acknowledged: the next start of `till` or `checkout` goes on with it; 7 no answer, and the payment stands: refund it;
    /// 8 the till can't work (settings, data folder, disk).
    #[command(verbatim_doc_comment)]
    Checkout(CheckoutArgs),
    /// Prints what is in a code as JSON. Exit code 0 for a good code, 2 otherwise.
    Inspect(InspectArgs),
}

/// Where the provider is, who asks, and where this till keeps its own.
#[derive(Debug, Args)]
pub struct TillSetup {
    /// The provider, e.g. https://pay.example.com
    #[arg(long, env = "ONESCAN_PROVIDER")]
    pub provider: String,
    /// For https: file with the only certificates to trust (PEM) [default: those that the system trusts]
    #[arg(long, value_name = "FILE", env = "ONESCAN_CA")]
    pub ca: Option<PathBuf>,
    /// File with the terminal's key; without it the key is taken from ONESCAN_TERMINAL_KEY
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// The provider's public key, 64 hexadecimal digits, as CreateTerminal gave it with the till's own: only offers that the
    /// provider has signed are used [default: signatures are not checked]
    #[arg(long, value_name = "HEX", env = "ONESCAN_PROVIDER_PUBLIC_KEY")]
    pub provider_public_key: Option<ProviderKey>,
    /// Folder for the journal and the offers; one for each till
    #[arg(long, value_name = "DIR", env = "ONESCAN_TILL_DATA", default_value = "till-data")]
    pub data_dir: PathBuf,
    /// Items on sale (CSV: gtin,name_en,name_zh,price_minor,unit,scale_number; the last two for weighed goods)
    #[arg(long, value_name = "FILE", env = "ONESCAN_CATALOGUE")]
    pub catalogue: Option<PathBuf>,
    /// How the numbers that the shop's scales print are made up, 13 places: digits as they stand, I item, W weight in grams, P price, V
    /// not looked at, C check digit. For several kinds, several times
    #[arg(long, value_name = "PATTERN")]
    pub in_store: Vec<InStorePattern>,
    /// Currency of all prices
    #[arg(long, default_value = "CNY", env = "ONESCAN_CURRENCY")]
    pub currency: Currency,
    /// Language of the cashier: en or zh
    #[arg(long, default_value = "en", env = "ONESCAN_LANG")]
    pub lang: Lang,
}

/// Arguments of `till`.
#[derive(Debug, Args)]
pub struct TillArgs {
    /// The set-up.
    #[command(flatten)]
    pub setup: TillSetup,
    /// Folder to watch for pictures of codes
    #[arg(long, value_name = "DIR")]
    pub watch: Option<PathBuf>,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The settings (TOML); `pos-agent config --print` gives one to start from
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

/// Arguments of `config`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ConfigArgs {
    /// Print a settings file with every key, its meaning and its default
    #[arg(long)]
    pub print: bool,
    /// Check a settings file and the files with keys that it names
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
}

/// Arguments of `checkout`.
#[derive(Debug, Args)]
pub struct CheckoutArgs {
    /// The set-up.
    #[command(flatten)]
    pub setup: TillSetup,
    /// The basket, JSON: {"lines": [{"gtin": "...", "units": 1, "unit_price_minor": 3000}, "..."]}
    #[arg(long, value_name = "FILE")]
    pub basket: PathBuf,
    /// The scan: a picture (PNG, JPEG) or a text file with the code; - reads either from standard input
    #[arg(long, value_name = "FILE")]
    pub scan: PathBuf,
    /// Leave out the coupons that the provider refuses, and pay without them
    #[arg(long)]
    pub drop_refused_coupons: bool,
    /// How long to wait for a reversal to be acknowledged, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub reverse_for: Duration,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// A picture (PNG, JPEG) or a text file with the code; - reads either from standard input
    pub scan: PathBuf,
}

fn seconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
