//! GS1 item numbers: what stands under the bars of a product, made comparable.

mod check_digit;
mod gtin;
mod upc_e;

pub use check_digit::check_digit;
pub use gtin::{Circulation, Gtin, GtinError};
