//! The phone wallet. What is here compiles natively too, so that demo and tests use the very code of the phone: the device
//! key, the calls to the provider, the code that pays, and the model of the screens. Only what touches the browser is
//! for WASM alone.

pub mod api;
pub mod barcode;
pub mod i18n;
pub mod keys;
pub mod model;
pub mod pay;
pub mod qr;
pub mod stock;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod boot;
#[cfg(target_arch = "wasm32")]
mod components;
#[cfg(target_arch = "wasm32")]
mod pages;
#[cfg(target_arch = "wasm32")]
mod storage;
