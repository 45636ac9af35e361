//! Rules for examples: true to their schemas, and fit to become constants.

use serde_json::Value;

use super::{Fault, Rule, json_schema};
use crate::contract::parts::{self, Example};
use crate::contract::{Contract, Place};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "PC029",
        title: "An example of success",
        fix: "add the documented answer to `components/examples` and refer to it from the response's `examples`",
        check: success_shown,
    },
    Rule {
        id: "PC030",
        title: "Examples true to their schemas",
        fix: "correct the example or the schema, whichever departs from the source",
        check: valid,
    },
    Rule {
        id: "PC031",
        title: "Example names in kebab case",
        fix: "name the example in lower-case words with hyphens, such as `gdap-role-missing`, and not `all`",
        check: names,
    },
    Rule {
        id: "PC032",
        title: "One name, one example",
        fix: "give each example of the operation a name of its own",
        check: unique_names,
    },
    Rule {
        id: "PC033",
        title: "Examples that reach the mocks",
        fix: "put it as a `value` under `examples` of a response with an exact status",
        check: used,
    },
    Rule {
        id: "PC034",
        title: "Example headers in text",
        fix: "write `x-response-headers` as a map from header names to texts, numbers in quotes",
        check: headers,
    },
];

/// The examples of all operations.
fn all(contract: &Contract) -> impl Iterator<Item = Example<'_>> {
    parts::operations(contract).into_iter().flat_map(|operation| parts::examples(contract, &operation))
}

fn success_shown(contract: &Contract) -> Vec<Fault> {
    let mut operations = parts::operations(contract);
    operations.retain(|operation| !parts::examples(contract, operation).iter().any(|example| example.status == "200"));
    let unseen = operations.into_iter();
    unseen.map(|operation| Fault::new(operation.place.pointer, "no example shows the answer with status 200")).collect()
}

fn valid(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (media_type, media) in parts::all_media(contract) {
        if parts::is_json(media_type) {
            validate(contract, media.child("schema"), &values(contract, &media), &mut faults);
        } else {
            for value in values(contract, &media).iter().filter(|value| !value.value.is_string()) {
                faults.push(Fault::new(&value.pointer, format!("the example of {media_type} is not a text")));
            }
        }
    }
    for holder in parts::all_parameters(contract).into_iter().chain(parts::all_headers(contract)) {
        validate(contract, holder.child("schema"), &values(contract, &holder), &mut faults);
    }
    for schema in parts::all_schemas(contract) {
        let values: Vec<_> = ["example", "default"].into_iter().filter_map(|key| schema.child(key)).collect();
        validate(contract, Some(schema), &values, &mut faults);
    }
    faults
}

/// The example values of a media type, a parameter or a header.
fn values<'a>(contract: &'a Contract, holder: &Place<'a>) -> Vec<Place<'a>> {
    let named = holder.members("examples").into_iter();
    let named = named.filter_map(|(_, example)| contract.follow(example).child("value"));
    named.chain(holder.child("example")).collect()
}

fn validate(contract: &Contract, schema: Option<Place<'_>>, values: &[Place<'_>], faults: &mut Vec<Fault>) {
    let Some(schema) = schema.filter(|_| !values.is_empty()) else { return };
    match json_schema::validator(contract, schema.value) {
        Ok(validator) => {
            for value in values {
                for error in validator.iter_errors(value.value) {
                    let pointer = format!("{}{}", value.pointer, error.instance_path());
                    faults.push(Fault::new(pointer, format!("the value breaks its schema: {error}")));
                }
            }
        }
        Err(error) => faults.push(Fault::new(schema.pointer, format!("no value can be held against this: {error}"))),
    }
}

fn names(contract: &Contract) -> Vec<Fault> {
    let odd = all(contract).filter(|example| !is_kebab_case(example.name) || example.name == "all");
    odd.map(|example| {
        let reason = format!("`{}` cannot become the name of a constant", example.name);
        Fault::new(example.entry.pointer, reason)
    })
    .collect()
}

/// Words of lower-case letters and digits, a letter first, one hyphen between two words.
fn is_kebab_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

fn unique_names(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    for operation in parts::operations(contract) {
        let examples = parts::examples(contract, &operation);
        for (index, example) in examples.iter().enumerate() {
            if let Some(first) = examples[..index].iter().find(|other| other.name == example.name) {
                let reason =
                    format!("`{}` is the name of the example at {} already", example.name, first.entry.pointer);
                faults.push(Fault::new(&example.entry.pointer, reason));
            }
        }
    }
    faults
}

fn used(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    for example in all(contract) {
        if example.status.parse::<u16>().is_err() {
            let reason = format!("the mocks cannot answer with the status {}", example.status);
            faults.push(Fault::new(example.entry.pointer, reason));
        } else if example.place.child("value").is_none() {
            faults.push(Fault::new(example.place.pointer, "the example has no `value`"));
        }
    }
    let nameless = parts::all_media(contract).into_iter().filter_map(|(_, media)| media.child("example"));
    faults.extend(nameless.map(|example| Fault::new(example.pointer, "an `example` has no name to call it by")));
    faults
}

fn headers(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    for example in all(contract) {
        let Some(headers) = example.place.child("x-response-headers") else { continue };
        let is_text_map = headers.value.as_object().is_some_and(|headers| headers.values().all(Value::is_string));
        if !is_text_map {
            faults.push(Fault::new(headers.pointer, "the headers are not all texts"));
        }
    }
    faults
}
