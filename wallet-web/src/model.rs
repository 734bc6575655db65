//! What the wallet knows and shows, and how events change it. Pure: [`update`] changes the model and says what is to be done;
//! the shell in `app` does it and reports back with further events. So every path can be tested without a browser.

mod account;
mod browse;
mod event;
mod feed;
mod history;
mod inbox;
mod library;
mod limits;
mod memory;
mod pay_screen;
mod route;
#[cfg(test)]
mod tests;
mod theme;
mod unused;
mod update;

use std::collections::BTreeSet;

use proto::{
    convert::time_from_wire,
    v1::{self, PaymentState},
};
use shared::{reason::Reason, time::UnixMillis};

use crate::{
    api::CallError,
    i18n::Lang,
    keys::KeyError,
    pay::{PayCode, Plan},
};

pub use account::{AccountEvent, AccountPages, Recovery, RecoveryEvent};
pub use browse::{Browse, BrowseEvent, Category, Order};
pub use event::{Effect, Event, SignRequest, Snapshot};
pub use history::{Day, HistoryEvent, Month, saved_minor};
pub use library::Library;
pub use limits::Limit;
pub use memory::{Memory, Receipt};
pub use route::Route;
pub use theme::Theme;
pub use unused::Unused;
pub use update::{loaded, update};

use feed::Feed;

/// The whole wallet, as it is right now.
#[derive(Debug, Clone)]
pub struct Model {
    /// How far in the shopper is.
    pub stage: Stage,
    /// Which page is open.
    pub route: Route,
    /// What outlives the page.
    pub memory: Memory,
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
    link: Link,
    serial: u32,
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
    /// Why there is none.
    pub problem: Option<PayProblem>,
    /// Why the provider refused the till's last try with it.
    pub declined: Option<Reason>,
    /// When the screen was opened, by the provider's clock: payments from before are not its own.
    opened_at: UnixMillis,
    /// Names the signing that is under way; older answers are dropped.
    serial: u32,
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

/// The answer to a payment that waits for approval.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Answering {
    /// Not given yet.
    #[default]
    Open,
    /// On its way.
    Sent,
    /// It did not go through.
    Failed(CallError),
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
    /// The code's text is in the clipboard.
    Copied,
}

/// The calls that are under way.
#[derive(Debug, Clone, Default)]
struct Link {
    syncing: bool,
    /// Something changed while a sync was under way, so its answer may be older than what is known.
    stale: bool,
    watching: bool,
    issuing: bool,
    /// A timer for the next try is running.
    retrying: bool,
    /// Tries that failed in a row.
    failures: u32,
    heard_at: Option<UnixMillis>,
}

/// Until when a payment can be approved, where it still can.
fn approvable_until(payment: &v1::Payment) -> Option<UnixMillis> {
    let waits = payment.state() == PaymentState::PendingApproval;
    let end = time_from_wire("approval_expires_at", payment.approval_expires_at.as_ref()).ok();
    end.filter(|_| waits)
}

impl Model {
    /// A wallet that has just been loaded.
    pub fn new(route: Route, lang: Lang, now: UnixMillis) -> Self {
        Self {
            stage: Stage::Starting,
            route,
            memory: Memory::default(),
            library: Library::default(),
            connection: Connection::Trying,
            pay: Pay::Away,
            working: BTreeSet::new(),
            had: BTreeSet::new(),
            answering: Answering::default(),
            setting_limits: false,
            browse: Browse::default(),
            search: String::new(),
            first_row: 0,
            account: AccountPages::default(),
            recovery: Recovery::default(),
            utc_offset_minutes: 0,
            theme: Theme::default(),
            notice: None,
            lang,
            now,
            offers_feed: Feed::default(),
            payments_feed: Feed::default(),
            link: Link::default(),
            serial: 0,
        }
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

    /// The payment that waits for the shopper's approval; it goes before whatever page is open.
    pub fn waiting(&self) -> Option<&v1::Payment> {
        let payments = self.memory.receipts.iter().map(|receipt| &receipt.payment);
        payments
            .into_iter()
            .find(|payment| approvable_until(payment).is_some_and(|end| self.provider_now() < end))
    }

    fn next_serial(&mut self) -> u32 {
        self.serial = self.serial.wrapping_add(1);
        self.serial
    }
}
