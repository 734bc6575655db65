//! What the wallet knows and shows, and how events change it. Pure: [`update`] changes the model and says what is to be done;
//! the shell in `app` does it and reports back with further events. So every path can be tested without a browser.

mod account;
mod approval;
mod browse;
mod event;
mod feed;
mod history;
mod inbox;
mod library;
mod limits;
mod link;
mod memory;
mod pay_screen;
mod recent;
mod route;
#[cfg(test)]
mod tests;
mod theme;
mod unused;
mod update;
mod version;

use std::collections::BTreeSet;

use proto::v1;
use shared::{reason::Reason, time::UnixMillis};

use crate::{
    api::CallError,
    i18n::Lang,
    keys::KeyError,
    pay::{PayCode, Plan, Room},
};

pub use account::{AccountEvent, AccountPages, Recovery, RecoveryEvent};
pub use approval::{Answering, HOLD_MS};
pub use browse::{Browse, BrowseEvent, Category, Order};
pub use event::{Effect, Event, SignRequest, Snapshot};
pub use history::{Day, HistoryEvent, Month, saved_minor};
pub use library::Library;
pub use limits::Limit;
pub use memory::Memory;
pub use pay_screen::measured;
pub use recent::{Receipt, Recent};
pub use route::Route;
pub use theme::Theme;
pub use unused::Unused;
pub use update::{loaded, update};
pub use version::Version;

use feed::Feed;

/// The whole wallet, as it is right now.
#[derive(Debug, Clone)]
pub struct Model {
    /// How far in the shopper is.
    pub stage: Stage,
    /// Which page is open.
    pub route: Route,
    /// What outlives the page, for paying.
    pub memory: Memory,
    /// The latest receipts, which outlive it too.
    pub recent: Recent,
    /// What outlives the page and is not needed to pay.
    pub library: Library,
    /// Whether the provider answers.
    pub connection: Connection,
    /// The Pay screen.
    pub pay: Pay,
    /// Offers that are being clipped or given back.
    pub working: BTreeSet<u32>,
    /// Offers of which the provider said that this wallet has had its share.
    pub had: BTreeSet<u32>,
    /// What became of the shopper's answer to the payment that waits for approval.
    pub answering: Answering,
    /// The code's room on this screen.
    pub room: Room,
    /// New limits are on their way to the provider.
    pub setting_limits: bool,
    /// What the shopper looks for among the offers.
    pub browse: Browse,
    /// What the shopper looks for among the receipts.
    pub search: String,
    /// The first row of a long list that can be seen.
    pub first_row: usize,
    /// The account's pages.
    pub account: AccountPages,
    /// The recovery code on its way to paper.
    pub recovery: Recovery,
    /// Minutes that the phone's clock is ahead of UTC.
    pub utc_offset_minutes: i32,
    /// The phone has no room to remember anything new.
    pub disk_full: bool,
    /// Whether a newer version of the wallet waits.
    pub version: Version,
    /// One message over the page.
    pub notice: Option<Notice>,
    /// Light or dark.
    pub theme: Theme,
    /// In which language all is said.
    pub lang: Lang,
    /// The phone's clock at the last event.
    pub now: UnixMillis,
    offers_feed: Feed<v1::Offer>,
    payments_feed: Feed<v1::Payment>,
    /// The page is not seen.
    hidden: bool,
    /// The screen is kept on.
    awake: bool,
    /// A timer counts the time down in which a payment can be approved.
    counting: bool,
    link: Link,
    serial: u32,
    /// Counts the wallets that this phone has left since the page was loaded: what was asked for one of them is not answered to the next.
    wallet: u32,
}

/// How far in the shopper is.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Storage is being read.
    Starting,
    /// There is no wallet yet.
    Welcome {
        /// One is being opened.
        opening: bool,
        /// Why the last try failed.
        problem: Option<CallError>,
    },
    /// There is a wallet.
    Inside,
}

/// Whether the provider answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// Not known yet.
    Trying,
    /// It does.
    Online,
    /// It doesn't; everything shown is from storage.
    Offline,
}

/// The Pay screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Pay {
    /// Another page is open.
    Away,
    /// A code is shown, or about to be.
    Code(PayScreen),
    /// The code of this visit has paid.
    Paid {
        /// The payment.
        payment_id: String,
    },
}

/// A code and what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct PayScreen {
    /// Which coupons are in it, and why the others are not.
    pub plan: Plan,
    /// The code; `None` while the first is being signed.
    pub code: Option<PayCode>,
    /// What it is drawn as.
    pub form: Form,
    /// Why there is none.
    pub problem: Option<PayProblem>,
    /// Why the provider refused the till's last try with it.
    pub declined: Option<Reason>,
    /// When the screen was opened, by the provider's clock: payments from before are not its own.
    opened_at: UnixMillis,
    /// Names the signing that is under way; older answers are dropped.
    serial: u32,
}

/// What a code is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// The QR code with token and coupons: one scan pays and redeems.
    #[default]
    Qr,
    /// The token alone as a barcode: the payment is approved on the phone, its coupons are those clipped.
    Bars,
}

/// Why no code can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayProblem {
    /// No token is left; the phone has to be online once.
    NoTokens,
    /// The provider's operator stopped the wallet.
    Frozen,
    /// The shopper closed the wallet.
    Closed,
    /// The device key failed.
    Key(KeyError),
}

/// A message over the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// What it says.
    pub what: Said,
    serial: u32,
}

/// What a notice says.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// A call failed.
    Failed(CallError),
    /// A payment was made while another page was open.
    Paid {
        /// The payment.
        payment_id: String,
    },
    /// A payment was undone and the money is back.
    Reversed {
        /// The payment.
        payment_id: String,
    },
    /// Part or all of a payment came back.
    Refunded {
        /// The payment.
        payment_id: String,
    },
    /// A payment that waited for approval ended without it, as this state says.
    NotPaid(v1::PaymentState),
    /// The code's text is in the clipboard.
    Copied,
    /// A newer version of the wallet has taken over.
    Updated,
}

/// The calls that are under way.
#[derive(Debug, Clone, Default)]
struct Link {
    syncing: bool,
    /// Something changed while a sync was under way, so its answer may be older than what is known.
    stale: bool,
    /// The number of the stream of changes that is believed to be alive.
    watching: Option<u32>,
    issuing: bool,
    /// A timer for the next try is running.
    retrying: bool,
    /// Tries that failed in a row.
    failures: u32,
    heard_at: Option<UnixMillis>,
    /// A timer for the next look at the line is running.
    pulsing: bool,
}

impl Model {
    /// A wallet that has just been loaded.
    pub fn new(route: Route, lang: Lang, now: UnixMillis) -> Self {
        Self {
            stage: Stage::Starting,
            route,
            memory: Memory::default(),
            recent: Recent::default(),
            library: Library::default(),
            connection: Connection::Trying,
            pay: Pay::Away,
            working: BTreeSet::new(),
            had: BTreeSet::new(),
            answering: Answering::default(),
            room: Room::default(),
            setting_limits: false,
            browse: Browse::default(),
            search: String::new(),
            first_row: 0,
            account: AccountPages::default(),
            recovery: Recovery::default(),
            utc_offset_minutes: 0,
            theme: Theme::default(),
            offers_feed: Feed::default(),
            payments_feed: Feed::default(),
            disk_full: false,
            version: Version::default(),
            notice: None,
            lang,
            now,
            hidden: false,
            awake: false,
            counting: false,
            link: Link::default(),
            serial: 0,
            wallet: 0,
        }
    }

    /// The same phone without its wallet: what is left is the phone's own, and the timers that run.
    fn without_wallet(&self, problem: Option<CallError>) -> Self {
        let Link { retrying, pulsing, .. } = self.link;
        Self {
            stage: Stage::Welcome { opening: false, problem },
            connection: self.connection,
            room: self.room,
            utc_offset_minutes: self.utc_offset_minutes,
            theme: self.theme,
            disk_full: self.disk_full,
            version: self.version,
            hidden: self.hidden,
            awake: self.awake,
            counting: self.counting,
            link: Link { retrying, pulsing, ..Link::default() },
            serial: self.serial,
            wallet: self.wallet.wrapping_add(1),
            ..Self::new(self.route.clone(), self.lang, self.now)
        }
    }

    /// Which wallet of this phone it is.
    pub fn wallet(&self) -> u32 {
        self.wallet
    }

    /// The time by the provider's clock.
    pub fn provider_now(&self) -> UnixMillis {
        self.now.plus_ms(self.memory.clock_offset_ms)
    }

    /// Money in the wallet.
    pub fn balance(&self) -> Option<&v1::Money> {
        self.memory.account.as_ref()?.wallet.balance.as_ref()
    }

    /// Whether the provider is a demonstration.
    pub fn is_demo(&self) -> bool {
        self.memory.account.as_ref().is_some_and(|account| account.provider.demo)
    }

    /// The clipped coupon of an offer.
    pub fn coupon_of(&self, offer_number: u32) -> Option<&v1::Coupon> {
        let of = |coupon: &&v1::Coupon| {
            coupon.offer.as_ref().is_some_and(|offer| offer.offer_number == offer_number)
        };
        self.memory.coupons.iter().find(of)
    }

    /// Whether the shopper is paying right now: a code is shown, or a payment waits.
    pub fn at_a_till(&self) -> bool {
        matches!(self.pay, Pay::Code(_)) || self.waiting().is_some()
    }

    fn next_serial(&mut self) -> u32 {
        self.serial = self.serial.wrapping_add(1);
        self.serial
    }
}
