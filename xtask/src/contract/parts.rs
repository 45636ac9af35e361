//! The parts of the contract with their places: operations, responses, examples, parameters, schemas.

use std::collections::HashSet;

use super::{Contract, Place};

/// What a schema can say about the values beside their type; generated code holds values to it.
pub(crate) const BOUNDS: &[&str] = &[
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "not",
];

/// An operation, and where it stands.
pub(crate) struct Operation<'a> {
    /// The path as it is written, such as `/v1/customers/{id}`.
    pub(crate) path: &'a str,
    pub(crate) place: Place<'a>,
    /// The path item around it.
    pub(crate) item: Place<'a>,
}

/// A response of an operation, reference followed.
pub(crate) struct Response<'a> {
    pub(crate) status: &'a str,
    /// Where the operation names it.
    pub(crate) entry: Place<'a>,
    /// Where it is described.
    pub(crate) place: Place<'a>,
}

impl Response<'_> {
    /// Whether the generator takes it for the answer that was hoped for.
    pub(crate) fn is_success(&self) -> bool {
        self.status.starts_with('2')
    }

    /// Whether the generator takes it for an error.
    pub(crate) fn is_error(&self) -> bool {
        self.status.starts_with(['4', '5'])
    }
}

/// A named example of a response, reference followed.
pub(crate) struct Example<'a> {
    pub(crate) name: &'a str,
    pub(crate) status: &'a str,
    pub(crate) media_type: &'a str,
    /// Where the response names it.
    pub(crate) entry: Place<'a>,
    /// Where it is written.
    pub(crate) place: Place<'a>,
}

/// The members of a path item that are operations.
pub(crate) const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Every operation, in the order of the contract's paths.
pub(crate) fn operations(contract: &Contract) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    for (path, item) in contract.root().members("paths") {
        for place in METHODS.iter().filter_map(|method| item.child(method)) {
            operations.push(Operation { path, place, item: item.clone() });
        }
    }
    operations
}

/// The responses that an operation names, in the order of the contract.
pub(crate) fn responses<'a>(contract: &'a Contract, operation: &Operation<'a>) -> Vec<Response<'a>> {
    let entries = operation.place.members("responses").into_iter();
    entries.map(|(status, entry)| Response { status, place: contract.follow(entry.clone()), entry }).collect()
}

/// The named examples of an operation's responses, in the order of the contract.
pub(crate) fn examples<'a>(contract: &'a Contract, operation: &Operation<'a>) -> Vec<Example<'a>> {
    let mut examples = Vec::new();
    for Response { status, place, .. } in responses(contract, operation) {
        for (media_type, media) in place.members("content") {
            for (name, entry) in media.members("examples") {
                let place = contract.follow(entry.clone());
                examples.push(Example { name, status, media_type, entry, place });
            }
        }
    }
    examples
}

/// The schema of a response's JSON, as the generator finds it.
pub(crate) fn json_schema<'a>(response: &Place<'a>) -> Option<Place<'a>> {
    let mut media = response.members("content").into_iter();
    media.find(|(kind, _)| is_json(kind)).and_then(|(_, media)| media.child("schema"))
}

/// The one media type that the generator reads as JSON, with or without parameters.
pub(crate) fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.starts_with("application/json;")
}

/// The parameters of one operation, those of its path included, references followed.
pub(crate) fn parameters<'a>(contract: &'a Contract, operation: &Operation<'a>) -> Vec<Place<'a>> {
    let stated = operation.item.elements("parameters").into_iter().chain(operation.place.elements("parameters"));
    stated.map(|parameter| contract.follow(parameter)).collect()
}

/// Every parameter that the contract describes, used or not.
pub(crate) fn all_parameters(contract: &Contract) -> Vec<Place<'_>> {
    let used = operations(contract).into_iter().flat_map(|operation| parameters(contract, &operation));
    once_each(used.chain(components(contract, "parameters")))
}

/// Every response that the contract describes, used or not.
pub(crate) fn all_responses(contract: &Contract) -> Vec<Place<'_>> {
    let used = operations(contract).into_iter().flat_map(|operation| responses(contract, &operation));
    once_each(used.map(|response| response.place).chain(components(contract, "responses")))
}

/// Every header that a response describes, used or not.
pub(crate) fn all_headers(contract: &Contract) -> Vec<Place<'_>> {
    let used = all_responses(contract).into_iter().flat_map(|response| response.members("headers"));
    once_each(used.map(|(_, header)| contract.follow(header)).chain(components(contract, "headers")))
}

/// Every media type of a request or a response.
pub(crate) fn all_media(contract: &Contract) -> Vec<(&str, Place<'_>)> {
    let bodies = operations(contract).into_iter().filter_map(|operation| operation.place.child("requestBody"));
    let bodies = bodies.map(|body| contract.follow(body)).chain(components(contract, "requestBodies"));
    once_each(bodies.chain(all_responses(contract))).into_iter().flat_map(|body| body.members("content")).collect()
}

/// Every schema, wherever it stands, references followed.
pub(crate) fn all_schemas(contract: &Contract) -> Vec<Place<'_>> {
    let media = all_media(contract).into_iter().map(|(_, media)| media);
    let holders = media.chain(all_parameters(contract)).chain(all_headers(contract));
    reachable(contract, holders.filter_map(|holder| holder.child("schema")).chain(components(contract, "schemas")))
}

/// Every schema that the reader of some response meets.
pub(crate) fn response_schemas(contract: &Contract) -> Vec<Place<'_>> {
    reachable(contract, all_responses(contract).iter().filter_map(json_schema))
}

/// The schemas of all parameters.
pub(crate) fn parameter_schemas(contract: &Contract) -> Vec<Place<'_>> {
    reachable(contract, all_parameters(contract).iter().filter_map(|parameter| parameter.child("schema")))
}

/// The entries of one section of `components`, references followed.
pub(crate) fn components<'a>(contract: &'a Contract, section: &str) -> Vec<Place<'a>> {
    let components = contract.root().child("components");
    let entries = components.into_iter().flat_map(|components| components.members(section));
    entries.map(|(_, entry)| contract.follow(entry)).collect()
}

/// The schemas and all that they are made of, each once.
fn reachable<'a>(contract: &'a Contract, schemas: impl IntoIterator<Item = Place<'a>>) -> Vec<Place<'a>> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut waiting: Vec<_> = schemas.into_iter().collect();
    waiting.reverse();
    while let Some(schema) = waiting.pop() {
        let schema = contract.follow(schema);
        if seen.insert(schema.pointer.clone()) {
            waiting.extend(parts(&schema));
            found.push(schema);
        }
    }
    found
}

/// The schemas directly inside a schema.
fn parts<'a>(schema: &Place<'a>) -> Vec<Place<'a>> {
    let properties = schema.members("properties").into_iter().map(|(_, property)| property);
    let single = ["items", "additionalProperties", "not"].into_iter().filter_map(|key| schema.child(key));
    let combined = ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|key| schema.elements(key));
    properties.chain(single.filter(|part| part.value.is_object())).chain(combined).collect()
}

fn once_each<'a>(places: impl IntoIterator<Item = Place<'a>>) -> Vec<Place<'a>> {
    let mut seen = HashSet::new();
    places.into_iter().filter(|place| seen.insert(place.pointer.clone())).collect()
}
