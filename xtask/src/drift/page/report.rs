//! What is told of pages: to people, and to machines.

use serde_json::json;

use super::Report;
use super::accepted::{self, Accepted};
use super::compare::Fact;
use super::reviewed::{self, Text};
use crate::contract;
use crate::report::{Outcome, argument, shown};

/// What to do about pages that do not agree or cannot be read, and the command to run then.
pub(super) fn mend(pages: &[String], reports: &[(&String, Report)], outcome: Outcome) -> String {
    let pages: Vec<String> = pages.iter().map(|page| argument(page)).collect();
    let check = format!("cargo xtask drift page {}", pages.join(" "));
    if reports.iter().any(|(_, report)| matches!(report, Report::Unreadable(_))) {
        let reader = "xtask/src/drift/page/facts.rs";
        return format!(
            "take the English page, or teach {reader} what the documentation looks like now, then run: {check}"
        );
    }
    if outcome == Outcome::Unknown {
        return format!("save the page that is missing as a file, then run: {check}");
    }
    let is_changed = |(_, report): &(&String, Report)| match report {
        Report::Compared { changed, .. } => !changed.is_empty(),
        _ => false,
    };
    let record = if reports.iter().any(is_changed) {
        format!(", record what it says once that is reviewed (`{check} --accept > {}`)", reviewed::PATH)
    } else {
        String::new()
    };
    format!(
        "correct {} or accept the difference with its reason in {}{record}, then run: cargo xtask codegen && {check}",
        contract::PATH,
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

pub(super) fn print(page: &str, report: &Report) {
    match report {
        Report::Absent(reason) => say!("{page}: {}", shown(reason)),
        Report::Unreadable(missed) => {
            say!("{page} cannot be read as the documentation of an operation:");
            missed.iter().for_each(|reason| say!("  {}", shown(reason)));
        }
        Report::Compared { facts, open, known, stale, changed } => {
            let agreeing = facts.iter().filter(|fact| fact.agrees()).count();
            say!("{page}: {agreeing} of {} facts agree, {} differ as accepted", facts.len(), known.len());
            for (fact, reason) in known {
                say!("  accepted: {}: {}", line(fact), reason.trim());
            }
            for fact in open {
                say!("{}: {}", relation(fact), line(fact));
                say!("  at: {}#{}", contract::PATH, fact.pointer);
            }
            for Accepted { fact, page, contract, .. } in stale {
                let side = |value: &Option<String>| value.as_deref().unwrap_or("nothing").to_owned();
                say!(
                    "no longer so: {fact}: accepted were {} on the page, {} in the contract",
                    side(page),
                    side(contract)
                );
                say!("  at: {}", accepted::PATH);
            }
            for Text { section, digest, reviewed, paragraphs } in changed {
                let what = match (digest, reviewed) {
                    (None, _) => "the page lacks it",
                    (_, None) => "it was never reviewed",
                    _ => "it reads otherwise than when it was reviewed",
                };
                say!("section \"{}\": {what}", shown(section));
                say!("  at: {}", reviewed::PATH);
                paragraphs.iter().flat_map(|text| text.lines()).for_each(|line| say!("  now: {}", shown(line)));
            }
        }
    }
}

fn line(Fact { fact, page, contract, .. }: &Fact) -> String {
    let said = match (page, contract) {
        (Some(page), Some(contract)) => format!("{fact}: the page has \"{page}\", the contract \"{contract}\""),
        (Some(page), None) => format!("{fact}: the page has \"{page}\", the contract nothing"),
        (_, contract) => {
            format!("{fact}: the contract has \"{}\", the page nothing", contract.as_deref().unwrap_or(""))
        }
    };
    shown(&said)
}

pub(super) fn machine(page: &str, report: &Report) -> serde_json::Value {
    match report {
        Report::Absent(reason) => json!({ "page": page, "absent": reason }),
        Report::Unreadable(missed) => json!({ "page": page, "unreadable": missed }),
        Report::Compared { facts, known, stale, changed, .. } => {
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
            json!({ "page": page, "facts": facts, "stale": stale, "sections": changed })
        }
    }
}
