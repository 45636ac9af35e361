//! `cargo xtask drift page`: holds the documentation page of the operation against the contract.

pub(crate) mod accepted;
mod block;
mod compare;
mod facts;
mod fetch;
mod plain;
mod section;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use serde_json::json;

use self::accepted::Accepted;
use self::compare::Fact;
use crate::contract::{Contract, parts};
use crate::report::{Format, Outcome};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Pages in HTML, Markdown or plain text: files or addresses. None: the address that the contract names.
    pages: Vec<String>,

    /// How the report is printed.
    #[arg(long, value_enum, default_value_t)]
    output: Format,
}

/// What a page comes to.
#[derive(Debug)]
pub(crate) enum Report {
    /// What was missed while reading it.
    Unreadable(Vec<String>),
    Compared {
        facts: Vec<Fact>,
        /// The differences that nobody accepted.
        open: Vec<Fact>,
        /// The accepted differences that the page shows, with the reason for each.
        known: Vec<(Fact, String)>,
        /// What was accepted and is no longer so.
        stale: Vec<Accepted>,
    },
}

impl Report {
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Unreadable(_) => Outcome::Unknown,
            Self::Compared { open, stale, .. } if open.is_empty() && stale.is_empty() => Outcome::Agreement,
            Self::Compared { .. } => Outcome::Difference,
        }
    }
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let contract = Contract::load(root)?;
    let accepted = accepted::load(root)?;
    let mut pages = arguments.pages.clone();
    if pages.is_empty() {
        pages = addresses(&contract);
        ensure!(!pages.is_empty(), "no operation of {} names its documentation in `externalDocs`", contract.name);
    }
    let mut outcome = Outcome::Agreement;
    let mut reports = Vec::new();
    for page in &pages {
        let report = check(&contract, &accepted, &fetch::fetch(page)?);
        outcome = outcome.max(report.outcome());
        reports.push((page, report));
    }
    match arguments.output {
        Format::Json => {
            let reports: Vec<_> = reports.iter().map(|(page, report)| machine(page, report)).collect();
            let mend = (outcome != Outcome::Agreement).then(|| mend(&pages, outcome));
            println!("{:#}", json!({ "contract": contract.name, "pages": reports, "mend": mend }));
        }
        Format::Text => {
            for (page, report) in &reports {
                print(page, report);
            }
            if outcome != Outcome::Agreement {
                println!("To mend it, {}", mend(&pages, outcome));
            }
        }
    }
    Ok(outcome.into())
}

/// Holds one page against the contract.
pub(crate) fn check(contract: &Contract, accepted: &[Accepted], text: &str) -> Report {
    let facts = match facts::read(&block::read(text)) {
        Ok(facts) => facts,
        Err(missed) => return Report::Unreadable(missed),
    };
    let Some(facts) = compare::compare(contract, &facts) else {
        let reason = format!("it is about {} {}, which is no operation of the contract", facts.method, facts.path);
        return Report::Unreadable(vec![reason]);
    };
    let (mut open, mut known) = (Vec::new(), Vec::new());
    for fact in facts.iter().filter(|fact| !fact.agrees()) {
        match accepted.iter().find(|accepted| accepted.covers(fact)) {
            Some(accepted) => known.push((fact.clone(), accepted.reason.clone())),
            None => open.push(fact.clone()),
        }
    }
    let is_stale = |accepted: &&Accepted| !known.iter().any(|(fact, _)| accepted.covers(fact));
    let stale = accepted.iter().filter(is_stale).cloned().collect();
    Report::Compared { facts, open, known, stale }
}

/// Where the documentation of the operations is published.
fn addresses(contract: &Contract) -> Vec<String> {
    let operations = parts::operations(contract).into_iter();
    let docs = operations.filter_map(|operation| operation.place.child("externalDocs")?.text("url"));
    docs.map(str::to_owned).collect()
}

/// What to do about a page that does not agree or cannot be read, and the command to run then.
fn mend(pages: &[String], outcome: Outcome) -> String {
    let check = format!("cargo xtask drift page {}", pages.join(" "));
    if outcome == Outcome::Unknown {
        let reader = "xtask/src/drift/page/facts.rs";
        return format!(
            "take the English page, or teach {reader} what the documentation looks like now, then run: {check}"
        );
    }
    format!(
        "correct {} or accept the difference with its reason in {}, then run: cargo xtask codegen && {check}",
        crate::contract::PATH,
        accepted::PATH
    )
}

/// How a fact differs.
fn relation(fact: &Fact) -> &'static str {
    match (&fact.page, &fact.contract) {
        (_, None) => "missing in the contract",
        (None, _) => "missing on the page",
        _ if fact.agrees() => "agrees",
        _ => "differs",
    }
}

fn print(page: &str, report: &Report) {
    match report {
        Report::Unreadable(missed) => {
            println!("{page} cannot be read as the documentation of an operation:");
            missed.iter().for_each(|reason| println!("  {reason}"));
        }
        Report::Compared { facts, open, known, stale } => {
            let agreeing = facts.iter().filter(|fact| fact.agrees()).count();
            println!("{page}: {agreeing} of {} facts agree, {} differ as accepted", facts.len(), known.len());
            for (fact, reason) in known {
                println!("  accepted: {}: {}", line(fact), reason.trim());
            }
            for fact in open {
                println!("{}: {}", relation(fact), line(fact));
                println!("  at: {}#{}", crate::contract::PATH, fact.pointer);
            }
            for Accepted { fact, page, contract, .. } in stale {
                let side = |value: &Option<String>| value.as_deref().unwrap_or("nothing").to_owned();
                println!(
                    "no longer so: {fact}: accepted were {} on the page, {} in the contract",
                    side(page),
                    side(contract)
                );
                println!("  at: {}", accepted::PATH);
            }
        }
    }
}

fn line(Fact { fact, page, contract, .. }: &Fact) -> String {
    match (page, contract) {
        (Some(page), Some(contract)) => format!("{fact}: the page has \"{page}\", the contract \"{contract}\""),
        (Some(page), None) => format!("{fact}: the page has \"{page}\", the contract nothing"),
        (_, contract) => {
            format!("{fact}: the contract has \"{}\", the page nothing", contract.as_deref().unwrap_or(""))
        }
    }
}

fn machine(page: &str, report: &Report) -> serde_json::Value {
    match report {
        Report::Unreadable(missed) => json!({ "page": page, "unreadable": missed }),
        Report::Compared { facts, known, stale, .. } => {
            let facts: Vec<_> = facts
                .iter()
                .map(|fact| {
                    let reason = known.iter().find(|(known, _)| known == fact).map(|(_, reason)| reason);
                    json!({
                        "fact": fact.fact, "relation": relation(fact), "page": fact.page, "contract": fact.contract,
                        "pointer": fact.pointer, "accepted": reason,
                    })
                })
                .collect();
            json!({ "page": page, "facts": facts, "stale": stale })
        }
    }
}
