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

use anyhow::Result;

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

    /// Measure one part alone and print it, without writing docs/performance.md.
    #[arg(long, value_name = "PART")]
    only: Option<Part>,
}

impl Arguments {
    /// As `--quick` on the command line.
    pub(crate) const QUICK: Self = Self { quick: true, record: false, only: None };
}

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Part {
    /// Instructions and allocations of one call.
    Calls,
    /// Many calls at once, against the ideal and against bare reqwest.
    Throughput,
    /// Many calls at once under a limit.
    Limits,
    /// Peak memory.
    Memory,
    /// The command as a whole process.
    Start,
    /// Crates, and the time of a clean build.
    Builds,
}

/// Gives the rows of one part.
type Measure = fn(&Workshop) -> Result<Vec<Row>>;

/// All parts, in the order of the table.
const PARTS: &[(Part, Measure)] = &[
    (Part::Calls, calls::measure),
    (Part::Throughput, throughput::measure),
    (Part::Limits, limits::measure),
    (Part::Memory, memory::measure),
    (Part::Start, start::measure),
    (Part::Builds, builds::measure),
];

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let workshop = Workshop::new(root);
    if arguments.quick {
        return quick::run(&workshop, arguments.record);
    }
    let machine = machine::describe(&workshop)?;
    let mut rows = Vec::new();
    for (part, measure) in PARTS.iter().filter(|(part, _)| arguments.only.is_none_or(|only| only == *part)) {
        // What was measured before is worth having all the same.
        rows.extend(measure(&workshop).unwrap_or_else(|missing| vec![Row::missing(format!("{part:?}"), &missing)]));
    }
    let table = report::table(&rows);
    say!("\n{machine}\n\n{table}");
    if arguments.only.is_none() {
        report::write(root, &machine, &table)?;
    }
    Ok(ExitCode::SUCCESS)
}
