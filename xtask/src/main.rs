//! The project's own tasks, run as `cargo xtask <task>`.

#[macro_use]
mod report;

mod api;
mod bench;
mod ci;
mod codegen;
mod contract;
mod diff;
mod drift;
mod faults;
mod files;
mod lint;
mod soak;
mod supply;
mod tidy;

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
    /// Tell what changed in the contract since the last release, and which version that asks for.
    ///
    /// Exit codes: 0 versions and changelog follow, 1 they do not, 2 there is nothing to compare with.
    Diff(diff::Arguments),
    /// Compare the contract with the documentation or with captured responses.
    ///
    /// docs/drift.md explains the reports.
    Drift(drift::Arguments),
    /// Check that every fault in docs/faults.md is held by tests that exist and are run.
    ///
    /// Exit codes: 0 nothing found, 1 at least one finding, 2 could not be checked.
    Faults,
    /// Write the public face of each library to docs/api, or check that it is what is written there.
    ///
    /// Exit codes: 0 in step, 1 out of step, 2 could not be checked or written.
    Api(api::Arguments),
    /// Look for what does not belong in a house in order: files without a purpose, dead links, paths of one machine.
    ///
    /// Exit codes: 0 nothing found, 1 at least one finding, 2 could not be checked.
    Tidy,
    /// Make many calls against a server that injects every fault at random, and account for each.
    ///
    /// Exit codes: 0 the account adds up, 1 it does not.
    Soak(soak::Arguments),
    /// Measure what a call and a run cost, side by side with what people would use instead.
    ///
    /// Exit codes: 0 measured, 1 a call has grown (with --quick), 2 could not be measured.
    Bench(bench::Arguments),
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
        Task::Diff(arguments) => diff::run(&root, &arguments),
        Task::Drift(arguments) => drift::run(&root, &arguments),
        Task::Faults => faults::run(&root),
        Task::Api(arguments) => api::run(&root, &arguments),
        Task::Tidy => tidy::run(&root),
        Task::Soak(arguments) => soak::run(&root, &arguments),
        Task::Bench(arguments) => bench::run(&root, &arguments),
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
