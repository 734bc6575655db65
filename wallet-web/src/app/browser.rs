//! The browser around the page: its events, its address, and the small services that some browsers have and others lack.
//! What is lacking is done without.

use std::cell::Cell;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, Document, Element, EventTarget, HtmlElement, Url, VisibilityState, Window,
};
use yew::Callback;

use crate::{
    i18n::Lang,
    keys,
    model::{BrowseEvent, Event, Route, Theme},
};

pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// The element that the wallet is drawn in.
pub(crate) fn root() -> Option<Element> {
    document()?.get_element_by_id("app")
}

/// The sign of OneScan that the page comes with.
pub(crate) fn logo() -> Option<Element> {
    document()?.query_selector(".logo").ok().flatten()
}

/// The part of the address that names the page.
pub(crate) fn hash() -> String {
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
pub(crate) fn show_language(lang: Lang) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = root.set_attribute("lang", lang.tag());
    }
}

/// Light or dark; the style sheet reads it off the root.
pub(crate) fn show_theme(theme: Theme) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = root.set_attribute("data-theme", theme.name());
    }
}

/// Opens a page in place of the one in the address.
pub(super) fn replace(route: &Route) {
    if let Some(window) = window() {
        let _ = window.location().replace(&route.hash());
    }
}

/// The full address of a page, for another device to open.
pub(crate) fn address_of(route: &Route) -> String {
    let origin = window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
    format!("{origin}/{}", route.hash())
}

/// A picture's address, where it is the wallet's own.
pub(crate) fn own_address(url: &str) -> Option<String> {
    let origin = window()?.location().origin().ok()?;
    let rest = url.strip_prefix(&origin)?;
    rest.starts_with('/').then(|| rest.to_owned())
}

/// Minutes that the phone's clock is ahead of UTC now.
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn utc_offset_minutes() -> i32 {
    -js_sys::Date::new_0().get_timezone_offset() as i32
}

/// What this device is called until the shopper says otherwise.
pub(super) fn device_name() -> String {
    let agent = window().and_then(|window| window.navigator().user_agent().ok()).unwrap_or_default();
    keys::device_name(&agent).to_owned()
}

/// Gives the shopper a file. It is made on the phone and goes nowhere.
pub(super) fn download(name: &str, text: &str) -> Option<()> {
    let options = BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    let parts = js_sys::Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlElement = document()?.create_element("a").ok()?.dyn_into().ok()?;
    link.set_attribute("href", &address).ok()?;
    link.set_attribute("download", name).ok()?;
    link.click();
    Url::revoke_object_url(&address).ok()
}

/// Tells which row of a long list is the first that can be seen, whenever that changes.
fn listen_to_scrolling(window: &Window, send: &Callback<Event>) {
    let last = Cell::new(0);
    let send = send.clone();
    let closure = Closure::<dyn Fn()>::new(move || {
        if let Some(row) = first_row()
            && last.replace(row) != row
        {
            send.emit(Event::Browse(BrowseEvent::Scrolled(row)));
        }
    });
    let _ = window.add_event_listener_with_callback("scroll", closure.as_ref().unchecked_ref());
    closure.forget();
}

/// The first row of the long list that can be seen, in steps of so many rows, by which the list is drawn anew.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn first_row() -> Option<usize> {
    const STEP: usize = 5;
    let document = document()?;
    let list = document.query_selector(".long-list").ok()??;
    let row = document.query_selector(".long-list > li[aria-posinset]").ok()??;
    let (above, height) = (-list.get_bounding_client_rect().top(), row.get_bounding_client_rect().height());
    if height < 1.0 {
        return None;
    }
    Some((above.max(0.0) / height) as usize / STEP * STEP)
}

/// Turns what happens around the page into events, as long as the page lives.
pub(super) fn listen(send: &Callback<Event>) {
    let Some(window) = window() else { return };
    on(&window, "hashchange", send, || Some(Event::Went(Route::from_hash(&hash()))));
    on(&window, "online", send, || Some(Event::NetworkBack));
    on(&window, "offline", send, || Some(Event::NetworkGone));
    listen_to_scrolling(&window, send);
    if let Some(document) = document() {
        on(&document, "visibilitychange", send, || {
            Some(if document_is_visible() { Event::Shown } else { Event::Hidden })
        });
    }
    on(&window, "resize", send, || code_side_px().map(Event::Measured));
}

/// How large the code is drawn on this screen: as wide as the page, but so that what it saves shows too.
pub(crate) fn code_side_px() -> Option<u32> {
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
