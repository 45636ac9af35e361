//! Many calls at once under a limit that the run has to find by itself.

use std::thread;

use anyhow::{Result, anyhow};

use super::report::{Reach, Row, grouped};
use super::run::{Run, SDK, run};
use super::server::Counts;
use super::workshop::{RUNS, SERVER, Workshop};

/// A server with a limit, and how many customers are asked for there.
#[derive(Clone, Copy)]
struct Case {
    kind: &'static str,
    /// Calls a second.
    rate: u64,
    /// The limit is halved after half of the calls.
    halves: bool,
    customers: u64,
    /// In milliseconds.
    latency: u64,
}

const CONCURRENCY: u64 = 32;
const KINDS: [&str; 2] = ["window", "bucket"];

pub(super) fn measure(workshop: &Workshop) -> Result<Vec<Row>> {
    workshop.build(&[SERVER, RUNS])?;
    let mut rows = Vec::new();
    // These are idle nearly all the time, so they run side by side.
    let slow = KINDS.iter().flat_map(|&kind| {
        let case = |rate, halves, seconds| Case { kind, rate, halves, customers: rate * seconds, latency: 20 };
        [case(50, false, 60), case(500, false, 45), case(500, true, 45)]
    });
    let slow: Vec<Case> = slow.collect();
    say!("Measuring {} runs under a limit, side by side", slow.len());
    thread::scope(|scope| {
        let runs: Vec<_> = slow.iter().map(|&case| scope.spawn(move || measure_one(workshop, case))).collect();
        for run in runs {
            rows.extend(run.join().map_err(|_| anyhow!("a measurement died"))??);
        }
        anyhow::Ok(())
    })?;
    for kind in KINDS {
        say!("Measuring a run under a limit of 5,000 a second");
        rows.extend(measure_one(workshop, Case { kind, rate: 5_000, halves: false, customers: 150_000, latency: 4 })?);
    }
    Ok(rows)
}

fn measure_one(workshop: &Workshop, case: Case) -> Result<[Row; 3]> {
    let mut arguments = vec![format!("--{}", case.kind), case.rate.to_string()];
    arguments.extend(["--latency-ms".to_owned(), case.latency.to_string()]);
    if case.halves {
        arguments.extend(["--halve-after".to_owned(), (case.customers / 2).to_string()]);
    }
    let (run, counts) = run(workshop, SDK, case.customers, CONCURRENCY, &arguments)?;
    Ok(case.rows(&run, &counts))
}

impl Case {
    fn rows(&self, run: &Run, counts: &Counts) -> [Row; 3] {
        let name = format!(
            "limit of {} a second{}, {}",
            grouped(self.rate as f64),
            if self.halves { ", halved midway" } else { "" },
            if self.kind == "window" { "fixed window" } else { "token bucket" }
        );
        let (customers, rate) = (self.customers as f64, self.rate as f64);
        let (last_rate, ideal) = match self.halves {
            true => (rate / 2.0, customers / 2.0 / rate + customers / rate),
            false => (rate, customers / rate),
        };
        let settled = format!("{} ÷ {} a second", grouped(run.settled_rate()), grouped(last_rate));
        let whole = format!("{:.1} ÷ {ideal:.1} s, {} calls", run.seconds(), grouped(customers));
        let calls = (counts.served + counts.refused) as f64;
        let refused = format!(
            "{} of {} calls, {:.4} calls for each allowed one",
            grouped(counts.refused as f64),
            grouped(calls),
            calls / counts.served as f64
        );
        [
            Row::ratio(format!("{name}: time ÷ ideal, settled"), last_rate / run.settled_rate(), settled)
                .reach(Reach::AtMost(1.05)),
            Row::ratio(format!("{name}: time ÷ ideal, whole run"), run.seconds() / ideal, whole),
            Row::ratio(format!("{name}: 429s for 1,000 calls"), counts.refused as f64 * 1000.0 / calls, refused)
                .reach(Reach::AtMost(10.0)),
        ]
    }
}
