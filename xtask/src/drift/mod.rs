//! `cargo xtask drift`: compares the contract with the documentation and with captured responses; see docs/drift.md.

mod message;
mod operation;
mod page;
mod page_text;
mod wire;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::contract;
use crate::report::Format;

const REVIEWED: &str = "openapi/reviewed-pages.yaml";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    source: Source,

    /// The format of the report.
    #[arg(long, value_enum, default_value_t, global = true)]
    output: Format,
}

#[derive(clap::Subcommand)]
enum Source {
    /// Compare the documentation page of each operation with the contract.
    ///
    /// Exit codes: 0 only accepted differences, 1 other differences, 2 a page could not be read.
    Page(page::Arguments),
    /// Compare captured responses of the service with the contract.
    ///
    /// Exit codes: 0 only accepted differences, 1 other differences, 2 a capture could not be read.
    Wire(wire::Arguments),
}

/// What was reviewed, by operation.
type Reviewed = BTreeMap<String, Page>;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Page {
    /// Accepted differences as reports show them, each with the reason.
    accepted: BTreeMap<String, String>,
    /// Digests by heading.
    sections: BTreeMap<String, String>,
}

/// How a page, or the responses to an operation, differ from the contract.
#[derive(Default, Serialize)]
struct Report {
    checked: String,
    operation: Option<String>,
    differences: Vec<String>,
    accepted: BTreeMap<String, String>,
    /// Why nothing was compared.
    error: Option<String>,
}

impl Report {
    fn new(checked: String, operation: &str, reviewed: &Reviewed, mut differences: Vec<String>) -> Self {
        let mut accepted = reviewed.get(operation).map(|page| page.accepted.clone()).unwrap_or_default();
        accepted.retain(|known, _| differences.contains(known));
        differences.retain(|difference| !accepted.contains_key(difference));
        Self { checked, operation: Some(operation.to_owned()), differences, accepted, error: None }
    }

    fn print(&self) {
        let counts = format!("differences: {}, accepted: {}", self.differences.len(), self.accepted.len());
        let accepted = self.accepted.iter().map(|(difference, reason)| format!("accepted: {difference}: {reason}"));
        let found: Vec<String> = self.differences.iter().cloned().chain(accepted).collect();
        say!("{}: {}", self.checked, self.error.as_ref().unwrap_or(&counts));
        // Nothing from elsewhere steers the terminal.
        found.join("\n").lines().for_each(|line| say!("  {}", line.replace(char::is_control, "\u{fffd}")));
    }
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let is_json = arguments.output == Format::Json;
    let reports = match compare(root, &arguments.source) {
        Err(error) if is_json => vec![Report { error: Some(format!("{error:#}")), ..Report::default() }],
        reports => reports?,
    };
    let is_unknown = reports.iter().any(|report| report.error.is_some());
    let is_different = reports.iter().any(|report| !report.differences.is_empty());
    let help = format!("correct {}, or record in {REVIEWED} what was reviewed; see docs/drift.md", contract::PATH);
    let help = is_different.then_some(help);
    if is_json {
        say!("{:#}", json!({ "reports": reports, "help": help }));
    } else {
        reports.iter().for_each(Report::print);
        help.iter().for_each(|help| say!("help: {help}"));
    }
    Ok(ExitCode::from(if is_unknown { 2 } else { u8::from(is_different) }))
}

fn compare(root: &Path, source: &Source) -> Result<Vec<Report>> {
    let contract = contract::load(root)?;
    let reviewed = contract::read(&root.join(REVIEWED))?;
    let reviewed: Reviewed = serde_saphyr::from_str(&reviewed).with_context(|| format!("{REVIEWED} is invalid"))?;
    match source {
        Source::Page(arguments) => page::compare(&contract, &reviewed, arguments),
        Source::Wire(arguments) => wire::compare(&contract, &reviewed, arguments),
    }
}
