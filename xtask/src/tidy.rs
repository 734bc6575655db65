//! `cargo xtask tidy`: the repository's own rules, each a small function that says what breaks it and where.

mod dependencies;
mod documents;
mod licences;
mod schema;
mod source;

use std::{fmt, process::Command};

use crate::shell::{Outcome, output, root};

/// A file of the repository: its path, `/` between folders, and its text (empty for pictures and other non-texts).
pub(crate) struct File {
    path: String,
    text: String,
}

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    /// 1-based; none where the whole file or its absence is meant.
    line: Option<usize>,
    what: String,
}

impl Finding {
    fn in_file(path: &str, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: None, what: what.into() }
    }

    fn at(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: Some(line), what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

/// Gives every place in the repository's files that breaks one rule.
type FileRule = fn(&[File]) -> Vec<Finding>;

const FILE_RULES: &[FileRule] = &[
    source::no_clock_or_chance_in_the_core,
    source::nothing_unfinished,
    source::no_long_files,
    source::no_places_of_one_machine,
    documents::required_files,
    documents::translations_follow,
    documents::npm_locks_name_no_host,
    schema::everything_is_documented,
    schema::migrations_come_in_pairs,
];

/// Checks every rule and prints what breaks them.
///
/// # Errors
/// When something does, or git or cargo can't be asked.
pub(crate) fn check() -> Outcome {
    let files = tracked_files()?;
    let mut findings: Vec<Finding> = FILE_RULES.iter().flat_map(|rule| rule(&files)).collect();
    findings.extend(dependencies::findings()?);
    findings.extend(licences::findings()?);
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err("tidy: one place breaks a rule of the repository; see above.".into()),
        n => Err(format!("tidy: {n} places break rules of the repository; see above.").into()),
    }
}

/// All files that git has or would take.
fn tracked_files() -> Outcome<Vec<File>> {
    let list = output(Command::new("git").current_dir(root()).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]))?;
    let mut files = Vec::new();
    for path in list.split('\0').filter(|path| !path.is_empty()) {
        // Git also lists what the work tree has lost; a missing file breaks the rule on required files alone.
        if let Ok(bytes) = std::fs::read(root().join(path)) {
            files.push(File { path: path.to_owned(), text: String::from_utf8(bytes).unwrap_or_default() });
        }
    }
    Ok(files)
}

#[cfg(test)]
mod testing {
    use super::{File, FileRule, Finding};

    /// Runs a rule over made-up files and compares the places it finds, as `path` or `path:line`.
    pub(super) fn check(rule: FileRule, files: &[(&str, &str)], expect: &[&str]) {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        let files: Vec<File> = files.iter().map(file).collect();
        let place = |f: Finding| f.line.map_or(f.path.clone(), |line| format!("{}:{line}", f.path));
        let found: Vec<String> = rule(&files).into_iter().map(place).collect();
        assert_eq!(found, expect);
    }
}
