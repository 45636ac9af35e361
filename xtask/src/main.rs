//! The project's own tasks, run as `cargo xtask <task>`.

mod ci;
mod codegen;
mod contract;
mod faults;
mod lint;
mod soak;

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
    /// Write every generated file from the contract, or check that they are in step.
    ///
    /// Exit codes: 0 in step, 1 out of step, 2 could not be checked or generated.
    Codegen(codegen::Arguments),
    /// Hold the contract against the rules that keep generation safe.
    ///
    /// The rules are explained in docs/contract-rules.md.
    /// Exit codes: 0 nothing found, 1 at least one finding, 2 could not be read.
    Lint(lint::Arguments),
    /// Check that every fault in docs/faults.md is held by tests that exist and are run.
    ///
    /// Exit codes: 0 nothing found, 1 at least one finding, 2 could not be checked.
    Faults,
    /// Make many calls against a server that injects every fault at random, and account for each one.
    ///
    /// Exit codes: 0 the account adds up, 1 it does not.
    Soak(soak::Arguments),
    /// Run what continuous integration runs, all of it or the steps named.
    ///
    /// Exit codes: 0 every step passed, 1 a step failed.
    Ci(ci::Arguments),
}

fn main() -> ExitCode {
    let Arguments { task, root } = Arguments::parse();
    let root = root.unwrap_or_else(workspace_root);
    let outcome = match task {
        Task::Codegen(arguments) => codegen::run(&root, &arguments),
        Task::Lint(arguments) => lint::run(&root, &arguments),
        Task::Faults => faults::run(&root),
        Task::Soak(arguments) => soak::run(&root, &arguments),
        Task::Ci(arguments) => ci::run(&root, &arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// The root of the workspace this program was built in.
fn workspace_root() -> PathBuf {
    // Cargo sets the variable for `cargo xtask`, also after the folder was moved; the constant serves a direct start.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = here.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    here.parent().map(Path::to_path_buf).unwrap_or(here)
}
