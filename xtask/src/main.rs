//! The project's own tasks, run as `cargo xtask <task>`.

mod codegen;
mod contract;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own tasks")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write every generated file from the contract, or check that they are in step.
    ///
    /// Exit codes: 0 in step, 1 out of step, 2 could not be checked.
    Codegen(codegen::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Codegen(arguments) => codegen::run(&arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
