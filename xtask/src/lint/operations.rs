//! Rules for operations: their names, their words, their bodies.

use super::{Fault, Rule};
use crate::contract::{Contract, parts};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "PC004",
        title: "Operations with an id",
        fix: "add an `operationId`; it names the generated method",
        check: id_present,
    },
    Rule {
        id: "PC005",
        title: "One id, one operation",
        fix: "give each operation an `operationId` of its own",
        check: id_unique,
    },
    Rule {
        id: "PC006",
        title: "Ids in snake case",
        fix: "write the `operationId` as the method shall be called, such as `get_customer_organization`",
        check: id_snake_case,
    },
    Rule {
        id: "PC007",
        title: "One declared tag",
        fix: "give the operation exactly one tag, and describe the tag in `tags` of the document",
        check: tag,
    },
    Rule {
        id: "PC008",
        title: "Operations in words",
        fix: "add a `summary` of one line and a `description`; they become the method's documentation",
        check: words,
    },
    Rule {
        id: "PC009",
        title: "Request bodies in JSON",
        fix: "give the request body one media type, `application/json`, with a schema",
        check: request_body,
    },
];

fn id_present(contract: &Contract) -> Vec<Fault> {
    let operations = parts::operations(contract).into_iter();
    let nameless = operations.filter(|operation| operation.place.text("operationId").is_none_or(str::is_empty));
    nameless.map(|operation| Fault::new(operation.place.pointer, "the operation has no `operationId`")).collect()
}

fn id_unique(contract: &Contract) -> Vec<Fault> {
    let mut known: Vec<(&str, String)> = Vec::new();
    let mut faults = Vec::new();
    for operation in parts::operations(contract) {
        let Some(id) = operation.place.text("operationId") else { continue };
        let pointer = operation.place.pointer_to("operationId");
        match known.iter().find(|(other, _)| *other == id) {
            Some((_, first)) => faults.push(Fault::new(pointer, format!("`{id}` is the id at {first} already"))),
            None => known.push((id, pointer)),
        }
    }
    faults
}

fn id_snake_case(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    for operation in parts::operations(contract) {
        let Some(id) = operation.place.text("operationId").filter(|id| !id.is_empty()) else { continue };
        if !is_snake_case(id) {
            faults.push(Fault::new(operation.place.pointer_to("operationId"), format!("`{id}` is not in snake case")));
        }
    }
    faults
}

/// Words of lower-case letters and digits, a letter first, one underscore between two words.
fn is_snake_case(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_lowercase())
        && id
            .split('_')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

fn tag(contract: &Contract) -> Vec<Fault> {
    let declared: Vec<_> = contract.root().elements("tags").iter().filter_map(|tag| tag.text("name")).collect();
    let mut faults = Vec::new();
    for operation in parts::operations(contract) {
        let tags = operation.place.elements("tags");
        if tags.len() != 1 {
            let reason = format!("the operation has {} tags where one is wanted", tags.len());
            faults.push(Fault::new(operation.place.pointer_to("tags"), reason));
        }
        for tag in tags {
            if !tag.value.as_str().is_some_and(|name| declared.contains(&name)) {
                faults
                    .push(Fault::new(tag.pointer, format!("the tag {} is not among the document's `tags`", tag.value)));
            }
        }
    }
    faults
}

fn words(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    for operation in parts::operations(contract) {
        for key in ["summary", "description"] {
            if operation.place.text(key).is_none_or(|text| text.trim().is_empty()) {
                faults.push(Fault::new(operation.place.pointer_to(key), format!("the operation has no `{key}`")));
            }
        }
    }
    faults
}

fn request_body(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    for operation in parts::operations(contract) {
        let Some(body) = operation.place.child("requestBody") else { continue };
        let content = contract.follow(body.clone()).members("content");
        let is_one_json =
            matches!(&content[..], [(kind, media)] if parts::is_json(kind) && media.child("schema").is_some());
        if !is_one_json {
            let kinds: Vec<&str> = content.iter().map(|(kind, _)| *kind).collect();
            let kinds = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(", ") };
            faults.push(Fault::new(body.pointer, format!("the request body is {kinds}, not JSON with a schema alone")));
        }
    }
    faults
}
