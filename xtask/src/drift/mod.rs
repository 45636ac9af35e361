//! `cargo xtask drift`: holds the contract against what others say: the documentation, and the service's answers.
//!
//! docs/drift.md explains the kinds of drift, with a report of each.

mod kind;
mod message;
pub(crate) mod page;
pub(crate) mod selftest;
pub(crate) mod wire;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    source: Source,
}

#[derive(clap::Subcommand)]
enum Source {
    /// Hold the documentation page of the operation against the contract.
    ///
    /// Exit codes: 0 they agree, or differ as accepted; 1 another difference; 2 a page could not be read.
    Page(page::Arguments),
    /// Hold captured answers of the service against the contract.
    ///
    /// Reads a raw JSON body, an HTTP message with its head, or a HAR file of a browser or proxy. Shows names and
    /// types, and no value unless asked.
    /// Exit codes: 0 they agree, 1 a difference, 2 a capture could not be read.
    Wire(wire::Arguments),
    /// Make faults on purpose and say which of them the checks catch.
    ///
    /// Exit codes: 0 every fault is caught and there is no false alarm, 1 otherwise, 2 the originals cannot be read.
    Selftest(selftest::Arguments),
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.source {
        Source::Page(arguments) => page::run(root, arguments),
        Source::Wire(arguments) => wire::run(root, arguments),
        Source::Selftest(arguments) => selftest::run(root, arguments),
    }
}
