//! `openapi/SOURCES.md` against the contract: every fact has a source and a grade, and no row is about nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

const GRADES: &[&str] = &["documented", "seen in Microsoft's code", "third party", "inferred"];

#[test]
fn every_fact_of_the_contract_has_a_row() {
    let (contract, rows) = (contract(), rows());
    let missing: Vec<_> = facts(&contract).into_iter().filter(|fact| !rows.contains_key(fact)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_row_is_about_something_in_the_contract() {
    let contract = contract();
    let codes = error_codes(&contract);
    let stray = rows().into_keys().filter(|fact| !codes.contains_key(fact) && contract.pointer(fact).is_none());
    assert_eq!(stray.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn every_row_names_a_source_and_one_of_the_grades() {
    for (fact, Row { source, grade }) in rows() {
        assert!(!source.is_empty(), "{fact} has no source");
        assert!(GRADES.contains(&grade.as_str()), "{fact} has the grade {grade:?}");
    }
}

#[test]
fn the_grades_are_those_that_the_contract_states() {
    let (contract, rows) = (contract(), rows());
    let mut stated = error_codes(&contract);
    for fact in facts(&contract) {
        let grade = contract.pointer(&fact).and_then(|fact| fact["grade"].as_str());
        stated.extend(grade.map(|grade| (fact, grade.to_owned())));
    }
    assert!(stated.len() > 20, "{stated:?}");
    for (fact, grade) in stated {
        assert_eq!(rows.get(&fact).map(|row| &row.grade), Some(&grade), "{fact}");
    }
}

#[test]
fn every_link_has_an_address_and_every_address_a_link() {
    let text = text();
    let mut addresses = BTreeSet::new();
    for line in text.lines() {
        let Some((name, address)) = line.strip_prefix('[').and_then(|line| line.split_once("]: ")) else { continue };
        assert!(address.starts_with("https://"), "{line}");
        addresses.insert(name);
    }
    let links: BTreeSet<_> =
        text.split("][").skip(1).filter_map(|rest| rest.split_once(']')).map(|(name, _)| name).collect();
    assert_eq!(links, addresses);
}

/// The source and the grade of a fact.
struct Row {
    source: String,
    grade: String,
}

/// The rows of all tables by their facts: JSON pointers, or a status and a code.
fn rows() -> BTreeMap<String, Row> {
    let mut rows = BTreeMap::new();
    for line in text().lines() {
        let Some(cells) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else { continue };
        let cells: Vec<&str> = cells.split(" | ").collect();
        let fact = cells[0].replace('`', "");
        if !fact.starts_with('/') && !fact.starts_with(|first: char| first.is_ascii_digit()) {
            continue;
        }
        let [.., source, grade] = cells[..] else { panic!("too short a row: {line}") };
        let known = rows.insert(fact, Row { source: source.to_owned(), grade: grade.to_owned() });
        assert!(known.is_none(), "the fact has a row already: {line}");
    }
    rows
}

/// What has to have a row.
fn facts(contract: &Value) -> BTreeSet<String> {
    let mut facts: BTreeSet<String> = error_codes(contract).into_keys().collect();
    for section in ["parameters", "headers", "schemas", "examples", "securitySchemes"] {
        facts.extend(below(contract, &format!("/components/{section}")));
    }
    for schema in below(contract, "/components/schemas") {
        facts.extend(below(contract, &format!("{schema}/properties")));
    }
    for operation in below(contract, "/paths").iter().flat_map(|path| below(contract, path)) {
        facts.extend(below(contract, &format!("{operation}/responses")));
        for list in ["x-partner-center-gdap-roles/any-of", "x-partner-center-gdap-roles/once-listed"] {
            facts.extend(below(contract, &format!("{operation}/{list}")));
        }
        facts.extend(below(contract, &format!("{operation}/x-partner-center-token-kinds")));
        facts.insert(operation);
    }
    facts.extend(below(contract, "/servers").iter().map(|server| format!("{server}/url")));
    facts.extend(below(contract, "/x-partner-center-clouds"));
    facts
}

/// The grades of the error codes, by status and code.
fn error_codes(contract: &Value) -> BTreeMap<String, String> {
    let codes = contract["x-partner-center-error-codes"].as_array().expect("a list of codes").iter();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    codes.map(|code| (format!("{} {}", code["status"], text(&code["code"])), text(&code["grade"]))).collect()
}

/// The pointers to the members or elements of what `pointer` leads to.
fn below(contract: &Value, pointer: &str) -> Vec<String> {
    let escape = |key: &String| key.replace('~', "~0").replace('/', "~1");
    match contract.pointer(pointer) {
        Some(Value::Object(members)) => members.keys().map(|key| format!("{pointer}/{}", escape(key))).collect(),
        Some(Value::Array(elements)) => (0..elements.len()).map(|index| format!("{pointer}/{index}")).collect(),
        _ => Vec::new(),
    }
}

fn text() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/SOURCES.md")).expect("the file is there")
}

fn contract() -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/partner-center.yaml");
    serde_saphyr::from_str(&std::fs::read_to_string(file).expect("the contract is there")).expect("it is valid YAML")
}
