//! `cargo xtask drift wire`: captures in every form, redaction, and the patch that it suggests.

use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{CONTRACT, Run, contract_text, xtask};

const SAMPLE: &str = include_str!("../../samples/answer.http");

#[test]
fn agrees_with_a_message_a_raw_body_and_a_har_file() {
    let copy = Copy::new();
    let har = har(&[entry("https://api.partnercenter.microsoft.com/v1/customers/1/organization", 200, &body())]);
    for capture in [SAMPLE.to_owned(), body(), format!("\u{feff}{}", body()), har] {
        let run = copy.check(&[&capture]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.ends_with("They agree\n"), "{}", run.stdout);
    }
}

#[test]
fn tells_names_and_types_and_no_value() {
    let capture = SAMPLE
        .replace("\"12 Harbour Lane\"", "1234567, \"faxNumber\": \"+353 5550100\"")
        .replace("MS-CV: b2VyNEtUbWxPa3.0", "X-Customer: Fabrikam Ltd");
    let copy = Copy::new();
    let run = copy.check(&[&capture]);
    assert_eq!(run.code, Some(1), "{run:?}");
    for told in [
        "unknown field: /*/faxNumber: string\n  at: openapi/partner-center.yaml#/components/schemas/Organization\n",
        "other type: /*/street: integer, the contract has string\n",
        "undeclared header: header X-Customer: X-Customer\n",
    ] {
        assert!(run.stdout.contains(told), "{told}: {}", run.stdout);
    }
    let machine = copy.run(&[&capture], &["--output", "json"]);
    for secret in ["1234567", "5550100", "Fabrikam", "it@fabrikam", "Bearer", "7d3a9f0c"] {
        assert!(!format!("{run:?}{machine:?}").contains(secret), "{secret}: {run:?} {machine:?}");
    }
    let shown = copy.run(&[&capture], &["--values"]);
    assert!(shown.stdout.contains("value: \"+353 5550100\""), "{}", shown.stdout);
}

#[test]
fn tells_of_a_field_that_no_answer_has_and_not_of_one_that_some_have() {
    let without = SAMPLE.replace("\"state\": null,", "");
    let copy = Copy::new();
    let run = copy.check(&[&without]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("missing field: /*/state: in 0 of 1, the contract has string"), "{}", run.stdout);
    assert_eq!(copy.check(&[&without, SAMPLE]).code, Some(0));
}

#[test]
fn passes_over_shapes_of_errors_that_lack_each_others_fields() {
    let error =
        "HTTP/1.1 403 Forbidden\nContent-Type: application/json\n\n{\"code\": 900308, \"description\": \"No.\"}";
    let copy = Copy::new();
    assert_eq!(copy.check(&[error]).code, Some(0));
    let run = copy.check(&[&error.replace("\"code\"", "\"codeName\": \"a\", \"code\"")]);
    assert!(run.stdout.contains("unknown field: /codeName: string"), "{run:?}");
    let run = copy.check(&[&error.replace("900308", "[1]")]);
    assert!(run.stdout.contains("other type: /code: array of integer, the contract has integer or string"), "{run:?}");
}

#[test]
fn tells_of_statuses_and_media_types_that_the_contract_does_not_declare() {
    let copy = Copy::new();
    let run = copy.check(&[&SAMPLE.replace("200 OK", "302 Found")]);
    assert!(run.stdout.contains("undeclared status: status: 302"), "{run:?}");
    let run = copy.check(&[&SAMPLE.replace("Content-Type: application/json", "Content-Type: text/html")]);
    assert!(run.stdout.contains("text/html, the contract has application/json"), "{run:?}");
    // Declared by its range.
    let run = copy.check(&["HTTP/1.1 418 I'm a teapot\nContent-Type: application/json\n\n{\"code\": 1}"]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn takes_from_a_har_file_only_what_belongs_to_the_operation() {
    let copy = Copy::new();
    let own = entry("https://proxy.example/v1/customers/1/organization?a=b", 200, &body());
    let other = entry("https://proxy.example/v1/invoices", 200, "{\"secret\": 1}");
    let run = copy.check(&[&har(&[own, other.clone()])]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.starts_with("1 answers held against openapi/partner-center.yaml, 1 of others"), "{run:?}");
    let run = copy.check(&[&har(&[other])]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("none of the 1 answers belongs to an operation"), "{run:?}");
}

#[test]
fn never_agrees_with_an_answer_that_has_nothing_or_no_json_where_it_is_due() {
    let copy = Copy::new();
    let head = SAMPLE.rsplit_once("\n\n").expect("it has a body").0;
    let run = copy.check(&[&format!("{head}\n\n")]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("no JSON: body: nothing, the contract has JSON"), "{run:?}");
    let error = "HTTP/1.1 403 Forbidden\nContent-Type: application/json\n\n<html></html>";
    let run = copy.check(&[error]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("no JSON: body: text, the contract has JSON"), "{run:?}");
    assert_eq!(copy.check(&[&error.replace("application/json", "text/plain")]).code, Some(0));
}

#[test]
fn cannot_tell_of_a_body_that_was_not_saved_or_is_packed() {
    let copy = Copy::new();
    let url = "https://proxy.example/v1/customers/1/organization";
    let mut own = entry(url, 200, "");
    own["response"]["content"] = json!({ "size": 900 });
    let run = copy.check(&[&har(&[own.clone()])]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("its body was not saved"), "{run:?}");
    // Those of other operations are nobody's business.
    own["request"]["url"] = json!("https://proxy.example/logo.png");
    assert_eq!(copy.check(&[&har(&[own, entry(url, 200, &body())])]).code, Some(0));
    let run = copy.check(&["HTTP/1.1 200 OK\nContent-Encoding: gzip\n\nx"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("its body is packed"), "{run:?}");
}

#[test]
fn holds_every_message_of_a_file_against_the_contract() {
    let run = Copy::new().check(&[&format!("{SAMPLE}\n{}", SAMPLE.replace("\"street\"", "\"fax\": 1, \"street\""))]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.starts_with("2 answers held"), "{run:?}");
    assert!(run.stdout.contains("unknown field: /*/fax: integer"), "{run:?}");
}

#[test]
fn names_of_answers_cannot_steer_the_terminal() {
    let run = Copy::new().check(&[&SAMPLE.replace("\"street\"", r#""a\u001b[2Kb": 1, "street""#)]);
    assert!(run.stdout.contains(r"unknown field: /*/a\u{1b}[2Kb: integer"), "{run:?}");
    assert!(!run.stdout.contains('\u{1b}'), "{run:?}");
}

#[test]
fn suggests_nothing_that_breaks_a_rule_of_the_contract() {
    let capture = SAMPLE.replace("\"street\"", "\"accessToken\": \"a\", \"a/b\": 1, \"street\"");
    let run = Copy::new().check(&[&capture]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("No patch for unknown field: /*/accessToken is a matter for a person"), "{run:?}");
    assert!(!run.stdout.contains("+        accessToken"), "{run:?}");
    assert!(run.stdout.contains("+        'a/b':"), "{run:?}");
}

#[test]
fn cannot_read_what_is_no_capture() {
    let run = Copy::new().check(&["hello"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("no JSON, no HTTP message and no HAR file"), "{run:?}");
}

#[test]
fn suggests_a_patch_that_applies_and_mends_it() {
    let capture = SAMPLE
        .replace("\"12 Harbour Lane\"", "7, \"@odata.type\": \"a\", \"tags\": [{\"a\": 1}], \"since\": 2020.5")
        .replace("[\"it@fabrikam.example\"]", "[null]")
        .replace("MS-CV:", "X-Region:");
    let copy = Copy::new();
    let run = copy.run(&[&capture], &["--patch"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let patch = copy.0.path().join("patch");
    std::fs::write(&patch, &run.stdout).expect("the patch is written");
    let applied = Command::new("git").current_dir(copy.0.path()).args(["apply", "patch"]).status().expect("git runs");
    assert!(applied.success(), "{}", run.stdout);
    let run = copy.check(&[&capture]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = xtask(copy.0.path(), &["lint"]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn ends_with_the_command_that_mends_it() {
    let copy = Copy::new();
    let run = copy.check(&[&SAMPLE.replace("\"street\"", "\"fax\": 1, \"street\"")]);
    let last = run.stdout.lines().last().expect("it says something");
    assert!(last.ends_with("--patch | git apply && cargo xtask codegen"), "{last}");
    let run = copy.check(&[&SAMPLE.replace("\"street\"", "\"highway\"").replace("\"state\": null,", "")]);
    assert!(run.stdout.contains("No patch for missing field: /*/state is a matter for a person"), "{}", run.stdout);
}

/// The body of the sample.
fn body() -> String {
    SAMPLE.split("\n\n").last().expect("it has a body").to_owned()
}

fn entry(url: &str, status: u16, body: &str) -> Value {
    let content = json!({ "mimeType": "application/json", "text": body });
    json!({
        "request": { "method": "GET", "url": url },
        "response": { "status": status, "headers": [{ "name": "MS-CV", "value": "a.0" }], "content": content },
    })
}

fn har(entries: &[Value]) -> String {
    json!({ "log": { "version": "1.2", "entries": entries } }).to_string()
}

/// The contract in a folder that goes with it.
struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(tempfile::tempdir().expect("a folder"));
        let contract = copy.0.path().join(CONTRACT);
        std::fs::create_dir(contract.parent().expect("it lies in a folder")).expect("a folder");
        std::fs::write(contract, contract_text()).expect("the file is written");
        copy
    }

    fn check(&self, captures: &[&str]) -> Run {
        self.run(captures, &[])
    }

    fn run(&self, captures: &[&str], options: &[&str]) -> Run {
        let mut arguments = vec!["drift".to_owned(), "wire".to_owned()];
        for (index, capture) in captures.iter().enumerate() {
            let file = self.0.path().join(format!("capture-{index}"));
            std::fs::write(&file, capture).expect("the file is written");
            arguments.push(file.display().to_string());
        }
        arguments.extend(options.iter().map(|option| (*option).to_owned()));
        xtask(self.0.path(), &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}
