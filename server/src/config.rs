//! Settings of the server, and the limits of everything that has one.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use shared::{money::Currency, payment::approval::Limits, time::UnixMillis};

/// Commands that one commit takes in.
pub const BATCH_COMMANDS_MAX: usize = 256;
/// Commands that wait for the writer before callers are told to come back.
pub const QUEUE_COMMANDS_MAX: usize = 4_096;
/// How long a payment may have to wait for those before it; beyond, callers are told to come back.
pub const PAYMENT_WAIT_MAX: Duration = Duration::from_millis(25);
/// Payments under way up to which each goes its own way as soon as it can.
pub const QUIET_PAYMENTS_MAX: u32 = 16;
/// Reads that run at the same time.
pub const READERS_MAX: usize = 4;
/// Reads that wait for those before callers are told to come back.
pub const READS_QUEUED_MAX: usize = 4_096;
/// Messages that wait for a slow watcher; behind that it gets the current state instead.
pub const WATCH_MESSAGES_MAX: usize = 16;
/// Tokens of one request.
pub const TOKENS_ISSUED_MAX: u32 = 15;
/// Unused tokens of one wallet; its oldest are revoked beyond.
pub const TOKENS_HELD_MAX: usize = 30;
/// Devices that may act for one wallet at a time.
pub const DEVICES_MAX: usize = 8;
/// Characters of a device's name.
pub const DEVICE_NAME_CHARS_MAX: usize = 40;
/// Wrong pairing codes that all callers of a server may try in a minute: with 40 random bits in each code, and ten of them alive at a
/// time, a guess in a year of trying is less likely than one in a thousand.
pub const WRONG_CODES_A_MINUTE_MAX: u32 = 60;
/// Numbers that stand for no token which one till may ask about in a minute.
pub const UNKNOWN_TOKENS_A_MINUTE_MAX: u32 = 30;
/// Characters of a shop's, till's or manufacturer's name.
pub const NAME_CHARS_MAX: usize = 80;
/// Characters of one text of an offer.
pub const TEXT_CHARS_MAX: usize = 200;
/// Characters of a picture's address.
pub const IMAGE_URL_CHARS_MAX: usize = 200;
/// Characters of the till's own number of a sale.
pub const REFERENCE_CHARS_MAX: usize = 64;
/// Redeemed lines that one refund names.
pub const RETURNED_LINES_MAX: usize = 1_000;
/// Coupons of one payment.
pub const REDEMPTIONS_MAX: usize = 32;
/// Clips that a campaign may allow one wallet.
pub const PER_WALLET_LIMIT_MAX: u32 = 1_000;
/// Coupons that one step of the sweep settles.
pub const SWEEP_COUPONS_MAX: usize = 500;
/// When a caller that found the queue full should come back.
pub const OVERLOADED_RETRY: Duration = Duration::from_millis(500);

/// Attempts at a batch while other servers on the same database are in the way.
pub const CONFLICT_ATTEMPTS_MAX: u32 = 30;
/// The pause before another attempt is a random part of this, times the number of attempts.
pub const CONFLICT_PAUSE: Duration = Duration::from_millis(4);
/// How often a server looks for the news of the others.
pub const NEWS_INTERVAL: Duration = Duration::from_millis(10);
/// How often a server reads parties and keys again, and its watchers look again, should news have been lost.
pub const NEWS_BACKSTOP: Duration = Duration::from_secs(30);

/// What the operator chooses.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the plain listener binds (HTTP/1.1 and HTTP/2 without TLS); port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The TLS listener, where there is one.
    pub tls: Option<TlsConfig>,
    /// Folder of the built wallet, served at `/`.
    pub wallet_dir: Option<PathBuf>,
    /// What payments obey.
    pub rules: Rules,
    /// Commands that one commit takes in; 1 makes one commit each.
    pub batch_commands_max: usize,
    /// Time between two sweeps.
    pub sweep_interval: Duration,
}

/// A TLS listener.
#[derive(Debug, Clone)]
pub struct TlsConfig {
    /// Where it binds.
    pub listen: SocketAddr,
    /// Certificate chain, PEM.
    pub cert: PathBuf,
    /// Private key, PEM.
    pub key: PathBuf,
}

/// What payments, coupons and sessions obey.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The provider's name, shown to shoppers.
    pub provider_name: String,
    /// The one currency of every account.
    pub currency: Currency,
    /// A demonstration: no real money.
    pub demo: bool,
    /// Deposited into each new wallet, in minor units.
    pub welcome_minor: i64,
    /// How old a code may be.
    pub code_valid_ms: i64,
    /// How far a phone's clock may be ahead.
    pub code_ahead_ms: i64,
    /// How long a payment can be reversed.
    pub reversal_window_ms: i64,
    /// Up to where wallets pay without the shopper's approval.
    pub approval_limits: Limits,
    /// How long a payment waits for it.
    pub approval_ttl_ms: i64,
    /// Minutes by which the days of the daily limit are ahead of UTC.
    pub utc_offset_minutes: i64,
    /// How long a token is good for.
    pub token_ttl_ms: i64,
    /// How long a pairing code can be used.
    pub pairing_ttl_ms: i64,
    /// How long a session lasts.
    pub session_ttl_ms: i64,
    /// How long a challenge can be answered.
    pub challenge_ttl_ms: i64,
}

impl Rules {
    /// The day of an instant, counted from 1970.
    pub fn day(&self, at: UnixMillis) -> i64 {
        at.plus_ms(self.utc_offset_minutes * MINUTE_MS).0.div_euclid(DAY_MS)
    }
}

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

impl Default for Rules {
    fn default() -> Self {
        Self {
            provider_name: "OneScan".to_owned(),
            currency: Currency::CNY,
            demo: false,
            welcome_minor: 0,
            code_valid_ms: 90 * SECOND_MS,
            code_ahead_ms: 30 * SECOND_MS,
            reversal_window_ms: DAY_MS,
            approval_limits: Limits { per_payment_minor: 100_000, per_day_minor: 300_000 },
            approval_ttl_ms: 3 * MINUTE_MS,
            utc_offset_minutes: 0,
            token_ttl_ms: 30 * DAY_MS,
            pairing_ttl_ms: 5 * MINUTE_MS,
            session_ttl_ms: HOUR_MS,
            challenge_ttl_ms: 2 * MINUTE_MS,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: None,
            wallet_dir: None,
            rules: Rules::default(),
            batch_commands_max: BATCH_COMMANDS_MAX,
            sweep_interval: Duration::from_secs(60),
        }
    }
}
