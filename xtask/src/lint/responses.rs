//! Rules for responses: what the generated client can tell apart.

use serde_json::Value;

use super::{Fault, Rule};
use crate::contract::Contract;
use crate::contract::parts::{self, Response};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "PC010",
        title: "No default response",
        fix: "name the statuses, and write `4XX` and `5XX` for the rest",
        check: no_default,
    },
    Rule {
        id: "PC011",
        title: "One success schema",
        fix: "let every success of the operation answer with the same schema, or leave the others out",
        check: one_success,
    },
    Rule {
        id: "PC012",
        title: "One error schema",
        fix: "let every error of the operation refer to the same tolerant schema",
        check: one_error,
    },
    Rule {
        id: "PC013",
        title: "Errors in JSON",
        fix: "describe the error under `application/json` with a schema; other media types may stand beside it",
        check: json_errors,
    },
    Rule {
        id: "PC014",
        title: "Registered statuses",
        fix: "use a registered status code in quotes, or the range `2XX`, `4XX` or `5XX`",
        check: statuses,
    },
];

fn no_default(contract: &Contract) -> Vec<Fault> {
    let faults = each_response(contract, |response| response.status == "default");
    faults
        .map(|response| Fault::new(response.entry.pointer, "a `default` response covers successes and errors alike"))
        .collect()
}

fn one_success(contract: &Contract) -> Vec<Fault> {
    disagreements(contract, |response| response.is_success())
}

fn one_error(contract: &Contract) -> Vec<Fault> {
    disagreements(contract, |response| response.is_error() && parts::json_schema(&response.place).is_some())
}

/// The responses of the kind whose content is another one than that of the first of the kind.
fn disagreements(contract: &Contract, of_the_kind: fn(&Response<'_>) -> bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    for operation in parts::operations(contract) {
        let mut first: Option<(&str, String)> = None;
        for response in parts::responses(contract, &operation).into_iter().filter(of_the_kind) {
            let content = content(contract, &response);
            match &first {
                None => first = Some((response.status, content)),
                Some((_, expected)) if *expected == content => {}
                Some((status, expected)) => {
                    let reason = format!("{} answers with {content}, {status} with {expected}", response.status);
                    faults.push(Fault::new(response.entry.pointer, reason));
                }
            }
        }
    }
    faults
}

/// What a response holds, as the generator tells contents apart.
fn content(contract: &Contract, response: &Response<'_>) -> String {
    match parts::json_schema(&response.place) {
        Some(schema) => {
            let schema = contract.follow(schema);
            match schema.pointer.strip_prefix("/components/schemas/") {
                Some(name) => format!("`{name}`"),
                None => format!("`{}`", schema.value),
            }
        }
        None if response.place.members("content").is_empty() => "nothing".to_owned(),
        None => "bytes".to_owned(),
    }
}

fn json_errors(contract: &Contract) -> Vec<Fault> {
    let faults =
        each_response(contract, |response| response.is_error() && parts::json_schema(&response.place).is_none());
    faults.map(|response| Fault::new(response.entry.pointer, "the error has no JSON with a schema")).collect()
}

fn statuses(contract: &Contract) -> Vec<Fault> {
    let faults = each_response(contract, |response| response.status != "default" && !is_known(response.status));
    faults
        .map(|response| {
            let reason = format!("{} is neither a registered status nor a range", Value::from(response.status));
            Fault::new(response.entry.pointer, reason)
        })
        .collect()
}

/// Whether the mocks can name the status: they take its registered phrase.
fn is_known(status: &str) -> bool {
    let code = status.parse().ok().and_then(|code: u16| http::StatusCode::from_u16(code).ok());
    matches!(status, "2XX" | "4XX" | "5XX") || code.is_some_and(|code| code.canonical_reason().is_some())
}

fn each_response(contract: &Contract, wanted: fn(&Response<'_>) -> bool) -> impl Iterator<Item = Response<'_>> {
    let operations = parts::operations(contract).into_iter();
    operations.flat_map(|operation| parts::responses(contract, &operation)).filter(wanted)
}
