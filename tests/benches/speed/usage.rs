//! What a process uses, as Linux tells: CPU time for each of its threads, memory, and what it writes to disk.

use std::{collections::BTreeMap, fs, time::Duration};

/// CPU time of a process, by the names of its threads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cpu(BTreeMap<String, Duration>);

impl Cpu {
    /// Of a process that runs.
    pub(crate) fn of(pid: u32) -> Self {
        let mut by_thread: BTreeMap<String, Duration> = BTreeMap::new();
        for task in fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
            // A thread may end while we look.
            let Ok(name) = fs::read_to_string(task.path().join("comm")) else { continue };
            let Ok(stat) = fs::read_to_string(task.path().join("schedstat")) else { continue };
            let on_cpu = stat.split(' ').next().and_then(|ns| ns.parse().ok()).map(Duration::from_nanos);
            *by_thread.entry(kind(&name)).or_default() += on_cpu.unwrap_or_default();
        }
        Self(by_thread)
    }

    /// What was used since.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let used = |(name, now): (&String, &Duration)| {
            (name.clone(), now.saturating_sub(before.0.get(name).copied().unwrap_or_default()))
        };
        Self(self.0.iter().map(used).collect())
    }

    /// Of all threads.
    pub(crate) fn total(&self) -> Duration {
        self.0.values().sum()
    }

    /// Of the threads of this name.
    pub(crate) fn thread(&self, name: &str) -> Duration {
        self.0.get(name).copied().unwrap_or_default()
    }
}

/// Without a number at the end: "reader 3" is a "reader".
fn kind(name: &str) -> String {
    name.trim().trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches([' ', '-']).to_owned()
}

/// Memory of a process in MB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub now: f64,
    pub most: f64,
}

impl Memory {
    pub(crate) fn of(pid: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let mb = |field: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(field));
            let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
            kb.unwrap_or(f64::NAN) / 1_024.0
        };
        Self { now: mb("VmRSS:"), most: mb("VmHWM:") }
    }
}

/// Bytes that a process has written to files so far, as whole pages.
pub(crate) fn written_bytes(pid: u32) -> u64 {
    let io = fs::read_to_string(format!("/proc/{pid}/io")).unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.and_then(|bytes| bytes.parse().ok()).unwrap_or_default()
}
