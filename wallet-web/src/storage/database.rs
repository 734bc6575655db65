//! IndexedDB as far as the wallet uses it: one store, in which values lie under names.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode,
};

const DATABASE: &str = "onescan-wallet";
const STORE: &str = "wallet";

/// The database, open. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Database(IdbDatabase);

impl Database {
    /// Opens it, made where there is none yet.
    pub(super) async fn open() -> Result<Self, JsValue> {
        let factory = web_sys::window().and_then(|window| window.indexed_db().ok().flatten());
        let request = factory.ok_or("the browser has no storage")?.open(DATABASE)?;
        request.set_onupgradeneeded(Some(make_store(request.clone()).unchecked_ref()));
        Ok(Self(answer(&request).await?.unchecked_into()))
    }

    /// What lies under these names; `undefined` where nothing does.
    pub(super) async fn get<const N: usize>(&self, names: [&str; N]) -> Result<[JsValue; N], JsValue> {
        let (_, store) = self.begin(IdbTransactionMode::Readonly)?;
        let mut values = names.map(JsValue::from_str);
        // All are asked for before the first is waited for.
        for value in &mut values {
            *value = store.get(value)?.into();
        }
        for value in &mut values {
            *value = answer(value.unchecked_ref()).await?;
        }
        Ok(values)
    }

    /// Puts a value under a name, and is done once it has reached the disk.
    pub(super) async fn put(&self, name: &str, value: &JsValue) -> Result<(), JsValue> {
        let (transaction, store) = self.begin(IdbTransactionMode::Readwrite)?;
        store.put_with_key(value, &name.into())?;
        committed(&transaction).await
    }

    /// Removes everything.
    pub(super) async fn clear(&self) -> Result<(), JsValue> {
        let (transaction, store) = self.begin(IdbTransactionMode::Readwrite)?;
        store.clear()?;
        committed(&transaction).await
    }

    fn begin(&self, mode: IdbTransactionMode) -> Result<(IdbTransaction, IdbObjectStore), JsValue> {
        let transaction = self.0.transaction_with_str_and_mode(STORE, mode)?;
        let store = transaction.object_store(STORE)?;
        Ok((transaction, store))
    }
}

/// Called by the browser for a database that is new.
fn make_store(request: IdbOpenDbRequest) -> JsValue {
    Closure::once_into_js(move || {
        // A store that can't be made shows itself at the first access.
        if let Ok(database) = request.result() {
            let _ = database.unchecked_into::<IdbDatabase>().create_object_store(STORE);
        }
    })
}

/// Waits for what was asked for.
async fn answer(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let answered = Promise::new(&mut |answered, failed| {
        request.set_onsuccess(Some(&answered));
        request.set_onerror(Some(&failed));
    });
    match JsFuture::from(answered).await {
        Ok(_) => request.result(),
        Err(_) => Err(request.error()?.into()),
    }
}

/// Waits until a transaction is on the disk; a write that failed ends it too.
async fn committed(transaction: &IdbTransaction) -> Result<(), JsValue> {
    let ended = Promise::new(&mut |completed, aborted| {
        transaction.set_oncomplete(Some(&completed));
        transaction.set_onabort(Some(&aborted));
    });
    match JsFuture::from(ended).await {
        Ok(_) => Ok(()),
        Err(_) => Err(transaction.error().into()),
    }
}
