//! A scanner on a serial port, or on USB acting as one (CDC): bytes, framed as the scanner is set up.

use std::{convert::Infallible, io, path::PathBuf};

use serde::Deserialize;
use serial2_tokio::SerialPort;
use tokio::time::timeout;

use super::{
    Outlet,
    framing::{Framer, Framing},
};

/// Where such a scanner is and how it sends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SerialSettings {
    /// The port, e.g. `/dev/serial/by-id/usb-Maker_Model-if00`, which stays the same wherever it is plugged in.
    pub device: PathBuf,
    /// Bits per second, with 8 data bits, no parity, 1 stop bit; a scanner on USB doesn't care.
    #[serde(default = "baud")]
    pub baud: u32,
    /// How it frames its scans.
    #[serde(default)]
    pub framing: Framing,
}

fn baud() -> u32 {
    9_600
}

/// Reads until the device is gone.
pub(super) async fn read(settings: &SerialSettings, outlet: &Outlet) -> io::Result<Infallible> {
    let port = SerialPort::open(&settings.device, settings.baud)?;
    // Bytes from before the agent listened belong to no sale of now.
    port.discard_input_buffer()?;
    outlet.connected();
    let mut framer = Framer::new(settings.framing.clone());
    let mut bytes = [0; 1_024];
    loop {
        let received = if framer.is_receiving() {
            let Ok(received) = timeout(settings.framing.silence(), port.read(&mut bytes)).await else {
                if let Some(text) = framer.silent() {
                    outlet.give(text).await?;
                }
                continue;
            };
            received?
        } else {
            port.read(&mut bytes).await?
        };
        if received == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for text in framer.push(&bytes[..received]) {
            outlet.give(text).await?;
        }
    }
}
