//! The account: the wallet's devices, its recovery code, joining a wallet with a new device, and closing it.

mod recovery;
#[cfg(test)]
mod tests;

use proto::{convert::time_from_wire, status::Failure, v1};
use shared::{
    reason::Reason,
    time::UnixMillis,
    typed_code::{PairingCode, RecoveryCode},
};

use super::{Effect, Event, Model, Route, Stage, inbox, link, update};
use crate::api::{CallError, Join};

pub(super) use recovery::on as on_recovery;
pub use recovery::{Recovery, RecoveryEvent};

/// While a pairing code is shown, the devices are read this often.
const LOOK_MS: u32 = 3_000;

/// The account's pages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountPages {
    /// The code that the shopper types to join a wallet.
    pub typed: String,
    /// The wallet's devices, oldest first; `None` until they were read.
    pub devices: Option<Vec<v1::Device>>,
    /// The code by which another device can join, and until when.
    pub pairing: Option<(String, UnixMillis)>,
    /// The device that the shopper is asked about before it is removed.
    pub removing: Option<String>,
    /// The shopper has said that the wallet is to be closed, and is asked once more.
    pub closing: bool,
    /// A call is under way.
    pub busy: bool,
}

/// Something happened on the account's pages.
#[derive(Debug, Clone)]
pub enum AccountEvent {
    /// The shopper typed at the code.
    Typed(String),
    /// The shopper wants to join a wallet by it.
    JoinTapped(Join),
    /// The shopper wants to link another device.
    PairTapped,
    /// The provider made a pairing code.
    Paired(Result<v1::CreatePairingCodeResponse, CallError>),
    /// A pairing code's time is over.
    PairingOver(String),
    /// Time to look whether another device has joined by this code.
    LookDue(String),
    /// The provider named the devices.
    DevicesCame(Result<Vec<v1::Device>, CallError>),
    /// The shopper wants to remove a device.
    RemoveTapped(String),
    /// The shopper thought better of it.
    RemoveCancelled,
    /// The shopper is sure.
    RemoveConfirmed,
    /// The shopper wants to close the wallet, or thought better of it.
    CloseTapped(bool),
    /// The shopper is sure.
    CloseConfirmed,
    /// The provider closed it.
    Closed(Result<Box<v1::Wallet>, CallError>),
    /// The shopper has done with a closed wallet.
    StartOverTapped,
}

impl Model {
    /// Whether the wallet was closed.
    pub fn is_closed(&self) -> bool {
        let account = self.memory.account.as_ref();
        account.is_some_and(|account| account.wallet.state() == v1::WalletState::Closed)
    }
}

pub(super) fn on(model: &mut Model, event: AccountEvent) -> Vec<Effect> {
    match event {
        AccountEvent::Typed(text) => {
            model.account.typed = text;
            vec![]
        }
        AccountEvent::JoinTapped(how) => join(model, how),
        AccountEvent::PairTapped => busy(model, Effect::Pair),
        AccountEvent::Paired(outcome) => taken(model, outcome, paired),
        AccountEvent::PairingOver(code) => {
            model.account.pairing = model.account.pairing.take().filter(|(shown, _)| *shown != code);
            vec![]
        }
        AccountEvent::LookDue(code) => look(model, code),
        AccountEvent::DevicesCame(outcome) => taken(model, outcome, took_devices),
        AccountEvent::RemoveTapped(device_id) => {
            model.account.removing = Some(device_id);
            vec![]
        }
        AccountEvent::RemoveCancelled => {
            model.account.removing = None;
            vec![]
        }
        AccountEvent::RemoveConfirmed => match model.account.removing.take() {
            Some(device_id) => busy(model, Effect::RevokeDevice(device_id)),
            None => vec![],
        },
        AccountEvent::CloseTapped(wanted) => {
            model.account.closing = wanted;
            vec![]
        }
        AccountEvent::CloseConfirmed if model.account.closing => busy(model, Effect::CloseWallet),
        AccountEvent::CloseConfirmed => vec![],
        AccountEvent::Closed(outcome) => {
            model.account.closing = false;
            taken(model, outcome, |model, wallet| closed(model, *wallet))
        }
        AccountEvent::StartOverTapped => forget(model, None),
    }
}

/// Reads what the open page shows.
pub(super) fn read_devices(model: &mut Model) -> Vec<Effect> {
    let wanted = model.stage == Stage::Inside && model.route == Route::Devices && !model.account.busy;
    if wanted { busy(model, Effect::ListDevices) } else { vec![] }
}

/// The account's pages were left: what was begun there is not lying in wait for the next visit.
pub(super) fn leave(model: &mut Model) {
    model.account.removing = None;
    model.account.closing = false;
    if model.route != Route::Devices {
        model.account.pairing = None;
    }
}

/// Back to before there was a wallet; the key goes too, since no wallet will ever be opened with it again.
pub(super) fn forget(model: &mut Model, problem: Option<CallError>) -> Vec<Effect> {
    *model = model.without_wallet(problem);
    vec![Effect::Forget, Effect::Go(Route::Home)]
}

fn join(model: &mut Model, how: Join) -> Vec<Effect> {
    let ready = matches!(model.stage, Stage::Welcome { opening: false, .. });
    let code = model.account.typed.trim().to_owned();
    if !ready || code.is_empty() {
        return vec![];
    }
    // A slip of the finger is told here, before it costs one of the tries that the provider allows.
    let mistyped = match how {
        Join::Link => code.parse::<PairingCode>().is_err().then_some(Reason::PairingCodeInvalid),
        Join::Recover => code.parse::<RecoveryCode>().is_err().then_some(Reason::RecoveryCodeInvalid),
    };
    let problem = mistyped.map(|reason| CallError::Refused(Failure::new(reason, "mistyped")));
    model.stage = Stage::Welcome { opening: problem.is_none(), problem };
    if mistyped.is_some() { vec![] } else { vec![Effect::Join(how, code)] }
}

fn paired(model: &mut Model, made: v1::CreatePairingCodeResponse) -> Vec<Effect> {
    let ends_at = time_from_wire("expires_at", made.expires_at.as_ref());
    let ends_at = ends_at.unwrap_or_else(|_| model.provider_now());
    let left_ms = u32::try_from(ends_at.0.saturating_sub(model.provider_now().0)).unwrap_or(0);
    let over = AccountEvent::PairingOver(made.pairing_code.clone());
    let look = AccountEvent::LookDue(made.pairing_code.clone());
    model.account.pairing = Some((made.pairing_code, ends_at));
    [(left_ms, over), (LOOK_MS, look)]
        .map(|(ms, event)| Effect::Wait { ms, then: Box::new(Event::Account(event)) })
        .into()
}

/// While the code is on the screen, the devices are read again and again: the new one shows that it has worked.
fn look(model: &mut Model, code: String) -> Vec<Effect> {
    let shown = model.account.pairing.as_ref().is_some_and(|(shown, _)| *shown == code);
    if !shown || model.route != Route::Devices {
        return vec![];
    }
    let mut effects = busy(model, Effect::ListDevices);
    let again = Event::Account(AccountEvent::LookDue(code));
    effects.push(Effect::Wait { ms: LOOK_MS, then: Box::new(again) });
    effects
}

/// A device more than before is the one that was just linked: its code has done its work.
fn took_devices(model: &mut Model, devices: Vec<v1::Device>) -> Vec<Effect> {
    let before = model.account.devices.as_ref().map_or(usize::MAX, Vec::len);
    if devices.len() > before {
        model.account.pairing = None;
    }
    let revoked_itself = !devices.is_empty() && devices.iter().all(|device| !device.this_device);
    model.account.devices = Some(devices);
    if revoked_itself { forget(model, None) } else { vec![] }
}

/// Another page is opened. Where a code is typed, what was typed on the page before and what was wrong with it is no matter.
pub(super) fn turned(model: &mut Model, to: &Route) {
    if let (Stage::Welcome { opening: false, problem }, Route::Link(_) | Route::Recover) =
        (&mut model.stage, to)
    {
        *problem = None;
        model.account.typed.clear();
    }
}

/// Before there is a wallet: a pairing code in the address goes to where it is typed, and out of the address at once.
pub(super) fn welcome(model: &mut Model) -> Vec<Effect> {
    match &model.route {
        Route::Link(code) if !code.is_empty() => {
            model.account.typed = code.clone();
            vec![Effect::Replace(Route::Link(String::new()))]
        }
        _ => vec![],
    }
}

/// The provider says that the wallet is closed: another device has done so.
pub(super) fn was_closed(model: &mut Model) -> Vec<Effect> {
    let Some(account) = &model.memory.account else { return vec![] };
    let wallet = v1::Wallet { state: v1::WalletState::Closed.into(), ..account.wallet.clone() };
    if model.is_closed() { vec![] } else { closed(model, wallet) }
}

fn closed(model: &mut Model, wallet: v1::Wallet) -> Vec<Effect> {
    model.memory.coupons.clear();
    model.memory.stock = crate::stock::Stock::default();
    let wallet = Some(wallet);
    inbox::take_change(model, v1::WatchWalletResponse { wallet, ..v1::WatchWalletResponse::default() })
}

/// One call of these pages at a time.
fn busy(model: &mut Model, effect: Effect) -> Vec<Effect> {
    if std::mem::replace(&mut model.account.busy, true) { vec![] } else { vec![effect] }
}

/// What follows on an answer; a failure is said, and the wallet stays as it is.
fn taken<A>(
    model: &mut Model,
    outcome: Result<A, CallError>,
    then: impl FnOnce(&mut Model, A) -> Vec<Effect>,
) -> Vec<Effect> {
    model.account.busy = false;
    match outcome {
        Ok(answer) => {
            link::heard(model);
            then(model, answer)
        }
        Err(error) => update::failed_and_said(model, error),
    }
}
