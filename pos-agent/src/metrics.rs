//! What the agent counts, as Prometheus reads it (text format 0.0.4).

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use crate::lane::End;

/// The outcomes, in the order of [`outcome`].
const OUTCOMES: [&str; 6] = ["paid", "declined", "not_sent", "cancelled", "reversed", "refund_due"];

/// Counters since the agent started.
#[derive(Debug, Default)]
pub struct Metrics {
    started: AtomicU64,
    ended: [AtomicU64; OUTCOMES.len()],
}

/// What is true at the moment of asking.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// Checkouts that are not over.
    pub checkouts_open: usize,
    /// Offers in the book.
    pub offers_known: usize,
}

fn outcome(end: &End) -> usize {
    match end {
        End::Paid(_) => 0,
        End::Declined(_) => 1,
        End::NotSent(_) => 2,
        End::Cancelled => 3,
        End::Reversed => 4,
        End::Standing => 5,
    }
}

impl Metrics {
    /// A checkout was opened.
    pub fn started(&self) {
        self.started.fetch_add(1, Relaxed);
    }

    /// A checkout is over.
    pub fn ended(&self, end: &End) {
        self.ended[outcome(end)].fetch_add(1, Relaxed);
    }

    /// The text.
    pub fn render(&self, now: Now) -> String {
        let mut text = String::new();
        let head = |text: &mut String, name: &str, kind: &str, help: &str| {
            // Writing into a String can't fail.
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        };
        let name = "onescan_till_checkouts_started_total";
        head(&mut text, name, "counter", "Checkouts opened since the agent started.");
        let _ = writeln!(text, "{name} {}", self.started.load(Relaxed));
        let name = "onescan_till_checkouts_ended_total";
        head(&mut text, name, "counter", "Checkouts that are over, by outcome.");
        for (word, count) in OUTCOMES.iter().zip(&self.ended) {
            let _ = writeln!(text, "{name}{{outcome=\"{word}\"}} {}", count.load(Relaxed));
        }
        let name = "onescan_till_checkouts_open";
        head(&mut text, name, "gauge", "Checkouts that are not over, payments being taken back included.");
        let _ = writeln!(text, "{name} {}", now.checkouts_open);
        let name = "onescan_till_offers_known";
        head(&mut text, name, "gauge", "Offers of this shop in the till's book.");
        let _ = writeln!(text, "{name} {}", now.offers_known);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_is_counted_by_itself() {
        let metrics = Metrics::default();
        metrics.started();
        metrics.ended(&End::Cancelled);
        let text = metrics.render(Now { checkouts_open: 3, offers_known: 2 });
        for line in [
            "onescan_till_checkouts_started_total 1",
            "onescan_till_checkouts_ended_total{outcome=\"cancelled\"} 1",
            "onescan_till_checkouts_ended_total{outcome=\"paid\"} 0",
            "onescan_till_checkouts_open 3",
            "onescan_till_offers_known 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
