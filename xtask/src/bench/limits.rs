//! Many calls at once under a limit that the run has to find by itself.

use std::thread;

use anyhow::{Result, anyhow};

use super::report::{Reach, Row, grouped};
use super::run::{Run, SDK, run};
use super::server::Counts;
use super::workshop::Workshop;

/// A server with a limit, and how many customers are asked for there.
#[derive(Clone, Copy)]
struct Case {
    kind: &'static str,
    /// Calls a second.
    rate: u64,
    /// The limit is halved on the way, early enough for the run to have settled again for its last third.
    halves: bool,
    customers: u64,
    /// In milliseconds.
    latency: u64,
}

const CONCURRENCY: u64 = 32;
const KINDS: [&str; 2] = ["window", "bucket"];

pub(super) fn measure(workshop: &Workshop) -> Result<Vec<Row>> {
    workshop.build()?;
    let cases: Vec<Case> = KINDS.into_iter().flat_map(cases).collect();
    // Most wait most of the time; together they take less than half of two processors, and that for half a minute.
    say!("Measuring {} runs under a limit, side by side", cases.len());
    thread::scope(|scope| {
        let runs: Vec<_> = cases.iter().map(|&case| (case, scope.spawn(move || measure_one(workshop, case)))).collect();
        let rows = runs.into_iter().flat_map(|(case, run)| {
            let rows = run.join().unwrap_or_else(|_| Err(anyhow!("the measurement died")));
            rows.unwrap_or_else(|missing| vec![Row::missing(case.name(), &missing)])
        });
        Ok(rows.collect())
    })
}

fn cases(kind: &'static str) -> [Case; 4] {
    let case = |rate, halves, seconds, latency| Case { kind, rate, halves, customers: rate * seconds, latency };
    [case(50, false, 60, 20), case(500, false, 45, 20), case(500, true, 60, 20), case(5_000, false, 30, 4)]
}

fn measure_one(workshop: &Workshop, case: Case) -> Result<Vec<Row>> {
    let mut arguments = vec![format!("--{}", case.kind), case.rate.to_string()];
    arguments.extend(["--latency-ms".to_owned(), case.latency.to_string()]);
    if case.halves {
        arguments.extend(["--halve-after".to_owned(), case.before_halving().to_string()]);
    }
    let (run, counts) = run(workshop, SDK, case.customers, CONCURRENCY, &arguments)?;
    Ok(case.rows(&run, &counts))
}

impl Case {
    /// How many calls are served before the limit is halved, where it is.
    fn before_halving(&self) -> u64 {
        self.customers * 2 / 5
    }

    fn name(&self) -> String {
        format!(
            "limit of {} a second{}, {}",
            grouped(self.rate as f64),
            if self.halves { ", halved on the way" } else { "" },
            if self.is_bucket() { "token bucket" } else { "fixed window" }
        )
    }

    fn is_bucket(&self) -> bool {
        self.kind == "bucket"
    }

    fn rows(&self, run: &Run, counts: &Counts) -> Vec<Row> {
        let name = self.name();
        let (customers, rate) = (self.customers as f64, self.rate as f64);
        let (last_rate, ideal) = match (self.halves, self.before_halving() as f64) {
            (true, before) => (rate / 2.0, before / rate + (customers - before) / (rate / 2.0)),
            (false, _) => (rate, customers / rate),
        };
        // A bucket is full at the start.
        let ideal = if self.is_bucket() { ideal - 1.0 } else { ideal };
        let settled = format!("{} ÷ {} a second", grouped(run.settled_rate()), grouped(last_rate));
        let whole = format!("{:.1} ÷ {ideal:.1} s, {} calls", run.seconds(), grouped(customers));
        let calls = (counts.served + counts.refused) as f64;
        let refused = format!(
            "{} of {} calls, {:.4} calls for each allowed one",
            grouped(counts.refused as f64),
            grouped(calls),
            calls / counts.served as f64
        );
        vec![
            Row::ratio(format!("{name}: time ÷ ideal, settled"), last_rate / run.settled_rate(), settled)
                .reach(Reach::AtMost(1.05)),
            Row::ratio(format!("{name}: time ÷ ideal, whole run"), run.seconds() / ideal, whole),
            Row::ratio(format!("{name}: 429s for 1,000 calls"), counts.refused as f64 * 1000.0 / calls, refused)
                .reach(Reach::AtMost(10.0)),
        ]
    }
}
