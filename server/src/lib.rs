//! The payment provider: gRPC, gRPC-web and the wallet's files on one port.
//!
//! [`serve`] starts one; the binary and the tests do the same. A call goes through `api` (decode, authorise, encode) either to
//! the `engine`, the one writer, or to `read`, which queries a snapshot beside it.

mod api;
mod app;
mod auth;
pub mod clock;
pub mod config;
mod directory;
mod door;
pub mod engine;
mod error;
mod gather;
mod http;
mod hub;
pub mod model;
mod news;
mod operator_key;
mod read;
mod running;
mod scan;
mod secrets;
pub mod store;
mod sweep;
mod tries;

pub use error::Error;
pub use operator_key::{OPERATOR_KEY_FILE, rotate_operator_key};
pub use running::{Running, ServeError, serve};
