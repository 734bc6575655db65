//! Where a code comes from: typed by a scanner, a picture file, a watched folder, or standard input.

pub mod folder;
pub mod picture;
pub mod source;
