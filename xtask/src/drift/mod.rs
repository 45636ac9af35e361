//! `cargo xtask drift`: compares the contract with the documentation and with captured responses.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

#[derive(clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(root: &Path, _arguments: &Arguments) -> Result<ExitCode> {
    crate::contract::load(root)?;
    bail!("drift comes with its own branch")
}
