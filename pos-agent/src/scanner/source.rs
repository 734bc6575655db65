//! A scan from a file or from standard input: a picture, or the code's text.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use thiserror::Error;

use super::picture::{self, ScanError};

/// The largest file that is read.
pub const SCAN_BYTES_MAX: u64 = 64 << 20;

const PNG: &[u8] = b"\x89PNG";
const JPEG: &[u8] = b"\xFF\xD8\xFF";

/// Why there is no text.
#[derive(Debug, Error)]
pub enum SourceError {
    /// Can't be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A picture without a readable code.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

/// The text in a file; `-` is standard input.
pub fn read(path: &Path) -> Result<String, SourceError> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(SCAN_BYTES_MAX).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(SCAN_BYTES_MAX).read_to_end(&mut bytes)?;
    }
    Ok(text(&bytes)?)
}

/// A picture is told by its first bytes; everything else is text, and what is wrong with a text the code's own decoder says.
pub fn text(bytes: &[u8]) -> Result<String, ScanError> {
    if bytes.starts_with(PNG) || bytes.starts_with(JPEG) {
        return picture::decode(bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(ScanError::NotAPicture("neither PNG, JPEG nor text".to_owned())),
    }
}
