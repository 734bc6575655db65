//! GS1 numbers of items, companies and places: what stands under the bars of a product, made comparable.

mod check_digit;
mod company_prefix;
mod gln;
mod gtin;
mod in_store;
mod upc_e;

pub use check_digit::check_digit;
pub use company_prefix::{CompanyPrefix, CompanyPrefixError};
pub use gln::{Gln, GlnError};
pub use gtin::{Circulation, Gtin, GtinError};
pub use in_store::{InStore, InStorePattern, InStorePatternError, ScaleValue};
