//! Pieces of pages.

mod barcode;
mod code;
pub(crate) mod dates;
mod header;
pub(crate) mod icons;
mod notice;
mod offer_card;
mod receipt;
mod tabs;
mod ui;

pub(crate) use barcode::BarcodePicture;
pub(crate) use code::Code;
pub(crate) use header::{header, language};
pub(crate) use notice::notice;
pub(crate) use offer_card::offer_card;
pub(crate) use receipt::{receipt_lines, state_of};
pub(crate) use tabs::tabs;
pub(crate) use ui::{Ui, empty};
