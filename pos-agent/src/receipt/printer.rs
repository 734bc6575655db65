//! Where receipts are printed: into a file, on a device such as `/dev/usb/lp0`, or on a printer in the network.

use std::{path::PathBuf, time::Duration};

use jiff::tz::TimeZone;
use proto::v1::Receipt;
use serde::Deserialize;
use thiserror::Error;
use tokio::{
    fs::File,
    io::{self, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{Charset, escpos};
use crate::words::Lang;

/// How long a printer may take to accept a receipt.
pub const PRINT_PATIENCE: Duration = Duration::from_secs(10);
/// The port that network printers listen on.
const RAW_PORT: u16 = 9100;

/// A printer, as the settings describe it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PrinterSettings {
    /// Where it is.
    #[serde(flatten)]
    pub target: PrinterTarget,
    /// Columns of a line: 32 on 58 mm paper, 42 or 48 on 80 mm.
    #[serde(default = "columns")]
    pub columns: usize,
    /// Which characters it has.
    #[serde(default)]
    pub charset: Charset,
}

fn columns() -> usize {
    48
}

/// Where a printer is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrinterTarget {
    /// A file that every receipt is added to.
    File(PathBuf),
    /// A device that takes what is written to it.
    Device(PathBuf),
    /// `host` or `host:port` in the network; the port is 9100 where not given.
    Tcp(String),
}

/// Why a receipt was not printed. The sale stands all the same.
#[derive(Debug, Error)]
pub enum PrintError {
    /// Not there, out of paper, or switched off.
    #[error(
        "the printer can't be reached: {0}; look at its power, cable and paper, then print the receipt again"
    )]
    Io(#[from] io::Error),
    /// Too slow.
    #[error("the printer took nothing for {} s; look at its paper, then print the receipt again", PRINT_PATIENCE.as_secs())]
    Stuck,
}

/// Prints a receipt in a language.
pub async fn print(
    receipt: &Receipt,
    lang: Lang,
    zone: &TimeZone,
    settings: &PrinterSettings,
) -> Result<(), PrintError> {
    let bytes = escpos(receipt, lang, zone, settings.columns, settings.charset);
    timeout(PRINT_PATIENCE, send(&bytes, &settings.target))
        .await
        .map_err(|_| PrintError::Stuck)?
        .map_err(PrintError::Io)
}

async fn send(bytes: &[u8], target: &PrinterTarget) -> io::Result<()> {
    match target {
        PrinterTarget::File(path) => {
            write(File::options().create(true).append(true).open(path).await?, bytes).await
        }
        PrinterTarget::Device(path) => write(File::options().write(true).open(path).await?, bytes).await,
        PrinterTarget::Tcp(address) => {
            let mut printer = match address.rsplit_once(':') {
                Some(_) => TcpStream::connect(address).await?,
                None => TcpStream::connect((address.as_str(), RAW_PORT)).await?,
            };
            printer.write_all(bytes).await?;
            printer.shutdown().await
        }
    }
}

async fn write(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes).await?;
    file.flush().await
}
