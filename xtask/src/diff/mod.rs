//! `cargo xtask diff`: what changed in the contract, what that means to callers, and which version it asks for.

mod answers;
mod base;
mod change;
mod compare;
mod facts;
mod schema;
mod version;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

pub(crate) use self::change::{Change, Class};
pub(crate) use self::compare::compare;
use crate::contract::Contract;
use crate::report::{Format, Outcome, argument};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A commit, a tag or a file to compare with; the last release if none is named.
    #[arg(long)]
    base: Option<String>,

    /// How the report is printed.
    #[arg(long, value_enum, default_value_t)]
    output: Format,
}

impl Arguments {
    /// Against the last release.
    pub(crate) const RELEASE: Self = Self { base: None, output: Format::Text };
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let base = base::find(root, arguments.base.as_deref())?;
    let new = Contract::load(root)?;
    let mut changes = compare(&base.contract, &new);
    changes.sort_by_key(|change| std::cmp::Reverse(change.class));
    let class = changes.first().map(|change| change.class);
    let is_due = arguments.base.is_some() || base.release.is_some();
    let missing = match class.filter(|_| is_due) {
        Some(class) => version::missing(root, &base.contract, base.release.as_ref(), &new, class)?,
        None => Vec::new(),
    };
    let outcome = if missing.is_empty() { Outcome::Agreement } else { Outcome::Difference };
    let asked = version::wanted(&version::of_contract(&base.contract)?, class).to_string();
    let crates = base.release.as_ref().map(|release| version::wanted(&release.version, class).to_string());
    let again = arguments.base.as_ref().map(|base| format!(" --base {}", argument(base))).unwrap_or_default();
    let mend = format!("write what is missing into the files named, then run: cargo xtask diff{again}");
    if arguments.output == Format::Json {
        let versions = json!({ "contract": asked, "crates": crates });
        let mend = (!missing.is_empty()).then_some(mend);
        let report = json!({
            "base": base.contract.name, "note": base.note, "changes": changes, "class": class, "versions": versions,
            "missing": missing, "mend": mend,
        });
        say!("{report:#}");
        return Ok(outcome.into());
    }
    say!("{} since {} ({})", new.name, base.contract.name, base.note);
    for Change { class, pointer, what } in &changes {
        say!("{:<12}{what}", class.name());
        say!("{:<12}at: {pointer}", "");
    }
    match class {
        None => say!("Nothing changed"),
        Some(class) => {
            let crates = crates.map(|crates| format!(", {crates} for the crates")).unwrap_or_default();
            say!("The gravest change is {}: it asks for version {asked} of the contract{crates}", class.name());
        }
    }
    missing.iter().for_each(|missing| say!("missing: {missing}"));
    if !missing.is_empty() {
        say!("To mend it, {mend}");
    }
    Ok(outcome.into())
}
