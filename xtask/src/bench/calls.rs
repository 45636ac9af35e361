//! Instructions and allocations of one call, client by client.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::report::{Reach, Row, grouped};
use super::server::Server;
use super::workshop::{Workshop, again, output};
use super::{callgrind, peers};

/// How many calls are made to count allocations.
const CALLS_COUNTED: u64 = 1_000;

/// What one call costs.
pub(super) struct Cost {
    pub(super) instructions: f64,
    pub(super) allocations: f64,
    pub(super) bytes: f64,
    /// By how many blocks the heap has grown over all calls, after the first hundred.
    pub(super) grown: i64,
}

#[derive(Deserialize)]
struct Allocations {
    allocations: f64,
    bytes: f64,
    grown_blocks: i64,
}

pub(super) fn measure(workshop: &Workshop) -> Result<Vec<Row>> {
    callgrind::version()?;
    workshop.build()?;
    let server = Server::start(workshop, &[])?;
    let cost = |program: &str| cost(&workshop.program(program), &server);
    let reqwest = cost("call-reqwest")?;
    let sdk = cost("call-sdk")?;
    let mut rows = vec![
        instructions("SDK, everything on", &sdk, "bare reqwest", &reqwest).reach(Reach::AtMost(1.15)),
        allocations("SDK, everything on", &sdk, "bare reqwest", &reqwest).reach(Reach::AtMost(1.15)),
        growth(&sdk),
    ];
    for (name, program) in [("bare hyper", "call-hyper"), ("bare progenitor", "call-progenitor")] {
        rows.extend(compared(name, &cost(program)?, &reqwest));
    }
    for (peer, prepared) in peers::ALL.iter().zip(workshop.peers()) {
        let counted = match prepared {
            Ok(()) => cost(peer.program),
            Err(missing) => Err(again(missing)),
        };
        let own = match counted {
            Ok(peers) => {
                rows.extend(compared(peer.name, &peers, &reqwest));
                instructions("SDK", &sdk, peer.name, &peers)
            }
            Err(missing) => Row::missing(format!("instructions of a call, SDK ÷ {}", peer.name), &missing),
        };
        rows.push(if peer.is_to_be_beaten { own.reach(Reach::AtMost(0.6)) } else { own });
    }
    Ok(rows)
}

/// What one call of `program` costs against `server`.
pub(super) fn cost(program: &Path, server: &Server) -> Result<Cost> {
    say!("Measuring {}", program.file_name().unwrap_or_default().to_string_lossy());
    let program = PathBuf::from(program);
    let printed = output(Command::new(&program).args([&server.address, &CALLS_COUNTED.to_string()]))?;
    let counted: Allocations = serde_json::from_str(&printed).context("the program gave no count of allocations")?;
    let instructions = callgrind::instructions_per_call(&program, &server.address)?;
    ensure!(instructions > 0.0, "no instructions were counted");
    Ok(Cost { instructions, allocations: counted.allocations, bytes: counted.bytes, grown: counted.grown_blocks })
}

fn compared(name: &str, cost: &Cost, reqwest: &Cost) -> [Row; 2] {
    [instructions(name, cost, "bare reqwest", reqwest), allocations(name, cost, "bare reqwest", reqwest)]
}

fn instructions(name: &str, cost: &Cost, base: &str, against: &Cost) -> Row {
    let measured = format!("{} ÷ {}", grouped(cost.instructions), grouped(against.instructions));
    Row::ratio(format!("instructions of a call, {name} ÷ {base}"), cost.instructions / against.instructions, measured)
}

fn allocations(name: &str, cost: &Cost, base: &str, against: &Cost) -> Row {
    let kib = |cost: &Cost| cost.bytes / 1024.0;
    let measured =
        format!("{:.0} ÷ {:.0} ({:.1} ÷ {:.1} KiB)", cost.allocations, against.allocations, kib(cost), kib(against));
    Row::ratio(format!("allocations of a call, {name} ÷ {base}"), cost.allocations / against.allocations, measured)
}

fn growth(sdk: &Cost) -> Row {
    let measured = format!("{} blocks over {} calls, after 100", sdk.grown, grouped(CALLS_COUNTED as f64));
    let per_call = sdk.grown as f64 / CALLS_COUNTED as f64;
    Row::ratio("growth of the heap, blocks a call, SDK".to_owned(), per_call, measured).reach(Reach::AtMost(0.0))
}
