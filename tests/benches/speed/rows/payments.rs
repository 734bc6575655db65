//! Row 1: payments on SQLite, by coupons and streams, beside what the machine gives: a bare echo by the same client, the same
//! provider with one commit for each payment, one commit of SQLite, one fdatasync, one signature.

use std::collections::BTreeMap;

use crate::{
    bench::Bench,
    echo,
    figures::{Chart, Goal, Row, median, ratios},
    load::{self, Call, Outcome, Pace},
    program::{Program, operator_key},
    world::{Aim, Size, World},
    yardsticks,
};

const COUPONS: [usize; 4] = [0, 1, 2, 5];
const STREAMS: [usize; 4] = [1, 16, 64, 256];
const SIZE: Size = Size { shops: 20, campaigns: 100, wallets: 10_000 };
/// Coupons and streams of the cell that the goals are about.
const TYPICAL: (usize, usize) = (2, 256);

/// What is measured in one round after the other.
type Cells = BTreeMap<(usize, usize), Vec<Outcome>>;

pub(crate) fn row(bench: &Bench) -> Row {
    let size = Size { wallets: bench.size(SIZE.wallets), ..SIZE };
    let mut group = Side::start(bench, "group", size, Program::server);
    let mut single =
        Side::start(bench, "single", size, |dir| Program::this(&["provider", &dir.to_string_lossy()]));
    let echo = Program::this(&["echo"]);
    let mut measured = Measured::default();
    for round in 1..=bench.rounds() {
        bench.note(&format!("round {round} of {}", bench.rounds()));
        for streams in STREAMS {
            for coupons in COUPONS {
                let outcome = group.pay(bench, calls(bench, streams), coupons, streams);
                measured.paid.entry((coupons, streams)).or_default().push(outcome);
            }
            let bare = vec![group.sample(bench); calls(bench, streams) * 4];
            let bare = load::send(bench, &echo, &bare, Pace::Streams(streams)).all_granted();
            measured.bare.entry((0, streams)).or_default().push(bare);
        }
        let count = calls(bench, 64) / 4;
        measured.single.push(single.pay(bench, count, 2, 64));
        measured.group.push(group.pay(bench, calls(bench, 64), 2, 64));
        measured.commit_ms.push(median(&yardsticks::sqlite_commit_ms(bench.dir(), bench.size(1_000))));
        measured.fdatasync_ms.push(median(&yardsticks::fdatasync_ms(bench.dir(), bench.size(1_000))));
        measured.signature_ms.push(median(&yardsticks::signature_ms(bench.size(1_000))));
    }
    measured.row()
}

/// Payments of a round: enough to last, few where each waits for a commit of its own.
fn calls(bench: &Bench, streams: usize) -> usize {
    bench.size(match streams {
        1 => 1_000,
        16 => 4_000,
        _ => 10_000,
    })
}

/// A provider with its world.
pub(crate) struct Side {
    pub server: Program,
    pub world: World,
}

impl Side {
    pub(crate) fn start(
        bench: &Bench,
        name: &str,
        size: Size,
        start: impl Fn(&std::path::Path) -> Program,
    ) -> Self {
        let dir = bench.folder(name);
        let server = start(&dir);
        let world = World::begin(&server, &operator_key(&dir), size);
        Self { server, world }
    }

    pub(crate) fn pay(&mut self, bench: &Bench, count: usize, coupons: usize, streams: usize) -> Outcome {
        let ready = self.world.payments(bench, &self.server, count, coupons, Aim::Spread);
        load::send(bench, &self.server, &ready, Pace::Streams(streams)).all_granted()
    }

    /// A payment's request, sent to the echo.
    fn sample(&mut self, bench: &Bench) -> Call {
        let ready = self.world.payments(bench, &self.server, 1, 2, Aim::Spread);
        Call { path: echo::PATH.to_owned(), key: String::new(), ..ready[0].clone() }
    }
}

#[derive(Default)]
struct Measured {
    paid: Cells,
    bare: Cells,
    /// One commit each, and group commit right after it, both with 2 coupons and 64 streams.
    single: Vec<Outcome>,
    group: Vec<Outcome>,
    commit_ms: Vec<f64>,
    fdatasync_ms: Vec<f64>,
    signature_ms: Vec<f64>,
}

impl Measured {
    fn row(self) -> Row {
        let mut row = Row {
            name: "payments",
            title: "Payments on SQLite",
            says: "Payments with so many coupons each, over gRPC, so many calls always under way on up to four connections; 20 shops, \
                   100 campaigns, 10,000 wallets. The echo decodes the same request and sends it back. One commit each is the \
                   same provider with group commit turned off. SQLite's commit and fdatasync are measured on the same disk, \
                   and a signature on the same cores: what a payment can cost at least follows from these.",
            ..Row::default()
        };
        self.goals(&mut row);
        for ((coupons, streams), outcomes) in &self.paid {
            outcome_lines(&mut row, &format!("{coupons} coupons, {streams} streams"), outcomes);
        }
        for ((_, streams), outcomes) in &self.bare {
            outcome_lines(&mut row, &format!("echo, {streams} streams"), outcomes);
        }
        outcome_lines(&mut row, "one commit each, 2 coupons, 64 streams", &self.single);
        row.put("one commit of SQLite", "p50", "ms", self.commit_ms.clone());
        row.put("fdatasync", "p50", "ms", self.fdatasync_ms.clone());
        row.put("one Ed25519 signature, checked alone", "p50", "ms", self.signature_ms.clone());
        row.charts.push(self.chart());
        row
    }

    fn goals(&self, row: &mut Row) {
        let of = |cell, value: fn(&Outcome) -> f64| values(&self.paid[&cell], value);
        let cpu = |coupons| of((coupons, TYPICAL.1), |o| o.server_us);
        row.aim("server CPU per payment with 2 coupons", "us", Goal::AtMost(55.0), cpu(2));
        let further = cpu(5).iter().zip(cpu(0)).map(|(five, none)| (five - none) / 5.0).collect();
        row.aim("server CPU per further coupon", "us", Goal::AtMost(5.0), further);
        let bare = values(&self.bare[&(0, TYPICAL.1)], Outcome::rate);
        let against_echo = ratios(&of(TYPICAL, Outcome::rate), &bare);
        row.aim("payments with 2 coupons / echo, 256 streams", "ratio", Goal::AtLeast(0.25), against_echo);
        let against_single =
            ratios(&values(&self.group, Outcome::rate), &values(&self.single, Outcome::rate));
        row.aim("payments / one commit each, 64 streams", "ratio", Goal::AtLeast(6.0), against_single);
        let alone = of((2, 1), |o| o.p50_ms);
        let against_commit = ratios(&alone, &self.commit_ms);
        row.aim("one stream's p50 / one commit of SQLite", "ratio", Goal::AtMost(2.0), against_commit);
    }

    fn chart(&self) -> Chart {
        let curve = |coupons: usize| {
            let point = |streams: &usize| {
                let rates = values(&self.paid[&(coupons, *streams)], Outcome::rate);
                (crate::bench::float(*streams), median(&rates))
            };
            (format!("{coupons} coupons"), STREAMS.iter().map(point).collect())
        };
        Chart {
            name: "payments",
            title: "Payments a second on SQLite",
            x: "streams",
            y: "payments/s",
            curves: COUPONS.into_iter().map(curve).collect(),
        }
    }
}

/// What one cell has to say.
pub(crate) fn outcome_lines(row: &mut Row, line: &str, outcomes: &[Outcome]) {
    row.put(line, "rate", "/s", values(outcomes, Outcome::rate));
    row.put(line, "p50", "ms", values(outcomes, |o| o.p50_ms));
    row.put(line, "p99", "ms", values(outcomes, |o| o.p99_ms));
    row.put(line, "p99.9", "ms", values(outcomes, |o| o.p999_ms));
    row.put(line, "server CPU", "us", values(outcomes, |o| o.server_us));
    row.put(line, "of it the writer", "us", values(outcomes, |o| o.writer_us));
    row.put(line, "client CPU", "us", values(outcomes, |o| o.client_us));
    row.put(line, "server writes", "kB", values(outcomes, |o| o.written_kb));
}

/// A value of each round.
pub(crate) fn values(outcomes: &[Outcome], value: impl Fn(&Outcome) -> f64) -> Vec<f64> {
    outcomes.iter().map(value).collect()
}
