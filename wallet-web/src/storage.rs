//! The phone's own storage: IndexedDB for the device key and the memory, local storage for the language, which is wanted
//! before anything else is read.

use std::rc::Rc;

use idb::{Database, DatabaseEvent, Error, Factory, ObjectStoreParams, Query, TransactionMode};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    i18n::Lang,
    keys::BrowserKey,
    model::{Library, Memory, Theme},
};

const DATABASE: &str = "onescan-wallet";
const DATABASE_VERSION: u32 = 1;
const STORE: &str = "wallet";
const KEY: &str = "device-key";
const MEMORY: &str = "memory";
const LIBRARY: &str = "library";
const THEME: &str = "onescan-theme";
const LANGUAGE: &str = "onescan-language";

/// The database, open.
#[derive(Debug, Clone)]
pub(crate) struct Storage(Rc<Database>);

impl Storage {
    /// Opens the database, made where there is none yet.
    pub(crate) async fn open() -> Result<Self, Error> {
        let mut request = Factory::new()?.open(DATABASE, Some(DATABASE_VERSION))?;
        request.on_upgrade_needed(|event| {
            // A store that can't be made shows itself at the first access.
            if let Ok(database) = event.database() {
                let _ = database.create_object_store(STORE, ObjectStoreParams::new());
            }
        });
        Ok(Self(Rc::new(request.await?)))
    }

    /// The device key, where one was made.
    pub(crate) async fn key(&self) -> Result<Option<BrowserKey>, Error> {
        Ok(self.get(KEY).await?.and_then(|stored| BrowserKey::from_stored(&stored)))
    }

    /// Keeps the device key.
    pub(crate) async fn keep_key(&self, key: &BrowserKey) -> Result<(), Error> {
        self.put(KEY, &key.to_stored()).await
    }

    /// What was remembered; nothing where nothing was.
    pub(crate) async fn memory(&self) -> Result<Memory, Error> {
        let stored = self.get(MEMORY).await?;
        let bytes = stored.and_then(|stored| stored.dyn_into::<Uint8Array>().ok());
        Ok(bytes.map(|bytes| Memory::from_bytes(&bytes.to_vec())).unwrap_or_default())
    }

    /// Remembers. Writes reach the disk in the order in which they were asked for.
    pub(crate) async fn keep_memory(&self, bytes: &[u8]) -> Result<(), Error> {
        self.put(MEMORY, &Uint8Array::from(bytes)).await
    }

    /// What else was kept.
    pub(crate) async fn library(&self) -> Result<Library, Error> {
        let stored = self.get(LIBRARY).await?;
        let bytes = stored.and_then(|stored| stored.dyn_into::<Uint8Array>().ok());
        Ok(bytes.map(|bytes| Library::from_bytes(&bytes.to_vec())).unwrap_or_default())
    }

    /// Keeps it.
    pub(crate) async fn keep_library(&self, bytes: &[u8]) -> Result<(), Error> {
        self.put(LIBRARY, &Uint8Array::from(bytes)).await
    }

    /// Removes the key and all that is kept of its wallet.
    pub(crate) async fn forget(&self) -> Result<(), Error> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadWrite)?;
        transaction.object_store(STORE)?.clear()?.await?;
        transaction.commit()?.await?;
        Ok(())
    }

    async fn get(&self, name: &str) -> Result<Option<JsValue>, Error> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadOnly)?;
        transaction.object_store(STORE)?.get(Query::Key(name.into()))?.await
    }

    async fn put(&self, name: &str, value: &JsValue) -> Result<(), Error> {
        let transaction = self.0.transaction(&[STORE], TransactionMode::ReadWrite)?;
        transaction.object_store(STORE)?.put(value, Some(&name.into()))?.await?;
        transaction.commit()?.await?;
        Ok(())
    }
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
