//! A table held against the keys: what is unknown, missing or not allowed, and the values of the rest.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use toml::{Table, Value};

use super::{
    keys::{KEYS, Key, Unset},
    secret::read_secret,
};

/// How like two names must be for one to be taken for a slip of the other (0 to 1).
const LIKENESS_MIN: f64 = 0.7;

/// Checked values, with what is wrong.
pub(super) struct Values<'a> {
    table: &'a Table,
    folder: &'a Path,
    problems: Vec<String>,
}

impl<'a> Values<'a> {
    /// Holds a table against the keys.
    pub(super) fn check(table: &'a Table, folder: &'a Path) -> Self {
        let mut problems = Vec::new();
        for (section, keys) in table {
            match keys {
                Value::Table(keys) => problems.extend(unknown(section, keys)),
                _ => {
                    problems.push(format!("  {section}: is no section; {}", nearest_to(section, sections())))
                }
            }
        }
        for key in KEYS {
            let name = format!("{}.{}", key.section, key.name);
            match found(table, key) {
                None if matches!(key.unset, Unset::Required(_)) => {
                    problems.push(format!("  {name}: is missing; {} is needed", key.kind.allowed()));
                }
                Some(value) if !key.kind.allows(value) => {
                    problems.push(format!("  {name}: {value} is not allowed; {} is", key.kind.allowed()));
                }
                _ => {}
            }
        }
        Self { table, folder, problems }
    }

    /// Notes a problem; `None`, for the value that isn't there.
    pub(super) fn problem<T>(&mut self, key: &str, what: impl Display) -> Option<T> {
        self.problems.push(format!("  {key}: {what}"));
        None
    }

    /// What is wrong so far.
    pub(super) fn problems(&self) -> &[String] {
        &self.problems
    }

    /// What is wrong.
    pub(super) fn into_problems(self) -> Vec<String> {
        self.problems
    }

    fn value(&self, section: &str, name: &str) -> Option<Value> {
        let key = KEYS.iter().find(|key| key.section == section && key.name == name)?;
        match (found(self.table, key), key.unset) {
            (Some(value), _) => key.kind.allows(value).then(|| value.clone()),
            // The defaults are checked by a test.
            (None, Unset::Default(text)) => format!("v = {text}").parse::<Table>().ok()?.remove("v"),
            (None, _) => None,
        }
    }

    pub(super) fn text(&self, section: &str, name: &str) -> Option<String> {
        self.value(section, name)?.as_str().map(str::to_owned)
    }

    pub(super) fn texts(&self, section: &str, name: &str) -> Vec<String> {
        let all = self.value(section, name);
        let all = all.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
    }

    pub(super) fn path(&self, section: &str, name: &str) -> Option<PathBuf> {
        self.text(section, name).map(|path| self.folder.join(path))
    }

    pub(super) fn seconds(&self, section: &str, name: &str) -> Option<Duration> {
        let seconds = self.value(section, name)?.as_integer()?;
        u64::try_from(seconds).ok().map(Duration::from_secs)
    }

    /// A text of a type with one spelling.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&mut self, section: &str, name: &str) -> Option<T> {
        let text = self.text(section, name)?;
        match text.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => self.problem(&format!("{section}.{name}"), format!("\"{text}\": {error}")),
        }
    }

    /// What is in the file that a key names.
    pub(super) fn secret(&mut self, section: &str, name: &str) -> Option<String> {
        let path = self.path(section, name)?;
        match read_secret(&path) {
            Ok(secret) => Some(secret),
            Err(error) => self.problem(&format!("{section}.{name}"), error),
        }
    }
}

fn found<'a>(table: &'a Table, key: &Key) -> Option<&'a Value> {
    table.get(key.section)?.as_table()?.get(key.name)
}

fn sections() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|key| key.section)
}

fn unknown(section: &str, keys: &Table) -> Vec<String> {
    if !sections().any(|known| known == section) {
        return vec![format!("  [{section}]: is no section; {}", nearest_to(section, sections()))];
    }
    let known = || KEYS.iter().filter(|key| key.section == section).map(|key| key.name);
    keys.keys()
        .filter(|name| !known().any(|known| known == name.as_str()))
        .map(|name| format!("  {section}.{name}: is no key; {}", nearest_to(name, known())))
        .collect()
}

/// What was probably meant.
fn nearest_to(name: &str, known: impl Iterator<Item = &'static str>) -> String {
    let mut known: Vec<_> = known.collect();
    known.dedup();
    let likeness = |known: &&str| strsim::jaro_winkler(name, known);
    match known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))) {
        Some(nearest) if likeness(nearest) >= LIKENESS_MIN => format!("did you mean {nearest}?"),
        _ => format!("there are {}", known.join(", ")),
    }
}
