//! What the demo keeps between two runs, all in one folder, and keys that only their owner can read.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use crate::shell::{Outcome, remove_dir, root};

/// The demo's folder.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The one that survives: `data/demo` of the repository, which git ignores.
    pub(super) fn kept() -> Self {
        Self(root().join("data/demo"))
    }

    /// One made for this run.
    pub(super) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Makes sure that no provider runs on it: the one that does holds a lock.
    pub(super) fn must_be_free(&self) -> Outcome {
        let Ok(lock) = fs::File::open(self.provider().join("lock")) else { return Ok(()) };
        match lock.try_lock() {
            Err(fs::TryLockError::WouldBlock) => {
                let process = fs::read_to_string(self.provider_process()).unwrap_or_default();
                let process = process.trim();
                Err(format!(
                    "another demo is running: quit its till first. (Where it has none any more, its provider was left \
                     behind: `kill {process}`.)"
                )
                .into())
            }
            _ => Ok(()),
        }
    }

    /// Removes it with all that is in it, and nothing else.
    pub(super) fn remove(&self) -> Outcome {
        remove_dir(&self.0)
    }

    /// Makes what the programs expect to find.
    pub(super) fn make(&self) -> Outcome {
        for folder in [self.provider(), self.keys(), self.till(), self.screenshots()] {
            fs::create_dir_all(&folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
        }
        Ok(())
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The provider's database.
    pub(super) fn provider(&self) -> PathBuf {
        self.0.join("provider")
    }

    /// The key that the provider leaves for its operator.
    pub(super) fn operator_key(&self) -> PathBuf {
        self.provider().join("operator.key")
    }

    /// What the provider says while it runs.
    pub(super) fn provider_log(&self) -> PathBuf {
        self.0.join("server.log")
    }

    /// The number of the provider's process, for whoever has to end it by hand.
    pub(super) fn provider_process(&self) -> PathBuf {
        self.0.join("server.pid")
    }

    /// The keys of till and manufacturers.
    pub(super) fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// The till's journal and offers.
    pub(super) fn till(&self) -> PathBuf {
        self.0.join("till")
    }

    /// What the shop sells.
    pub(super) fn catalogue(&self) -> PathBuf {
        self.0.join("catalogue.csv")
    }

    /// Where the till looks for pictures of codes.
    pub(super) fn screenshots(&self) -> PathBuf {
        self.0.join("screenshots")
    }

    /// The certificate for phones.
    pub(super) fn certificate(&self) -> PathBuf {
        self.0.join("certificate")
    }

    /// What was said at the start, to read again.
    pub(super) fn read_me(&self) -> PathBuf {
        self.0.join("README.txt")
    }
}

/// Writes a secret whole or not at all, readable by its owner alone.
pub(super) fn write_secret(path: &Path, text: &str) -> Outcome {
    let new = path.with_extension("new");
    let write = || {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        writeln!(file, "{}", text.trim_end())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(|e| format!("cannot write {}: {e}", path.display()).into())
}

/// Reads a secret; `None` where there is none yet.
pub(super) fn read_secret(path: &Path) -> Outcome<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(format!("cannot read {}: {e}", path.display()).into()),
    }
}
