//! What the contract says about an operation's requests and responses.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value, json};

use crate::contract::{Operation, elements, follow, members};

/// The id of an operation.
pub(super) fn id<'a>(operation: &Operation<'a>) -> &'a str {
    operation.node["operationId"].as_str().unwrap_or_default()
}

/// The method of an operation, and its path.
pub(super) fn request<'a>(operation: &Operation<'a>) -> (String, &'a str) {
    (operation.pointer.rsplit('/').next().unwrap_or_default().to_uppercase(), operation.path)
}

/// Whether a request calls the operation; placeholders such as `<id>` count as values.
pub(super) fn matches(operation: &Operation<'_>, (method, url): &(String, String)) -> bool {
    let (known, template) = request(operation);
    let url = url.strip_prefix("{baseURL}").unwrap_or(url);
    let path = url.split_once("://").map_or(url, |(_, rest)| &rest[rest.find('/').unwrap_or(rest.len())..]);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut steps = path.split('/').zip(template.split('/'));
    let is_path = steps.all(|(step, known)| known.starts_with('{') || step.eq_ignore_ascii_case(known));
    is_path && path.matches('/').count() == template.matches('/').count() && known == *method
}

/// Whether the operation has a header parameter of this name.
pub(super) fn has_header(contract: &Value, operation: &Operation<'_>, name: &str) -> bool {
    let parameters = elements(&operation.node["parameters"]).map(|parameter| follow(contract, parameter));
    let mut headers = parameters.filter(|parameter| parameter["in"] == "header");
    headers.any(|header| header["name"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name)))
}

/// The response that the contract declares for a status, by itself or by its class.
pub(super) fn response<'a>(contract: &'a Value, operation: &Operation<'a>, status: u16) -> Option<&'a Value> {
    let responses = &operation.node["responses"];
    let class = || responses.get(format!("{}XX", status / 100));
    Some(follow(contract, responses.get(status.to_string()).or_else(class)?))
}

/// How a body differs from the schema of a response. With `is_whole`, no field of the schema may be left out.
pub(super) fn differences(
    contract: &Value,
    response: &Value,
    body: &Value,
    is_whole: bool,
    has_values: bool,
) -> Result<BTreeSet<String>> {
    let schema = response.pointer("/content/application~1json/schema");
    let schema = schema.map_or(true.into(), |schema| closed(schema, is_whole));
    let schema = json!({ "allOf": [schema], "components": closed(&contract["components"], is_whole) });
    let validator = jsonschema::options().should_validate_formats(true).build(&schema);
    let validator = validator.map_err(|error| anyhow!("the contract has an invalid schema: {error}"))?;
    let mut found = BTreeSet::new();
    for error in validator.iter_errors(body) {
        let steps = error.instance_path().as_str().split('/');
        let steps = steps.map(|step| if step.parse::<usize>().is_ok() { "*" } else { step });
        let at = steps.collect::<Vec<_>>().join("/");
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => found.extend(unexpected.iter().map(|name| {
                let value = error.instance().get(name).filter(|_| has_values).map(|value| format!(": {value}"));
                format!("unknown field {at}/{name}{}", value.unwrap_or_default())
            })),
            ValidationErrorKind::Required { property } => {
                found.extend(property.as_str().map(|name| format!("missing field {at}/{name}")));
            }
            _ if has_values => found.extend([format!("body{at}: {error}")]),
            _ => found.extend([format!("body{at}: {}", error.masked())]),
        }
    }
    Ok(found)
}

/// A schema of OpenAPI 3.0 as JSON Schema that allows the documented fields only.
fn closed(node: &Value, is_whole: bool) -> Value {
    let inner = |(name, node): (&str, &Value)| (name.to_owned(), closed(node, is_whole));
    let mut schema: Map<String, Value> = match node {
        Value::Array(nodes) => return nodes.iter().map(|node| closed(node, is_whole)).collect(),
        Value::Object(_) => members(node).map(inner).collect(),
        _ => return node.clone(),
    };
    if node["properties"].is_object() {
        let fields = &node["properties"];
        // No name of a field is a keyword.
        schema.insert("properties".to_owned(), members(fields).map(inner).collect());
        schema.entry("additionalProperties").or_insert(false.into());
        if is_whole {
            schema.insert("required".to_owned(), members(fields).map(|(name, _)| name).collect());
        }
    }
    if schema.remove("nullable") == Some(true.into()) {
        return json!({ "if": { "not": { "type": "null" } }, "then": schema });
    }
    schema.into()
}
