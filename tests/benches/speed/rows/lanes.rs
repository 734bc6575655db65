//! Row 9: a supermarket on one agent: 32 lanes, each paying as fast as it can for a minute, while somebody else asks the agent how
//! its lanes are.

use std::{
    cell::{Cell, RefCell},
    fmt::Write,
    fs,
    ops::Range,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use futures::future::join_all;
use proto::v1::{
    BasketLine, CheckoutState, ListLanesRequest, StartCheckoutRequest, SubmitScanRequest,
    WatchCheckoutRequest, till_service_client::TillServiceClient,
};
use tonic::transport::Channel;
use uuid::Uuid;

use super::payments::Side;
use crate::{
    bench::{Bench, float},
    figures::{Goal, Row, percentile},
    program::Program,
    usage::{Cpu, Memory},
    world::{self, Aim, Offer, PRICE_MINOR, Size, World, wait_for},
};

const SIZE: Size = Size { shops: 1, campaigns: 100, wallets: 10_000 };
const LANES: usize = 32;
const SECONDS: usize = 60;
const COUPONS: usize = 2;
/// Lines of a basket, those with a coupon among them.
const LINES: usize = 10;
/// Sales before the minute, which tell how many codes it takes.
const FIRST_SALES: usize = 5_000;
/// How often the lanes are asked for meanwhile.
const ASKED_EVERY: Duration = Duration::from_millis(100);

pub(crate) fn row(bench: &Bench) -> Row {
    let size = Size { wallets: bench.size(SIZE.wallets), ..SIZE };
    let side = Side::start(bench, "lanes", size, Program::server);
    let dir = bench.folder("lanes-till");
    let mut shop = Shop { agent: agent(&dir, &side), journal: dir.join("till-data/journal.db"), side };
    let seconds = bench.size(SECONDS);
    let mut minutes = vec![shop.sell(bench, bench.size(FIRST_SALES), seconds)];
    for round in 1..=bench.rounds() {
        bench.note(&format!("round {round} of {}", bench.rounds()));
        let codes = minutes[round - 1].sales_within(seconds) * 3 / 2;
        minutes.push(shop.sell(bench, codes, seconds));
    }
    report(&minutes[1..])
}

/// The agent as a shop sets it up, with a catalogue of what the campaigns are about.
fn agent(dir: &Path, side: &Side) -> Program {
    let lane_ids: Vec<String> = (1..=LANES).map(|lane| format!("\"{lane}\"")).collect();
    let settings = format!(
        "[provider]\naddress = \"{}\"\nkey_file = \"terminal.key\"\n[till]\ncatalogue = \"catalogue.csv\"\n\
         [lanes]\nids = [{}]\n[service]\nlisten = \"127.0.0.1:0\"\n",
        side.server.url,
        lane_ids.join(", "),
    );
    let mut catalogue = "gtin,name_en,name_zh,price_minor\n".to_owned();
    for offer in &side.world.offers {
        writeln!(catalogue, "{},Silk Shampoo 500 ml,丝滑洗发水500毫升,{PRICE_MINOR}", gtin(offer)).unwrap();
    }
    let key = dir.join("terminal.key");
    fs::write(&key, &side.world.till_keys[0]).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(dir.join("catalogue.csv"), catalogue).unwrap();
    fs::write(dir.join("till.toml"), settings).unwrap();
    Program::agent(dir, &dir.join("till.toml"))
}

fn gtin(offer: &Offer) -> String {
    offer.terms.claim(offer.number).gtin.unwrap().short()
}

/// Provider, shoppers and agent.
struct Shop {
    side: Side,
    agent: Program,
    journal: PathBuf,
}

/// What came of one minute.
struct Minute {
    time: Duration,
    /// Milliseconds of each sale of each lane, from its start until the lane heard that it is paid.
    lanes: Vec<Vec<f64>>,
    /// Milliseconds until somebody else had an answer, from when the question was due.
    answers: Vec<f64>,
    agent: Cpu,
    server: Cpu,
    software: Cpu,
    before: Memory,
    after: Memory,
    journal_bytes: u64,
}

impl Shop {
    /// All lanes sell until the time is over or the codes are used up.
    fn sell(&mut self, bench: &Bench, codes: usize, seconds: usize) -> Minute {
        let turns = self.side.world.prepare(bench, &self.side.server, codes, COUPONS, Aim::Spread);
        let cpu = |shop: &Self| (shop.agent.cpu(), shop.side.server.cpu(), Cpu::of(std::process::id()));
        let (before, cpu_before, bytes) = (self.agent.memory(), cpu(self), self.journal_bytes());
        let start = Instant::now();
        let until = start + Duration::from_secs(u64::try_from(seconds).unwrap());
        let shoppers = Shoppers { world: RefCell::new(&mut self.side.world), turns: Cell::new(turns) };
        let over = AtomicBool::new(false);
        let (lanes, answers) = thread::scope(|scope| {
            let asker = scope.spawn(|| wait_for(ask(&self.agent, &over)));
            let lane = |n: usize| lane(&self.agent, &shoppers, n, until);
            let lanes = wait_for(join_all((1..=LANES).map(lane)));
            over.store(true, Relaxed);
            (lanes, asker.join().unwrap())
        });
        let time = start.elapsed();
        let cpu_after = cpu(self);
        Minute {
            time,
            lanes,
            answers,
            agent: cpu_after.0.since(&cpu_before.0),
            server: cpu_after.1.since(&cpu_before.1),
            software: cpu_after.2.since(&cpu_before.2),
            before,
            after: self.agent.memory(),
            journal_bytes: self.journal_bytes() - bytes,
        }
    }

    fn journal_bytes(&self) -> u64 {
        fs::metadata(&self.journal).unwrap().len()
    }
}

/// Phones with tokens and coupons, in a queue that all lanes serve.
struct Shoppers<'a> {
    world: RefCell<&'a mut World>,
    turns: Cell<Range<usize>>,
}

impl Shoppers<'_> {
    /// What the next one buys and shows; none when all have paid.
    fn next(&self) -> Option<(Vec<BasketLine>, String)> {
        let mut turns = self.turns.take();
        let turn = turns.next();
        self.turns.set(turns);
        let mut world = self.world.borrow_mut();
        let offers = world.chosen(turn?, COUPONS, Aim::Spread);
        let line = |offer: &Offer| BasketLine { gtin: gtin(offer), units: 1, ..BasketLine::default() };
        let basket = world.chosen(turn?, LINES, Aim::Spread).iter().map(line).collect();
        let wallet = turn? % world.phones.len();
        Some((basket, world.phones[wallet].code(&offers)))
    }
}

async fn connect(agent: &Program) -> TillServiceClient<Channel> {
    TillServiceClient::new(world::connect(agent).await)
}

/// The till software of one lane.
async fn lane(agent: &Program, shoppers: &Shoppers<'_>, number: usize, until: Instant) -> Vec<f64> {
    let mut till = connect(agent).await;
    let mut sales = Vec::new();
    while Instant::now() < until
        && let Some((lines, scan)) = shoppers.next()
    {
        let checkout_id = Uuid::now_v7().to_string();
        let start = Instant::now();
        let order = StartCheckoutRequest {
            lane_id: number.to_string(),
            checkout_id: checkout_id.clone(),
            lines,
            ..StartCheckoutRequest::default()
        };
        till.start_checkout(order).await.unwrap();
        till.submit_scan(SubmitScanRequest { checkout_id: checkout_id.clone(), scan }).await.unwrap();
        let mut changes =
            till.watch_checkout(WatchCheckoutRequest { checkout_id }).await.unwrap().into_inner();
        let mut last = None;
        while let Some(change) = changes.message().await.unwrap() {
            last = change.checkout;
        }
        sales.push(start.elapsed().as_secs_f64() * 1e3);
        let end = last.unwrap();
        assert_eq!(end.state(), CheckoutState::Completed, "lane {number}: {}", end.reason);
    }
    sales
}

/// Somebody who asks how the lanes are, again and again.
async fn ask(agent: &Program, over: &AtomicBool) -> Vec<f64> {
    let mut till = connect(agent).await;
    let mut due = tokio::time::interval(ASKED_EVERY);
    let mut answers = Vec::new();
    while !over.load(Relaxed) {
        let due = due.tick().await;
        till.list_lanes(ListLanesRequest {}).await.unwrap();
        answers.push(due.elapsed().as_secs_f64() * 1e3);
    }
    answers
}

impl Minute {
    fn sales(&self) -> Vec<f64> {
        self.lanes.concat()
    }

    fn rate(&self) -> f64 {
        float(self.sales().len()) / self.time.as_secs_f64()
    }

    /// As many as there would be within another time.
    fn sales_within(&self, seconds: usize) -> usize {
        self.sales().len() * seconds * 1_000 / usize::try_from(self.time.as_millis()).unwrap()
    }

    /// Sales of the lane that made fewest, over those of the lane that made most.
    fn fairness(&self) -> f64 {
        let counts = || self.lanes.iter().map(|sales| float(sales.len()));
        counts().fold(f64::INFINITY, f64::min) / counts().fold(0.0, f64::max)
    }

    /// Microseconds of each payment.
    fn each_us(&self, cpu: &Cpu) -> f64 {
        cpu.total().as_secs_f64() * 1e6 / float(self.sales().len())
    }
}

fn report(minutes: &[Minute]) -> Row {
    let mut row = Row {
        name: "lanes",
        title: "Thirty-two lanes on one agent",
        says: "Till software on 32 lanes of one pos-agent, each with a connection of its own: 10 lines, a code with 2 coupons, watched until \
               it is paid, then the next, for a minute. Somebody else asks ten times a second how the lanes are; the answer's time \
               runs from when it was due. Till software, agent and provider share the machine.",
        ..Row::default()
    };
    let of = |value: &dyn Fn(&Minute) -> f64| -> Vec<f64> { minutes.iter().map(value).collect() };
    row.aim("the slowest lane's sales / the fastest's", "ratio", Goal::AtLeast(0.8), of(&Minute::fairness));
    row.aim("somebody else's answer, p99", "ms", Goal::AtMost(50.0), of(&|m| percentile(&m.answers, 99)));
    row.aim("the agent's memory at most", "MB", Goal::AtMost(100.0), of(&|m| m.after.most));

    row.put("a sale on one of 32 lanes", "rate", "/s", of(&Minute::rate));
    for (line, times) in [
        ("a sale on one of 32 lanes", Minute::sales as fn(&Minute) -> Vec<f64>),
        ("somebody else's answer", |minute| minute.answers.clone()),
    ] {
        row.put(line, "p50", "ms", of(&|m| percentile(&times(m), 50)));
        row.put(line, "p99", "ms", of(&|m| percentile(&times(m), 99)));
        row.put(line, "worst", "ms", of(&|m| percentile(&times(m), 100)));
    }
    row.put("agent", "CPU of a sale", "us", of(&|m| m.each_us(&m.agent)));
    row.put("provider", "CPU of a sale", "us", of(&|m| m.each_us(&m.server)));
    row.put("till software", "CPU of a sale", "us", of(&|m| m.each_us(&m.software)));
    row.put("agent", "memory grown by", "MB", of(&|m| m.after.now - m.before.now));
    let bytes = |minute: &Minute| {
        let sales = u64::try_from(minute.sales().len()).unwrap();
        f64::from(u32::try_from(minute.journal_bytes / sales).unwrap())
    };
    row.put("agent", "journal of a sale", "bytes", of(&bytes));
    row
}
