//! `cargo xtask demo`: a provider, a shop with its till, manufacturers with offers, and a wallet, on this machine.
//!
//! The light program builds what is needed and hands over to the one built with the feature `demo`, which plays.

#[cfg(feature = "demo")]
pub(crate) mod play;

use std::{env, process::Command};

use lexopt::prelude::*;

use crate::{
    shell::{Outcome, cargo, could_not_start, run, step, target_dir},
    wallet,
};

/// What kind of demo.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    /// One purchase by itself, and nothing kept.
    pub(crate) once: bool,
    /// Start over.
    pub(crate) fresh: bool,
    /// Nothing on the network.
    pub(crate) local: bool,
}

impl Options {
    /// Reads `--once`, `--fresh` and `--local`.
    pub(crate) fn parse(mut args: lexopt::Parser) -> Outcome<Self> {
        let mut options = Self::default();
        while let Some(arg) = args.next()? {
            match arg {
                Long("once") => options.once = true,
                Long("fresh") => options.fresh = true,
                Long("local") => options.local = true,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }

    fn arguments(self) -> impl Iterator<Item = &'static str> {
        let all = [(self.once, "--once"), (self.fresh, "--fresh"), (self.local, "--local")];
        all.into_iter().filter_map(|(is_set, name)| is_set.then_some(name))
    }
}

/// Builds what the demo needs, and plays it.
///
/// # Errors
/// When something can't be built or started, or the purchase did not go as it must.
pub(crate) fn build_and_play(options: Options) -> Outcome {
    if !options.once {
        wallet::build()?;
    }
    step("building the provider, the till and the demo", || {
        // All of the workspace, so that each library is built with the features that `cargo xtask test` builds it with.
        let mut cargo = cargo();
        cargo.args(["build", "--workspace", "--features", "xtask/demo"]);
        run(cargo.args(["--bin", "server", "--bin", "pos-agent", "--bin", "xtask"]))
    })?;
    let program = target_dir()?.join("debug").join(format!("xtask{}", env::consts::EXE_SUFFIX));
    hand_over(Command::new(program).arg("play").args(options.arguments()))
}

/// The program takes this one's place, and with it the terminal's signals.
#[cfg(unix)]
fn hand_over(command: &mut Command) -> Outcome {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(could_not_start(command, &error).into())
}

#[cfg(not(unix))]
fn hand_over(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|e| could_not_start(command, &e))?;
    std::process::exit(status.code().unwrap_or(1))
}
