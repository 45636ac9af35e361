//! Checks `docs/faults.md` against the tests, and `openapi/SOURCES.md` against the contract.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

const GRADES: [&str; 4] = ["documented", "seen in Microsoft's code", "third party", "inferred"];

#[test]
fn every_fault_names_tests_that_exist() {
    let page = text("docs/faults.md");
    let rows: Vec<Vec<&str>> =
        page.lines().map(|line| line.split(" | ").collect()).filter(|row: &Vec<_>| row.len() == 4).collect();
    let faults = rows.iter().filter(|row| row[0].trim_start_matches("| ").parse::<u32>().is_ok());
    let mut sources = BTreeMap::new();
    let mut count = 0;
    for (index, row) in faults.enumerate() {
        assert_eq!(row[0], format!("| {}", index + 1));
        let tests: Vec<&str> = row[3].split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "fault {} names no test", index + 1);
        for test in tests {
            let (binary, name) = test.split_once("::").expect("binary::module::test");
            let folder = if binary == "lib" { "src".to_owned() } else { format!("tests/{binary}") };
            let source = sources.entry(folder.clone()).or_insert_with(|| {
                let mut source = String::new();
                read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut source);
                source
            });
            let function = format!("fn {}(", name.rsplit("::").next().unwrap_or(name));
            assert!(source.contains(&function), "fault {}: {test} does not exist", index + 1);
            count += 1;
        }
    }
    assert!(count > 100, "the table was not read");
}

#[test]
fn every_fact_of_the_contract_has_a_source_and_every_source_a_fact() {
    let contract: Value = serde_saphyr::from_str(&text("openapi/partner-center.yaml")).expect("the contract is YAML");
    let rows = rows();
    let facts = facts(&contract);
    let missing: Vec<_> = facts.keys().filter(|fact| !rows.contains_key(*fact)).collect();
    assert!(missing.is_empty(), "openapi/SOURCES.md has no row for {missing:#?}");
    for (fact, row) in &rows {
        assert!(facts.contains_key(fact) || contract.pointer(fact).is_some(), "the contract has no {fact}");
        let [_, .., source, grade] = &row[..] else { panic!("too short: {row:?}") };
        assert!(!source.is_empty() && GRADES.contains(&grade.as_str()), "{row:?}");
        let Some(stated) = facts.get(fact) else { continue };
        // The row repeats what the contract states of the fact.
        assert!(stated["grade"].as_str().is_none_or(|stated| stated == grade), "{fact} has another grade");
        let template = stated["template-id"].as_str();
        assert!(template.is_none_or(|template| row[1].contains(template)), "{fact} has another template id");
    }
}

/// The rows of all tables by fact: a JSON pointer, or a status and a code.
fn rows() -> BTreeMap<String, Vec<String>> {
    let mut rows = BTreeMap::new();
    for line in text("openapi/SOURCES.md").lines() {
        let Some(cells) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else { continue };
        let cells: Vec<String> = cells.split(" | ").map(str::to_owned).collect();
        let fact = cells[0].replace('`', "");
        if fact.starts_with('/') || fact.starts_with(|first: char| first.is_ascii_digit()) {
            assert!(rows.insert(fact, cells).is_none(), "the fact has two rows: {line}");
        }
    }
    rows
}

/// The facts that need a row, with their nodes in the contract.
fn facts(contract: &Value) -> BTreeMap<String, &Value> {
    let mut pointers = BTreeSet::new();
    for section in ["parameters", "headers", "schemas", "examples", "securitySchemes"] {
        pointers.extend(below(contract, &format!("/components/{section}")));
    }
    for schema in below(contract, "/components/schemas") {
        pointers.extend(below(contract, &format!("{schema}/properties")));
    }
    for operation in below(contract, "/paths").iter().flat_map(|path| below(contract, path)) {
        let facts = [
            "responses",
            "x-partner-center-gdap-roles/any-of",
            "x-partner-center-gdap-roles/once-listed",
            "x-partner-center-token-kinds",
        ];
        pointers.extend(facts.iter().flat_map(|fact| below(contract, &format!("{operation}/{fact}"))));
        pointers.insert(operation);
    }
    pointers.extend(below(contract, "/servers").iter().map(|server| format!("{server}/url")));
    pointers.extend(below(contract, "/x-partner-center-clouds"));
    let mut facts: BTreeMap<_, _> =
        pointers.into_iter().filter_map(|pointer| Some((pointer.clone(), contract.pointer(&pointer)?))).collect();
    for code in contract["x-partner-center-error-codes"].as_array().expect("a list of codes") {
        facts.insert(format!("{} {}", code["status"], code["code"].as_str().unwrap_or_default()), code);
    }
    facts
}

/// The pointers to the members or elements of the node at `pointer`.
fn below(contract: &Value, pointer: &str) -> Vec<String> {
    let escape = |key: &String| key.replace('~', "~0").replace('/', "~1");
    match contract.pointer(pointer) {
        Some(Value::Object(members)) => members.keys().map(|key| format!("{pointer}/{}", escape(key))).collect(),
        Some(Value::Array(elements)) => (0..elements.len()).map(|index| format!("{pointer}/{index}")).collect(),
        _ => Vec::new(),
    }
}

/// Appends every source file below the folder.
fn read(folder: &Path, source: &mut String) {
    for entry in std::fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read(&path, source);
        } else {
            source.push_str(&std::fs::read_to_string(path).expect("a text"));
        }
    }
}

fn text(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)).expect("the file is there")
}
