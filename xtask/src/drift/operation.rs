//! What the contract says of an operation, and bodies compared with its schemas.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use jsonschema::{Draft, error::ValidationErrorKind};
use serde_json::{Map, Value, json};

use crate::report::shown;

pub(super) const METHODS: &[&str] = &["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

/// An operation of the contract.
pub(super) struct Operation<'a> {
    contract: &'a Value,
    pub(super) id: &'a str,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) node: &'a Value,
}

/// Every operation of the contract.
pub(super) fn all(contract: &Value) -> Vec<Operation<'_>> {
    let paths = contract["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| METHODS.iter().map(move |method| (path, item, method)));
    let operations = operations.filter_map(|(path, item, method)| {
        let node = item.get(method.to_lowercase())?;
        Some(Operation { contract, id: node["operationId"].as_str()?, method, path, node })
    });
    operations.collect()
}

impl<'a> Operation<'a> {
    /// Whether a request calls the operation; placeholders such as `<id>` count as values.
    pub(super) fn matches(&self, (method, url): &(String, String)) -> bool {
        let url = url.strip_prefix("{baseURL}").unwrap_or(url);
        let path = url.split_once("://").map_or(url, |(_, rest)| &rest[rest.find('/').unwrap_or(rest.len())..]);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let mut steps = path.split('/').zip(self.path.split('/'));
        let is_path = steps.all(|(step, known)| known.starts_with('{') || step.eq_ignore_ascii_case(known));
        is_path && path.matches('/').count() == self.path.matches('/').count() && self.method == method
    }

    /// Whether the operation has a header parameter of this name.
    pub(super) fn has_header(&self, name: &str) -> bool {
        let parameters = self.node["parameters"].as_array().into_iter().flatten();
        parameters.map(|parameter| self.follow(parameter)).any(|parameter| {
            let known = parameter["name"].as_str().filter(|_| parameter["in"] == "header");
            known.is_some_and(|known| known.eq_ignore_ascii_case(name))
        })
    }

    /// The response that the contract declares for a status, by itself or by its class.
    pub(super) fn response(&self, status: u16) -> Option<&'a Value> {
        let responses = &self.node["responses"];
        let class = || responses.get(format!("{}XX", status / 100));
        Some(self.follow(responses.get(status.to_string()).or_else(class)?))
    }

    fn follow(&self, node: &'a Value) -> &'a Value {
        let target = node["$ref"].as_str().and_then(|target| self.contract.pointer(target.strip_prefix('#')?));
        target.unwrap_or(node)
    }

    /// How a body differs from the schema of a response. With `all_required`, no field of the schema may be left out.
    pub(super) fn differences(
        &self,
        response: &Value,
        body: &Value,
        all_required: bool,
        has_values: bool,
    ) -> Result<BTreeSet<String>> {
        let schema = response.pointer("/content/application~1json/schema");
        let schema = schema.map_or(true.into(), |schema| closed(schema, all_required));
        let schema = json!({ "allOf": [schema], "components": closed(&self.contract["components"], all_required) });
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        let validator =
            options.build(&schema).map_err(|error| anyhow!("the contract has an invalid schema: {error}"))?;
        let mut found = BTreeSet::new();
        for error in validator.iter_errors(body) {
            let steps = error.instance_path().as_str().split('/');
            let steps = steps.map(|step| if step.parse::<usize>().is_ok() { "*" } else { step });
            let at = shown(&steps.collect::<Vec<_>>().join("/"));
            match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected } => {
                    found.extend(unexpected.iter().map(|name| {
                        let value = error.instance().get(name).filter(|_| has_values).map(|value| format!(": {value}"));
                        format!("unknown field {at}/{}{}", shown(name), value.unwrap_or_default())
                    }))
                }
                ValidationErrorKind::Required { property } => {
                    found.extend(property.as_str().map(|name| format!("missing field {at}/{name}")));
                }
                _ if has_values => found.extend([format!("body{at}: {error}")]),
                _ => found.extend([format!("body{at}: {}", error.masked())]),
            }
        }
        Ok(found)
    }
}

/// A schema of OpenAPI 3.0 as JSON Schema that allows the documented fields only.
fn closed(node: &Value, all_required: bool) -> Value {
    let all = |nodes: &Map<String, Value>| -> Map<String, Value> {
        nodes.iter().map(|(name, node)| (name.clone(), closed(node, all_required))).collect()
    };
    let mut schema = match node {
        Value::Array(nodes) => return nodes.iter().map(|node| closed(node, all_required)).collect(),
        Value::Object(members) => all(members),
        _ => return node.clone(),
    };
    if let Some(fields) = node["properties"].as_object() {
        // No name of a field is a keyword.
        schema.insert("properties".to_owned(), all(fields).into());
        schema.entry("additionalProperties").or_insert(false.into());
        if all_required {
            schema.insert("required".to_owned(), fields.keys().cloned().collect());
        }
    }
    if schema.remove("nullable") == Some(true.into()) {
        return json!({ "if": { "not": { "type": "null" } }, "then": schema });
    }
    schema.into()
}
