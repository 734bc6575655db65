//! More payments than the machine can take: whether those that are accepted are still answered soon, and the others told at once to
//! come back.

use super::payments::{Side, values};
use crate::{
    bench::{Bench, float},
    figures::{Goal, Row, ratios},
    load::{self, Outcome, Pace},
    program::Program,
    world::{Aim, Size},
};

const SIZE: Size = Size { shops: 20, campaigns: 100, wallets: 10_000 };
const COUPONS: usize = 2;
/// Callers whose rate is what the machine can take.
const STREAMS: usize = 256;
const CALLS: usize = 10_000;
/// Parts of that rate.
const PARTS_PERCENT: [usize; 5] = [50, 80, 100, 150, 200];

pub(crate) fn row(bench: &Bench) -> Row {
    let size = Size { wallets: bench.size(SIZE.wallets), ..SIZE };
    let mut side = Side::start(bench, "overload", size, Program::server);
    let mut by_part: Vec<Vec<Outcome>> = vec![Vec::new(); PARTS_PERCENT.len()];
    let mut sustained = Vec::new();
    for round in 1..=bench.rounds() {
        bench.note(&format!("round {round} of {}", bench.rounds()));
        let closed = side.pay(bench, bench.size(CALLS), COUPONS, STREAMS);
        sustained.push(closed.rate());
        for (percent, outcomes) in PARTS_PERCENT.iter().zip(&mut by_part) {
            // As long at each pace.
            let count = bench.size(CALLS) * percent / 100;
            let ready = side.world.payments(bench, &side.server, count, COUPONS, Aim::Spread);
            let pace = Pace::Rate(closed.rate() * float(*percent) / 100.0);
            outcomes.push(load::send(bench, &side.server, &ready, pace));
        }
    }
    let mut row = Row {
        name: "overload",
        title: "More than it can take",
        says: "Payments with 2 coupons that arrive at a steady pace, whatever became of those before, as parts of the rate that 256 callers \
               reached just before. Latency is that of the accepted payments, from when each was due. The generator \
               shares the machine's cores with the server.",
        ..Row::default()
    };
    let p99 = |place: usize| values(&by_part[place], |o| o.p99_ms);
    row.aim(
        "p99 of accepted payments at 200 % / at 80 %",
        "ratio",
        Goal::AtMost(3.0),
        ratios(&p99(4), &p99(1)),
    );
    row.put("256 streams", "accepted", "/s", sustained);
    for (percent, outcomes) in PARTS_PERCENT.iter().zip(&by_part) {
        let line = format!("{percent} %");
        row.put(&line, "accepted", "/s", values(outcomes, Outcome::rate));
        row.put(
            &line,
            "refused",
            "%",
            values(outcomes, |o| 100.0 * float(o.calls - o.granted()) / float(o.calls)),
        );
        row.put(&line, "p50", "ms", values(outcomes, |o| o.p50_ms));
        row.put(&line, "p99", "ms", values(outcomes, |o| o.p99_ms));
        row.put(&line, "p99.9", "ms", values(outcomes, |o| o.p999_ms));
    }
    row
}
