//! The `[[scanner]]` sections.

use std::path::Path;

use toml::{Table, Value};

use super::{
    keys::SCANNER,
    read::{Values, value},
};
use crate::scanner::{
    ScannerSettings, camera::CameraSettings, folder::FolderSettings, framing::Framing,
    serial::SerialSettings, wedge::WedgeSettings,
};

/// A scanner and the lane that it scans for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneScanner {
    /// The lane.
    pub lane_id: String,
    /// The scanner.
    pub scanner: ScannerSettings,
}

/// The keys of each kind; `lane` and `kind` are every kind's.
const KEYS_OF_KINDS: [(&str, &[&str]); 4] = [
    ("serial", &["device", "baud", "suffix", "prefix", "silence_ms"]),
    ("wedge", &["device", "layout", "silence_ms"]),
    ("camera", &["device", "command"]),
    ("folder", &["folder"]),
];

/// The scanners of the settings; what is wrong is noted there.
pub(super) fn scanners(values: &mut Values<'_>, lane_ids: &[String]) -> Vec<LaneScanner> {
    let mut all = Vec::new();
    for (place, keys) in (1..).zip(values.list(SCANNER)) {
        let label = format!("scanner {place}");
        if let Some(lane) = text(keys, "lane").filter(|lane| !lane_ids.contains(lane)) {
            values.problem::<()>(&format!("{label}.lane"), format!("\"{lane}\" is not one of lanes.ids"));
        }
        let kind = text(keys, "kind").unwrap_or_default();
        if let Some((_, own)) = KEYS_OF_KINDS.iter().find(|(known, _)| *known == kind) {
            let others = keys.keys().filter(|name| !["lane", "kind"].contains(&name.as_str()));
            for other in others.filter(|name| !own.contains(&name.as_str())) {
                values.problem::<()>(&format!("{label}.{other}"), format!("is not for a {kind} scanner"));
            }
            let needed = if kind == "folder" { "folder" } else { "device" };
            if !keys.contains_key(needed) {
                values.problem::<()>(&format!("{label}.{needed}"), "is missing");
            }
        }
        all.extend(scanner(keys, &kind, values.folder()));
    }
    all
}

/// `None` where a key is wrong, which was noted before.
fn scanner(keys: &Table, kind: &str, folder: &Path) -> Option<LaneScanner> {
    let path = |name| text(keys, name).map(|path| folder.join(path));
    let silence_ms = u64::try_from(number(keys, "silence_ms")?).ok()?;
    let scanner = match kind {
        "serial" => ScannerSettings::Serial(SerialSettings {
            device: path("device")?,
            baud: u32::try_from(number(keys, "baud")?).ok()?,
            framing: Framing {
                suffix: word(keys, "suffix")?,
                prefix: text(keys, "prefix").unwrap_or_default(),
                silence_ms,
            },
        }),
        "wedge" => ScannerSettings::Wedge(WedgeSettings {
            device: path("device")?,
            layout: word(keys, "layout")?,
            silence_ms,
        }),
        "camera" => ScannerSettings::Camera(CameraSettings {
            device: path("device")?,
            command: value(Some(keys), SCANNER, "command")?.try_into().ok()?,
        }),
        _ => ScannerSettings::Folder(FolderSettings { path: path("folder")? }),
    };
    Some(LaneScanner { lane_id: text(keys, "lane")?, scanner })
}

fn text(keys: &Table, name: &str) -> Option<String> {
    value(Some(keys), SCANNER, name)?.as_str().map(str::to_owned)
}

fn number(keys: &Table, name: &str) -> Option<i64> {
    value(Some(keys), SCANNER, name).as_ref().and_then(Value::as_integer)
}

/// One of the words of an enum.
fn word<T: serde::de::DeserializeOwned>(keys: &Table, name: &str) -> Option<T> {
    value(Some(keys), SCANNER, name)?.try_into().ok()
}
