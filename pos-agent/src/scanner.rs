//! Where a scan comes from: a serial scanner, one that acts as a keyboard, a camera, a watched folder, a picture file, or
//! standard input. Each source gives [`Scan`]s into one channel; what a scan is of, [`crate::scan::told_apart`] says.

pub mod camera;
pub mod folder;
pub mod framing;
pub mod keyboard;
pub mod picture;
pub mod serial;
pub mod source;
pub mod wedge;

use std::{io, sync::Arc, time::Duration};

use serde::Deserialize;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::sleep,
};
use tracing::{info, warn};

/// How often to look whether a device that is gone is back.
pub const REPLUG_INTERVAL: Duration = Duration::from_millis(500);

/// Something scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// What was in it, without the scanner's framing.
    pub text: String,
    /// Which scanner, as the settings name it.
    pub source: Arc<str>,
}

/// A scanner, as the settings describe it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ScannerSettings {
    /// On a serial port, or on USB acting as one (CDC).
    Serial(serial::SerialSettings),
    /// On USB, acting as a keyboard (Linux).
    Wedge(wedge::WedgeSettings),
    /// A camera.
    Camera(camera::CameraSettings),
    /// A folder in which pictures appear.
    Folder(folder::FolderSettings),
}

/// A scanner at work, until it is dropped.
#[derive(Debug)]
pub struct Scanner {
    /// As the settings name it.
    pub name: Arc<str>,
    /// Whether it is there; the agent waits for one that isn't.
    pub connected: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

impl Drop for Scanner {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Scanner {
    /// Listens to a scanner from now on, also after it was unplugged and is there again. Must be called within a tokio runtime.
    pub fn start(name: &str, settings: ScannerSettings, scans: mpsc::Sender<Scan>) -> Self {
        let name: Arc<str> = name.into();
        let (sender, connected) = watch::channel(false);
        let outlet = Outlet { name: Arc::clone(&name), scans, connected: sender };
        Self { name, connected, task: tokio::spawn(listen(settings, outlet)) }
    }
}

/// What a source is given: where its scans go, and where it says that the device is there.
#[derive(Debug)]
struct Outlet {
    name: Arc<str>,
    scans: mpsc::Sender<Scan>,
    connected: watch::Sender<bool>,
}

impl Outlet {
    fn connected(&self) {
        if !self.connected.send_replace(true) {
            info!(scanner = %self.name, "the scanner is there");
        }
    }

    /// An error where nobody listens any more.
    async fn give(&self, text: String) -> io::Result<()> {
        let scan = Scan { text, source: Arc::clone(&self.name) };
        self.scans.send(scan).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// Each source reads until its device is gone; then it is tried again. The same trouble is logged once, not at each try.
async fn listen(settings: ScannerSettings, outlet: Outlet) {
    let mut last = String::new();
    while !outlet.scans.is_closed() {
        let Err(error) = match &settings {
            ScannerSettings::Serial(serial) => serial::read(serial, &outlet).await,
            ScannerSettings::Wedge(wedge) => wedge::read(wedge, &outlet).await,
            ScannerSettings::Camera(camera) => camera::read(camera, &outlet).await,
            ScannerSettings::Folder(folder) => folder::read(folder, &outlet).await,
        };
        let was_there = outlet.connected.send_replace(false);
        let what = error.to_string();
        if was_there || what != last {
            warn!(scanner = %outlet.name, error = what, "the scanner is not there; waiting for it");
            last = what;
        }
        sleep(REPLUG_INTERVAL).await;
    }
}
