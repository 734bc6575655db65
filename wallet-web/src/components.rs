//! Pieces of pages.

mod barcode;
mod chart;
mod code;
pub(crate) mod dates;
mod header;
pub(crate) mod icons;
mod list;
mod notice;
mod offer_card;
mod receipt;
mod sheet;
mod tabs;
mod ui;

pub(crate) use barcode::BarcodePicture;
pub(crate) use chart::savings_chart;
pub(crate) use code::Code;
pub(crate) use header::{header, language};
pub(crate) use list::{Place, Rem, long_list};
pub(crate) use notice::notice;
pub(crate) use offer_card::{OFFER_ROW, offer_card};
pub(crate) use receipt::{receipt_lines, unused_coupons};
pub(crate) use sheet::Sheet;
pub(crate) use tabs::tabs;
pub(crate) use ui::{Ui, empty};
