//! A scanner that acts as a keyboard, read below the computer's own keyboard handling (Linux evdev): the agent grabs it, so that
//! a scan types into no other window, and its keys mean what the scanner's layout says, whatever the computer's layout is.

use std::{convert::Infallible, io, path::PathBuf, time::Duration};

use serde::Deserialize;

use super::{Outlet, keyboard::Layout};

/// Where such a scanner is and what its keys mean.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WedgeSettings {
    /// The device, e.g. `/dev/input/by-id/usb-Maker_Model-event-kbd`, which stays the same wherever it is plugged in.
    pub device: PathBuf,
    /// The layout that the scanner types for.
    #[serde(default)]
    pub layout: Layout,
    /// How long no key comes before a scan without Enter or Tab behind it counts as whole, in milliseconds.
    #[serde(default = "silence_ms")]
    pub silence_ms: u64,
}

fn silence_ms() -> u64 {
    250
}

impl WedgeSettings {
    fn silence(&self) -> Duration {
        Duration::from_millis(self.silence_ms.max(1))
    }
}

/// Reads until the device is gone.
#[cfg(target_os = "linux")]
pub(super) async fn read(settings: &WedgeSettings, outlet: &Outlet) -> io::Result<Infallible> {
    use evdev::{Device, EventType};
    use tokio::time::timeout;

    use super::keyboard::Typist;

    let mut device = Device::open(&settings.device)?;
    device.grab()?;
    let mut keys = device.into_event_stream()?;
    outlet.connected();
    let mut typist = Typist::new(settings.layout);
    loop {
        let event = if typist.is_typing() {
            let Ok(event) = timeout(settings.silence(), keys.next_event()).await else {
                if let Some(text) = typist.end() {
                    outlet.give(text).await?;
                }
                continue;
            };
            event?
        } else {
            keys.next_event().await?
        };
        if event.event_type() == EventType::KEY
            && let Some(text) = typist.key(event.code(), event.value())
        {
            outlet.give(text).await?;
        }
    }
}

/// There is no such way here.
#[cfg(not(target_os = "linux"))]
pub(super) async fn read(_: &WedgeSettings, _: &Outlet) -> io::Result<Infallible> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "a keyboard scanner is read on Linux only; set it to act as a serial port",
    ))
}
