//! `cargo xtask drift page`: holds the documentation page of the operation against the contract.

pub(crate) mod accepted;
mod block;
mod compare;
mod facts;
mod fetch;
mod plain;
mod report;
pub(crate) mod reviewed;
mod section;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow, ensure};
use serde_json::json;

use self::accepted::Accepted;
use self::compare::Fact;
use self::report::{machine, mend, print};
use self::reviewed::{Reviewed, Text};
use self::section::Page;
use crate::contract::{Contract, parts};
use crate::report::{Format, Outcome};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Pages in HTML, Markdown or plain text: files or addresses. None: the address that the contract names.
    pages: Vec<String>,

    /// Print what to record once the pages are reviewed, and nothing else.
    #[arg(long, conflicts_with = "output")]
    accept: bool,

    /// How the report is printed.
    #[arg(long, value_enum, default_value_t)]
    output: Format,
}

/// What was reviewed: differences that are accepted, and what the pages said.
pub(crate) struct Known {
    pub(crate) accepted: Vec<Accepted>,
    pub(crate) reviewed: Reviewed,
}

/// What a page comes to.
#[derive(Debug)]
pub(crate) enum Report {
    /// Why it could not be got at all.
    Absent(String),
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
        /// The sections that read otherwise than when they were reviewed.
        changed: Vec<Text>,
    },
}

impl Report {
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Absent(_) | Self::Unreadable(_) => Outcome::Unknown,
            Self::Compared { open, stale, changed, .. }
                if open.is_empty() && stale.is_empty() && changed.is_empty() =>
            {
                Outcome::Agreement
            }
            Self::Compared { .. } => Outcome::Difference,
        }
    }
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let contract = Contract::load(root)?;
    let mut pages = arguments.pages.clone();
    if pages.is_empty() {
        pages = addresses(&contract);
        ensure!(!pages.is_empty(), "no operation of {} names its documentation in `externalDocs`", contract.name);
    }
    if arguments.accept {
        let texts = pages.iter().map(|page| {
            let text = fetch::fetch(page)?;
            self::texts(&contract, &text).map_err(|missed| anyhow!("{page} is unreadable: {}", missed.join("; ")))
        });
        let texts = texts.collect::<Result<Vec<_>>>()?;
        crate::report::print(format_args!("{}", reviewed::file(&texts)));
        return Ok(ExitCode::SUCCESS);
    }
    // Not before: where the text above goes into the file, the file is empty by then.
    let known = Known { accepted: accepted::load(root)?, reviewed: Reviewed::load(root)? };
    let mut outcome = Outcome::Agreement;
    let mut reports = Vec::new();
    for page in &pages {
        let report = match fetch::fetch(page) {
            Ok(text) => check(&contract, &known, &text),
            Err(error) => Report::Absent(format!("{error:#}")),
        };
        outcome = outcome.max(report.outcome());
        reports.push((page, report));
    }
    let mend = mend(&pages, &reports, outcome);
    match arguments.output {
        Format::Json => {
            let reports: Vec<_> = reports.iter().map(|(page, report)| machine(page, report)).collect();
            let mend = (outcome != Outcome::Agreement).then_some(mend);
            say!("{:#}", json!({ "contract": contract.name, "pages": reports, "mend": mend }));
        }
        Format::Text => {
            for (page, report) in &reports {
                print(page, report);
            }
            if outcome != Outcome::Agreement {
                say!("To mend it, {mend}");
            }
        }
    }
    Ok(outcome.into())
}

/// Holds one page against the contract.
pub(crate) fn check(contract: &Contract, reviewed: &Known, text: &str) -> Report {
    let blocks = block::read(text);
    let page = match facts::read(&blocks) {
        Ok(facts) => facts,
        Err(missed) => return Report::Unreadable(missed),
    };
    let Some(facts) = compare::compare(contract, &page) else {
        return Report::Unreadable(vec![other_operation(&page)]);
    };
    let (mut open, mut known) = (Vec::new(), Vec::new());
    for fact in facts.iter().filter(|fact| !fact.agrees()) {
        match reviewed.accepted.iter().find(|accepted| accepted.covers(fact)) {
            Some(accepted) => known.push((fact.clone(), accepted.reason.clone())),
            None => open.push(fact.clone()),
        }
    }
    let is_stale = |accepted: &&Accepted| !known.iter().any(|(fact, _)| accepted.covers(fact));
    let stale = reviewed.accepted.iter().filter(is_stale).cloned().collect();
    let operation = compare::operation_id(contract, &page).unwrap_or_default();
    let texts = Page::new(&blocks).map(|page| reviewed::texts(&page)).unwrap_or_default();
    let changed = reviewed.reviewed.changed(operation, texts);
    Report::Compared { facts, open, known, stale, changed }
}

/// The operation that a page is about, and what each of its sections says.
fn texts(contract: &Contract, text: &str) -> Result<(String, Vec<Text>), Vec<String>> {
    let blocks = block::read(text);
    let facts = facts::read(&blocks)?;
    let operation = compare::operation_id(contract, &facts).ok_or_else(|| vec![other_operation(&facts)])?;
    let texts = Page::new(&blocks).map(|page| reviewed::texts(&page)).unwrap_or_default();
    Ok((operation.to_owned(), texts))
}

fn other_operation(page: &facts::Facts) -> String {
    format!("it is about {} {}, which is no operation of the contract", page.method, page.path)
}

/// Where the documentation of the operations is published.
fn addresses(contract: &Contract) -> Vec<String> {
    let operations = parts::operations(contract).into_iter();
    let docs = operations.filter_map(|operation| operation.place.child("externalDocs")?.text("url"));
    docs.map(str::to_owned).collect()
}
