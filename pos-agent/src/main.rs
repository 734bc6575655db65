//! The till's agent: scans the combined code, settles with the provider, prints the receipt.

use std::process::ExitCode;

use clap::Parser;
use pos_agent::{app, args::Cli};

#[tokio::main]
async fn main() -> ExitCode {
    app::run(Cli::parse()).await
}
