//! Linters: no error and no warning.

use anyhow::{Context, Result};
use serde_json::Value;

use super::process;
use super::tools::Tools;

pub(super) fn redocly(tools: &Tools) -> Result<Option<String>> {
    let mut command = tools.node("redocly")?;
    let output = command.args(["lint", "--format=json"]).arg(tools.contract()).output();
    let output = output.context("redocly cannot be started")?;
    // A warning alone ends well.
    let report: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("redocly gives no report: {}", String::from_utf8_lossy(&output.stderr)))?;
    let problems = report["problems"].as_array().context("redocly's report has no list of problems")?;
    let lines = problems.iter().map(|problem| {
        let place = problem["location"][0]["pointer"].as_str().unwrap_or_default();
        format!("{}: {} at {place}", problem["severity"], problem["message"])
    });
    Ok((!problems.is_empty()).then(|| lines.collect::<Vec<_>>().join("\n")))
}

pub(super) fn spectral(tools: &Tools) -> Result<Option<String>> {
    let rules = tools.output("spectral")?.join("rules.yaml");
    std::fs::write(&rules, "extends: [\"spectral:oas\"]\n").context("the rules cannot be written")?;
    let mut command = tools.node("spectral")?;
    process::objection(command.args(["lint", "--fail-severity=hint", "-r"]).arg(rules).arg(tools.contract()))
}
