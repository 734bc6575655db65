//! The device key: Ed25519, made on the phone, and never leaving it. It opens the wallet, starts sessions and signs codes.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod software;

use thiserror::Error;

#[cfg(target_arch = "wasm32")]
pub use browser::BrowserKey;
#[cfg(not(target_arch = "wasm32"))]
pub use software::SoftwareKey;

/// The key can't be made, read or used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The page was not loaded over TLS (or from this machine), so the browser gives no cryptography.
    #[error("the browser gives no keys to pages that were not loaded over TLS")]
    Insecure,
    /// The browser doesn't know Ed25519.
    #[error("the browser is too old to keep an Ed25519 key")]
    Unsupported,
    /// The browser has no room for it, or keeps nothing, as in a private window.
    #[error("the browser does not keep the key: {0}")]
    NotKept(String),
    /// Something else in the browser.
    #[error("the browser could not use its key: {0}")]
    Browser(String),
}

/// What a device is called by default, after its browser's user agent.
pub fn device_name(user_agent: &str) -> &'static str {
    const NAMES: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "Chromebook"),
        ("Mac OS X", "Mac"),
        ("Windows", "Windows PC"),
        ("Linux", "Linux PC"),
    ];
    NAMES.iter().find(|(mark, _)| user_agent.contains(mark)).map_or("", |(_, name)| name)
}

/// A key pair whose secret half can only be asked to sign.
#[allow(
    async_fn_in_trait,
    reason = "used with concrete types only, whose futures show by themselves whether they are Send"
)]
pub trait DeviceKey {
    /// The public half, 32 bytes.
    async fn public_key(&self) -> Result<[u8; 32], KeyError>;
    /// Ed25519 over `message`, 64 bytes.
    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_called_what_people_call_it() {
        for (agent, name) in [
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15", "iPhone"),
            ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/143.0.0.0 Mobile", "Android"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101", "Windows PC"),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "Linux PC"),
            ("something else", ""),
        ] {
            assert_eq!(device_name(agent), name);
        }
    }
}
