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
    (
        "status-codes",
        "only `200` can be a success, since the method returns one type; name the status of an error, or cover it by `4XX` \
         or `5XX`; never `default`",
    ),
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
    /// What to do, where the rule's help is too general.
    help: Option<String>,
}

impl Violation {
    fn new(rule: &'static str, pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { rule, pointer: pointer.into(), reason: reason.into(), help: None }
    }
}

impl Display for Violation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { rule, pointer, reason, help } = self;
        let general = RULES.iter().find(|(name, _)| name == rule).map_or("", |(_, help)| help);
        let help = help.as_deref().unwrap_or(general);
        write!(f, "error[{rule}]: {reason}\n  at: #{pointer}\n  help: {help} ({GUIDE}#{rule})")
    }
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let (file, name) = match &arguments.file {
        Some(file) => (file.clone(), file.display().to_string()),
        None => (root.join(contract::PATH), contract::PATH.to_owned()),
    };
    let violations = check(&contract::parse(&contract::read(&file)?, &name)?)?;
    violations.iter().for_each(|violation| say!("{violation}"));
    if violations.is_empty() {
        say!("{name} violates none of the {} rules", RULES.len());
        return Ok(ExitCode::SUCCESS);
    }
    say!("{name}: {} violation{}", violations.len(), if violations.len() == 1 { "" } else { "s" });
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
    let (rule, help) = rule(subset, error.evaluation_path().as_str());
    let mut pointer = error.instance_path().to_string();
    // A name is reported where it is, not where it is missing.
    let name = match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.first().map(String::as_str),
        ValidationErrorKind::PropertyNames { error } => error.instance().as_str(),
        _ => None,
    };
    pointer.extend(name.map(|name| format!("/{}", step(name))));
    let reason = reason(error, &pointer);
    Violation { rule, pointer, reason, help }
}

fn reason(error: &ValidationError<'_>, pointer: &str) -> String {
    let is_scalar = !error.instance().is_object() && !error.instance().is_array();
    let found = if is_scalar { format!(", found {}", error.instance()) } else { String::new() };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { .. } | ValidationErrorKind::FalseSchema => {
            let name = pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
            format!("`{name}` is not in the subset of OpenAPI that the contract may use here")
        }
        ValidationErrorKind::PropertyNames { error } => reason(error, pointer),
        ValidationErrorKind::Constant { expected_value } => format!("expected {expected_value}{found}"),
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> = contract::elements(options).map(Value::to_string).collect();
            format!("expected one of {}{found}", options.join(", "))
        }
        _ if is_scalar => error.to_string(),
        _ => error.masked_with("this").to_string(),
    }
}

/// The rule of the innermost part of the subset on the way to the error that has one, and that part's own help.
fn rule(subset: &Value, evaluation_path: &str) -> (&'static str, Option<String>) {
    let (mut node, mut rule, mut help) = (subset, "subset", None);
    for name in evaluation_path.split('/').skip(1) {
        // Below `properties`, `$ref` is a name like any other.
        node = match name {
            "$ref" if node["$ref"].is_string() => contract::follow(subset, node),
            name => node.pointer(&format!("/{name}")).unwrap_or(&Value::Null),
        };
        let stated = node["x-rule"].as_str().and_then(|stated| RULES.iter().find(|(name, _)| *name == stated));
        if let Some((name, _)) = stated {
            (rule, help) = (name, None);
        }
        help = node["x-help"].as_str().map(str::to_owned).or(help);
    }
    (rule, help)
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
