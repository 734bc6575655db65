//! A table held against the keys: what is unknown, missing or not allowed, and the values of the rest.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use toml::{Table, Value};

use super::{
    keys::{KEYS, Key, LISTS, Unset},
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
                _ if !sections().any(|known| known == section) => {
                    problems
                        .push(format!("  [{section}]: is no section; {}", nearest_to(section, sections())));
                }
                Value::Table(_) if !is_list(section) => {}
                Value::Array(all) if is_list(section) && all.iter().all(Value::is_table) => {}
                _ if is_list(section) => {
                    problems.push(format!("  {section}: each is a section [[{section}]]"));
                }
                _ => problems.push(format!("  {section}: is a section [{section}]")),
            }
        }
        let nothing = Table::new();
        let mut seen = "";
        for section in sections().filter(|section| !is_list(section)) {
            if section != seen {
                seen = section;
                let keys = table.get(section).and_then(Value::as_table).unwrap_or(&nothing);
                problems.extend(problems_of(section, section, keys));
            }
        }
        for (section, _) in LISTS {
            for (place, keys) in (1..).zip(list(table, section)) {
                problems.extend(problems_of(section, &format!("{section} {place}"), keys));
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
        value(self.table.get(section).and_then(Value::as_table), section, name)
    }

    /// The sections of a list.
    pub(super) fn list(&self, section: &str) -> Vec<&'a Table> {
        list(self.table, section).collect()
    }

    /// The folder that paths are relative to.
    pub(super) fn folder(&self) -> &'a Path {
        self.folder
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

/// A key's value in its section, or its default.
pub(super) fn value(keys: Option<&Table>, section: &str, name: &str) -> Option<Value> {
    let key = KEYS.iter().find(|key| key.section == section && key.name == name)?;
    match (keys.and_then(|keys| keys.get(name)), key.unset) {
        (Some(value), _) => key.kind.allows(value).then(|| value.clone()),
        // The defaults are checked by a test.
        (None, Unset::Default(text)) => format!("v = {text}").parse::<Table>().ok()?.remove("v"),
        (None, _) => None,
    }
}

fn is_list(section: &str) -> bool {
    LISTS.iter().any(|(list, _)| *list == section)
}

fn list<'a>(table: &'a Table, section: &str) -> impl Iterator<Item = &'a Table> + use<'a> {
    let all = table.get(section).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(Value::as_table)
}

fn sections() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|key| key.section)
}

/// What is wrong with the keys of one section, which people know by `label`.
fn problems_of(section: &str, label: &str, keys: &Table) -> Vec<String> {
    let known = || KEYS.iter().filter(|key| key.section == section);
    let names = || known().map(|key| key.name);
    let unknown = keys.keys().filter(|name| !names().any(|known| known == name.as_str()));
    let unknown = unknown.map(|name| format!("  {label}.{name}: is no key; {}", nearest_to(name, names())));
    let wrong = known().filter_map(|key| {
        wrong(key, keys.get(key.name)).map(|what| format!("  {label}.{}: {what}", key.name))
    });
    unknown.chain(wrong).collect()
}

fn wrong(key: &Key, value: Option<&Value>) -> Option<String> {
    match value {
        None if matches!(key.unset, Unset::Required(_)) => {
            Some(format!("is missing; {} is needed", key.kind.allowed()))
        }
        Some(value) if !key.kind.allows(value) => {
            Some(format!("{value} is not allowed; {} is", key.kind.allowed()))
        }
        _ => None,
    }
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
