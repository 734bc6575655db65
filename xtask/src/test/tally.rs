//! Counts what passed and what failed, over checks and the test programs that cargo runs.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use crate::shell::{Outcome, could_not_start, said, step};

/// How many checks and tests passed, failed and were left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Tally {
    /// Does one check as a step of its own and counts it.
    pub(super) fn check(&mut self, what: &str, work: impl FnOnce() -> Outcome) -> Outcome {
        let outcome = step(what, work);
        match outcome {
            Ok(()) => self.passed += 1,
            Err(_) => self.failed += 1,
        }
        outcome
    }

    /// Runs `cargo test`, its output shown as it comes, and counts its tests.
    ///
    /// # Errors
    /// When cargo fails or a test does.
    pub(super) fn run_tests(&mut self, cargo: &mut Command) -> Outcome {
        let mut child = cargo.stdout(Stdio::piped()).spawn().map_err(|e| could_not_start(cargo, &e))?;
        let stdout = child.stdout.take().ok_or("no output to read")?;
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            println!("{line}");
            self.read(&line);
        }
        let status = child.wait()?;
        if status.success() {
            return Ok(());
        }
        if self.failed == 0 {
            self.failed = 1;
        }
        Err(format!("`{}` failed ({status}); the tests above marked FAILED say why", said(cargo)).into())
    }

    /// Takes in a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; ...`.
    fn read(&mut self, line: &str) {
        let Some(counts) = line.strip_prefix("test result: ") else { return };
        for count in counts.split([';', '.']) {
            let mut words = count.split_whitespace();
            let (Some(Ok(number)), Some(what)) = (words.next().map(str::parse::<u64>), words.next()) else {
                continue;
            };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }

    /// The closing line. A failure outside any check or test counts as one.
    pub(super) fn print(&mut self, outcome: &Outcome) {
        if outcome.is_err() && self.failed == 0 {
            self.failed = 1;
        }
        let skipped = if self.skipped == 0 { String::new() } else { format!(", {} skipped", self.skipped) };
        println!("{} passed, {} failed{skipped}", self.passed, self.failed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_test_programs_add_up() {
        let mut tally = Tally::default();
        tally.read(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.21s",
        );
        tally.read("test money::tests::adds ... ok");
        tally.read(
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s",
        );
        assert_eq!(tally, Tally { passed: 15, failed: 2, skipped: 1 });
    }
}
