//! A catalogue that follows its file: the shop's office writes a new one while the till is selling.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use shared::gs1::InStorePattern;
use tokio::{
    sync::watch,
    task::{JoinHandle, spawn_blocking},
    time::sleep,
};
use tracing::{info, warn};

use super::{Catalogue, CatalogueError};

/// How often to look for a new file.
pub const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// When a file was written, and how long it is.
type Version = (SystemTime, u64);

/// The newest catalogue that could be read, until this is dropped.
#[derive(Debug)]
pub struct LiveCatalogue {
    /// The catalogue.
    pub catalogue: watch::Receiver<Arc<Catalogue>>,
    /// Why the file as it is now can't be used, with the line; the one before is still in use. `None` where all is well.
    pub problem: watch::Receiver<Option<String>>,
    task: JoinHandle<()>,
}

impl Drop for LiveCatalogue {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl LiveCatalogue {
    /// Reads the file and follows it from now on. A first file that can't be read is an error: there is no older one. Must be called
    /// within a tokio runtime.
    pub fn follow(path: &Path, patterns: Vec<InStorePattern>) -> Result<Self, CatalogueError> {
        let mut file = CatalogueFile { path: path.to_owned(), patterns, used: version(path), settling: None };
        let (news, catalogue) = watch::channel(Arc::new(file.load()?));
        let (trouble, problem) = watch::channel(None);
        let task = tokio::spawn(async move {
            loop {
                sleep(POLL_INTERVAL).await;
                let looked = spawn_blocking(move || (file.poll(), file)).await;
                let Ok((read, back)) = looked else { return };
                file = back;
                match read {
                    None => {}
                    Some(Ok(catalogue)) => {
                        info!(items = catalogue.items().len(), "a new catalogue is in use");
                        news.send_replace(Arc::new(catalogue));
                        trouble.send_replace(None);
                    }
                    Some(Err(error)) => {
                        warn!(%error, "the new catalogue can't be used; the one before stays");
                        trouble.send_replace(Some(error.to_string()));
                    }
                }
            }
        });
        Ok(Self { catalogue, problem, task })
    }
}

/// A file and which version of it was read last.
struct CatalogueFile {
    path: PathBuf,
    patterns: Vec<InStorePattern>,
    used: Option<Version>,
    /// What was there at the last look, perhaps still being written.
    settling: Option<Version>,
}

impl CatalogueFile {
    fn load(&self) -> Result<Catalogue, CatalogueError> {
        Ok(Catalogue::load(&self.path)?.with_in_store(self.patterns.clone()))
    }

    /// Looks once; reads a version that is new and has stopped changing. While a file is being replaced there may be none: that is
    /// no news.
    fn poll(&mut self) -> Option<Result<Catalogue, CatalogueError>> {
        let seen = version(&self.path)?;
        if self.used == Some(seen) {
            return None;
        }
        if self.settling.replace(seen) != Some(seen) {
            return None;
        }
        self.used = Some(seen);
        Some(self.load())
    }
}

fn version(path: &Path) -> Option<Version> {
    let meta = fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_read_once_it_is_whole_and_a_bad_one_is_told_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("items.csv");
        let write =
            |rows: &str| fs::write(&path, format!("gtin,name_en,name_zh,price_minor\n{rows}")).unwrap();
        write("96385074,Mints,薄荷糖,450\n");
        let mut file =
            CatalogueFile { path: path.clone(), patterns: Vec::new(), used: version(&path), settling: None };
        assert!(file.poll().is_none(), "nothing is new");

        write("96385074,Mints,薄荷糖,45");
        assert!(file.poll().is_none(), "it may still grow");
        write("96385074,Mints,薄荷糖,450\n6901234567892,Shampoo,洗发水,3000\n");
        assert!(file.poll().is_none(), "it did");
        assert_eq!(file.poll().unwrap().unwrap().items().len(), 2);
        assert!(file.poll().is_none(), "it is told once");

        write("96385074,Mints,薄荷糖,450\n6901234567893,Shampoo,洗发水,3000\n");
        assert!(file.poll().is_none());
        let error = file.poll().unwrap().unwrap_err().to_string();
        assert!(error.starts_with("line 3: the check digit"), "{error}");
        assert!(file.poll().is_none(), "the same trouble is told once");

        fs::remove_file(&path).unwrap();
        assert!(file.poll().is_none(), "a file that is gone is no news");
    }

    #[tokio::test]
    async fn a_shop_without_catalogue_is_told_at_once() {
        assert!(LiveCatalogue::follow(Path::new("/nowhere/items.csv"), Vec::new()).is_err());
    }
}
