//! `cargo xtask lint`: holds the contract against the rules that keep generation safe.
//!
//! Each rule is one function that gives the places where it is broken. `docs/contract-rules.md` explains each rule.

mod document;
mod examples;
mod json_schema;
mod names;
mod operations;
mod parameters;
mod responses;
mod schemas;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

use crate::contract::Contract;
use crate::report;

/// Where the rules are explained, from the workspace's root.
const GUIDE: &str = "docs/contract-rules.md";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The contract to read instead of the project's own.
    file: Option<PathBuf>,

    /// List the rules and read no contract.
    #[arg(long)]
    list: bool,
}

impl Arguments {
    /// The project's own contract.
    pub(crate) const PROJECT: Self = Self { file: None, list: false };
}

/// A rule for the contract.
struct Rule {
    /// Stable: never given to another rule.
    id: &'static str,
    title: &'static str,
    /// What to do where it is broken.
    fix: &'static str,
    check: fn(&Contract) -> Vec<Fault>,
}

/// A place that breaks a rule.
#[derive(Debug, PartialEq)]
struct Fault {
    pointer: String,
    reason: String,
}

impl Fault {
    fn new(pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), reason: reason.into() }
    }
}

/// A broken rule at a place.
pub(crate) struct Finding {
    rule: &'static Rule,
    fault: Fault,
}

impl Finding {
    /// The id of the rule.
    pub(crate) fn rule(&self) -> &'static str {
        self.rule.id
    }
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    if arguments.list {
        for rule in rules() {
            say!("{} {}", rule.id, rule.title);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let contract = match &arguments.file {
        Some(file) => Contract::read(file, &file.display().to_string())?,
        None => Contract::load(root)?,
    };
    let findings = check(&contract);
    let mut told = Vec::new();
    print(&contract, &findings, &mut told)?;
    report::print(format_args!("{}", String::from_utf8_lossy(&told)));
    if findings.is_empty() {
        say!("{} keeps all {} rules", contract.name, rules().count());
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::from(1))
}

/// Every broken rule, in the order of the rules.
pub(crate) fn check(contract: &Contract) -> Vec<Finding> {
    // In a document that is not well formed the other rules would guess.
    let findings = broken(contract, document::RULES);
    if findings.is_empty() { RULES.iter().flat_map(|rules| broken(contract, rules)).collect() } else { findings }
}

fn broken(contract: &Contract, rules: &'static [Rule]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules {
        // Two operations may share the part that is at fault.
        let mut faults: Vec<Fault> = Vec::new();
        for fault in (rule.check)(contract) {
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        findings.extend(faults.into_iter().map(|fault| Finding { rule, fault }));
    }
    findings
}

/// Prints findings for people: the rule, the reason, the place, the fix.
pub(crate) fn print(contract: &Contract, findings: &[Finding], to: &mut dyn Write) -> Result<()> {
    for Finding { rule, fault } in findings {
        writeln!(to, "error[{}]: {}", rule.id, fault.reason)?;
        writeln!(to, "  at:  {}#{}", contract.name, fault.pointer)?;
        writeln!(to, "  fix: {}", rule.fix)?;
    }
    if !findings.is_empty() {
        writeln!(to, "{} found; {GUIDE} explains each rule", findings.len())?;
    }
    Ok(())
}

/// Every rule, those for the document first.
const RULES: [&[Rule]; 7] = [
    document::RULES,
    operations::RULES,
    responses::RULES,
    parameters::RULES,
    schemas::RULES,
    examples::RULES,
    names::RULES,
];

fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_the_rules_without_a_gap_or_a_repeat() {
        for (index, rule) in rules().enumerate() {
            assert_eq!(rule.id, format!("PC{:03}", index + 1), "{}", rule.title);
        }
    }

    #[test]
    fn explains_every_rule_in_the_guide_and_no_other() {
        let guide = include_str!("../../../docs/contract-rules.md");
        let explained: Vec<&str> = guide.lines().filter_map(|line| line.strip_prefix("### ")).collect();
        let known: Vec<String> = rules().map(|rule| format!("{} {}", rule.id, rule.title)).collect();
        assert_eq!(explained, known);
    }

    #[test]
    fn gives_a_reason_and_a_fix_for_every_rule_in_the_guide() {
        let guide = include_str!("../../../docs/contract-rules.md");
        for section in guide.split("\n### ").skip(1) {
            assert!(section.contains("\n**Why:** "), "{section}");
            assert!(section.contains("\n**Fix:** "), "{section}");
        }
    }
}
