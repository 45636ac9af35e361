//! Reads gungraun's JSON from standard input, prints the table of ratios to reqwest, and compares the SDK's ratios with
//! the recorded ones; with `--record`, writes them.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::{env, fs, io};

use anyhow::{Context, Result};
use partner_center_benchmarks::CALLS;
use serde::{Deserialize, Serialize};
use serde_json::{Deserializer, Value};

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/recorded.json");
/// The growth of a ratio at which the check fails.
const GROWTH: f64 = 0.03;

/// The cost of one call.
struct Cost {
    instructions: f64,
    allocations: f64,
    bytes: f64,
    /// Heap blocks that remain after all calls.
    kept: f64,
}

/// The SDK's costs divided by those of bare reqwest in the same run, so that machine and C library cancel out.
#[derive(Deserialize, Serialize)]
struct Ratios {
    instructions: f64,
    allocations: f64,
}

fn main() -> Result<ExitCode> {
    let mut costs = BTreeMap::new();
    for benchmark in Deserializer::from_reader(io::stdin()).into_iter() {
        let benchmark: Value = benchmark.context("standard input is not gungraun's JSON")?;
        costs.insert(benchmark["id"].as_str().context("a benchmark without id")?.to_owned(), cost(&benchmark)?);
    }
    let (sdk, reqwest) = costs.get("sdk").zip(costs.get("reqwest")).context("the SDK or reqwest was not measured")?;
    println!("| client | instructions | ÷ reqwest | allocations | ÷ reqwest | KiB |");
    println!("|---|---:|---:|---:|---:|---:|");
    for (client, cost) in &costs {
        let Ratios { instructions, allocations } = ratios(cost, reqwest);
        println!(
            "| {client} | {:.0} | {instructions:.3} | {:.0} | {allocations:.3} | {:.1} |",
            cost.instructions,
            cost.allocations,
            cost.bytes / 1024.0
        );
    }
    let measured = ratios(sdk, reqwest);
    if env::args().any(|argument| argument == "--record") {
        fs::write(RECORDED, serde_json::to_string_pretty(&measured)? + "\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    let recorded = fs::read_to_string(RECORDED).context("cannot read benchmarks/recorded.json")?;
    let violations = violations(&measured, &serde_json::from_str(&recorded)?, sdk.kept);
    for violation in &violations {
        eprintln!("error: {violation}");
        eprintln!("help: make the call cheaper, or record its cost and say why: bash benchmarks/check.sh --record");
    }
    Ok(if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cost(benchmark: &Value) -> Result<Cost> {
    let profiles = benchmark["profiles"].as_array().context("a benchmark without profiles")?;
    let metric = |name: &str| {
        let found = profiles.iter().find_map(|profile| {
            profile.pointer(&format!("/data/total/metrics/{name}/values/new")).and_then(Value::as_f64)
        });
        found.with_context(|| format!("no {name} in gungraun's JSON"))
    };
    let per_call = |name: &str| metric(name).map(|total| total / f64::from(CALLS));
    Ok(Cost {
        instructions: per_call("Ir")?,
        allocations: per_call("TotalBlocks")?,
        bytes: per_call("TotalBytes")?,
        kept: metric("AtTEndBlocks")?,
    })
}

fn ratios(cost: &Cost, base: &Cost) -> Ratios {
    Ratios { instructions: cost.instructions / base.instructions, allocations: cost.allocations / base.allocations }
}

/// Describes the regressions of the SDK.
fn violations(measured: &Ratios, recorded: &Ratios, kept: f64) -> Vec<String> {
    let pairs = [
        ("instructions", measured.instructions, recorded.instructions),
        ("allocations", measured.allocations, recorded.allocations),
    ];
    let grown = pairs.into_iter().filter(|(_, measured, recorded)| *measured > recorded * (1.0 + GROWTH));
    let sentence = |(what, measured, recorded)| format!("{what} ÷ reqwest grew from {recorded:.3} to {measured:.3}");
    let mut violations: Vec<String> = grown.map(sentence).collect();
    if kept > f64::from(CALLS) / 10.0 {
        violations.push(format!("{CALLS} calls left {kept} blocks on the heap"));
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratios(instructions: f64, allocations: f64) -> Ratios {
        Ratios { instructions, allocations }
    }

    #[test]
    fn growth_of_three_percent_passes_and_more_fails() {
        let recorded = ratios(1.1, 1.0);
        assert!(violations(&ratios(1.132, 1.02), &recorded, 8.0).is_empty());
        assert_eq!(violations(&ratios(1.134, 1.04), &recorded, 8.0).len(), 2);
    }

    #[test]
    fn a_heap_that_grows_with_the_calls_fails() {
        assert_eq!(violations(&ratios(1.0, 1.0), &ratios(1.0, 1.0), 1_000.0).len(), 1);
    }
}
