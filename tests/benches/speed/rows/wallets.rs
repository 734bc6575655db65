//! Row 4: what phones ask for: clips, tokens, offers; and ten thousand of them that wait for news.

use std::time::Instant;

use proto::v1::{
    self, payment_service_client::PaymentServiceClient, wallet_service_client::WalletServiceClient,
};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tonic::transport::Channel;

use super::payments::{Side, outcome_lines};
use crate::{
    bench::{Bench, float},
    figures::{Row, median, percentile},
    load::{self, Call, Outcome, Pace},
    program::Program,
    world::{self, Size, with},
};

const SIZE: Size = Size { shops: 20, campaigns: 100, wallets: 10_000 };
const STREAMS: usize = 64;
const CALLS: usize = 8_000;
/// Payments made while everybody watches.
const NEWS: usize = 500;
/// Files that this process has open besides connections.
const OTHER_FILES: usize = 500;

pub(crate) fn row(bench: &Bench) -> Row {
    let mut row = Row {
        name: "wallets",
        title: "What phones ask for",
        says: "64 streams, 100 offers, 10,000 wallets. A call for tokens gives 15. Watchers are wallets with a stream of their own over \
               a connection of their own as far as open files allow; memory is what the server's process grew by. News: one \
               payment after the other while all watch, until it is answered and until that wallet's stream tells of it.",
        ..Row::default()
    };
    let size = Size { wallets: bench.size(SIZE.wallets), ..SIZE };
    let mut side = Side::start(bench, "wallets", size, Program::server);
    let mut rounds: [Vec<Outcome>; 3] = Default::default();
    for round in 0..bench.rounds() {
        bench.note(&format!("round {} of {}", round + 1, bench.rounds()));
        for (outcomes, calls) in rounds.iter_mut().zip(calls(bench, &side, round)) {
            outcomes.push(load::send(bench, &side.server, &calls, Pace::Streams(STREAMS)).all_granted());
        }
    }
    for (line, outcomes) in ["clip an offer", "fetch 15 tokens", "list 100 offers"].iter().zip(&rounds) {
        outcome_lines(&mut row, line, outcomes);
    }
    bench.note(&format!("{} watchers", side.world.phones.len()));
    watch(bench, &mut row, &mut side);
    row
}

/// The same phones ask for each; every round they clip another offer.
fn calls(bench: &Bench, side: &Side, round: usize) -> [Vec<Call>; 3] {
    let (phones, offers) = (&side.world.phones, &side.world.offers);
    let each =
        |call: &dyn Fn(usize) -> Call| (0..bench.size(CALLS)).map(|n| call(n % phones.len())).collect();
    let list = v1::WalletServiceListOffersRequest {
        page_size: 100,
        ..v1::WalletServiceListOffersRequest::default()
    };
    [
        each(&|n| phones[n].clip(offers[(n + round) % offers.len()].number)),
        each(&|n| phones[n].issue()),
        each(&|n| Call::new("/onescan.v1.WalletService/ListOffers", &phones[n].session, &list)),
    ]
}

fn watch(bench: &Bench, row: &mut Row, side: &mut Side) {
    let ready = side.world.payments(bench, &side.server, bench.size(NEWS), 1, world::Aim::Spread);
    let sessions: Vec<String> = side.world.phones.iter().map(|phone| phone.session.clone()).collect();
    let before = side.server.memory().now;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut answered, mut told) = (Vec::new(), Vec::new());
    runtime.block_on(async {
        let (tell, mut news) = unbounded_channel();
        let connections = sessions.len().min(files_max() - OTHER_FILES);
        let mut channels: Vec<Channel> = Vec::new();
        for (n, session) in sessions.iter().enumerate() {
            if n < connections {
                channels.push(world::connect(&side.server).await);
            }
            listen(channels[n % connections].clone(), session, tell.clone()).await;
        }
        let grown = (side.server.memory().now - before) * 1_024.0 / float(sessions.len());
        row.put(
            format!("{} watchers, {connections} connections", sessions.len()),
            "memory each",
            "kB",
            vec![grown],
        );
        let mut till = PaymentServiceClient::new(world::connect(&side.server).await);
        for call in &ready {
            let request: v1::CreatePaymentRequest = prost::Message::decode(call.body.clone()).unwrap();
            let (id, start) = (request.payment_id.clone(), Instant::now());
            till.create_payment(with(&call.key, request)).await.unwrap();
            answered.push(start.elapsed().as_secs_f64() * 1e3);
            let (of, at) = news.recv().await.unwrap();
            assert_eq!(of, id, "news of one payment at a time");
            told.push(at.saturating_duration_since(start).as_secs_f64() * 1e3);
        }
    });
    runtime.shutdown_background();
    let line = "news while all watch";
    for (p50, p99, times) in [
        ("payment answered, p50", "payment answered, p99", answered),
        ("phone told, p50", "phone told, p99", told),
    ] {
        row.put(line, p50, "ms", vec![median(&times)]);
        row.put(line, p99, "ms", vec![percentile(&times, 99)]);
    }
}

/// Opens a wallet's stream, and from then on tells of the payments that it tells of.
async fn listen(channel: Channel, session: &str, tell: UnboundedSender<(String, Instant)>) {
    let mut wallet = WalletServiceClient::new(channel);
    let mut stream =
        wallet.watch_wallet(with(session, v1::WatchWalletRequest {})).await.unwrap().into_inner();
    stream.message().await.unwrap().expect("the wallet as it stands");
    tokio::spawn(async move {
        while let Ok(Some(message)) = stream.message().await {
            if let Some(payment) = message.payment {
                // Nobody listens any more once all was measured.
                let _ = tell.send((payment.payment_id, Instant::now()));
            }
        }
    });
}

/// Files that a process may have open here.
fn files_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1_024)
}
