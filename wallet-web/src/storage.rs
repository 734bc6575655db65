//! The phone's own storage: IndexedDB for the device key and the memory, local storage for the language, which is wanted
//! before anything else is read.

mod database;

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    i18n::Lang,
    keys::BrowserKey,
    model::{Library, Memory, Theme},
};
use database::Database;

const KEY: &str = "device-key";
const MEMORY: &str = "memory";
const RECEIPTS: &str = "receipts";
const LIBRARY: &str = "library";
const THEME: &str = "onescan-theme";
const LANGUAGE: &str = "onescan-language";

/// The database, open. Errors are what the browser gives.
#[derive(Debug, Clone)]
pub(crate) struct Storage(Database);

impl Storage {
    /// Opens the database, made where there is none yet.
    pub(crate) async fn open() -> Result<Self, JsValue> {
        Database::open().await.map(Self)
    }

    /// The device key, where one was made, and what was remembered.
    pub(crate) async fn wallet(&self) -> Result<Option<(BrowserKey, Memory)>, JsValue> {
        let [key, memory] = self.0.get([KEY, MEMORY]).await?;
        let memory = || Memory::from_bytes(&bytes(memory));
        Ok(BrowserKey::from_stored(&key).map(|key| (key, memory())))
    }

    /// Keeps the device key.
    pub(crate) async fn keep_key(&self, key: &BrowserKey) -> Result<(), JsValue> {
        self.0.put(KEY, &key.to_stored()).await
    }

    /// Remembers. Writes reach the disk in the order in which they were asked for.
    pub(crate) async fn keep_memory(&self, bytes: &[u8]) -> Result<(), JsValue> {
        self.0.put(MEMORY, &Uint8Array::from(bytes)).await
    }

    /// The latest receipts, as they were kept.
    pub(crate) async fn receipts(&self) -> Vec<u8> {
        self.0.get([RECEIPTS]).await.map(|[receipts]| bytes(receipts)).unwrap_or_default()
    }

    /// Keeps them.
    pub(crate) async fn keep_receipts(&self, bytes: &[u8]) -> Result<(), JsValue> {
        self.0.put(RECEIPTS, &Uint8Array::from(bytes)).await
    }

    /// What else was kept.
    pub(crate) async fn library(&self) -> Result<Library, JsValue> {
        let [library] = self.0.get([LIBRARY]).await?;
        Ok(Library::from_bytes(&bytes(library)))
    }

    /// Keeps it.
    pub(crate) async fn keep_library(&self, bytes: &[u8]) -> Result<(), JsValue> {
        self.0.put(LIBRARY, &Uint8Array::from(bytes)).await
    }

    /// Removes the key and all that is kept of its wallet.
    pub(crate) async fn forget(&self) -> Result<(), JsValue> {
        self.0.clear().await
    }
}

/// As they were kept; none where nothing was.
fn bytes(stored: JsValue) -> Vec<u8> {
    stored.dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default()
}

/// The language that the shopper chose, else the browser's.
pub(crate) fn language() -> Lang {
    let window = web_sys::window();
    let chosen = local_storage().and_then(|storage| storage.get_item(LANGUAGE).ok().flatten());
    let tag = chosen.or_else(|| window?.navigator().language());
    Lang::from_tag(&tag.unwrap_or_default())
}

/// Remembers the language. Where the browser refuses, it is asked for again the next time.
pub(crate) fn keep_language(lang: Lang) {
    if let Some(storage) = local_storage() {
        let _ = storage.set_item(LANGUAGE, lang.tag());
    }
}

/// The theme that the shopper chose.
pub(crate) fn theme() -> Theme {
    let chosen = local_storage().and_then(|storage| storage.get_item(THEME).ok().flatten());
    Theme::from_name(&chosen.unwrap_or_default())
}

/// Remembers the theme. Where the browser refuses, it is the phone's the next time.
pub(crate) fn keep_theme(theme: Theme) {
    if let Some(storage) = local_storage() {
        let _ = storage.set_item(THEME, theme.name());
    }
}

fn local_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
