//! Files that are either the old or the new one, whatever happens.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

/// Replaces the file at `path`, which lies in `folder`, with these bytes, durably.
pub(crate) fn replace(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    sync_folder(folder)
}

/// A renamed or new file is only safe once the folder that names it is. Windows has no such call and needs none.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
