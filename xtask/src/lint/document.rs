//! Rules for the document as a whole: its version, its structure, its references.

use openapiv3::{Example, Header, OpenAPI, Operation, Parameter, PathItem, RequestBody, Response, Schema};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Fault, Rule};
use crate::contract::{Contract, Place, parts};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "PC001",
        title: "OpenAPI 3.0",
        fix: "write `openapi: 3.0.3` and keep to what that version knows",
        check: version,
    },
    Rule {
        id: "PC002",
        title: "Well-formed parts",
        fix: "give the part the members that OpenAPI 3.0 asks of it, each with its type",
        check: structure,
    },
    Rule {
        id: "PC003",
        title: "References that lead somewhere",
        fix: "point to an entry of `components` of the same kind, or write the part out",
        check: references,
    },
];

fn version(contract: &Contract) -> Vec<Fault> {
    let stated = contract.root().text("openapi");
    if stated.is_some_and(|version| version.starts_with("3.0.")) {
        return Vec::new();
    }
    let stated = stated.map_or_else(|| "no version in a text".to_owned(), |version| format!("OpenAPI {version}"));
    vec![Fault::new("/openapi", format!("the contract states {stated}; the generator reads 3.0 alone"))]
}

/// Reads each part as the generator will, the smallest first, so that a fault is told where it is.
fn structure(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    for schema in parts::all_schemas(contract) {
        read::<Schema>(&schema, "a schema", &mut faults);
        kind_of_schema(&schema, &mut faults);
    }
    let examples = parts::components(contract, "examples");
    examples.iter().for_each(|example| read::<Example>(example, "an example", &mut faults));
    parts::all_headers(contract).iter().for_each(|header| read::<Header>(header, "a header", &mut faults));
    parts::all_parameters(contract)
        .iter()
        .for_each(|parameter| read::<Parameter>(parameter, "a parameter", &mut faults));
    for body in parts::components(contract, "requestBodies") {
        read::<RequestBody>(&body, "a request body", &mut faults);
    }
    parts::all_responses(contract).iter().for_each(|response| read::<Response>(response, "a response", &mut faults));
    for operation in parts::operations(contract) {
        read::<Operation>(&operation.place, "an operation", &mut faults);
        read::<PathItem>(&operation.item, "a path", &mut faults);
    }
    read::<OpenAPI>(&contract.root(), "an OpenAPI document", &mut faults);
    faults
}

/// The generator stops at the word without saying where it stands.
fn kind_of_schema(schema: &Place<'_>, faults: &mut Vec<Fault>) {
    const KINDS: &[&str] = &["string", "number", "integer", "boolean", "object", "array"];
    let Some(kind) = schema.child("type") else { return };
    if !kind.value.as_str().is_some_and(|kind| KINDS.contains(&kind)) {
        faults.push(Fault::new(kind.pointer, format!("{} is no type; OpenAPI knows {}", kind.value, KINDS.join(", "))));
    }
}

/// Reads the place as a `T`; silent where a part inside it was reported already, and on a reference that leads nowhere.
fn read<T: DeserializeOwned>(place: &Place<'_>, kind: &str, faults: &mut Vec<Fault>) {
    if place.child("$ref").is_some() {
        return;
    }
    let Err(error) = serde_path_to_error::deserialize::<_, T>(place.value) else { return };
    let inside = format!("{}/", place.pointer);
    if !faults.iter().any(|fault| fault.pointer == place.pointer || fault.pointer.starts_with(&inside)) {
        // The parts above are told at their own places; of any other the path inside this one is known.
        let inside = error.path().to_string();
        let inside = if inside == "." { String::new() } else { format!(" at {inside}") };
        let error = error.into_inner();
        faults.push(Fault::new(&place.pointer, format!("this does not read as {kind}{inside}: {error}")));
    }
}

fn references(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (_, item) in contract.root().members("paths") {
        if item.child("$ref").is_some() {
            faults.push(Fault::new(item.pointer, "a path is a reference, which the generator cannot follow"));
        }
    }
    find_references(contract, &contract.root(), "", &mut faults);
    faults
}

/// Looks at every `$ref` below `place`, which stands under the name `name`.
fn find_references(contract: &Contract, place: &Place<'_>, name: &str, faults: &mut Vec<Fault>) {
    match place.value {
        Value::Object(members) => {
            // Below `properties` every name is a name; elsewhere these hold data, and extensions hold what they like.
            let holds_names = name == "properties";
            let is_data = |key: &str| key.starts_with("x-") || ["example", "value", "default", "enum"].contains(&key);
            for key in members.keys().filter(|key| holds_names || !is_data(key)) {
                let Some(child) = place.child(key) else { continue };
                match child.value {
                    Value::String(target) if key == "$ref" && !holds_names => {
                        faults.extend(fault_of_reference(contract, &child.pointer, target));
                    }
                    _ => find_references(contract, &child, if holds_names { "" } else { key }, faults),
                }
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                let place = Place { pointer: format!("{}/{index}", place.pointer), value };
                find_references(contract, &place, "", faults);
            }
        }
        _ => {}
    }
}

fn fault_of_reference(contract: &Contract, pointer: &str, target: &str) -> Option<Fault> {
    let fault = |reason: &str| Some(Fault::new(pointer, format!("`{target}` {reason}")));
    let Some(path) = target.strip_prefix("#/components/") else {
        return fault("does not point into `components` of this document");
    };
    let Some((section, name)) = path.split_once('/').filter(|(_, name)| !name.contains('/')) else {
        return fault("points into an entry of `components`; the generator finds entries by their names alone");
    };
    if let Some(wanted) = section_for(pointer).filter(|wanted| *wanted != section) {
        return fault(&format!("is none of the {wanted}; the generator would look for `{name}` there"));
    }
    let Some(value) = contract.json.pointer(&target[1..]) else {
        return fault("leads nowhere");
    };
    let place = Place { pointer: target[1..].to_owned(), value };
    if contract.follow(place).child("$ref").is_some() { fault("leads back to itself or nowhere") } else { None }
}

/// The section of `components` that a reference at `pointer` has to point into, where its surroundings tell.
fn section_for(pointer: &str) -> Option<&'static str> {
    let mut segments = pointer.rsplit('/').skip(1);
    let (holder, around) = (segments.next()?, segments.next()?);
    match (around, holder) {
        ("properties" | "allOf" | "oneOf" | "anyOf" | "schemas", _) => Some("schemas"),
        (_, "schema" | "items" | "additionalProperties" | "not") => Some("schemas"),
        (_, "requestBody") | ("requestBodies", _) => Some("requestBodies"),
        ("parameters", _) => Some("parameters"),
        ("responses", _) => Some("responses"),
        ("headers", _) => Some("headers"),
        ("examples", _) => Some("examples"),
        _ => None,
    }
}
