//! The quickest way from a tap to a code that a till can read: storage is read, the code is made, signed and drawn. Who has no
//! wallet yet is welcomed. Only then the rest of the program is loaded, [`app`], which takes over what was begun here.
//!
//! A release keeps that rest in a file of its own (feature `split`). What is called from here is in the first file, so
//! nothing here may call yew, a page, the provider, or the reducer of all events; `cargo xtask wallet` says what the first
//! file weighs.

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_split_helpers::SplitLoaderError;

use crate::{
    app::{self, Begun, browser},
    i18n::{First, Lang},
    keys::BrowserKey,
    model::{self, Effect, Event, Memory, Model, Route, Stage},
    pay::{self, PayCode},
    qr::Symbol,
    storage::{self, Storage},
};

/// Wait before the rest of the program is asked for again.
const RETRY_MS: u32 = 2_000;

/// Starts the wallet in the page's `#app`.
#[wasm_bindgen(start)]
pub(crate) async fn start() {
    let begun = begin().await;
    let run = loop {
        match rest().await {
            Ok(run) => break run,
            Err(_) => TimeoutFuture::new(RETRY_MS).await,
        }
    };
    run(begun);
}

/// Reads the storage, and shows a code where the wallet opens with one, or what a wallet is where there is none.
async fn begin() -> Begun {
    let lang = storage::language();
    browser::show_language(lang);
    let theme = storage::theme();
    browser::show_theme(theme);
    let mut model = Model::new(Route::from_hash(&browser::hash()), lang, app::now());
    model.theme = theme;
    model.utc_offset_minutes = browser::utc_offset_minutes();
    if let Some(side_px) = browser::code_side_px() {
        model::measured(&mut model, side_px);
    }
    let (storage, key, memory) = read().await;
    let effects = model::loaded(&mut model, memory);
    if matches!(model.stage, Stage::Welcome { .. }) && !matches!(model.route, Route::Link(_) | Route::Recover)
    {
        welcome(lang);
    }
    let mut begun = Begun { model, storage, key, effects: vec![], signed: None, receipts: vec![] };
    for effect in effects {
        match (effect, &begun.key, &begun.storage) {
            // In the order in which they come: a token is marked as shown on the disk before it is on the screen.
            (Effect::Save, _, Some(storage)) => {
                if storage.keep_memory(&begun.model.memory.to_bytes()).await.is_err() {
                    // Tried again where the shopper can be told.
                    begun.effects.push(Effect::Save);
                }
            }
            (Effect::Sign(request), Some(key), _) => {
                let code = pay::sign(&request.plan, request.token, request.language, request.now, key).await;
                if let Ok(code) = &code {
                    draw(code, lang);
                }
                begun.signed = Some(Event::Signed(request.serial, code.map(Box::new)));
            }
            (other, _, _) => begun.effects.push(other),
        }
    }
    if let Some(storage) = &begun.storage {
        begun.receipts = storage.receipts().await;
    }
    begun
}

/// What is in the storage. A wallet without its key is none: the key alone can open it.
async fn read() -> (Option<Storage>, Option<BrowserKey>, Memory) {
    let Ok(storage) = Storage::open().await else { return Default::default() };
    match storage.wallet().await {
        Ok(Some((key, memory))) => (Some(storage), Some(key), memory),
        Ok(None) | Err(_) => (Some(storage), None, Memory::default()),
    }
}

/// The Pay screen, without what is around the code.
fn draw(code: &PayCode, lang: Lang) {
    let Ok(symbol) = Symbol::draw(&code.text) else { return };
    let texts = lang.first();
    if let Some(root) = browser::root() {
        root.set_inner_html(&format!(
            "<div class=\"wallet\"><main class=\"pay\"><header class=\"header\"><h1>{}</h1></header>\
             <div role=\"alert\"></div><div class=\"code\">{}</div></main></div>",
            texts.pay,
            symbol.svg(texts.code_label),
        ));
    }
}

/// The page of a shopper who has no wallet yet, with nothing to tap before there is a program that answers.
fn welcome(lang: Lang) {
    let First { other_language, welcome_title, welcome_text, welcome_open, have_wallet, welcome_key, .. } =
        lang.first();
    let logo = browser::logo().map_or_else(String::new, |logo| logo.outer_html());
    if let Some(root) = browser::root() {
        root.set_inner_html(&format!(
            "<main class=\"welcome\"><div class=\"welcome-top\"><button class=\"lang\" disabled>{other_language}</button></div>\
             <div class=\"welcome-body\">{logo}<h1>{welcome_title}</h1><p class=\"welcome-text\">{welcome_text}</p></div>\
             <div class=\"welcome-foot\"><div role=\"alert\"></div>\
             <button class=\"button button-large\" disabled>{welcome_open}</button>\
             <button class=\"button button-quiet button-large\" disabled>{have_wallet}</button><p class=\"small\">{welcome_key}</p></div></main>",
        ));
    }
}

/// Loads the rest of the program. After a failure it may be tried again.
#[cfg(feature = "split")]
#[wasm_split_helpers::wasm_split(app, fallible)]
fn rest() -> Result<fn(Begun), SplitLoaderError> {
    Ok(app::run)
}

/// All is in one file: there is nothing to load.
#[cfg(not(feature = "split"))]
async fn rest() -> Result<fn(Begun), SplitLoaderError> {
    Ok(app::run)
}
