//! Rules for schemas: models that stay readable, open and safe to print.

use super::{Fault, Rule};
use crate::contract::{Contract, Place, parts};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "PC020",
        title: "Schema names in Pascal case",
        fix: "name the schema as the Rust type shall be called, such as `Organization`",
        check: names,
    },
    Rule {
        id: "PC021",
        title: "Properties in words",
        fix: "add a `description` with meaning, format and unit",
        check: descriptions,
    },
    Rule {
        id: "PC022",
        title: "No secrets in models",
        fix: "keep the secret out of the contract and read it by hand into a type that does not print it",
        check: no_secrets,
    },
    Rule {
        id: "PC023",
        title: "No `anyOf` of plain values",
        fix: "write `oneOf`, whose branches become the variants of an enum",
        check: any_of,
    },
    Rule {
        id: "PC024",
        title: "Responses open for new properties",
        fix: "leave `additionalProperties: false` out",
        check: open_objects,
    },
    Rule {
        id: "PC025",
        title: "Responses open for new values",
        fix: "write a plain string, and name the known values in the description",
        check: open_values,
    },
    Rule {
        id: "PC026",
        title: "Responses that may say null",
        fix: "add `nullable: true` to the property, on an array as well",
        check: nullable,
    },
    Rule {
        id: "PC027",
        title: "Responses that may leave out",
        fix: "drop `required`, and let the code that reads the answer say what it cannot do without",
        check: optional,
    },
    Rule {
        id: "PC028",
        title: "Plain types",
        fix: "drop the constraint, and state it in the description",
        check: plain_types,
    },
];

fn names(contract: &Contract) -> Vec<Fault> {
    let components = contract.root().child("components");
    let schemas = components.into_iter().flat_map(|components| components.members("schemas"));
    let odd = schemas.filter(|(name, _)| !is_pascal_case(name));
    odd.map(|(name, schema)| Fault::new(schema.pointer, format!("`{name}` is not in Pascal case"))).collect()
}

pub(super) fn is_pascal_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn descriptions(contract: &Contract) -> Vec<Fault> {
    let silent = properties(parts::all_schemas(contract)).filter(|(_, property)| {
        let target = contract.follow(property.clone());
        [property, &target].iter().all(|place| place.text("description").is_none_or(|text| text.trim().is_empty()))
    });
    silent.map(|(name, property)| Fault::new(property.pointer, format!("`{name}` has no `description`"))).collect()
}

fn no_secrets(contract: &Contract) -> Vec<Fault> {
    const WORDS: &[&str] = &["password", "secret", "token"];
    let mut faults = Vec::new();
    for (name, property) in properties(parts::all_schemas(contract)) {
        let lower = name.to_ascii_lowercase();
        if property.text("format") == Some("password") || WORDS.iter().any(|word| lower.contains(word)) {
            faults.push(Fault::new(
                property.pointer,
                format!("`{name}` looks like a secret; models print what they hold"),
            ));
        }
    }
    faults
}

fn any_of(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    for schema in parts::all_schemas(contract) {
        for branch in schema.elements("anyOf") {
            if !is_object(&contract.follow(branch.clone())) {
                faults.push(Fault::new(
                    branch.pointer,
                    "a branch of `anyOf` is not an object, so no answer would be read",
                ));
            }
        }
    }
    faults
}

fn is_object(schema: &Place<'_>) -> bool {
    schema.text("type") == Some("object") || schema.child("properties").is_some() || schema.child("allOf").is_some()
}

fn open_objects(contract: &Contract) -> Vec<Fault> {
    let closed = parts::response_schemas(contract).into_iter().filter(|schema| {
        schema.child("additionalProperties").is_some_and(|stated| stated.value == &serde_json::Value::Bool(false))
    });
    closed.map(|schema| Fault::new(schema.pointer, "a new property would make the whole answer unreadable")).collect()
}

fn open_values(contract: &Contract) -> Vec<Fault> {
    let closed = parts::response_schemas(contract).into_iter().filter(|schema| schema.child("enum").is_some());
    closed.map(|schema| Fault::new(schema.pointer, "a new value would make the whole answer unreadable")).collect()
}

fn nullable(contract: &Contract) -> Vec<Fault> {
    let strict = properties(parts::response_schemas(contract)).filter(|(_, property)| {
        // Beside alternatives the word means nothing, so one of them has to say it.
        let says_it = |place: &Place<'_>| {
            place.is_true("nullable") || place.elements("oneOf").iter().any(|branch| branch.is_true("nullable"))
        };
        !says_it(property) && !says_it(&contract.follow(property.clone()))
    });
    strict
        .map(|(name, property)| {
            Fault::new(
                property.pointer,
                format!("`{name}` is not `nullable`, so a `null` would make the whole answer unreadable"),
            )
        })
        .collect()
}

fn optional(contract: &Contract) -> Vec<Fault> {
    let strict = parts::response_schemas(contract).into_iter().filter_map(|schema| schema.child("required"));
    strict
        .map(|required| Fault::new(required.pointer, "an answer without one of these would be unreadable as a whole"))
        .collect()
}

fn plain_types(contract: &Contract) -> Vec<Fault> {
    const ON_PARAMETERS: &[&str] = &["pattern", "minLength", "maxLength"];
    let mut faults = Vec::new();
    for schema in parts::parameter_schemas(contract) {
        for constraint in ON_PARAMETERS.iter().filter_map(|key| schema.child(key)) {
            faults.push(Fault::new(constraint.pointer, "the constraint wraps the argument in a type of its own"));
        }
    }
    for schema in parts::response_schemas(contract) {
        for constraint in parts::BOUNDS.iter().filter_map(|key| schema.child(key)) {
            faults.push(Fault::new(constraint.pointer, "an answer that breaks the constraint would be unreadable"));
        }
        // The generator parses dates and GUIDs, and knows no answer that holds a bad one.
        if let (Some("string"), Some(format)) = (schema.text("type"), schema.child("format")) {
            faults.push(Fault::new(format.pointer, "an answer with a text of another format would be unreadable"));
        }
    }
    faults
}

/// Every property of the schemas, by name.
fn properties<'a>(schemas: Vec<Place<'a>>) -> impl Iterator<Item = (&'a str, Place<'a>)> {
    schemas.into_iter().flat_map(|schema| schema.members("properties"))
}
