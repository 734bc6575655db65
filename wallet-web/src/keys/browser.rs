//! The phone's own key: made by WebCrypto, not extractable, kept in IndexedDB as the browser's opaque `CryptoKey`. Not even
//! this page can read its secret half.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};

use super::{DeviceKey, KeyError};

/// The algorithm's name in WebCrypto.
const ALGORITHM: &str = "Ed25519";

/// A key pair held by the browser.
#[derive(Debug, Clone)]
pub struct BrowserKey {
    secret: CryptoKey,
    public: [u8; 32],
}

impl BrowserKey {
    /// Makes a new pair whose secret half can't be exported.
    pub async fn generate() -> Result<Self, KeyError> {
        let subtle = subtle()?;
        let usages = Array::of2(&"sign".into(), &"verify".into());
        let promise =
            subtle.generate_key_with_str(ALGORITHM, false, &usages).map_err(|_| KeyError::Unsupported)?;
        let pair = JsFuture::from(promise).await.map_err(|_| KeyError::Unsupported)?;
        let secret = property(&pair, "privateKey")?;
        let public: CryptoKey = property(&pair, "publicKey")?;
        let raw = subtle.export_key("raw", &public).map_err(|error| browser(&error))?;
        let raw = JsFuture::from(raw).await.map_err(|error| browser(&error))?;
        let public = bytes(&raw).ok_or(KeyError::Unsupported)?;
        Ok(Self { secret, public })
    }

    /// As IndexedDB keeps it.
    pub fn to_stored(&self) -> JsValue {
        let stored = Object::new();
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&stored, &"secret".into(), &self.secret);
        let _ = Reflect::set(&stored, &"public".into(), &Uint8Array::from(self.public.as_slice()));
        stored.into()
    }

    /// As IndexedDB gave it back.
    pub fn from_stored(stored: &JsValue) -> Option<Self> {
        let secret = property(stored, "secret").ok()?;
        let public = bytes(&Reflect::get(stored, &"public".into()).ok()?)?;
        Some(Self { secret, public })
    }
}

impl DeviceKey for BrowserKey {
    async fn public_key(&self) -> Result<[u8; 32], KeyError> {
        Ok(self.public)
    }

    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        let message = Uint8Array::from(message);
        let promise = subtle()?
            .sign_with_str_and_buffer_source(ALGORITHM, &self.secret, &message)
            .map_err(|error| browser(&error))?;
        let signature = JsFuture::from(promise).await.map_err(|error| browser(&error))?;
        bytes(&signature).ok_or_else(|| KeyError::Browser("a signature of the wrong length".to_owned()))
    }
}

fn subtle() -> Result<SubtleCrypto, KeyError> {
    let subtle = web_sys::window().and_then(|window| window.crypto().ok()).map(|crypto| crypto.subtle());
    // Outside a secure context the property is missing, whatever its type says.
    subtle.filter(|subtle| !subtle.is_undefined()).ok_or(KeyError::Insecure)
}

fn property(object: &JsValue, name: &str) -> Result<CryptoKey, KeyError> {
    Reflect::get(object, &name.into())
        .ok()
        .and_then(|value| value.dyn_into().ok())
        .ok_or_else(|| KeyError::Browser(format!("no {name}")))
}

fn bytes<const N: usize>(value: &JsValue) -> Option<[u8; N]> {
    Uint8Array::new(value).to_vec().try_into().ok()
}

fn browser(error: &JsValue) -> KeyError {
    KeyError::Browser(format!("{error:?}"))
}
