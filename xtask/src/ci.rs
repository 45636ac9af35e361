//! `cargo xtask ci`: what continuous integration runs, step by step, defined here and nowhere else.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use clap::builder::PossibleValuesParser;

use crate::supply::{deny, features, package};
use crate::{api, bench, codegen, diff, faults, lint, tidy};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The steps to run, in this order; all of them if none is named.
    #[arg(value_parser = PossibleValuesParser::new(STEPS.iter().map(|step| step.name)))]
    steps: Vec<String>,

    /// List the steps and run none.
    #[arg(long)]
    list: bool,
}

/// One step, able to run alone.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Path) -> Result<()>,
}

/// All steps, the quickest answers first.
const STEPS: &[Step] = &[
    Step { name: "fmt", about: "the code is formatted", run: fmt },
    Step { name: "lint", about: "the contract keeps its rules", run: contract_lint },
    Step { name: "codegen", about: "the generated files are in step with the contract", run: codegen_check },
    Step { name: "diff", about: "versions and changelog follow the contract", run: contract_diff },
    Step { name: "api", about: "docs/api tells the public face", run: api_check },
    Step { name: "tidy", about: "the house is in order", run: house },
    Step { name: "deny", about: "licences, bans, sources, known advisories", run: deny::run },
    Step { name: "clippy", about: "no warning in any target and feature set", run: clippy },
    Step { name: "features", about: "each set of features compiles, with one HTTP stack", run: features::run },
    Step { name: "test", about: "the tests pass", run: test },
    Step { name: "fuzz", about: "changed examples neither panic nor lose anything", run: fuzz },
    Step { name: "faults", about: "every known fault is held by a test", run: fault_table },
    Step { name: "quickstart", about: "the quickstart shows an organization", run: quickstart },
    Step { name: "doc", about: "the documentation builds without a warning", run: doc },
    Step { name: "package", about: "what is packed for crates.io builds alone", run: package::run },
    Step { name: "bench", about: "a call costs no more than recorded", run: bench_quick },
    Step { name: "third-party", about: "third-party OpenAPI tools accept the contract", run: third_party },
];

/// Ways to panic that a library has no use for; the workspace's lints hold `unwrap`, `todo` and `unimplemented`.
const PANICS: &[&str] = &["-D", "clippy::expect_used", "-D", "clippy::panic", "-D", "clippy::unreachable"];

/// The README's command for the tests.
const TEST: &[&str] = &["test", "--workspace"];

/// The README's command for the quickstart.
const QUICKSTART: &[&str] = &["run", "-p", "partner-center", "--example", "quickstart"];

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    if arguments.list {
        for step in STEPS {
            say!("{:<12}{}", step.name, step.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut chosen: Vec<&Step> = STEPS.iter().collect();
    if !arguments.steps.is_empty() {
        let named = arguments.steps.iter().filter_map(|name| STEPS.iter().find(|step| step.name == name));
        chosen = named.collect();
    }
    let start = Instant::now();
    for step in &chosen {
        say!("==> {}: {}", step.name, step.about);
        let start = Instant::now();
        let outcome = (step.run)(root);
        let seconds = start.elapsed().as_secs_f64();
        if let Err(error) = outcome {
            eprintln!("error: step {} failed after {seconds:.1} s: {error:#}", step.name);
            eprintln!("To run it alone: cargo xtask ci {}", step.name);
            return Ok(ExitCode::from(1));
        }
        say!("    {} passed in {seconds:.1} s", step.name);
    }
    say!("All {} steps passed in {:.1} s", chosen.len(), start.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

fn fmt(root: &Path) -> Result<()> {
    cargo(root, &["fmt", "--all", "--check"], &[]).context("`cargo fmt --all` mends it")
}

/// A task of its own as a step; `complaint` is what its exit code of 1 or 2 means.
fn task(outcome: Result<ExitCode>, complaint: &'static str) -> Result<()> {
    ensure!(outcome? == ExitCode::SUCCESS, complaint);
    Ok(())
}

fn contract_lint(root: &Path) -> Result<()> {
    task(lint::run(root, &lint::Arguments::PROJECT), "the contract breaks its rules")
}

fn codegen_check(root: &Path) -> Result<()> {
    task(codegen::run(root, &codegen::Arguments::CHECK), "generated files are out of step")
}

fn contract_diff(root: &Path) -> Result<()> {
    task(diff::run(root, &diff::Arguments::RELEASE), "the contract changed and the versions do not say so")
}

fn api_check(root: &Path) -> Result<()> {
    task(api::run(root, &api::Arguments::CHECK), "the public face changed")
}

fn house(root: &Path) -> Result<()> {
    task(tidy::run(root), "something is out of place")
}

fn bench_quick(root: &Path) -> Result<()> {
    task(bench::run(root, &bench::Arguments::QUICK), "a call has grown")
}

fn third_party(root: &Path) -> Result<()> {
    let status = Command::new("bash").current_dir(root).arg("xtask/third-party/check.sh").status();
    ensure!(status.context("bash cannot be started")?.success(), "a third-party check failed");
    Ok(())
}

fn clippy(root: &Path) -> Result<()> {
    cargo(root, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])?;
    // Each on its own: together the crates of the workspace would switch on each other's features.
    for features in [&["--no-default-features"][..], &[], &["--all-features"]] {
        let command = ["clippy", "-p", "partner-center", "--all-targets"].iter().chain(features);
        let command: Vec<&str> = command.chain(&["--", "-D", "warnings"]).copied().collect();
        cargo(root, &command, &[])?;
    }
    // What unwraps in a test fails with the reason; what panics in a library takes its caller down.
    let libraries = ["-p", "partner-center", "-p", "partner-center-gen", "-p", "partner-center-mock"];
    let command = [&["clippy", "--lib", "--all-features"], &libraries[..], &["--", "-D", "warnings"], PANICS].concat();
    cargo(root, &command, &[])
}

fn test(root: &Path) -> Result<()> {
    cargo(root, TEST, &[])
}

fn fault_table(root: &Path) -> Result<()> {
    task(faults::run(root), "the table of faults is out of step with the tests")
}

fn fuzz(root: &Path) -> Result<()> {
    cargo(root, &["run", "-q", "-p", "partner-center-fuzz", "--bin", "corpus", "--", "10"], &[])
}

fn doc(root: &Path) -> Result<()> {
    for features in [&[][..], &["--no-default-features"], &["--all-features"]] {
        let command: Vec<&str> = ["doc", "--workspace", "--no-deps"].iter().chain(features).copied().collect();
        cargo(root, &command, &[("RUSTDOCFLAGS", "-D warnings")])?;
    }
    Ok(())
}

fn quickstart(root: &Path) -> Result<()> {
    say!("    cargo {}", QUICKSTART.join(" "));
    let mut command = command(root, QUICKSTART);
    // With a customer in its environment the quickstart would call Partner Center itself.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PARTNER_CENTER_")) {
        command.env_remove(name);
    }
    let output = command.stderr(Stdio::inherit()).output().context("cargo cannot be started")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    crate::report::print(format_args!("{printed}"));
    ensure!(output.status.success(), "the quickstart ended with {}", output.status);
    ensure!(printed.contains("Contoso"), "the quickstart does not show the organization of the contract's example");
    Ok(())
}

/// Runs cargo in the workspace, its output shown as it comes.
pub(crate) fn cargo(root: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    say!("    cargo {}", arguments.join(" "));
    let status = command(root, arguments).envs(environment.iter().copied()).status();
    let status = status.context("cargo cannot be started")?;
    if !status.success() {
        bail!("`cargo {}` ended with {status}", arguments.join(" "));
    }
    Ok(())
}

/// The cargo that runs this program, so that both use one toolchain.
pub(crate) fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn runs_the_very_commands_of_the_readme() {
        let commands = include_str!("../../README.md").lines().filter_map(|line| line.strip_prefix("cargo "));
        let run = [TEST, QUICKSTART].map(|arguments| arguments.join(" "));
        let (commands, run): (BTreeSet<&str>, BTreeSet<&str>) =
            (commands.collect(), run.iter().map(|one| &**one).collect());
        assert_eq!(commands, run, "left: what the README tells to run; right: what is run here");
    }
}
