//! Does what the model wants done, and reports back.

use std::{cell::RefCell, rc::Rc, time::Duration};

use futures::future::{AbortHandle, abortable};
use gloo_timers::callback::Timeout;
use proto::convert::time_from_wire;
use tonic_web_wasm_client::{Client, options::FetchOptions};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::{
    browser::{self, Awake},
    now, version,
};
use crate::{
    api::{CallError, Join, Provider},
    keys::{BrowserKey, KeyError},
    model::{AccountEvent, BrowseEvent, Effect, Event, HistoryEvent, Model, RecoveryEvent, Snapshot},
    pay::{clock_offset_ms, sign},
    storage::{self, Storage},
};

/// A call that takes longer is given up: the phone has no usable network.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

type Remote = Provider<Client, BrowserKey>;

/// The wallet's hands. Clones share everything.
#[derive(Clone)]
pub(super) struct Shell {
    send: Callback<Event>,
    parts: Rc<RefCell<Parts>>,
}

/// What is there once it has been made.
#[derive(Default)]
struct Parts {
    storage: Option<Storage>,
    provider: Option<Remote>,
    awake: Option<Awake>,
    wants_awake: bool,
    /// Stops the stream of changes.
    watching: Option<AbortHandle>,
    /// The last write did not reach the disk.
    disk_full: bool,
    /// Which wallet things are done for.
    wallet: u32,
}

impl Shell {
    pub(super) fn new(send: Callback<Event>, storage: Option<Storage>, key: Option<BrowserKey>) -> Self {
        let parts = Parts { storage, provider: key.map(connect), ..Parts::default() };
        Self { send, parts: Rc::new(RefCell::new(parts)) }
    }

    /// Reads what is not needed to pay, once the wallet is on the screen.
    pub(super) fn load_library(&self) {
        if let Some(storage) = self.parts.borrow().storage.clone() {
            self.report(async move {
                Event::LibraryLoaded(Box::new(storage.library().await.unwrap_or_default()))
            });
        }
    }

    /// Does one thing.
    pub(super) fn run(&self, effect: Effect, model: &Model) {
        self.parts.borrow_mut().wallet = model.wallet();
        match effect {
            Effect::Open => {
                browser::keep_storage();
                let shell = self.clone();
                self.report(async move { Event::Synced(shell.open(None).await.map(Box::new)) });
            }
            Effect::Join(how, code) => {
                browser::keep_storage();
                let shell = self.clone();
                self.report(async move { Event::Synced(shell.open(Some((how, code))).await.map(Box::new)) });
            }
            Effect::Forget => self.forget(),
            Effect::LoadLibrary => self.load_library(),
            Effect::ListOffers(page_token) => self.call(move |provider| async move {
                let page = provider.offers_page(page_token).await;
                Event::Browse(BrowseEvent::Came(page.map(Box::new)))
            }),
            Effect::ListPayments(page_token) => self.call(move |provider| async move {
                let page = provider.payments_page(page_token).await;
                Event::History(HistoryEvent::Came(page.map(Box::new)))
            }),
            Effect::Pair => self.call(|provider| async move {
                Event::Account(AccountEvent::Paired(provider.create_pairing_code().await))
            }),
            Effect::ListDevices => self.call(|provider| async move {
                Event::Account(AccountEvent::DevicesCame(provider.devices().await))
            }),
            Effect::RevokeDevice(device_id) => self.call(move |provider| async move {
                Event::Account(AccountEvent::DevicesCame(provider.revoke_device(&device_id).await))
            }),
            Effect::RenewRecoveryCode => self.call(|provider| async move {
                Event::Recovery(RecoveryEvent::Came(provider.renew_recovery_code().await))
            }),
            Effect::CloseWallet => self.call(|provider| async move {
                Event::Account(AccountEvent::Closed(provider.close().await.map(Box::new)))
            }),
            Effect::Download { name, text } => {
                let _ = browser::download(&name, &text);
            }
            Effect::SaveLibrary => {
                let library = model.library.to_bytes();
                self.keep(|storage| async move { storage.keep_library(&library).await });
            }
            Effect::SaveReceipts => {
                let receipts = model.recent.to_bytes();
                self.keep(|storage| async move { storage.keep_receipts(&receipts).await });
            }
            Effect::Replace(route) => browser::replace(&route),
            Effect::KeepTheme(theme) => {
                storage::keep_theme(theme);
                browser::show_theme(theme);
            }
            Effect::Sync => {
                self.call(|provider| async move { Event::Synced(snapshot(&provider).await.map(Box::new)) })
            }
            Effect::Watch(serial) => self.watch(serial),
            Effect::IssueTokens(count) => self
                .call(move |provider| async move { Event::TokensIssued(provider.issue_tokens(count).await) }),
            Effect::Clip(offer) => self.call(move |provider| async move {
                Event::Clipped(offer, provider.clip(offer).await.map(Box::new))
            }),
            Effect::Unclip { offer_number, coupon_id } => self.call(move |provider| async move {
                Event::Unclipped(offer_number, provider.unclip(&coupon_id).await.map(Box::new))
            }),
            Effect::Answer { payment, answer } => self.call(move |provider| async move {
                let outcome = provider.answer(&payment, answer).await;
                Event::Answered(payment.payment_id, outcome.map(Box::new))
            }),
            Effect::SetLimits(limits) => self.call(move |provider| async move {
                Event::LimitsSet(provider.set_approval_limits(limits).await.map(Box::new))
            }),
            Effect::Sign(request) => self.call(move |provider| async move {
                let code =
                    sign(&request.plan, request.token, request.language, request.now, provider.key()).await;
                Event::Signed(request.serial, code.map(Box::new))
            }),
            Effect::Save => {
                let shell = self.clone();
                let bytes = model.memory.to_bytes();
                spawn_local(async move { shell.save(&bytes).await });
            }
            Effect::TakeVersion => version::take(),
            Effect::Reload => {
                let shell = self.clone();
                let bytes = model.memory.to_bytes();
                spawn_local(async move {
                    shell.save(&bytes).await;
                    browser::reload();
                });
            }
            Effect::Wait { ms, then } => {
                let send = self.send.clone();
                Timeout::new(ms, move || send.emit(*then)).forget();
            }
            Effect::Go(route) => browser::go(&route),
            Effect::Copy(text) => {
                self.report(async move { Event::Copied(browser::copy(&text).await) });
            }
            Effect::KeepLanguage(lang) => {
                storage::keep_language(lang);
                browser::show_language(lang);
            }
            Effect::KeepAwake(on) => self.keep_awake(on),
            Effect::Buzz => browser::buzz(),
        }
    }

    /// Makes a device key if there is none, and opens a wallet with it or joins the one that a code names.
    async fn open(&self, join: Option<(Join, String)>) -> Result<Snapshot, CallError> {
        let provider = self.parts.borrow().provider.clone();
        let provider = match provider {
            Some(provider) => provider,
            None => self.make_key().await?,
        };
        let name = browser::device_name();
        let opened = match join {
            None => provider.open(&name).await?,
            Some((how, code)) => provider.join(how, &code, &name).await?,
        };
        if let Some(code) = opened.recovery_code {
            // It is told once: should what follows fail, it is on the screen all the same.
            self.send.emit(Event::Recovery(RecoveryEvent::Came(Ok(code))));
        }
        snapshot(&provider).await
    }

    async fn make_key(&self) -> Result<Remote, KeyError> {
        let key = BrowserKey::generate().await?;
        let storage = self.parts.borrow().storage.clone();
        // A key that can't be kept would lose the money with the page.
        let storage = storage.ok_or_else(|| KeyError::NotKept("no storage".to_owned()))?;
        storage.keep_key(&key).await.map_err(|error| KeyError::NotKept(format!("{error:?}")))?;
        let provider = connect(key);
        self.parts.borrow_mut().provider = Some(provider.clone());
        Ok(provider)
    }

    /// Opens a stream of changes and closes the one before.
    fn watch(&self, serial: u32) {
        let Some(provider) = self.parts.borrow().provider.clone() else { return };
        let send = self.send.clone();
        let (watching, stop) = abortable(async move {
            let error = follow(&provider, &send).await.err();
            send.emit(Event::WatchEnded(serial, error));
        });
        if let Some(before) = self.parts.borrow_mut().watching.replace(stop) {
            before.abort();
        }
        spawn_local(async move {
            let _ = watching.await;
        });
    }

    /// Writes to the disk, and says so when that begins to fail or succeeds again.
    async fn save(&self, bytes: &[u8]) {
        let Some(storage) = self.parts.borrow().storage.clone() else { return };
        let kept = storage.keep_memory(bytes).await.is_ok();
        let was_full = std::mem::replace(&mut self.parts.borrow_mut().disk_full, !kept);
        if was_full == kept {
            self.send.emit(Event::Saved(kept));
        }
    }

    /// Writes what nobody needs to pay. A disk that is full is told by [`Self::save`], and the provider has the most of it.
    fn keep<F: Future<Output = Result<(), JsValue>> + 'static>(&self, write: impl FnOnce(Storage) -> F) {
        if let Some(storage) = self.parts.borrow().storage.clone() {
            let writing = write(storage);
            spawn_local(async move { drop(writing.await) });
        }
    }

    /// Removes key and memory; the next wallet gets a key of its own.
    fn forget(&self) {
        let mut parts = self.parts.borrow_mut();
        parts.provider = None;
        if let Some(watching) = parts.watching.take() {
            watching.abort();
        }
        if let Some(storage) = parts.storage.clone() {
            spawn_local(async move { drop(storage.forget().await) });
        }
    }

    fn keep_awake(&self, on: bool) {
        {
            let mut parts = self.parts.borrow_mut();
            parts.wants_awake = on;
            parts.awake = None;
        }
        if on {
            let shell = self.clone();
            spawn_local(async move {
                let held = Awake::hold().await;
                let mut parts = shell.parts.borrow_mut();
                // The screen may have been left in the meantime.
                parts.awake = held.filter(|_| parts.wants_awake);
            });
        }
    }

    /// A call to the provider. Before there is a key the model asks for none.
    fn call<F: Future<Output = Event> + 'static>(&self, call: impl FnOnce(Remote) -> F) {
        if let Some(provider) = self.parts.borrow().provider.clone() {
            self.report(call(provider));
        }
    }

    /// Says what comes of it, and for which wallet it was begun.
    fn report(&self, event: impl Future<Output = Event> + 'static) {
        let (send, wallet) = (self.send.clone(), self.parts.borrow().wallet);
        spawn_local(async move { send.emit(Event::Of(wallet, Box::new(event.await))) });
    }
}

/// Reports changes until the stream ends.
async fn follow(provider: &Remote, send: &Callback<Event>) -> Result<(), CallError> {
    let mut changes = provider.watch().await?;
    while let Some(change) = changes.next().await? {
        send.emit(Event::Changed(Box::new(change)));
    }
    Ok(())
}

/// Everything that the provider knows, and how far the phone's clock is off.
async fn snapshot(provider: &Remote) -> Result<Snapshot, CallError> {
    // The account by itself first: its answer is the quickest, so it tells the time best, and it starts the session that
    // the other calls share.
    let sent_at = now();
    let account = provider.account().await?;
    let received_at = now();
    let (coupons, payments) = futures::try_join!(provider.coupons(), provider.payments_page(String::new()))?;
    let server_time = time_from_wire("server_time", account.provider.server_time.as_ref());
    let clock_offset_ms = server_time.map_or(0, |time| clock_offset_ms(sent_at, received_at, time));
    Ok(Snapshot { account, clock_offset_ms, coupons, payments: payments.payments })
}

fn connect(key: BrowserKey) -> Remote {
    let origin = browser::window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
    let calls = Client::new_with_options(origin.clone(), FetchOptions::new().timeout(CALL_TIMEOUT));
    Provider::new(calls, key).with_streams(Client::new(origin))
}
