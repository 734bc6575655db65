//! `cargo xtask bench`: how fast the whole system is. The program is `tests/benches/speed`.

use std::process::Command;

use lexopt::prelude::*;

use crate::{
    needs,
    shell::{Outcome, cargo, root, run, step, target_dir},
    tools, wallet,
};

/// What is measured and how it is told.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// Rows by name; none are all.
    rows: Vec<String>,
    /// Everything small, to see that it works.
    quick: bool,
    /// Figures as JSON instead of tables.
    json: bool,
    /// Rounds, where the usual number takes too long or is too few.
    rounds: Option<usize>,
}

impl Options {
    /// Reads the rest of the command line.
    ///
    /// # Errors
    /// What it does not know.
    pub(crate) fn parse(mut args: lexopt::Parser) -> Outcome<Self> {
        let mut options = Self::default();
        while let Some(arg) = args.next()? {
            match arg {
                Long("quick") => options.quick = true,
                Long("json") => options.json = true,
                Long("rounds") => options.rounds = Some(args.value()?.parse()?),
                Value(row) => options.rows.push(row.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }

    fn asks_for(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|named| named == row)
    }
}

/// Builds everything for release and measures it. All rows in full make the report in `docs` again.
///
/// # Errors
/// When something can't be built, or a row can't be made.
pub(crate) fn measure(options: &Options) -> Outcome {
    if options.asks_for("wallet") {
        needs::ensure(needs::FOR_THE_BROWSER)?;
        wallet::build()?;
    }
    // Both commands name the same packages, so that cargo compiles each library once.
    step("programs for release", || {
        run(packages("build").args(["--release", "--bins", "--bench", "speed"]))
    })?;
    let mut bench = packages("bench");
    bench.args(["--quiet", "--bench", "speed", "--"]).args(&options.rows);
    bench.args(options.quick.then_some("--quick")).args(options.json.then_some("--json"));
    bench.args(options.rounds.map(|rounds| format!("--rounds={rounds}")));
    if options.rows.is_empty() && !options.quick {
        bench.arg(format!("--report={}", root().join("docs").display()));
    }
    if options.asks_for("code") {
        needs::ensure(needs::FOR_TESTS)?;
        needs::ensure(needs::FOR_THE_READERS)?;
        bench.envs(step("readers to compare with", tools::set_up)?.variables());
    }
    wallet::to_be_seen_by(&mut bench);
    run(bench.env("ONESCAN_BIN_DIR", target_dir()?.join("release")))
}

fn packages(command: &str) -> Command {
    let mut cargo = cargo();
    cargo.arg(command).args(["server", "pos-agent", "tests"].iter().flat_map(|name| ["--package", *name]));
    cargo
}
