//! What happens to the wallet, and what it wants done.

use proto::v1;
use shared::{
    code::{Language, TokenNumber},
    payment::approval::Answer,
    time::UnixMillis,
};

use super::{AccountEvent, BrowseEvent, HistoryEvent, Library, Limit, RecoveryEvent, Route, Theme};
use crate::{
    api::{Account, CallError, Join},
    i18n::Lang,
    keys::KeyError,
    pay::{PayCode, Plan},
};

/// Everything that the provider knows of the wallet, at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Balance, state, provider.
    pub account: Account,
    /// What to add to the phone's clock to get the provider's, in ms.
    pub clock_offset_ms: i64,
    /// Clipped coupons.
    pub coupons: Vec<v1::Coupon>,
    /// The newest payments, newest first.
    pub payments: Vec<v1::Payment>,
}

/// Something happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// What came of something that was asked for the wallet of this number; it is nothing to another.
    Of(u32, Box<Event>),
    /// The rest of the storage was read.
    LibraryLoaded(Box<Library>),
    /// On the offers page.
    Browse(BrowseEvent),
    /// On the account's pages.
    Account(AccountEvent),
    /// About the recovery code.
    Recovery(RecoveryEvent),
    /// Among the receipts.
    History(HistoryEvent),
    /// The shopper wants a wallet.
    OpenTapped,
    /// The shopper went to a page.
    Went(Route),
    /// The shopper chose light or dark.
    ThemeChosen(Theme),
    /// The shopper chose a language.
    LanguageChosen(Lang),
    /// The shopper wants a coupon.
    ClipTapped(u32),
    /// The shopper gives a coupon back.
    UnclipTapped(u32),
    /// The shopper takes a coupon out of the code, or puts it in.
    CouponToggled(u32),
    /// The shopper insists on a coupon, or no longer.
    PinTapped(u32),
    /// The shopper turns the QR code into a barcode, or back.
    FormTapped,
    /// The code has so many CSS pixels a side.
    Measured(u32),
    /// The shopper wants a code that has nothing in common with the last.
    NewCodeTapped,
    /// The shopper wants the code as text.
    CopyTapped,
    /// The button that approves is pressed.
    HoldBegan,
    /// It is let go.
    HoldEnded,
    /// The finger slipped off it.
    HoldSlipped,
    /// It was held long enough.
    HoldDone(u32),
    /// The shopper answers the payment that waits for approval.
    AnswerTapped(Answer),
    /// The shopper chooses what is paid without asking, in minor units.
    LimitChosen(Limit, i64),
    /// The shopper is done with the notice.
    NoticeTapped,
    /// The page came to the front again.
    Shown,
    /// The page went to the back.
    Hidden,
    /// The phone says that it is connected.
    NetworkBack,
    /// The phone says that it is not.
    NetworkGone,

    /// The provider answered with everything, or the call failed.
    Synced(Result<Box<Snapshot>, CallError>),
    /// The provider reports a change.
    Changed(Box<v1::WatchWalletResponse>),
    /// The reports of that number ended.
    WatchEnded(u32, Option<CallError>),
    /// The provider gave tokens.
    TokensIssued(Result<Vec<v1::PaymentToken>, CallError>),
    /// The provider answered a clip.
    Clipped(u32, Result<Box<v1::Coupon>, CallError>),
    /// The provider answered an unclip.
    Unclipped(u32, Result<Box<v1::Coupon>, CallError>),
    /// The device key signed a code.
    Signed(u32, Result<Box<PayCode>, KeyError>),
    /// The provider has the shopper's answer to a payment.
    Answered(String, Result<Box<v1::Payment>, CallError>),
    /// The provider has the shopper's limits.
    LimitsSet(Result<Box<v1::Wallet>, CallError>),
    /// The text is in the clipboard, or not.
    Copied(bool),
    /// The memory is on the disk, or there was no room.
    Saved(bool),

    /// A newer version of the wallet is on the phone.
    VersionReady,
    /// The shopper wants it now.
    VersionTapped,
    /// It has taken over.
    VersionTaken,

    /// The code has been shown long enough.
    RenewDue(u32),
    /// A second of the time to approve a payment is over.
    CountDue,
    /// Time to try the provider again.
    RetryDue,
    /// Time to see whether the provider's reports still come.
    PulseDue,
    /// The notice has been shown long enough.
    NoticeDone(u32),
}

/// A code to make.
#[derive(Debug, Clone, PartialEq)]
pub struct SignRequest {
    /// Comes back with the answer.
    pub serial: u32,
    /// The coupons.
    pub plan: Plan,
    /// The token.
    pub token: TokenNumber,
    /// The shopper's languages.
    pub language: Option<Language>,
    /// Now, by the provider's clock.
    pub now: UnixMillis,
}

/// Something to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Make a device key if there is none, open a wallet, then as [`Effect::Sync`].
    Open,
    /// Make a device key if there is none, join a wallet by a code, then as [`Effect::Sync`].
    Join(Join, String),
    /// Remove the key and all that is remembered.
    Forget,
    /// Ask for a page of offers: [`BrowseEvent::Came`].
    ListOffers(String),
    /// Ask for a page of payments: [`HistoryEvent::Came`].
    ListPayments(String),
    /// Ask for a pairing code: [`AccountEvent::Paired`].
    Pair,
    /// Ask for the wallet's devices: [`AccountEvent::DevicesCame`].
    ListDevices,
    /// Take the wallet from a device: [`AccountEvent::DevicesCame`].
    RevokeDevice(String),
    /// Ask for a new recovery code: [`RecoveryEvent::Came`].
    RenewRecoveryCode,
    /// Close the wallet: [`AccountEvent::Closed`].
    CloseWallet,
    /// Give the shopper a file.
    Download {
        /// Its name.
        name: String,
        /// What is in it.
        text: String,
    },
    /// Ask the provider for everything: [`Event::Synced`].
    Sync,
    /// Have the provider report changes, under this number and instead of any reports before: [`Event::Changed`],
    /// [`Event::WatchEnded`].
    Watch(u32),
    /// Ask for so many tokens: [`Event::TokensIssued`].
    IssueTokens(u32),
    /// Clip an offer: [`Event::Clipped`].
    Clip(u32),
    /// Give back the coupon of an offer: [`Event::Unclipped`].
    Unclip {
        /// The offer.
        offer_number: u32,
        /// The coupon.
        coupon_id: String,
    },
    /// Sign the answer to a payment and send it: [`Event::Answered`].
    Answer {
        /// The payment.
        payment: Box<v1::Payment>,
        /// Yes or no.
        answer: Answer,
    },
    /// Tell the provider what is paid without asking: [`Event::LimitsSet`].
    SetLimits(v1::ApprovalLimits),
    /// Sign a code: [`Event::Signed`].
    Sign(Box<SignRequest>),
    /// Write the memory to storage; where that begins to fail, or succeeds again: [`Event::Saved`].
    Save,
    /// Write the latest receipts to storage.
    SaveReceipts,
    /// Read the library from storage: [`Event::LibraryLoaded`].
    LoadLibrary,
    /// Write the library to storage.
    SaveLibrary,
    /// Send an event later.
    Wait {
        /// After so long.
        ms: u32,
        /// The event.
        then: Box<Event>,
    },
    /// Open a page: [`Event::Went`].
    Go(Route),
    /// Open a page in place of the one in the address, which nobody is to go back to: [`Event::Went`].
    Replace(Route),
    /// Put a text into the clipboard: [`Event::Copied`].
    Copy(String),
    /// Remember the theme.
    KeepTheme(Theme),
    /// Remember the language.
    KeepLanguage(Lang),
    /// Keep the screen from going dark, or let it.
    KeepAwake(bool),
    /// Let the newer version of the wallet take over: [`Event::VersionTaken`].
    TakeVersion,
    /// Write the memory to storage, then load the page anew.
    Reload,
    /// Say by touch that something important happened.
    Buzz,
}
