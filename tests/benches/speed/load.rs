//! Load: calls made beforehand, written to a file, and sent by a process of its own.

pub(crate) mod codec;
pub(crate) mod generator;

use std::{collections::BTreeMap, fs, process::Command};

use prost::Message;

use crate::{bench::Bench, program::Program, usage::Cpu};

/// A call that is ready to be sent.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Call {
    /// "/onescan.v1.PaymentService/CreatePayment"
    #[prost(string, tag = "1")]
    pub path: String,
    /// Of the caller; empty for none.
    #[prost(string, tag = "2")]
    pub key: String,
    /// The message, encoded.
    #[prost(bytes = "bytes", tag = "3")]
    pub body: prost::bytes::Bytes,
}

impl Call {
    pub(crate) fn new(path: &str, key: &str, message: &impl Message) -> Self {
        Self { path: path.to_owned(), key: key.to_owned(), body: message.encode_to_vec().into() }
    }
}

/// How the calls are sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// So many are always under way.
    Streams(usize),
    /// So many a second, whatever comes of those before; a call's time runs from when it should have been sent.
    Rate(f64),
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub calls: usize,
    pub seconds: f64,
    /// Of calls that were granted, in milliseconds.
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub p999_ms: f64,
    /// Calls that were not granted, by gRPC status.
    pub refused: BTreeMap<String, usize>,
    pub client_us: f64,
    pub server_us: f64,
    /// Of these the writer thread's.
    pub writer_us: f64,
    /// Written to disk for each call.
    pub written_kb: f64,
}

impl Outcome {
    pub(crate) fn rate(&self) -> f64 {
        crate::bench::float(self.granted()) / self.seconds
    }

    pub(crate) fn granted(&self) -> usize {
        self.calls - self.refused.values().sum::<usize>()
    }

    /// Every call was granted, or the figure would be of something else.
    pub(crate) fn all_granted(self) -> Self {
        assert!(self.refused.is_empty(), "calls were refused: {:?}", self.refused);
        self
    }
}

/// Sends the calls to one server and waits for all answers.
pub(crate) fn send(bench: &Bench, server: &Program, calls: &[Call], pace: Pace) -> Outcome {
    send_to(bench, &[server], calls, pace)
}

/// Sends the calls to several servers in turn.
pub(crate) fn send_to(bench: &Bench, servers: &[&Program], calls: &[Call], pace: Pace) -> Outcome {
    let file = bench.dir().join("calls");
    let mut bytes = Vec::new();
    calls.iter().for_each(|call| call.encode_length_delimited(&mut bytes).unwrap());
    fs::write(&file, bytes).unwrap();
    let (how, number) = match pace {
        Pace::Streams(streams) => ("streams", streams.to_string()),
        Pace::Rate(rate) => ("rate", rate.to_string()),
    };
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("load").arg(&file).args([how, &number]).args(servers.iter().map(|server| &server.url));
    let before: Vec<Cpu> = servers.iter().map(|server| server.cpu()).collect();
    let written = || servers.iter().map(|server| server.written()).sum::<u64>();
    let written_before = written();
    let output = command.output().unwrap();
    let bytes = u32::try_from(written() - written_before).expect("the writes of one run have 32 bits");
    let used: Vec<Cpu> =
        servers.iter().zip(&before).map(|(server, before)| server.cpu().since(before)).collect();
    assert!(output.status.success(), "the load generator: {}", String::from_utf8_lossy(&output.stderr));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let number = |name: &str| said[name].as_f64().unwrap();
    let each = |seconds: f64| seconds * 1e6 / crate::bench::float(calls.len());
    let refused = said["refused"].as_object().unwrap().iter();
    Outcome {
        calls: calls.len(),
        seconds: number("seconds"),
        p50_ms: number("p50_ms"),
        p99_ms: number("p99_ms"),
        p999_ms: number("p999_ms"),
        refused: refused
            .map(|(code, n)| (code.clone(), usize::try_from(n.as_u64().unwrap()).unwrap()))
            .collect(),
        client_us: each(number("cpu_seconds")),
        server_us: each(used.iter().map(|cpu| cpu.total().as_secs_f64()).sum()),
        writer_us: each(used.iter().map(|cpu| cpu.thread("writer").as_secs_f64()).sum()),
        written_kb: f64::from(bytes) / 1_024.0 / crate::bench::float(calls.len()),
    }
}
