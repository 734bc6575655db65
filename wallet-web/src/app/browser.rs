//! The browser around the page: its events, its address, and the small services that some browsers have and others lack.
//! What is lacking is done without.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, EventTarget, HtmlElement, VisibilityState, Window};
use yew::Callback;

use crate::{
    i18n::Lang,
    model::{Event, Route},
};

pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// The part of the address that names the page.
pub(super) fn hash() -> String {
    window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Opens a page. The start page leaves no trace behind it, so that going back from the first page leaves the wallet.
pub(super) fn go(route: &Route) {
    if let Some(window) = window() {
        let location = window.location();
        let _ = match hash().as_str() {
            "" | "#" => location.replace(&route.hash()),
            _ => location.set_hash(&route.hash()),
        };
    }
}

pub(super) fn scroll_to_top() {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// Tells the browser, and whoever has it read aloud, which language is spoken.
pub(super) fn show_language(lang: Lang) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = root.set_attribute("lang", lang.tag());
    }
}

/// Turns what happens around the page into events, as long as the page lives.
pub(super) fn listen(send: &Callback<Event>) {
    let Some(window) = window() else { return };
    on(&window, "hashchange", send, || Some(Event::Went(Route::from_hash(&hash()))));
    on(&window, "online", send, || Some(Event::NetworkBack));
    on(&window, "offline", send, || Some(Event::NetworkGone));
    if let Some(document) = document() {
        on(&document, "visibilitychange", send, || {
            Some(if document_is_visible() { Event::Shown } else { Event::Hidden })
        });
    }
    on(&window, "resize", send, || code_side_px().map(Event::Measured));
}

/// How large the code is drawn on this screen: as wide as the page, but so that what it saves shows too.
pub(super) fn code_side_px() -> Option<u32> {
    // As the style sheet's `--code` says.
    const PAGE_PX: f64 = 480.0;
    const AROUND_PX: f64 = 236.0;
    const LEAST_PX: f64 = 240.0;
    let window = window()?;
    let width = window.inner_width().ok()?.as_f64()?;
    let height = window.inner_height().ok()?.as_f64()?;
    let side = (height - AROUND_PX).max(LEAST_PX).min(width).min(PAGE_PX);
    // Between 0 and 480.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Some(side.max(0.0) as u32)
}

/// What the browser calls the page.
pub(super) fn show_title(title: &str) {
    if let Some(document) = document()
        && document.title() != title
    {
        document.set_title(title);
    }
}

/// Puts the focus on the first element that the selector finds, so that keys and screen readers go on from there.
pub(super) fn focus(selector: &str) {
    let found = document().and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Loads the page anew.
pub(super) fn reload() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

fn document_is_visible() -> bool {
    document().is_some_and(|document| document.visibility_state() == VisibilityState::Visible)
}

/// Sends what `event` makes of each event of that name.
pub(super) fn on(
    target: &EventTarget,
    name: &str,
    send: &Callback<Event>,
    event: impl Fn() -> Option<Event> + 'static,
) {
    let send = send.clone();
    let closure = Closure::<dyn Fn()>::new(move || {
        if let Some(event) = event() {
            send.emit(event);
        }
    });
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// Asks the browser not to clear the wallet away when the disk gets full.
pub(super) fn keep_storage() {
    let Some(window) = window() else { return };
    let storage = window.navigator().storage();
    if !storage.is_undefined()
        && let Ok(promise) = storage.persist()
    {
        ignore(promise);
    }
}

/// Puts a text into the clipboard; whether it worked.
pub(super) async fn copy(text: &str) -> bool {
    let Some(window) = window() else { return false };
    let clipboard = window.navigator().clipboard();
    !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// A short touch.
pub(super) fn buzz() {
    const BUZZ_MS: u32 = 60;
    let Some(window) = window() else { return };
    let navigator = window.navigator();
    if has(&navigator, "vibrate") {
        let _ = navigator.vibrate_with_duration(BUZZ_MS);
    }
}

/// Keeps the screen on as long as it is held (the Screen Wake Lock API, not yet in `web-sys`).
pub(super) struct Awake(JsValue);

impl Awake {
    /// `None` where the browser can't, or won't now.
    pub(super) async fn hold() -> Option<Self> {
        let lock = Reflect::get(&window()?.navigator(), &"wakeLock".into()).ok()?;
        let promise = method(&lock, "request")?.call1(&lock, &"screen".into()).ok()?;
        JsFuture::from(promise.dyn_into::<Promise>().ok()?).await.ok().map(Self)
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        let promise = method(&self.0, "release").and_then(|release| release.call0(&self.0).ok());
        if let Some(promise) = promise.and_then(|promise| promise.dyn_into().ok()) {
            ignore(promise);
        }
    }
}

fn method(object: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(object, &name.into()).ok()?.dyn_into().ok()
}

/// Lets a promise run without caring how it ends, and without the browser complaining that nobody does.
pub(super) fn ignore(promise: Promise) {
    spawn_local(async move {
        let _ = JsFuture::from(promise).await;
    });
}

fn has(object: &JsValue, name: &str) -> bool {
    Reflect::has(object, &name.into()).unwrap_or(false)
}
