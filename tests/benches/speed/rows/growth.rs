//! Row 3 and 6: what a payment costs after much history, with many wallets and many offers; hot shops and campaigns; how soon a large
//! provider is there after a start, and how much memory it takes.

use std::{path::PathBuf, time::Instant};

use super::payments::{Side, outcome_lines, values};
use crate::{
    bench::{Bench, float},
    figures::{Chart, Goal, Row, median, ratios},
    load::{self, Outcome, Pace},
    program::Program,
    world::{
        Aim, Size,
        history::{self, Past},
        kept::Kept,
    },
};

const COUPONS: usize = 2;
const STREAMS: usize = 64;
const CALLS: usize = 8_000;
const PHONES_MAX: usize = 10_000;
const HISTORY: [usize; 5] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
/// Wallets that made it.
const HISTORY_WALLETS: usize = 100_000;
const WALLETS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Payments that each of these has made before.
const PAYMENTS_EACH: usize = 10;
const OFFERS: [usize; 4] = [10, 100, 10_000, 100_000];
const STARTS: usize = 5;
/// Payments from which on a filled provider is kept for the next run.
const KEPT_FROM: usize = 1_000_000;

pub(crate) fn row(bench: &Bench) -> Row {
    let mut row = Row {
        name: "growth",
        title: "Growth",
        says: "Payments with 2 coupons, 64 streams. History is in the database before: payments with 2 coupons each, made by \
               100,000 wallets; where wallets grow in number, by each of them ten. The payments that are measured come from up to 10,000 of \
               these wallets, as far apart as can be. Each is a database of its own; those of one kind take turns; one with a history \
               of a million or more is kept from run to run. A start is timed from the program's start to the answer to the first \
               payment.",
        ..Row::default()
    };
    by_history(bench, &mut row);
    by_wallets(bench, &mut row);
    by_offers(bench, &mut row);
    hot(bench, &mut row);
    row
}

fn by_history(bench: &Bench, row: &mut Row) {
    let wallets = bench.size(HISTORY_WALLETS);
    let sizes = grown(bench, &HISTORY).map(|payments| (payments, wallets));
    let mut aged = Aged::new(bench, "history", sizes.collect());
    let rounds = take_turns(bench, &mut aged.sides);
    let cpu = |place: usize| values(&rounds[place], |o| o.server_us);
    let last = rounds.len() - 1;
    row.aim(
        "server CPU after the longest history / after the shortest",
        "ratio",
        Goal::AtMost(1.1),
        ratios(&cpu(last), &cpu(0)),
    );
    let payments = aged.sizes.iter().map(|(payments, _)| *payments);
    let title = "Server CPU of a payment with 2 coupons, by history";
    curve(row, ("history", title, "payments before"), payments, &rounds);
    aged.starts(bench, row);
    aged.leave();
}

fn by_wallets(bench: &Bench, row: &mut Row) {
    let sizes = grown(bench, &WALLETS).map(|wallets| (wallets * PAYMENTS_EACH, wallets));
    let mut aged = Aged::new(bench, "wallets", sizes.collect());
    let rounds = take_turns(bench, &mut aged.sides);
    let most = aged.sides[rounds.len() - 1].server.memory().most;
    row.aim("memory with the most wallets, under load, at most", "MB", Goal::AtMost(100.0), vec![most]);
    let wallets = aged.sizes.iter().map(|(_, wallets)| *wallets);
    let title = "Server CPU of a payment with 2 coupons, by wallets";
    curve(row, ("wallets", title, "wallets"), wallets, &rounds);
    aged.leave();
}

/// The sizes, smaller in a quick run, each once.
fn grown(bench: &Bench, sizes: &[usize]) -> impl Iterator<Item = usize> {
    let mut sizes: Vec<usize> = sizes.iter().map(|size| bench.size(*size).max(1_000)).collect();
    sizes.dedup();
    sizes.into_iter()
}

/// A line for each size, and the CPU time of all as a chart of this name, title and axis.
fn curve(
    row: &mut Row,
    (name, title, x): (&'static str, &'static str, &'static str),
    sizes: impl Iterator<Item = usize>,
    rounds: &[Vec<Outcome>],
) {
    let mut points = Vec::new();
    for (size, outcomes) in sizes.zip(rounds) {
        outcome_lines(row, &format!("{size} {x}"), outcomes);
        points.push((float(size), median(&values(outcomes, |o| o.server_us))));
    }
    row.charts.push(Chart { name, title, x, y: "us", curves: vec![("2 coupons".to_owned(), points)] });
}

/// Providers with a history.
struct Aged {
    /// Payments and wallets.
    sizes: Vec<(usize, usize)>,
    sides: Vec<Side>,
    places: Vec<Place>,
}

impl Aged {
    /// In folders that are named after what grows, since both kinds may have a provider of the same size.
    fn new(bench: &Bench, kind: &str, sizes: Vec<(usize, usize)>) -> Self {
        let (sides, places) =
            sizes.iter().map(|(payments, wallets)| aged(bench, kind, *payments, *wallets)).unzip();
        Self { sizes, sides, places }
    }

    /// Starts the largest again and again, each time until a payment is answered.
    fn starts(&mut self, bench: &Bench, row: &mut Row) {
        let Side { mut server, mut world } = self.sides.pop().unwrap();
        let dir = &self.places.last().unwrap().dir;
        let (mut seconds, mut memory) = (Vec::new(), Vec::new());
        for _ in 0..STARTS.min(bench.rounds()) {
            let ready = world.payments(bench, &server, 1, COUPONS, Aim::Spread);
            drop(server);
            let start = Instant::now();
            server = Program::server(dir);
            load::send(bench, &server, &ready, Pace::Streams(1)).all_granted();
            seconds.push(start.elapsed().as_secs_f64());
            memory.push(server.memory().now);
        }
        row.put("a start after the longest history", "to the first payment", "s", seconds);
        row.put("a start after the longest history", "memory", "MB", memory);
        self.sides.push(Side { server, world });
    }

    fn leave(self) {
        self.sides.into_iter().zip(self.places).for_each(|(side, place)| place.leave(side));
    }
}

/// Where a provider's file is.
struct Place {
    dir: PathBuf,
    kept: Option<Kept>,
}

impl Place {
    /// Ends the server; what is kept is whole.
    fn leave(self, side: Side) {
        let Side { server, world } = side;
        drop(server);
        if let Some(kept) = self.kept {
            kept.leave(&world);
        }
    }
}

/// A provider with so many payments behind it.
fn aged(bench: &Bench, kind: &str, payments: usize, wallets: usize) -> (Side, Place) {
    bench.note(&format!("a history of {payments} payments of {wallets} wallets"));
    let name = format!("{kind}-{payments}-{wallets}");
    let dir = bench.folder(&name);
    let size = Size { shops: 20, campaigns: 100, wallets: 1 };
    let mut side = Side::start(bench, &name, size, Program::server);
    side.pay(bench, 1, COUPONS, 1);
    let kept = (payments >= KEPT_FROM).then(|| Kept::new(&name));
    // Phone 0 has paid what the history is copied from.
    let phones = 1..wallets.min(bench.size(PHONES_MAX)) + 1;
    let before = kept.as_ref().and_then(|kept| kept.take_up(&dir));
    let (server, mut world) = before.unwrap_or_else(|| {
        let Side { server, world } = side;
        // Nobody may hold the file while it is filled.
        drop(server);
        history::grow(&dir, Past { wallets, payments, phones: phones.clone() });
        let server = match &kept {
            Some(kept) => {
                kept.put(&dir);
                Program::server(kept.dir())
            }
            None => Program::server(&dir),
        };
        (server, world)
    });
    world.open_phones(&server, phones);
    let dir = kept.as_ref().map_or(dir, |kept| kept.dir().to_owned());
    (Side { server, world }, Place { dir, kept })
}

fn by_offers(bench: &Bench, row: &mut Row) {
    let offers = OFFERS.map(|offers| if bench.quick { offers.min(100) } else { offers });
    let wallets = bench.size(PHONES_MAX);
    let mut sides: Vec<Side> = Vec::new();
    for (place, campaigns) in offers.iter().enumerate() {
        bench.note(&format!("{campaigns} offers"));
        let size = Size { shops: 20, campaigns: *campaigns, wallets };
        sides.push(Side::start(bench, &format!("offers-{place}"), size, Program::server));
    }
    let rounds = take_turns(bench, &mut sides);
    for ((campaigns, outcomes), side) in offers.iter().zip(&rounds).zip(&sides) {
        let line = format!("{campaigns} offers");
        outcome_lines(row, &line, outcomes);
        row.put(line, "memory, most", "MB", vec![side.server.memory().most]);
    }
}

fn hot(bench: &Bench, row: &mut Row) {
    const AIMS: [(Aim, &str); 3] = [
        (Aim::Spread, "spread over all"),
        (Aim::OneShop, "one hot shop"),
        (Aim::OneCampaign, "the same campaigns"),
    ];
    let size = Size { shops: 100, campaigns: 100, wallets: bench.size(PHONES_MAX) };
    let mut side = Side::start(bench, "hot", size, Program::server);
    let mut rounds: [Vec<Outcome>; 3] = Default::default();
    for round in 0..bench.rounds() {
        for place in 0..AIMS.len() {
            let place = (place + round) % AIMS.len();
            let ready = side.world.payments(bench, &side.server, bench.size(CALLS), COUPONS, AIMS[place].0);
            rounds[place].push(load::send(bench, &side.server, &ready, Pace::Streams(STREAMS)).all_granted());
        }
    }
    let rate = |place: usize| values(&rounds[place], Outcome::rate);
    row.aim("one hot shop / spread over 100", "ratio", Goal::AtLeast(0.95), ratios(&rate(1), &rate(0)));
    row.aim(
        "the same two campaigns / spread over 100",
        "ratio",
        Goal::AtLeast(0.95),
        ratios(&rate(2), &rate(0)),
    );
    for ((_, line), outcomes) in AIMS.iter().zip(&rounds) {
        outcome_lines(row, line, outcomes);
    }
}

/// The same payments at each, in turns; which of them is first changes from round to round.
fn take_turns(bench: &Bench, sides: &mut [Side]) -> Vec<Vec<Outcome>> {
    let mut rounds = vec![Vec::new(); sides.len()];
    for round in 0..bench.rounds() {
        bench.note(&format!("round {} of {}", round + 1, bench.rounds()));
        for place in 0..sides.len() {
            let place = (place + round) % sides.len();
            rounds[place].push(sides[place].pay(bench, bench.size(CALLS), COUPONS, STREAMS));
        }
    }
    rounds
}
