//! The rows of the report, by name.

mod code;
mod growth;
mod lanes;
mod matching;
mod overload;
mod payments;
mod postgres;
mod till;
mod wallet;
mod wallets;

use crate::{bench::Bench, figures::Row};

/// A row's name and what makes it.
type Named = (&'static str, fn(&Bench) -> Row);

const ALL: &[Named] = &[
    ("payments", payments::row),
    ("postgres", postgres::row),
    ("growth", growth::row),
    ("overload", overload::row),
    ("wallets", wallets::row),
    ("code", code::row),
    ("till", till::row),
    ("lanes", lanes::row),
    ("wallet", wallet::row),
];

/// Makes the rows that are named, or all.
pub(crate) fn run(bench: &Bench, named: &[&str]) -> Vec<Row> {
    if let Some(unknown) = named.iter().find(|name| ALL.iter().all(|(known, _)| known != *name)) {
        let known: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
        panic!("no row `{unknown}`; there are: {}", known.join(", "));
    }
    let wanted = ALL.iter().filter(|(name, _)| named.is_empty() || named.contains(name));
    wanted
        .map(|(name, make)| {
            eprintln!("==> {name}");
            make(bench)
        })
        .collect()
}
