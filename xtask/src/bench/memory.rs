//! The most memory that a run holds.

use anyhow::Result;

use super::report::{Reach, Row, grouped};
use super::run::{SDK, run};
use super::workshop::Workshop;

const FEW: u64 = 1_000;
const MANY: u64 = 100_000;
const CONCURRENCY: u64 = 32;

pub(super) fn measure(workshop: &Workshop) -> Result<Vec<Row>> {
    workshop.build()?;
    say!("Measuring peak memory");
    // Slow enough for the few to have all connections open before they are through: those are what holds memory.
    let latency = ["--latency-ms".to_owned(), "8".to_owned()];
    let peak = |customers| anyhow::Ok(run(workshop, SDK, customers, CONCURRENCY, &latency)?.0.peak_memory as f64);
    let (few, many) = (peak(FEW)?, peak(MANY)?);
    let figure = format!("peak memory, {} ÷ {} customers", grouped(MANY as f64), grouped(FEW as f64));
    let measured = format!("{:.1} ÷ {:.1} MiB", many / 1024.0, few / 1024.0);
    Ok(vec![Row::ratio(figure, many / few, measured).reach(Reach::AtMost(1.1))])
}
