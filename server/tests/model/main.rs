//! A reference ledger beside the system: both get the same random commands, and must agree after each of them.
//!
//! `ONESCAN_SEED` repeats a run; `ONESCAN_COMMANDS` makes it longer.
#![allow(clippy::unwrap_used, missing_docs)]

mod answers;
mod book;
mod command;
mod system;
mod tables;

use book::{Book, Kind, Offer, Policy, Settings};
use command::{Command, Source};
use system::System;

/// Commands of one run.
const COMMANDS: usize = 100_000;
/// Commands of one world: then offers have ended and histories are long, and the next world begins.
const COMMANDS_A_WORLD: usize = 5_000;
const SHOPPERS: usize = 6;
const SHOPS: usize = 2;
const START_MS: i64 = 1_790_000_000_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

const SETTINGS: Settings = Settings {
    code_valid_ms: 90_000,
    code_ahead_ms: 30_000,
    reversal_window_ms: 6 * HOUR_MS,
    token_ttl_ms: 5 * DAY_MS,
    tokens_held: 30,
    approval_over: 9_000,
    approval_over_day: 20_000,
    approval_ttl_ms: 180_000,
    fee_ppm: 6_500,
};

#[path = "../../../tests/src/cluster.rs"]
#[allow(unreachable_pub)]
mod cluster;

/// The database that a world runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_agrees_with_the_reference() {
    run(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_agrees_with_the_reference() {
    run(Backend::Postgres).await;
}

async fn run(backend: Backend) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed = number("ONESCAN_SEED").unwrap_or_else(|| fastrand::u64(..));
    let commands = number("ONESCAN_COMMANDS").map_or(COMMANDS, |n| usize::try_from(n).unwrap());
    println!("{backend:?}: {commands} commands, ONESCAN_SEED={seed}");
    let mut worlds = fastrand::Rng::with_seed(seed);
    let mut tally = std::collections::BTreeMap::new();
    for world in 0..commands.div_ceil(COMMANDS_A_WORLD) {
        let seed = worlds.u64(..);
        one_world(backend, seed, COMMANDS_A_WORLD.min(commands - world * COMMANDS_A_WORLD), &mut tally).await;
    }
    println!("{backend:?}: agreed after each; outcomes: {tally:?}");
}

async fn one_world(
    backend: Backend,
    seed: u64,
    commands: usize,
    tally: &mut std::collections::BTreeMap<String, usize>,
) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let offers = offers(&mut rng);
    let mut book = Book::new(SETTINGS, START_MS, SHOPPERS, SHOPS, offers);
    let system = System::start(backend, &book).await;
    let mut source = Source::new(rng.u64(..), SHOPPERS);
    let mut done = 0;
    while done < commands {
        let pause_ms = source.pause_ms();
        book.now += pause_ms;
        system.clock.advance_ms(pause_ms);
        if source.one_in(10) {
            system.sweep().await;
            book.sweep().unwrap();
        }
        let crowd: Vec<Command> = (0..source.crowd()).map(|_| source.next(&book)).collect();
        done += crowd.len();
        let answers = system.run(&crowd, &mut source.phones).await;
        for (command, answer) in crowd.iter().zip(answers) {
            let expected = expect(&mut book, command, &answer.tokens);
            assert_eq!(
                answer.outcome, expected,
                "world {seed}, command {done}: {command:?} at {}; the crowd: {crowd:?}",
                book.now
            );
            *tally.entry(answers::named(command, &expected)).or_default() += 1;
        }
        system.agrees(&book, seed);
    }
    book.sweep().unwrap();
    system.sweep().await;
    system.agrees(&book, seed);
    system.end().await;
}

/// What the reference says of a command. The numbers of tokens are the system's own.
fn expect(book: &mut Book, command: &Command, tokens: &[u64]) -> book::Outcome {
    match command {
        Command::Deposit { id, to, amount } => book.deposit(*id, *to, *amount),
        Command::Fund { id, offer, amount } => book.fund(*id, *offer, *amount),
        Command::SetActive { offer, active } => book.set_active(*offer, *active),
        Command::Freeze { wallet, frozen } => book.freeze(*wallet, *frozen),
        Command::CloseWallet { wallet } => book.close_wallet(*wallet),
        Command::PayOutWallet { id, wallet, amount } => book.pay_out_wallet(*id, *wallet, *amount),
        Command::Tokens { wallet, .. } => book.tokens(*wallet, tokens),
        Command::Clip { wallet, offer } => book.clip(*wallet, *offer),
        Command::Unclip { wallet, offer, sequence } => book.unclip(*wallet, *offer, *sequence),
        Command::Pay(ask) => book.create(ask),
        Command::Approve { wallet, payment } => book.approve(*wallet, *payment),
        Command::Reject { wallet, payment } => book.reject(*wallet, *payment),
        Command::Reverse { merchant, payment } => book.reverse(*merchant, *payment),
        Command::Refund(back) => book.refund(back),
        Command::Close { id, merchant } => book.close(*id, *merchant),
        Command::PayOut { id, merchant, batch } => book.pay_out(*id, *merchant, *batch),
    }
}

/// Campaigns of every kind and policy; some end while the world runs.
fn offers(rng: &mut fastrand::Rng) -> Vec<Offer> {
    let mut offers = Vec::new();
    for n in 0..9 {
        let price = rng.i64(150..4_000);
        let kind = match n % 3 {
            0 => Kind::Each { off: rng.i64(50..800), max: rng.u32(1..=3) },
            1 => Kind::Percent { basis_points: rng.u32(500..5_000), cap: rng.i64(60..1_500) },
            _ => {
                let off = rng.i64(50..price);
                Kind::Spend { off, least: off + rng.i64(0..2 * price) }
            }
        };
        let policy = [Policy::Restore, Policy::RestoreIfValid, Policy::Burn][rng.usize(0..3)];
        let ends_at = START_MS + rng.i64(DAY_MS..20 * DAY_MS);
        let limit = [1, 3, 1_000][n % 3];
        offers.push(Offer { kind, policy, issuer: n % 2, price, ends_at, active: true, limit });
    }
    offers
}
