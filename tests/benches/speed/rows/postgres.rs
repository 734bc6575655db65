//! Row 2: payments on PostgreSQL with one, two and three servers, beside pgbench's TPC-B on the same cluster in the same rounds.

use std::path::PathBuf;

use tests::cluster::Cluster;

use super::payments::{outcome_lines, values};
use crate::{
    bench::Bench,
    figures::{Goal, Row, ratios},
    load::{self, Outcome, Pace},
    program::{Program, operator_key},
    world::{Aim, Size, World},
};

const SIZE: Size = Size { shops: 100, campaigns: 100, wallets: 10_000 };
const COUPONS: usize = 2;
const STREAMS: usize = 256;
const CALLS: usize = 8_000;
const SERVERS: usize = 3;
/// More branches than clients, so that pgbench's clients don't wait for one another.
const SCALE: &str = "32";
const CLIENTS: &str = "16";

pub(crate) fn row(bench: &Bench) -> Row {
    let cluster = Cluster::start(true);
    let url = cluster.database("onescan_speed");
    cluster.database("pgbench_speed");
    run(cluster.program("pgbench").args(["-i", "-q", "-s", SCALE, "pgbench_speed"]));
    let folders: Vec<PathBuf> = (0..SERVERS).map(|n| bench.folder(&format!("postgres-{n}"))).collect();
    let start = |dir: &PathBuf| Program::server_with(dir, &["--database-url", &url]);
    let servers: Vec<Program> = folders.iter().map(start).collect();
    let size = Size { wallets: bench.size(SIZE.wallets), ..SIZE };
    let mut world = World::begin(&servers[0], &operator_key(&folders[0]), size);

    let mut paid: [Vec<Outcome>; SERVERS] = Default::default();
    let (mut hot, mut tpc_b) = (Vec::new(), Vec::new());
    for round in 1..=bench.rounds() {
        bench.note(&format!("round {round} of {}", bench.rounds()));
        for (count, outcomes) in (1..).zip(&mut paid) {
            outcomes.push(pay(bench, &servers[..count], &mut world, Aim::Spread));
        }
        hot.push(pay(bench, &servers, &mut world, Aim::OneShop));
        tpc_b.push(pgbench(&cluster, if bench.quick { "1" } else { "10" }));
    }
    let mut row = Row {
        name: "postgres",
        title: "Payments on PostgreSQL",
        says: "Payments with 2 coupons, 256 streams shared out to one, two or three servers on one PostgreSQL with its own settings but for \
               the number of connections; 100 shops, 100 campaigns, 10,000 wallets. Beside it pgbench's TPC-B-like script \
               with 16 clients at scale 32, on the same cluster. PostgreSQL, servers and generator share the machine.",
        ..Row::default()
    };
    let rates = |outcomes: &[Outcome]| values(outcomes, Outcome::rate);
    let line = "payments end to end, 3 servers / pgbench TPC-B, 16 clients";
    row.aim(
        "payments end to end, 1 server / pgbench TPC-B, 16 clients",
        "ratio",
        Goal::AtLeast(1.5),
        ratios(&rates(&paid[0]), &tpc_b),
    );
    row.put(line, "ratio", "", ratios(&rates(&paid[2]), &tpc_b));
    row.aim(
        "one hot shop / spread over 100, 3 servers",
        "ratio",
        Goal::AtLeast(0.95),
        ratios(&rates(&hot), &rates(&paid[2])),
    );
    for (count, outcomes) in (1..).zip(&paid) {
        outcome_lines(&mut row, &format!("{count} servers"), outcomes);
    }
    outcome_lines(&mut row, "3 servers, one hot shop", &hot);
    row.put("pgbench TPC-B, 16 clients", "rate", "/s", tpc_b);
    row
}

fn pay(bench: &Bench, servers: &[Program], world: &mut World, aim: Aim) -> Outcome {
    let ready = world.payments(bench, &servers[0], bench.size(CALLS), COUPONS, aim);
    let servers: Vec<&Program> = servers.iter().collect();
    load::send_to(bench, &servers, &ready, Pace::Streams(STREAMS)).all_granted()
}

/// Transactions a second of the script that is built in.
fn pgbench(cluster: &Cluster, seconds: &str) -> f64 {
    let text =
        run(cluster.program("pgbench").args(["-c", CLIENTS, "-j", "2", "-T", seconds, "pgbench_speed"]));
    let line = text.lines().find_map(|line| line.strip_prefix("tps = ")).expect("pgbench says its rate");
    line.split(' ').next().unwrap().parse().unwrap()
}

fn run(command: &mut std::process::Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
