//! Runs over many customers, and what they tell about themselves.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::server::{Counts, Server};
use super::workshop::{Workshop, output};

/// The programs of `benchmarks/runs`.
pub(super) const SDK: &str = "run-sdk";
pub(super) const REQWEST: &str = "run-reqwest";

/// What came of a run.
#[derive(Deserialize)]
pub(super) struct Run {
    pub(super) answered: u64,
    failed: u64,
    /// Seconds of the processor.
    cpu: f64,
    /// In KiB.
    pub(super) peak_memory: u64,
    /// When each of as many equal parts of the calls had been answered, in seconds.
    marks: Vec<f64>,
}

/// Runs `program` over `customers` against a server of its own.
pub(super) fn run(
    workshop: &Workshop,
    program: &str,
    customers: u64,
    concurrency: u64,
    server: &[String],
) -> Result<(Run, Counts)> {
    let server = Server::start(workshop, server)?;
    let arguments = [server.address.clone(), customers.to_string(), concurrency.to_string()];
    let printed = output(Command::new(workshop.program(program)).args(arguments))?;
    let run: Run = serde_json::from_str(&printed).with_context(|| format!("{program} printed {printed:?}"))?;
    ensure!(run.answered == customers, "{program} was given {customers} customers and answered {}", run.answered);
    ensure!(run.failed == 0, "{} calls of {program} failed", run.failed);
    ensure!(run.marks.len() > 2, "{program} ended before it could be measured");
    Ok((run, server.finish()?))
}

impl Run {
    /// Seconds from the first call to the last answer.
    pub(super) fn seconds(&self) -> f64 {
        self.marks.last().copied().unwrap_or_default()
    }

    /// Calls a second over the whole run.
    pub(super) fn rate(&self) -> f64 {
        self.answered as f64 / self.seconds()
    }

    /// Calls a second once settled: over the last third of the calls.
    pub(super) fn settled_rate(&self) -> f64 {
        let third = self.marks.len() / 3;
        let began = self.marks[self.marks.len() - 1 - third];
        self.answered as f64 * third as f64 / self.marks.len() as f64 / (self.seconds() - began)
    }

    /// Microseconds of the processor for one call, the kernel's share included.
    pub(super) fn microseconds_per_call(&self) -> f64 {
        self.cpu * 1e6 / self.answered as f64
    }
}
