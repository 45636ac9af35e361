//! The project's own tasks, run as `cargo xtask <task>`.

#[macro_use]
mod report;

mod codegen;
mod contract;
mod drift;
mod lint;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "The project's own tasks")]
struct Arguments {
    #[command(subcommand)]
    task: Task,

    /// The workspace to work on instead of the one this program was built in.
    #[arg(long, global = true, hide = true)]
    root: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Task {
    /// Write every generated file from the contract, or check that they are up to date.
    ///
    /// Exit codes: 0 up to date, 1 out of date, 2 the contract cannot be read or generated from.
    Codegen(codegen::Arguments),
    /// Check that the contract only uses the subset of OpenAPI that generates safe code.
    ///
    /// docs/contract-rules.md explains each rule.
    /// Exit codes: 0 no violation, 1 at least one, 2 the contract cannot be read.
    Lint(lint::Arguments),
    /// Compare the contract with the documentation and with captured responses.
    ///
    /// docs/drift.md explains the reports.
    /// Exit codes: 0 only accepted differences, 1 other differences, 2 a page, capture or contract could not be read.
    Drift(drift::Arguments),
}

fn main() -> ExitCode {
    let Arguments { task, root } = Arguments::parse();
    let root = root.unwrap_or_else(workspace_root);
    let outcome = match task {
        Task::Codegen(arguments) => codegen::run(&root, &arguments),
        Task::Lint(arguments) => lint::run(&root, &arguments),
        Task::Drift(arguments) => drift::run(&root, &arguments),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}

/// The root of the workspace this program was built in.
fn workspace_root() -> PathBuf {
    // Cargo sets the variable for `cargo xtask`, even if the folder was moved; the constant is for direct runs.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = here.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    here.parent().map(Path::to_path_buf).unwrap_or(here)
}
