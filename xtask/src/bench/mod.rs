//! `cargo xtask bench`: what a call and a run cost, side by side with what people would use instead.

mod builds;
mod callgrind;
mod calls;
mod limits;
mod machine;
mod memory;
mod peers;
mod quick;
mod recorded;
mod report;
mod run;
mod server;
mod start;
mod throughput;
mod workshop;

use std::path::Path;
use std::process::ExitCode;
use std::thread;

use anyhow::{Result, anyhow};

use self::report::Row;
use self::workshop::Workshop;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Measure instructions and allocations of the SDK and of bare reqwest alone, and hold them against the recorded ones.
    #[arg(long, conflicts_with = "only")]
    quick: bool,

    /// Record what the quick form measures, instead of holding it against what is recorded.
    #[arg(long, requires = "quick")]
    record: bool,

    /// Measure one part alone and print it; of these, the start alone is written to docs/performance.md.
    #[arg(long, value_name = "PART")]
    only: Option<Part>,
}

impl Arguments {
    /// As `--quick` on the command line.
    pub(crate) const QUICK: Self = Self { quick: true, record: false, only: None };
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Part {
    /// Instructions and allocations of one call.
    Calls,
    /// Many calls at once, against the ideal and against bare reqwest.
    Throughput,
    /// Many calls at once under a limit.
    Limits,
    /// Peak memory.
    Memory,
    /// The command as a whole process; on its own only.
    Start,
    /// Crates, and the time of a clean build.
    Builds,
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let workshop = Workshop::new(root);
    if arguments.quick {
        return quick::run(&workshop, arguments.record);
    }
    let machine = machine::describe(&workshop)?;
    let (rows, written_by) = match arguments.only {
        None => (whole(&workshop)?, Some("cargo xtask bench")),
        Some(Part::Start) => (rows(&workshop, Part::Start), Some("cargo xtask bench --only start")),
        Some(part) => (rows(&workshop, part), None),
    };
    let table = report::table(&rows);
    say!("\n{machine}\n\n{table}");
    if let Some(command) = written_by {
        report::write(root, command, &machine, &table)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The rows of all parts but that of the command, which takes longer to build than everything else together.
fn whole(workshop: &Workshop) -> Result<Vec<Row>> {
    workshop.build()?;
    // These wait most of the time, and compare no times of this machine with each other.
    let idle = thread::scope(|scope| {
        let idle = [Part::Limits, Part::Memory].map(|part| scope.spawn(move || rows(workshop, part)));
        workshop.peers();
        let rows = idle.into_iter().map(|part| part.join().map_err(|_| anyhow!("a measurement died")));
        rows.collect::<Result<Vec<_>>>()
    })?;
    let [calls, throughput, builds] = [Part::Calls, Part::Throughput, Part::Builds].map(|part| rows(workshop, part));
    Ok([calls, throughput, idle.concat(), builds].concat())
}

/// The rows of one part. What others have measured is worth having even if this one cannot be.
fn rows(workshop: &Workshop, part: Part) -> Vec<Row> {
    let measured = match part {
        Part::Calls => calls::measure(workshop),
        Part::Throughput => throughput::measure(workshop),
        Part::Limits => limits::measure(workshop),
        Part::Memory => memory::measure(workshop),
        Part::Start => start::measure(workshop),
        Part::Builds => builds::measure(workshop),
    };
    measured.unwrap_or_else(|missing| vec![Row::missing(format!("{part:?}"), &missing)])
}
