//! `cargo xtask ci`: what it says of its steps.

use std::process::{Command, Stdio};

use crate::support::{CONTRACT, workspace, xtask};

#[test]
fn lists_every_step_by_its_name_with_what_it_shows() {
    let run = xtask(&workspace(), &["ci", "--list"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let steps: Vec<_> = run.stdout.lines().filter_map(|line| line.split_once(' ')).collect();
    let names: Vec<&str> = steps.iter().map(|(name, _)| *name).collect();
    let known = "fmt lint codegen diff drift api tidy deny clippy features test fuzz faults quickstart doc package bench \
                 referees";
    assert_eq!(names.join(" "), known);
    assert!(steps.iter().all(|(_, about)| !about.trim().is_empty()), "{run:?}");
}

#[test]
fn runs_one_step_alone_and_says_how_long_it_took() {
    let run = xtask(&workspace(), &["ci", "lint"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("==> lint: "), "{run:?}");
    assert!(run.stdout.contains("lint passed in "), "{run:?}");
    assert!(!run.stdout.contains("codegen"), "{run:?}");
}

#[test]
fn stops_at_the_step_that_fails_and_says_how_to_run_it_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let contract = folder.path().join(CONTRACT);
    std::fs::create_dir_all(contract.parent().expect("it lies in a folder")).expect("a folder");
    std::fs::write(&contract, "openapi: 3.1.0\n").expect("the file is written");
    let run = xtask(folder.path(), &["ci", "lint", "codegen"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("step lint failed after "), "{run:?}");
    assert!(run.stderr.contains("To run it alone: cargo xtask ci lint"), "{run:?}");
    assert!(!run.stdout.contains("==> codegen"), "{run:?}");
}

#[test]
fn a_report_that_nobody_reads_ends_quietly() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("--root").arg(workspace()).args(["drift", "selftest"]);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    drop(run.stdout.take());
    let output = run.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &said[..]), (Some(0), ""));
}

#[test]
fn refuses_a_step_it_does_not_know_and_names_those_it_knows() {
    let run = xtask(&workspace(), &["ci", "deploy"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("quickstart"), "{run:?}");
}
