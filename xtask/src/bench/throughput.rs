//! Many calls at once: against the ideal, and against bare reqwest where the processor is the limit.

use anyhow::Result;

use super::report::{Reach, Row, grouped};
use super::run::{REQWEST, Run, SDK, run};
use super::workshop::Workshop;

/// How long the server takes to answer, in milliseconds.
const LATENCY: u64 = 20;
/// Concurrency, and how many seconds of calls at the ideal rate.
const IDEAL: &[(u64, u64)] = &[(1, 6), (8, 6), (32, 12), (128, 6)];
/// Concurrency where the server answers at once with the number of customers, and how often both programs take turns.
const BOUND: &[(u64, u64)] = &[(1, 30_000), (8, 50_000), (32, 50_000), (128, 50_000)];
const TURNS: usize = 5;

pub(super) fn measure(workshop: &Workshop) -> Result<Vec<Row>> {
    workshop.build()?;
    let mut rows = Vec::new();
    for &(concurrency, seconds) in IDEAL {
        rows.extend(against_ideal(workshop, concurrency, seconds)?);
    }
    for &(concurrency, customers) in BOUND {
        rows.extend(bound_by_processor(workshop, concurrency, customers)?);
    }
    Ok(rows)
}

fn against_ideal(workshop: &Workshop, concurrency: u64, seconds: u64) -> Result<[Row; 2]> {
    say!("Measuring {concurrency} calls at once, {LATENCY} ms each");
    let ideal = concurrency * 1000 / LATENCY;
    let latency = ["--latency-ms".to_owned(), LATENCY.to_string()];
    let (sdk, _) = run(workshop, SDK, ideal * seconds, concurrency, &latency)?;
    let (reqwest, _) = run(workshop, REQWEST, ideal * seconds / 3, concurrency, &latency)?;
    let row = |when: &str, rate: f64, reqwest: f64| {
        let ratio = rate / ideal as f64;
        let bare = reqwest / ideal as f64;
        let measured = format!("{} ÷ {} a second; bare reqwest {bare:.3}", grouped(rate), grouped(ideal as f64));
        Row::ratio(format!("throughput, {concurrency} at once, {LATENCY} ms server ÷ ideal, {when}"), ratio, measured)
    };
    let whole = row(&format!("whole run of {} calls", grouped(sdk.answered as f64)), sdk.rate(), reqwest.rate());
    let whole = if concurrency == 32 { whole.reach(Reach::AtLeast(0.95)) } else { whole };
    Ok([row("settled", sdk.settled_rate(), reqwest.settled_rate()), whole])
}

fn bound_by_processor(workshop: &Workshop, concurrency: u64, customers: u64) -> Result<[Row; 2]> {
    say!("Measuring {concurrency} calls at once, bound by the processor");
    let server = ["--spin".to_owned()];
    let mut pairs = Vec::new();
    for _ in 0..TURNS {
        let sdk = run(workshop, SDK, customers, concurrency, &server)?.0;
        pairs.push((sdk, run(workshop, REQWEST, customers, concurrency, &server)?.0));
    }
    // What one run has of the machine, the next one may not have: so neighbours are compared, and then the pairs.
    let row = |when: &str, rate: fn(&Run) -> f64| {
        let ratio = median(&pairs, |(sdk, reqwest)| rate(sdk) / rate(reqwest));
        let (sdk, reqwest) = (median(&pairs, |pair| rate(&pair.0)), median(&pairs, |pair| rate(&pair.1)));
        let measured = format!("{} ÷ {} a second, medians of {TURNS} pairs", grouped(sdk), grouped(reqwest));
        let figure = format!("throughput, {concurrency} at once, bound by the processor, SDK ÷ bare reqwest, {when}");
        Row::ratio(figure, ratio, measured)
    };
    let processor = |run: &Run| run.microseconds_per_call();
    let (own, bare) = (median(&pairs, |pair| processor(&pair.0)), median(&pairs, |pair| processor(&pair.1)));
    let settled = row("settled", Run::settled_rate).reach(Reach::AtLeast(0.9));
    let settled = settled.and(format!("processor {own:.1} ÷ {bare:.1} µs a call"));
    Ok([settled, row(&format!("whole run of {} calls", grouped(customers as f64)), Run::rate)])
}

fn median(pairs: &[(Run, Run)], figure: impl Fn(&(Run, Run)) -> f64) -> f64 {
    let mut figures: Vec<f64> = pairs.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
