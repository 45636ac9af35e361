//! `cargo xtask drift selftest`: makes faults on purpose and says which of them the checks catch.
//!
//! A fault of the contract is one of a contract whose code was generated anew, so that `codegen --check`, which sees
//! every change of a letter, does not hide what the other checks miss. A fault counts as caught where each check that
//! should see it does, and tells of the very thing that was changed.

mod code;
mod contract;
mod edit;
mod kinds;
mod mutant;
mod operation;
mod page;
mod wire;

use std::panic::resume_unwind;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use self::contract::Told;
use self::mutant::{Check, Mutant, Subject};
use super::page::Known;
use super::page::Report;
use super::page::accepted::{self, Accepted};
use super::page::reviewed::Reviewed;
use crate::contract::Contract;
use crate::report::{Format, Outcome};
use crate::{codegen, diff, lint};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How the report is printed.
    #[arg(long, value_enum, default_value_t)]
    output: Format,
}

impl Arguments {
    /// For people.
    pub(crate) const TEXT: Self = Self { output: Format::Text };
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let contract = Contract::load(root)?;
    let known = Known { accepted: accepted::load(root)?, reviewed: Reviewed::parse(page::REVIEWED)? };
    let folder = tempfile::tempdir()?;
    let outputs = codegen::outputs(&contract)?;
    let alarms = false_alarms(&contract, &known, folder.path(), &outputs)?;
    let mut mutants = of_contract(&contract, &known);
    for changed in code::mutants(folder.path(), &outputs)? {
        let caught = if changed.is_caught { vec![Check::Codegen] } else { Vec::new() };
        let (kind, what) = (changed.kind, changed.what);
        mutants.push(Mutant { subject: Subject::Code, kind, what, expected: vec![Check::Codegen], caught });
    }
    mutants.extend(of_page(&contract, &known));
    mutants.extend(of_wire(&contract)?);
    let outcome = if alarms.is_empty() && mutants.iter().all(Mutant::is_caught) {
        Outcome::Agreement
    } else {
        Outcome::Difference
    };
    if arguments.output == Format::Json {
        say!("{:#}", json!({ "false-alarms": alarms, "mutants": mutants }));
    } else {
        print(&mutants, &alarms);
    }
    Ok(outcome.into())
}

/// The unchanged originals that a check complains of.
fn false_alarms(contract: &Contract, known: &Known, folder: &Path, outputs: &[codegen::Output]) -> Result<Vec<String>> {
    let mut alarms = Vec::new();
    let mut hold = |check: Check, what: &str, agrees: bool| {
        if !agrees {
            alarms.push(format!("{} complains of the unchanged {what}", check.name()));
        }
    };
    hold(Check::Lint, "contract", lint::check(contract).is_empty());
    hold(Check::Diff, "contract", diff::compare(contract, contract).is_empty());
    hold(Check::Codegen, "generated code", code::original_agrees(folder, outputs)?);
    for (form, text) in page::PAGES {
        hold(Check::Page, &format!("page in {form}"), !page_complains(contract, known, text));
    }
    for (form, captures) in wire::originals()? {
        let (answers, findings) = super::wire::check(contract, &captures, None)?;
        hold(Check::Wire, form, answers == 1 && findings.is_empty());
    }
    Ok(alarms)
}

fn of_contract(original: &Contract, known: &Known) -> Vec<Mutant> {
    let changed = contract::mutants(original);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let hold = |chunk: &[contract::Changed]| -> Vec<Mutant> {
        chunk.iter().map(|changed| of_changed_contract(original, known, changed)).collect()
    };
    std::thread::scope(|scope| {
        let chunks = changed.chunks(changed.len().div_ceil(workers));
        let threads: Vec<_> = chunks.map(|chunk| scope.spawn(move || hold(chunk))).collect();
        let held = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        held.flatten().collect()
    })
}

fn of_changed_contract(original: &Contract, known: &Known, changed: &contract::Changed) -> Mutant {
    let (_, page) = page::PAGES[page::PAGES.len() - 1];
    let new = Contract { name: original.name.clone(), text: String::new(), json: changed.json.clone() };
    let Told { class, at, rule, fact } = &changed.told;
    let (mut expected, mut caught) = (vec![Check::Diff], Vec::new());
    let changes = diff::compare(original, &new);
    let is_gravest = changes.iter().map(|change| change.class).max() == Some(*class);
    let is_told = changes.iter().any(|change| change.class == *class && change.pointer == *at);
    caught.extend((is_gravest && is_told).then_some(Check::Diff));
    if let Some(rule) = rule {
        expected.push(Check::Lint);
        caught.extend(lint::check(&new).iter().any(|finding| finding.rule() == *rule).then_some(Check::Lint));
    }
    if let Some(fact) = fact {
        expected.push(Check::Page);
        caught.extend(page_tells(&new, known, page, fact).then_some(Check::Page));
    }
    Mutant { subject: Subject::Contract, kind: changed.kind, what: changed.what.clone(), expected, caught }
}

fn of_page(contract: &Contract, known: &Known) -> Vec<Mutant> {
    let hold = |subject, kind, what, is_caught: bool| {
        let caught = if is_caught { vec![Check::Page] } else { Vec::new() };
        Mutant { subject, kind, what, expected: vec![Check::Page], caught }
    };
    let mut mutants = Vec::new();
    for changed in page::mutants() {
        let report = super::page::check(contract, known, &changed.text);
        mutants.push(hold(Subject::Page, changed.kind, changed.what, tells(&report, changed.tells)));
    }
    let (_, page) = page::PAGES[0];
    let tells = |accepted: &[Accepted], fact: &str| {
        let known = Known { accepted: accepted.to_vec(), reviewed: known.reviewed.clone() };
        page_tells(contract, &known, page, fact)
    };
    for (index, Accepted { fact, .. }) in known.accepted.iter().enumerate() {
        let mut others = known.accepted.clone();
        others[index].contract = Some("something else".to_owned());
        mutants.push(hold(Subject::Accepted, "acceptance of another value", fact.clone(), tells(&others, fact)));
        others.remove(index);
        mutants.push(hold(Subject::Accepted, "acceptance removed", fact.clone(), tells(&others, fact)));
    }
    let mut more = known.accepted.clone();
    let (fact, reason) = ("role/Nobody".to_owned(), "None.".to_owned());
    more.push(Accepted { fact: fact.clone(), page: Some("Nobody".to_owned()), contract: None, reason });
    let is_caught = tells(&more, &fact);
    mutants.push(hold(Subject::Accepted, "acceptance of what is not so", fact, is_caught));
    mutants
}

fn page_complains(contract: &Contract, known: &Known, text: &str) -> bool {
    super::page::check(contract, known, text).outcome() != Outcome::Agreement
}

/// Whether the page is told to differ from the contract in this very fact.
fn page_tells(contract: &Contract, known: &Known, text: &str, fact: &str) -> bool {
    tells(&super::page::check(contract, known, text), page::Tells::Fact(fact))
}

fn tells(report: &Report, wanted: page::Tells<'_>) -> bool {
    match (wanted, report) {
        (page::Tells::Fact(fact), Report::Compared { open, stale, .. }) => {
            open.iter().any(|open| open.fact == fact) || stale.iter().any(|stale| stale.fact == fact)
        }
        (page::Tells::Section(section), Report::Compared { changed, .. }) => {
            changed.iter().any(|text| text.section == section)
        }
        (page::Tells::Missed(words), Report::Unreadable(missed)) => missed.iter().any(|reason| reason.contains(words)),
        _ => false,
    }
}

fn of_wire(contract: &Contract) -> Result<Vec<Mutant>> {
    let originals = wire::originals()?;
    let mut mutants = Vec::new();
    for changed in wire::mutants(&originals[0].1[0]) {
        let is_caught = match (super::wire::check(contract, &[changed.capture], None), changed.told) {
            (Ok((_, findings)), Some((drift, at))) => {
                findings.iter().any(|finding| finding.drift == drift && finding.at == at)
            }
            (outcome, told) => outcome.is_err() && told.is_none(),
        };
        let caught = if is_caught { vec![Check::Wire] } else { Vec::new() };
        let (kind, what) = (changed.kind, changed.what);
        mutants.push(Mutant { subject: Subject::Wire, kind, what, expected: vec![Check::Wire], caught });
    }
    Ok(mutants)
}

fn print(mutants: &[Mutant], alarms: &[String]) {
    say!("{:<22}{:<34}{:>8}{:>8}  caught by", "of", "kind", "mutants", "caught");
    let mut kinds: Vec<(Subject, &str)> = mutants.iter().map(|mutant| (mutant.subject, mutant.kind)).collect();
    let mut seen = Vec::new();
    kinds.retain(|kind| !seen.contains(kind) && (seen.push(*kind), true).1);
    for (subject, kind) in kinds {
        let own: Vec<&Mutant> =
            mutants.iter().filter(|mutant| (mutant.subject, mutant.kind) == (subject, kind)).collect();
        let caught = own.iter().filter(|mutant| mutant.is_caught()).count();
        let mut checks: Vec<&str> = own.iter().flat_map(|mutant| &mutant.caught).map(|check| check.name()).collect();
        checks.sort_unstable();
        checks.dedup();
        say!("{:<22}{kind:<34}{:>8}{caught:>8}  {}", subject.name(), own.len(), checks.join(", "));
    }
    let caught = mutants.iter().filter(|mutant| mutant.is_caught()).count();
    say!("{:<22}{:<34}{:>8}{caught:>8}", "all", "", mutants.len());
    for Mutant { subject, kind, what, expected, caught } in mutants.iter().filter(|mutant| !mutant.is_caught()) {
        let missing: Vec<&str> =
            expected.iter().filter(|check| !caught.contains(check)).map(|check| check.name()).collect();
        say!("not caught by {}: {}: {kind}: {what}", missing.join(", "), subject.name());
    }
    alarms.iter().for_each(|alarm| say!("false alarm: {alarm}"));
    if caught < mutants.len() || !alarms.is_empty() {
        say!("To mend it, teach the checks named what they missed, then run: cargo xtask drift selftest");
    }
}
