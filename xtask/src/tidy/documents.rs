//! Rules on documents and other files around the source.

use super::{File, Finding};

/// What a newcomer looks for.
const REQUIRED: &[&str] = &[
    ".ci/run",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "README.zh-CN.md",
    "buf.yaml",
    "wallet-web/Trunk.toml",
    "wallet-web/index.html",
];

/// Documents that exist in two languages.
const TRANSLATED: &[(&str, &str)] = &[("README.md", "README.zh-CN.md")];

/// The files that every project of this kind has are there.
pub(super) fn required_files(files: &[File]) -> Vec<Finding> {
    let missing = REQUIRED.iter().filter(|required| find(files, required).is_none());
    missing.map(|path| Finding::in_file(path, "is missing")).collect()
}

/// A translation has the same headings, level by level, as what it translates.
pub(super) fn translations_follow(files: &[File]) -> Vec<Finding> {
    let pairs = TRANSLATED.iter().filter_map(|(from, to)| Some((find(files, from)?, find(files, to)?)));
    let differing = pairs.filter(|(from, to)| heading_levels(&from.text) != heading_levels(&to.text));
    differing
        .map(|(from, to)| {
            let counts = (heading_levels(&from.text).len(), heading_levels(&to.text).len());
            let what =
                format!("{} headings, {} has {}: translate what is new", counts.1, from.path, counts.0);
            Finding::in_file(&to.path, what)
        })
        .collect()
}

/// Lock files of npm name packages and digests; where they are fetched from is each machine's own matter.
pub(super) fn npm_locks_name_no_host(files: &[File]) -> Vec<Finding> {
    let locks = files.iter().filter(|file| file.path.ends_with("package-lock.json"));
    locks
        .filter_map(|file| {
            let line = file.text.lines().position(|line| line.contains("\"resolved\""))? + 1;
            let what = "names a host: run npm with `omit-lockfile-registry-resolved=true`";
            Some(Finding::at(&file.path, line, what))
        })
        .collect()
}

fn find<'a>(files: &'a [File], path: &str) -> Option<&'a File> {
    files.iter().find(|file| file.path == path)
}

/// The level of each Markdown heading in order, code blocks left out.
fn heading_levels(markdown: &str) -> Vec<usize> {
    let mut in_code = false;
    let mut levels = Vec::new();
    for line in markdown.lines() {
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code && level > 0 && line[level..].starts_with(' ') {
            levels.push(level);
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::{super::testing::check, *};

    #[test]
    fn a_missing_file_is_named() {
        let mut files: Vec<(&str, &str)> = REQUIRED.iter().map(|path| (*path, "")).collect();
        check(required_files, &files, &[]);
        files.retain(|(path, _)| *path != "LICENSE-MIT");
        check(required_files, &files, &["LICENSE-MIT"]);
    }

    #[test]
    fn a_translation_that_lacks_a_heading_is_found() {
        let english = "# OneScan\n## Start\n```sh\n# no heading\n```\n";
        check(translations_follow, &[("README.md", english), ("README.zh-CN.md", "# 一扫\n## 开始\n")], &[]);
        check(
            translations_follow,
            &[("README.md", english), ("README.zh-CN.md", "# 一扫\n")],
            &["README.zh-CN.md"],
        );
    }

    #[test]
    fn a_lock_file_that_names_a_host_is_found() {
        let lock = "{\n\"resolved\": \"https://example.org/a.tgz\"\n}";
        check(
            npm_locks_name_no_host,
            &[("tests/interop/package-lock.json", lock)],
            &["tests/interop/package-lock.json:2"],
        );
        check(npm_locks_name_no_host, &[("tests/interop/package-lock.json", "{}")], &[]);
    }
}
