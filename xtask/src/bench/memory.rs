//! The most memory that a run holds.

use anyhow::Result;

use super::report::{Reach, Row, grouped};
use super::run::{SDK, run};
use super::workshop::{RUNS, SERVER, Workshop};

const FEW: u64 = 1_000;
const MANY: u64 = 100_000;
const CONCURRENCY: u64 = 32;

pub(super) fn measure(workshop: &Workshop) -> Result<Vec<Row>> {
    workshop.build(&[SERVER, RUNS])?;
    say!("Measuring peak memory");
    // The few are answered slowly, so that they open as many connections as the many: those are what holds memory.
    let slowly = ["--latency-ms".to_owned(), "20".to_owned()];
    let few = run(workshop, SDK, FEW, CONCURRENCY, &slowly)?.0.peak_memory as f64;
    let many = run(workshop, SDK, MANY, CONCURRENCY, &[])?.0.peak_memory as f64;
    let figure = format!("peak memory, {} ÷ {} customers", grouped(MANY as f64), grouped(FEW as f64));
    let measured = format!("{:.1} ÷ {:.1} MiB", many / 1024.0, few / 1024.0);
    Ok(vec![Row::ratio(figure, many / few, measured).reach(Reach::AtMost(1.1))])
}
