//! The `[[printer]]` sections.

use std::path::Path;

use proto::v1::ReceiptKind;
use toml::{Table, Value};

use super::{
    keys::PRINTER,
    read::{Values, value},
};
use crate::{
    receipt::{PrinterSettings, PrinterTarget},
    words::Lang,
};

/// A printer and the lane that it prints for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanePrinter {
    /// The lane.
    pub lane_id: String,
    /// The printer.
    pub printer: PrinterSettings,
    /// In which language it prints.
    pub speech: PrinterSpeech,
    /// Whether it prints each sale by itself.
    pub sales: bool,
    /// Whether it prints each refund by itself.
    pub refunds: bool,
}

/// The language of a printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrinterSpeech {
    /// The shopper's, or this one where the phone names none.
    Shopper(Lang),
    /// Always this one.
    Always(Lang),
}

impl LanePrinter {
    /// Whether it prints this without being asked.
    pub fn prints(&self, kind: ReceiptKind) -> bool {
        match kind {
            ReceiptKind::Sale => self.sales,
            ReceiptKind::Refund => self.refunds,
            _ => false,
        }
    }
}

/// The printers of the settings; what is wrong is noted there. `lang` is the till's language.
pub(super) fn printers(values: &mut Values<'_>, lane_ids: &[String], lang: Lang) -> Vec<LanePrinter> {
    let mut all: Vec<LanePrinter> = Vec::new();
    for (place, keys) in (1..).zip(values.list(PRINTER)) {
        let label = format!("printer {place}");
        let lane = text(keys, "lane");
        if let Some(lane) = lane.as_ref().filter(|lane| !lane_ids.contains(lane)) {
            values.problem::<()>(&format!("{label}.lane"), format!("\"{lane}\" is not one of lanes.ids"));
        }
        if let Some(lane) = lane.filter(|lane| all.iter().any(|printer| printer.lane_id == *lane)) {
            values.problem::<()>(&format!("{label}.lane"), format!("lane \"{lane}\" has a printer already"));
        }
        let kind = text(keys, "kind").unwrap_or_default();
        let (needed, other) = if kind == "tcp" { ("address", "path") } else { ("path", "address") };
        if !kind.is_empty() && keys.contains_key(other) {
            values.problem::<()>(&format!("{label}.{other}"), format!("is not for a {kind} printer"));
        }
        if !kind.is_empty() && !keys.contains_key(needed) {
            values.problem::<()>(&format!("{label}.{needed}"), "is missing");
        }
        all.extend(printer(keys, &kind, values.folder(), lang));
    }
    all
}

/// `None` where a key is wrong, which was noted before.
fn printer(keys: &Table, kind: &str, folder: &Path, lang: Lang) -> Option<LanePrinter> {
    let path = || text(keys, "path").map(|path| folder.join(path));
    let target = match kind {
        "tcp" => PrinterTarget::Tcp(text(keys, "address")?),
        "device" => PrinterTarget::Device(path()?),
        _ => PrinterTarget::File(path()?),
    };
    let columns = value(Some(keys), PRINTER, "columns").as_ref().and_then(Value::as_integer)?;
    let speech = match text(keys, "lang")?.parse() {
        Ok(always) => PrinterSpeech::Always(always),
        Err(_) => PrinterSpeech::Shopper(lang),
    };
    let prints = text(keys, "prints")?;
    Some(LanePrinter {
        lane_id: text(keys, "lane")?,
        printer: PrinterSettings {
            target,
            columns: usize::try_from(columns).ok()?,
            charset: value(Some(keys), PRINTER, "charset")?.try_into().ok()?,
        },
        speech,
        sales: matches!(prints.as_str(), "all" | "sales"),
        refunds: matches!(prints.as_str(), "all" | "refunds"),
    })
}

fn text(keys: &Table, name: &str) -> Option<String> {
    value(Some(keys), PRINTER, name)?.as_str().map(str::to_owned)
}
