//! `cargo xtask drift wire`: holds captured answers of the service against the contract.

pub(crate) mod capture;
pub(crate) mod compare;
mod patch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use self::capture::{Body, Capture};
use self::compare::{Drift, Finding, Wire};
use crate::contract::parts::{self, Operation};
use crate::contract::{self, Contract};
use crate::report::{Format, Outcome, argument, shown};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Captured answers: raw JSON bodies, HTTP messages with their heads, HAR files.
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// The operation that the answers belong to, by its id; needed where neither file nor contract tells.
    #[arg(long)]
    operation: Option<String>,

    /// Show values as well. Captures hold customers' data.
    #[arg(long)]
    values: bool,

    /// Print the suggested patch of the contract and nothing else.
    #[arg(long, conflicts_with_all = ["output", "values"])]
    patch: bool,

    /// How the report is printed.
    #[arg(long, value_enum, default_value_t)]
    output: Format,
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let contract = Contract::load(root)?;
    let mut captures = Vec::new();
    for file in &arguments.files {
        let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        captures.extend(capture::read(&bytes).with_context(|| format!("{} cannot be read", file.display()))?);
    }
    let (answers, findings) = check(&contract, &captures, arguments.operation.as_deref())?;
    ensure!(answers > 0, "none of the {} answers belongs to an operation of {}", captures.len(), contract.name);
    let (patch, unpatched) = patch::suggest(&contract, &findings);
    let outcome = if findings.is_empty() { Outcome::Agreement } else { Outcome::Difference };
    let mend = mend(&arguments.files, !patch.is_empty());
    if arguments.patch {
        crate::report::print(format_args!("{patch}"));
    } else if arguments.output == Format::Json {
        let findings: Vec<_> = findings.iter().map(|finding| machine(finding, arguments.values)).collect();
        let mend = (outcome != Outcome::Agreement).then_some(mend);
        let counts = json!({ "held-against-the-contract": answers, "other": captures.len() - answers });
        say!("{:#}", json!({ "answers": counts, "findings": findings, "patch": patch, "mend": mend }));
    } else {
        say!("{answers} answers held against {}, {} of others passed over", contract.name, captures.len() - answers);
        findings.iter().for_each(|finding| print(finding, arguments.values));
        if !patch.is_empty() {
            say!("\nA patch that takes in what came:\n{patch}");
        }
        for finding in unpatched {
            say!("No patch for {}: {} is a matter for a person", words(finding.drift), shown(&finding.at));
        }
        if outcome == Outcome::Difference {
            say!("To mend it, {mend}");
        } else {
            say!("They agree");
        }
    }
    Ok(outcome.into())
}

/// How many of the answers belong to an operation, and everything in which they depart from the contract.
pub(crate) fn check(contract: &Contract, captures: &[Capture], id: Option<&str>) -> Result<(usize, Vec<Finding>)> {
    let (mut answers, mut findings) = (0, Vec::new());
    let operations = parts::operations(contract);
    let nameless = captures.iter().any(|capture| capture.request.is_none());
    if nameless && id.is_none() && operations.len() > 1 {
        bail!("{} has several operations: name the one that the answers belong to with --operation ID", contract.name);
    }
    if let Some(id) = id {
        let is_known = operations.iter().any(|operation| operation.place.text("operationId") == Some(id));
        ensure!(is_known, "{} has no operation {id}", contract.name);
    }
    for operation in operations {
        if id.is_some_and(|id| operation.place.text("operationId") != Some(id)) {
            continue;
        }
        let own: Vec<&Capture> = captures.iter().filter(|capture| belongs(capture, &operation)).collect();
        answers += own.len();
        for Capture { status, body, .. } in &own {
            if let Body::Unread(reason) = body {
                bail!("an answer {status} to {} cannot be read: {reason}", operation.path);
            }
        }
        let mut wire = Wire::new(contract, operation);
        own.into_iter().for_each(|capture| wire.take(capture));
        findings.extend(wire.findings());
    }
    Ok((answers, findings))
}

/// Whether the request, where it is known, is one of the operation.
fn belongs(capture: &Capture, operation: &Operation<'_>) -> bool {
    let Some((method, path)) = &capture.request else { return true };
    let is_method = operation.place.pointer.ends_with(&format!("/{}", method.to_lowercase()));
    let (path, wanted): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), operation.path.split('/').collect());
    let is_path = path.len() == wanted.len()
        && path.iter().zip(&wanted).all(|(came, wanted)| wanted.starts_with('{') || came.eq_ignore_ascii_case(wanted));
    is_method && is_path
}

fn words(drift: Drift) -> &'static str {
    match drift {
        Drift::UnknownField => "unknown field",
        Drift::MissingField => "missing field",
        Drift::OtherType => "other type",
        Drift::UndeclaredStatus => "undeclared status",
        Drift::UndeclaredHeader => "undeclared header",
        Drift::UndeclaredMediaType => "undeclared media type",
        Drift::NotJson => "no JSON",
    }
}

fn print(finding: &Finding, values: bool) {
    let Finding { drift, at, pointer, expected, came, .. } = finding;
    let came = came.iter().cloned().collect::<Vec<_>>().join(", ");
    let expected = expected.as_ref().map(|expected| format!(", the contract has {expected}")).unwrap_or_default();
    say!("{}: {}: {}{expected}", words(*drift), shown(at), shown(&came));
    say!("  at: {}#{pointer}", contract::PATH);
    for value in finding.values.iter().filter(|_| values) {
        say!("  value: {}", shown(&value.to_string()));
    }
}

fn machine(finding: &Finding, values: bool) -> serde_json::Value {
    let mut shown = json!(finding);
    if values {
        shown["values"] = json!(finding.values);
    }
    shown
}

fn mend(files: &[PathBuf], has_patch: bool) -> String {
    let files: Vec<String> = files.iter().map(|file| argument(&file.display().to_string())).collect();
    let check = format!("cargo xtask drift wire {}", files.join(" "));
    if has_patch {
        format!(
            "review the patch and name the source in openapi/SOURCES.md, then run: {check} --patch | git apply && cargo xtask codegen"
        )
    } else {
        format!("bring {} in step with what came, then run: cargo xtask codegen && {check}", contract::PATH)
    }
}
