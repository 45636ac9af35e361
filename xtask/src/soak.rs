//! `cargo xtask soak`: many calls against a server that injects every fault at random, in release.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::ci;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many calls.
    #[arg(long, default_value_t = 200_000)]
    calls: u64,

    /// Which faults come when; a run prints its own, so that it can be had again.
    #[arg(long)]
    seed: Option<u64>,
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let (calls, seed) = (arguments.calls.to_string(), arguments.seed.map(|seed| seed.to_string()));
    let mut environment = vec![("SOAK_CALLS", calls.as_str())];
    environment.extend(seed.as_deref().map(|seed| ("SOAK_SEED", seed)));
    let outcome = ci::cargo(root, &["test", "--release", "-p", "partner-center", "--test", "soak"], &environment);
    if let Err(error) = outcome {
        eprintln!("error: {error:#}");
        return Ok(ExitCode::from(1));
    }
    Ok(ExitCode::SUCCESS)
}
