//! What every row works with: how large it is to be, and a place on a real disk.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Rounds in which what is compared takes turns.
const ROUNDS: usize = 5;

/// One run of the program.
pub(crate) struct Bench {
    /// Everything small, to see that it works.
    pub quick: bool,
    rounds: usize,
    dir: TempDir,
}

impl Bench {
    /// With so many rounds, or as many as a good report needs.
    pub(crate) fn new(quick: bool, rounds: Option<usize>) -> Self {
        // Beside what cargo builds: the system's temporary folder may be memory, on which a commit costs nothing.
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self { quick, rounds: rounds.unwrap_or(if quick { 1 } else { ROUNDS }), dir }
    }

    pub(crate) fn rounds(&self) -> usize {
        self.rounds
    }

    /// `full`, or in a quick run a fiftieth of it.
    pub(crate) fn size(&self, full: usize) -> usize {
        if self.quick { (full / 50).max(8) } else { full }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// A new folder.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    /// Says on the error stream how far it is: a whole run takes many minutes.
    pub(crate) fn note(&self, what: &str) {
        eprintln!("    {what}");
    }
}

/// A whole number as what figures are computed in.
pub(crate) fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).expect("a count of calls has 32 bits"))
}
