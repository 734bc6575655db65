//! How fast the whole system is, row by row: `cargo xtask bench [ROW...] [--quick] [--rounds N] [--json]`.
//!
//! Every program that is measured is a process of its own, and so is the load generator, so that what the clients cost is known
//! and apart. What is compared takes turns, round after round; printed are medians with the least and the most. CPU time for each
//! call is the steadiest figure, so it stands beside every rate. Nothing here passes or fails by a time.
#![allow(clippy::unwrap_used, missing_docs)]

mod bench;
mod echo;
mod figures;
mod load;
mod machine;
mod plot;
mod program;
mod provider;
mod report;
mod rows;
mod usage;
mod world;
mod yardsticks;

use std::env;

use bench::Bench;
use report::Format;

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["load", rest @ ..] => load::generator::main(rest),
        ["echo"] => echo::main(),
        ["provider", dir] => provider::main(dir.as_ref()),
        // Cargo says so when it is to measure; without, this is `cargo test`.
        words if words.contains(&"--bench") => measure(words),
        words => smoke(words),
    }
}

fn measure(words: &[&str]) {
    let named: Vec<&str> = words.iter().copied().filter(|word| !word.starts_with("--")).collect();
    let format = if words.contains(&"--json") { Format::Json } else { Format::Text };
    let rounds = words.iter().find_map(|word| word.strip_prefix("--rounds=")?.parse().ok());
    let bench = Bench::new(words.contains(&"--quick"), rounds);
    let rows = rows::run(&bench, &named);
    report::print(&rows, format);
    if let Some(word) = words.iter().find_map(|word| word.strip_prefix("--report=")) {
        report::write(&rows, word.as_ref());
    }
}

/// As a test: one row, small, so that the program can't rot unnoticed.
fn smoke(words: &[&str]) {
    const NAME: &str = "benchmarks_still_run";
    let asked = words.iter().filter(|word| !word.starts_with('-')).all(|word| NAME.contains(word));
    if asked && !words.contains(&"--list") {
        report::print(&rows::run(&Bench::new(true, None), &["payments"]), Format::Text);
        println!("test {NAME} ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored");
    }
}
