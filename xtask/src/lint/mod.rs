//! `cargo xtask lint`: checks that the contract keeps to the subset of OpenAPI that generates safe code.
//!
//! `subset.yaml` is the subset as a JSON Schema; `cross_checks.rs` has what a JSON Schema cannot express.

mod cross_checks;

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::Value;

use crate::contract::{self, step};

/// Where the rules are explained, from the root of the workspace.
const GUIDE: &str = "docs/contract-rules.md";

/// The subset of OpenAPI.
const SUBSET: &str = include_str!("subset.yaml");

/// Every rule with its fix.
const RULES: &[(&str, &str)] = &[
    ("subset", "leave it out, or extend the subset in xtask/src/lint/subset.yaml"),
    ("references", "refer to an entry of the matching section of `components`"),
    ("operation-id", "give the operation a unique id in snake case that is neither a keyword nor a name of the client"),
    ("operation-description", "add a `summary` of one line and a `description`; they document the method"),
    ("status-codes", "use a status of the list, or cover it by `4XX` or `5XX`; never `default`"),
    ("one-success", "describe one success, `200`, as JSON: a model or an array"),
    (
        "one-error",
        "describe every error as JSON by `#/components/schemas/ServiceError`; text/plain is allowed in addition",
    ),
    (
        "parameters",
        "give it a name, a location, a description and a plain schema: a string, a uuid, a boolean or an int64",
    ),
    ("path-parameters", "name each `{parameter}` of the path once, and describe it once, with `in: path`"),
    ("schema-names", "name the schema as the Rust type is to be called, such as `Organization`"),
    ("open-models", "drop what restricts the value, and state it in the description"),
    ("property-description", "add a `description` with meaning, format and unit"),
    ("nullable-properties", "add `nullable: true`"),
    ("no-secrets", "keep the secret out of the contract, and read it by hand into a type that does not print it"),
    ("examples", "give each response's example a unique name in kebab case and a `value` that matches the schema"),
    ("no-identifier-collisions", "rename one of the two"),
];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The contract to read instead of the project's own.
    file: Option<PathBuf>,
}

/// A location in the contract that violates a rule.
#[derive(Debug, PartialEq)]
pub(crate) struct Violation {
    rule: &'static str,
    /// A JSON pointer.
    pointer: String,
    reason: String,
}

impl Violation {
    fn new(rule: &'static str, pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { rule, pointer: pointer.into(), reason: reason.into() }
    }
}

impl Display for Violation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { rule, pointer, reason } = self;
        let help = RULES.iter().find(|(name, _)| name == rule).map_or("", |(_, help)| help);
        write!(f, "error[{rule}]: {reason}\n  at: #{pointer}\n  help: {help} ({GUIDE}#{rule})")
    }
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let file = arguments.file.clone().unwrap_or_else(|| root.join(contract::PATH));
    let name = file.display().to_string();
    let violations = check(&contract::parse(&contract::read(&file)?, &name)?)?;
    violations.iter().for_each(|violation| say!("{violation}"));
    if violations.is_empty() {
        say!("{name} violates none of the {} rules", RULES.len());
        return Ok(ExitCode::SUCCESS);
    }
    say!("{name}: {} violations", violations.len());
    Ok(ExitCode::from(1))
}

/// Every violation, those of the subset first.
pub(crate) fn check(contract: &Value) -> Result<Vec<Violation>> {
    let subset = contract::parse(SUBSET, "subset.yaml")?;
    let validator = jsonschema::validator_for(&subset).map_err(|error| anyhow!("subset.yaml is no schema: {error}"))?;
    let mut violations: Vec<Violation> = Vec::new();
    for error in validator.iter_errors(contract) {
        let violation = violation(&subset, &error);
        // Both branches of a part may say the same.
        if !violations.contains(&violation) {
            violations.push(violation);
        }
    }
    // In a document of another shape the other rules would guess.
    Ok(if violations.is_empty() { cross_checks::run(contract) } else { violations })
}

fn violation(subset: &Value, error: &ValidationError<'_>) -> Violation {
    let rule = rule(subset, error.evaluation_path().as_str());
    let pointer = error.instance_path().to_string();
    let outside = |name: &str| format!("`{name}` is not in the subset of OpenAPI that the contract may use here");
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let name = unexpected.first().map_or("", String::as_str);
            Violation::new(rule, format!("{pointer}/{}", step(name)), outside(name))
        }
        ValidationErrorKind::FalseSchema => {
            let name = pointer.rsplit('/').next().unwrap_or_default().to_owned();
            Violation::new(rule, pointer, outside(&name))
        }
        _ if error.instance().is_object() || error.instance().is_array() => {
            Violation::new(rule, pointer, error.masked_with("this").to_string())
        }
        _ => Violation::new(rule, pointer, error.to_string()),
    }
}

/// The rule that the innermost part of the subset on the way to the error belongs to.
fn rule(subset: &Value, evaluation_path: &str) -> &'static str {
    let (mut node, mut rule) = (subset, "subset");
    for name in evaluation_path.split('/').skip(1) {
        // Below `properties`, `$ref` is a name like any other.
        node = match name {
            "$ref" if node["$ref"].is_string() => contract::follow(subset, node),
            name => node.pointer(&format!("/{name}")).unwrap_or(&Value::Null),
        };
        let stated = node["x-rule"].as_str().and_then(|stated| RULES.iter().find(|(name, _)| *name == stated));
        rule = stated.map_or(rule, |(name, _)| name);
    }
    rule
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_explains_every_rule_with_reason_and_fix_and_no_other() {
        let guide = include_str!("../../../docs/contract-rules.md");
        let explained: Vec<&str> = guide.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let known: Vec<&str> = RULES.iter().map(|(rule, _)| *rule).collect();
        assert_eq!(explained, known);
        for section in guide.split("\n## ").skip(1) {
            assert!(section.contains("\n**Why:** ") && section.contains("\n**Fix:** "), "{section}");
        }
    }

    #[test]
    fn the_subset_names_no_rule_that_does_not_exist() {
        for line in SUBSET.lines().filter_map(|line| line.split_once("x-rule: ")).map(|(_, rest)| rest) {
            let rule = line.split([',', '}', '`']).next().unwrap_or_default().trim();
            assert!(RULES.iter().any(|(name, _)| *name == rule), "{rule}");
        }
    }
}
