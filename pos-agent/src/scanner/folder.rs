//! A folder that is watched for new pictures: a shared folder of the phone, or where screenshots go.
//!
//! Polled, since that works on network folders too. A picture counts once it has stopped growing; what was there at the start
//! doesn't count, so that yesterday's screenshot pays nothing.

use std::{
    convert::Infallible,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde::Deserialize;
use tokio::{task::spawn_blocking, time::sleep};
use tracing::warn;

use super::{Outlet, source};

/// How often to look.
pub const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Which folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FolderSettings {
    /// The folder.
    pub path: PathBuf,
}

/// Reads each new picture until the folder is gone.
pub(super) async fn read(settings: &FolderSettings, outlet: &Outlet) -> io::Result<Infallible> {
    let mut folder = Folder::watch(&settings.path);
    loop {
        fs::metadata(&settings.path)?;
        outlet.connected();
        if let Some(path) = folder.poll() {
            let file = path.clone();
            match spawn_blocking(move || source::read(&file)).await.map_err(io::Error::other)? {
                Ok(text) => outlet.give(text).await?,
                Err(error) => warn!(scanner = %outlet.name, ?path, %error, "a picture gave no code"),
            }
        }
        sleep(POLL_INTERVAL).await;
    }
}

/// The newest picture: when it was written, how large it is, where.
type Seen = (SystemTime, u64, PathBuf);

/// A watched folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// What has been reported, or was there from the start.
    done: Option<Seen>,
    /// What was newest at the last look, perhaps still being written.
    growing: Option<Seen>,
}

impl Folder {
    /// Watches from now on.
    pub fn watch(path: &Path) -> Self {
        Self { path: path.to_owned(), done: newest(path), growing: None }
    }

    /// Looks once; gives a picture that is new and whole.
    pub fn poll(&mut self) -> Option<PathBuf> {
        let seen = newest(&self.path).filter(|seen| self.done.as_ref() != Some(seen))?;
        // Older than what was reported: a newer one was deleted.
        if self.done.as_ref().is_some_and(|done| seen.0 < done.0) {
            return None;
        }
        if self.growing.as_ref() != Some(&seen) || seen.1 == 0 {
            self.growing = Some(seen);
            return None;
        }
        self.growing = None;
        self.done = Some(seen.clone());
        Some(seen.2)
    }
}

fn newest(folder: &Path) -> Option<Seen> {
    let seen = |entry: fs::DirEntry| {
        let path = entry.path();
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        let meta = entry.metadata().ok()?;
        let picture = meta.is_file() && matches!(extension.as_str(), "png" | "jpg" | "jpeg");
        picture.then_some((meta.modified().ok()?, meta.len(), path))
    };
    fs::read_dir(folder).ok()?.filter_map(|entry| seen(entry.ok()?)).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_picture_is_reported_once_when_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
        put("old.png", b"yesterday");
        let mut folder = Folder::watch(dir.path());
        assert_eq!((folder.poll(), folder.poll()), (None, None));

        put("notes.txt", b"no picture");
        put("new.PNG", b"half");
        assert_eq!(folder.poll(), None);
        put("new.PNG", b"half and half");
        assert_eq!(folder.poll(), None, "it is still growing");
        assert_eq!(folder.poll(), Some(dir.path().join("new.PNG")));
        assert_eq!((folder.poll(), folder.poll()), (None, None));

        fs::remove_file(dir.path().join("new.PNG")).unwrap();
        assert_eq!((folder.poll(), folder.poll()), (None, None), "the old one isn't new again");
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_pictures() {
        let mut folder = Folder::watch(Path::new("/nowhere/at/all"));
        assert_eq!(folder.poll(), None);
    }
}
