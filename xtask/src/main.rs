//! The one program behind every developer command: `cargo xtask COMMAND`.
//!
//! It starts light, so that the first command on a fresh clone answers at once. What needs heavy libraries sits behind
//! the features `web` and `demo`; the light program calls cargo again with them when a step wants them.

mod bench;
mod demo;
mod needs;
mod package;
mod shell;
mod test;
mod tidy;
mod tools;
mod wallet;
mod wasm;

use std::process::ExitCode;

use lexopt::prelude::*;
use shell::Outcome;

const HELP: &str = "\
cargo xtask COMMAND

  demo             a provider, a shop with its till, and a wallet to open in your browser
       --once      makes one whole purchase by itself and says how it went
       --fresh     starts over; otherwise the demo's state survives, in data/demo
       --local     this machine only, nothing on the network
  wallet           build the web wallet for release into wallet-web/dist
  test [--quick]   check and test everything, from nothing; --quick: the native crates' own tests only
  bench [ROW...]   measure the whole system, built for release; all rows write docs/benchmarks.md
       --quick     everything small, to see that it works
       --rounds N  so many rounds in place of five
       --json      each figure by itself, for programs
  screenshots      pictures of every screen of wallet and till, in both languages and themes
  package          the till's agent as a Debian package, in target/package
       --binary FILE   of this program instead of one built for release
  tidy             check the repository's own rules
  help             print this

ONESCAN_WASM=debian builds the wallet with Debian's compiler instead of rustup's.
";

fn main() -> ExitCode {
    match command(lexopt::Parser::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the command line and does what it names.
fn command(mut args: lexopt::Parser) -> Outcome {
    let name = match args.next()? {
        Some(Value(name)) => name.string()?,
        None | Some(Short('h') | Long("help")) => "help".to_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    match name.as_str() {
        "demo" => demo::build_and_play(demo::Options::parse(args)?),
        // Called by `demo` on the program built with the feature `demo`.
        #[cfg(feature = "demo")]
        "play" => demo::play::play(demo::Options::parse(args)?),
        "wallet" => {
            nothing_more(args)?;
            wallet::build()
        }
        "test" => {
            let mut quick = false;
            while let Some(arg) = args.next()? {
                match arg {
                    Long("quick") => quick = true,
                    other => return Err(other.unexpected().into()),
                }
            }
            if quick { test::quick() } else { test::everything() }
        }
        "bench" => bench::measure(&bench::Options::parse(args)?),
        "screenshots" => {
            nothing_more(args)?;
            test::screenshots()
        }
        "package" => package::package(&package::Options::parse(args)?),
        "tidy" => {
            nothing_more(args)?;
            tidy::check()
        }
        // Called by `wallet` on the program built with the feature `web`.
        #[cfg(feature = "web")]
        "bundle" => {
            let wasm = args.value()?;
            nothing_more(args)?;
            wallet::bundle::bundle(wasm.as_ref())
        }
        "help" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("no command `{other}`. `cargo xtask help` lists them.").into()),
    }
}

fn nothing_more(mut args: lexopt::Parser) -> Outcome {
    args.next()?.map_or(Ok(()), |arg| Err(arg.unexpected().into()))
}
