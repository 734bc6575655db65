//! Rules on the source's text.

use super::{File, Finding};

/// Where the rules live that must give the same answer on phone, till and server, and on every run of a test.
const CORE: &[&str] =
    &["shared/src/", "proto/src/", "server/src/engine", "pos-agent/src/machine", "wallet-web/src/model"];

/// What reads a clock or draws a random number.
const CLOCK_OR_CHANCE: &[&str] = &[
    "SystemTime::now",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "Timestamp::now",
    "Zoned::now",
    "Date::now",
    "rand::",
    "getrandom",
    "OsRng",
    "now_v7",
    "new_v4",
];

/// A Rust file that is longer has more than one subject.
const FILE_LINES_MAX: usize = 500;

/// Time, ids and chance come into the core as values: one clock and one source of ids, passed in.
pub(super) fn no_clock_or_chance_in_the_core(files: &[File]) -> Vec<Finding> {
    let in_core = |file: &&File| is_rust(file) && CORE.iter().any(|core| file.path.starts_with(core));
    let core = files.iter().filter(in_core);
    core.flat_map(|file| {
        let calls = |line: &str| CLOCK_OR_CHANCE.iter().find(|call| line.contains(**call)).copied();
        lines_with(file, calls, |call| format!("`{call}` in the core: let the caller pass the time or id in"))
    })
    .collect()
}

/// Nothing is left for later in a way that compiles.
pub(super) fn nothing_unfinished(files: &[File]) -> Vec<Finding> {
    // Written in two halves, for this file is checked too.
    const UNFINISHED: &[&str] =
        &[concat!("to", "do!"), concat!("unimple", "mented!"), concat!("#[ig", "nore"), concat!("FIX", "ME")];
    let unfinished = |line: &str| UNFINISHED.iter().find(|mark| line.contains(**mark)).copied();
    let rust = files.iter().filter(|file| is_rust(file));
    rust.flat_map(|file| lines_with(file, unfinished, |mark| format!("`{mark}`: finish it"))).collect()
}

/// Files stay small.
pub(super) fn no_long_files(files: &[File]) -> Vec<Finding> {
    let too_long = |file: &&File| is_rust(file) && file.text.lines().count() > FILE_LINES_MAX;
    let long = files.iter().filter(too_long);
    long.map(|file| Finding::in_file(&file.path, format!("more than {FILE_LINES_MAX} lines: split it")))
        .collect()
}

/// No file names a folder that only one machine has.
pub(super) fn no_places_of_one_machine(files: &[File]) -> Vec<Finding> {
    const PLACES: &[&str] =
        &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Use", "rs/")];
    let place = |line: &str| {
        let starts_a_path = |at: usize| {
            line[..at]
                .chars()
                .next_back()
                .is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_' | '}'))
        };
        let named = |place: &&&str| line.match_indices(**place).any(|(at, _)| starts_a_path(at));
        PLACES.iter().find(named).copied()
    };
    files
        .iter()
        .flat_map(|file| lines_with(file, place, |place| format!("`{place}` is a place on one machine")))
        .collect()
}

fn is_rust(file: &File) -> bool {
    file.path.ends_with(".rs")
}

fn lines_with<'a>(
    file: &'a File,
    find: impl Fn(&'a str) -> Option<&'static str>,
    what: impl Fn(&str) -> String,
) -> Vec<Finding> {
    let numbered = file.text.lines().zip(1..);
    numbered.filter_map(|(line, n)| Some(Finding::at(&file.path, n, what(find(line)?)))).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::testing::check, *};

    #[test]
    fn a_clock_in_the_core_is_found_and_one_outside_is_fine() {
        check(
            no_clock_or_chance_in_the_core,
            &[
                ("shared/src/time.rs", "\nlet t = SystemTime::now();"),
                ("server/src/engine/decide.rs", "Uuid::now_v7()"),
                ("server/src/clock.rs", "SystemTime::now()"),
                ("pos-agent/src/machine.rs", "fn pure(now: Time) {}"),
            ],
            &["shared/src/time.rs:2", "server/src/engine/decide.rs:1"],
        );
    }

    #[test]
    fn what_is_left_for_later_is_found() {
        let later = concat!("fn f() { to", "do!() }");
        let off = concat!("\n\n#[ig", "nore = \"slow\"]");
        check(nothing_unfinished, &[("a.rs", later), ("b.rs", off), ("c.md", later)], &["a.rs:1", "b.rs:3"]);
    }

    #[test]
    fn a_long_file_is_found() {
        let long = "x\n".repeat(FILE_LINES_MAX + 1);
        let full = "x\n".repeat(FILE_LINES_MAX);
        check(no_long_files, &[("a.rs", &long), ("b.rs", &full), ("c.lock", &long)], &["a.rs"]);
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_a_part_of_another_path_is_not() {
        let own = concat!("see `/wo", "rk/x`");
        let url = concat!("https://example.org/ho", "me/x");
        check(no_places_of_one_machine, &[("a.md", own), ("b.md", url)], &["a.md:1"]);
    }
}
