//! `cargo xtask soak`: many calls against a server that injects every fault at random, each accounted for.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many calls.
    #[arg(long, default_value_t = 200_000)]
    calls: u64,

    /// The seed of an earlier run, to have its faults again.
    #[arg(long)]
    seed: Option<u64>,
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).args(["test", "--release", "-p", "partner-center", "--test", "soak"]);
    cargo.env("SOAK_CALLS", arguments.calls.to_string());
    if let Some(seed) = arguments.seed {
        cargo.env("SOAK_SEED", seed.to_string());
    }
    let status = cargo.status().context("cargo cannot be started")?;
    Ok(ExitCode::from(u8::from(!status.success())))
}
