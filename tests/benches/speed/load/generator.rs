//! The process that sends: `load FILE streams|rate NUMBER URL...`. Prints what came of it as JSON.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    fs,
    rc::Rc,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use http::uri::PathAndQuery;
use prost::Message;
use tokio::task::LocalSet;
use tonic::{Code, Request, Status, client::Grpc, metadata::AsciiMetadataValue, transport::Channel};

use super::{Call, codec::Encoded};
use crate::usage::Cpu;

/// Connections to each server.
const CONNECTIONS: usize = 4;
/// How long a call waits for its answer: then it counts as refused, and the run goes on.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// What is known of the answers so far.
struct Tally {
    latencies: Histogram<u64>,
    refused: BTreeMap<String, u64>,
}

/// A call with its words in the library's terms.
struct Ready {
    path: PathAndQuery,
    key: Option<AsciiMetadataValue>,
    body: prost::bytes::Bytes,
}

pub(crate) fn main(args: &[&str]) {
    let [file, how, number, urls @ ..] = args else { panic!("load FILE streams|rate NUMBER URL...") };
    let bytes = fs::read(file).unwrap();
    let mut rest = bytes.as_slice();
    let mut calls = VecDeque::new();
    while !rest.is_empty() {
        calls.push_back(ready(Call::decode_length_delimited(&mut rest).unwrap()));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tally = Rc::new(RefCell::new(Tally {
        latencies: Histogram::new_with_max(60_000_000, 3).unwrap(),
        refused: BTreeMap::new(),
    }));
    let tasks = LocalSet::new();
    let (seconds, cpu) = tasks.block_on(&runtime, async {
        let streams = if *how == "streams" { number.parse().unwrap() } else { usize::MAX };
        let mut channels = Vec::new();
        for _ in 0..CONNECTIONS.min(streams.div_ceil(urls.len())) {
            for url in urls {
                channels.push(Channel::from_shared((*url).to_owned()).unwrap().connect().await.unwrap());
            }
        }
        let (start, cpu) = (Instant::now(), Cpu::of(std::process::id()));
        match *how {
            "streams" => by_streams(&channels, streams, calls, &tally).await,
            "rate" => by_rate(&channels, number.parse().unwrap(), calls, &tally).await,
            other => panic!("`{other}` is no pace"),
        }
        (start.elapsed().as_secs_f64(), Cpu::of(std::process::id()).since(&cpu).total().as_secs_f64())
    });
    let tally = tally.borrow();
    let ms =
        |quantile| Duration::from_micros(tally.latencies.value_at_quantile(quantile)).as_secs_f64() * 1e3;
    let said = serde_json::json!({
        "seconds": seconds, "cpu_seconds": cpu, "refused": tally.refused,
        "p50_ms": ms(0.5), "p99_ms": ms(0.99), "p999_ms": ms(0.999),
    });
    println!("{said}");
}

fn ready(call: Call) -> Ready {
    let key = (!call.key.is_empty()).then(|| format!("Bearer {}", call.key).parse().unwrap());
    Ready { path: call.path.parse().unwrap(), key, body: call.body }
}

/// So many callers, each with its next call as soon as the last was answered.
async fn by_streams(
    channels: &[Channel],
    streams: usize,
    calls: VecDeque<Ready>,
    tally: &Rc<RefCell<Tally>>,
) {
    let calls = Rc::new(RefCell::new(calls));
    let caller = |channel: Channel| {
        let (calls, tally) = (Rc::clone(&calls), Rc::clone(tally));
        tokio::task::spawn_local(async move {
            loop {
                let next = calls.borrow_mut().pop_front();
                let Some(call) = next else { return };
                send(&channel, call, Instant::now(), &tally).await;
            }
        })
    };
    let callers: Vec<_> = channels.iter().cycle().take(streams).cloned().map(caller).collect();
    for caller in callers {
        caller.await.unwrap();
    }
}

/// Each call when it is due.
async fn by_rate(channels: &[Channel], rate: f64, calls: VecDeque<Ready>, tally: &Rc<RefCell<Tally>>) {
    let (start, gap) = (Instant::now(), Duration::from_secs_f64(1.0 / rate));
    let mut under_way = Vec::with_capacity(calls.len());
    for ((count, call), channel) in (0..).zip(calls).zip(channels.iter().cycle()) {
        let due = start + gap * count;
        if due > Instant::now() {
            tokio::time::sleep_until(due.into()).await;
        }
        let (channel, tally) = (channel.clone(), Rc::clone(tally));
        under_way.push(tokio::task::spawn_local(async move { send(&channel, call, due, &tally).await }));
        if count % 16 == 0 {
            tokio::task::yield_now().await;
        }
    }
    for call in under_way {
        call.await.unwrap();
    }
}

async fn send(channel: &Channel, call: Ready, since: Instant, tally: &RefCell<Tally>) {
    let mut request = Request::new(call.body);
    if let Some(key) = call.key {
        request.metadata_mut().insert("authorization", key);
    }
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.unwrap();
    let answer = tokio::time::timeout(ANSWER_MAX, grpc.unary(request, call.path, Encoded)).await;
    let answer = answer.unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer")));
    let mut tally = tally.borrow_mut();
    match answer {
        Ok(_) => {
            let took = u64::try_from(since.elapsed().as_micros()).unwrap();
            tally.latencies.saturating_record(took.max(1));
        }
        Err(status) => {
            let words = match status.code() {
                Code::ResourceExhausted | Code::Unavailable | Code::DeadlineExceeded => {
                    format!("{:?}", status.code())
                }
                code => format!("{code:?}: {}", status.message()),
            };
            *tally.refused.entry(words).or_default() += 1;
        }
    }
}
