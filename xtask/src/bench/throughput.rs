//! Many calls at once: against the ideal, and against bare reqwest where the processor is the limit.

use anyhow::Result;

use super::report::{Reach, Row, grouped};
use super::run::{REQWEST, Run, SDK, run};
use super::workshop::{RUNS, SERVER, Workshop};

/// How long the server takes to answer, in milliseconds.
const LATENCY: u64 = 20;
/// Concurrency, and how many seconds of calls at the ideal rate.
const IDEAL: &[(u64, u64)] = &[(1, 8), (8, 8), (32, 15), (128, 8)];
/// Concurrency where the server answers at once, customers, and how often both programs take turns.
const BOUND: &[u64] = &[1, 8, 32, 128];
const CUSTOMERS: u64 = 60_000;
const TURNS: usize = 3;

pub(super) fn measure(workshop: &Workshop) -> Result<Vec<Row>> {
    workshop.build(&[SERVER, RUNS])?;
    let mut rows = Vec::new();
    for &(concurrency, seconds) in IDEAL {
        rows.extend(against_ideal(workshop, concurrency, seconds)?);
    }
    for &concurrency in BOUND {
        rows.extend(bound_by_processor(workshop, concurrency)?);
    }
    Ok(rows)
}

fn against_ideal(workshop: &Workshop, concurrency: u64, seconds: u64) -> Result<[Row; 2]> {
    say!("Measuring {concurrency} calls at once, {LATENCY} ms each");
    let ideal = concurrency * 1000 / LATENCY;
    let latency = ["--latency-ms".to_owned(), LATENCY.to_string()];
    let (sdk, _) = run(workshop, SDK, ideal * seconds, concurrency, &latency)?;
    let (reqwest, _) = run(workshop, REQWEST, ideal * seconds / 2, concurrency, &latency)?;
    let row = |when: &str, rate: f64, reqwest: f64| {
        let ratio = rate / ideal as f64;
        let bare = reqwest / ideal as f64;
        let measured = format!("{} ÷ {} a second; bare reqwest {bare:.3}", grouped(rate), grouped(ideal as f64));
        Row::ratio(format!("throughput, {concurrency} at once, {LATENCY} ms server ÷ ideal, {when}"), ratio, measured)
    };
    let settled = row("settled", sdk.settled_rate(), reqwest.settled_rate());
    let settled = if concurrency == 32 { settled.reach(Reach::AtLeast(0.95)) } else { settled };
    Ok([settled, row(&format!("whole run of {} calls", grouped(sdk.answered as f64)), sdk.rate(), reqwest.rate())])
}

fn bound_by_processor(workshop: &Workshop, concurrency: u64) -> Result<[Row; 2]> {
    say!("Measuring {concurrency} calls at once, bound by the processor");
    let (mut sdk, mut reqwest) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        sdk.push(run(workshop, SDK, CUSTOMERS, concurrency, &[])?.0);
        reqwest.push(run(workshop, REQWEST, CUSTOMERS, concurrency, &[])?.0);
    }
    let row = |when: &str, rate: fn(&Run) -> f64| {
        let (sdk, reqwest) = (median(&sdk, rate), median(&reqwest, rate));
        let measured = format!("{} ÷ {} a second, medians of {TURNS} runs", grouped(sdk), grouped(reqwest));
        let figure = format!("throughput, {concurrency} at once, bound by the processor, SDK ÷ bare reqwest, {when}");
        Row::ratio(figure, sdk / reqwest, measured)
    };
    let settled = row("settled", Run::settled_rate).reach(Reach::AtLeast(0.9));
    let (own, bare) = (median(&sdk, Run::microseconds_per_call), median(&reqwest, Run::microseconds_per_call));
    let settled = settled.and(format!("processor {own:.1} ÷ {bare:.1} µs a call"));
    Ok([settled, row(&format!("whole run of {} calls", grouped(CUSTOMERS as f64)), Run::rate)])
}

fn median(runs: &[Run], figure: fn(&Run) -> f64) -> f64 {
    let mut figures: Vec<f64> = runs.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
