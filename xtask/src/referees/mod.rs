//! `cargo xtask referees`: lets programs of others judge the contract, each by its own reading of OpenAPI.
//!
//! Everything they need lies below `target/referees`. They talk to loopback alone once they are installed.

mod generators;
mod linters;
mod process;
mod servers;
mod tools;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use serde_json::json;

use self::tools::Tools;
use crate::report::{Format, Outcome};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The referees to ask; all of them if none is named.
    #[arg(value_parser = PossibleValuesParser::new(REFEREES.iter().map(|referee| referee.name)))]
    names: Vec<String>,

    /// List the referees and ask none.
    #[arg(long)]
    list: bool,

    /// How the report is printed.
    #[arg(long, value_enum, default_value_t)]
    output: Format,
}

impl Arguments {
    /// All of them.
    pub(crate) const ALL: Self = Self { names: Vec::new(), list: false, output: Format::Text };
}

/// A program that judges the contract.
struct Referee {
    name: &'static str,
    about: &'static str,
    /// Gives what it objects to, if anything; an error where it could not be asked.
    ask: fn(&Tools) -> Result<Option<String>>,
}

/// The quickest first.
const REFEREES: &[Referee] = &[
    Referee { name: "redocly", about: "the contract has no fault by Redocly's rules", ask: linters::redocly },
    Referee { name: "spectral", about: "the contract has no fault by Spectral's rules", ask: linters::spectral },
    Referee { name: "prism", about: "the client understands what Prism serves", ask: servers::prism },
    Referee { name: "schemathesis", about: "the mock server keeps the contract", ask: servers::schemathesis },
    Referee { name: "hey-api", about: "its TypeScript type-checks", ask: generators::hey_api },
    Referee { name: "typescript-fetch", about: "openapi-generator's type-checks", ask: generators::typescript_fetch },
    Referee { name: "openapi-python-client", about: "its Python type-checks", ask: generators::python_client },
    Referee { name: "python", about: "openapi-generator's type-checks", ask: generators::python },
    Referee { name: "csharp", about: "openapi-generator emits it", ask: generators::csharp },
    Referee { name: "rust", about: "openapi-generator's compiles", ask: generators::rust },
    Referee { name: "openapi-to-rust", about: "its Rust compiles", ask: generators::openapi_to_rust },
];

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    if arguments.list {
        REFEREES.iter().for_each(|Referee { name, about, .. }| say!("{name:<24}{about}"));
        return Ok(ExitCode::SUCCESS);
    }
    let asked =
        |referee: &&Referee| arguments.names.is_empty() || arguments.names.iter().any(|name| name == referee.name);
    let tools = Tools::new(root);
    let (mut outcome, mut verdicts, mut unhappy) = (Outcome::Agreement, Vec::new(), Vec::new());
    for Referee { name, about, ask } in REFEREES.iter().filter(asked) {
        let start = Instant::now();
        let (verdict, said, result) = match ask(&tools) {
            Ok(None) => ("agrees", String::new(), Outcome::Agreement),
            Ok(Some(objection)) => ("objects", objection, Outcome::Difference),
            Err(error) => ("could not be asked", format!("{error:#}"), Outcome::Unknown),
        };
        let seconds = start.elapsed().as_secs_f64();
        outcome = outcome.max(result);
        if result != Outcome::Agreement {
            unhappy.push(*name);
        }
        if arguments.output == Format::Text {
            say!("{name:<24}{verdict:<20}{seconds:>6.1} s  {about}");
            said.lines().for_each(|line| say!("    {line}"));
        }
        verdicts.push(json!({ "referee": name, "verdict": verdict, "said": said, "seconds": seconds }));
    }
    let mend = format!(
        "correct {} or what the referee holds it against, then run: cargo xtask codegen && cargo xtask referees {}",
        crate::contract::PATH,
        unhappy.join(" ")
    );
    match arguments.output {
        Format::Json => {
            let mend = (!unhappy.is_empty()).then_some(mend);
            say!("{:#}", json!({ "referees": verdicts, "mend": mend }));
        }
        Format::Text if unhappy.is_empty() => say!("All {} referees agree", verdicts.len()),
        Format::Text => say!("To mend it, {mend}"),
    }
    Ok(outcome.into())
}
