//! Kinds of values in one vocabulary: of schemas, of JSON, and of the documentation's words.

use serde_json::Value;

use crate::contract::{Contract, Place};

/// How deep a kind is told: a schema may hold itself.
const DEPTH: usize = 8;

/// What a schema allows, such as `string or null` without the null, which every field may be.
pub(crate) fn of_schema(contract: &Contract, schema: &Place<'_>) -> String {
    to_depth(contract, schema, DEPTH)
}

fn to_depth(contract: &Contract, schema: &Place<'_>, depth: usize) -> String {
    let Some(depth) = depth.checked_sub(1) else { return "and so on".to_owned() };
    let schema = contract.follow(schema.clone());
    for key in ["oneOf", "anyOf", "allOf"] {
        let branches: Vec<_> = schema.elements(key).iter().map(|branch| to_depth(contract, branch, depth)).collect();
        if !branches.is_empty() {
            return branches.join(" or ");
        }
    }
    match (schema.text("type"), schema.text("format")) {
        (Some("string"), Some("uuid")) => "guid".to_owned(),
        (Some("array"), _) => match schema.child("items") {
            Some(items) => format!("array of {}", to_depth(contract, &items, depth)),
            None => "array".to_owned(),
        },
        (Some(kind), _) => kind.to_owned(),
        (None, _) if schema.child("properties").is_some() => "object".to_owned(),
        (None, _) => "anything".to_owned(),
    }
}

/// What the schema of a parameter allows.
pub(crate) fn of_parameter(contract: &Contract, parameter: &Place<'_>) -> String {
    parameter.child("schema").map_or_else(|| "anything".to_owned(), |schema| of_schema(contract, &schema))
}

/// What a JSON value is.
pub(crate) fn of_value(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(elements) => match elements.first() {
            Some(first) => format!("array of {}", of_value(first)),
            None => "array".to_owned(),
        },
        Value::Object(_) => "object".to_owned(),
    }
}

/// The kind of a sample value; the schema's own where the value fits it and tells no more.
pub(crate) fn of_sample(contract: &Contract, schema: &Place<'_>, value: &Value) -> String {
    let (stated, told) = (of_schema(contract, schema), of_value(value));
    let fits = match value {
        Value::Null => schema.is_true("nullable"),
        Value::Array(elements) => elements.is_empty() && stated.starts_with("array"),
        Value::String(text) => stated == "guid" && uuid::Uuid::try_parse(text).is_ok(),
        Value::Number(_) => stated == "number",
        _ => false,
    };
    let is_branch = stated == "anything" || stated.split(" or ").any(|branch| branch == told);
    if fits || is_branch { stated } else { told }
}

/// The kind of a header's text where `stated` is what it should be.
pub(crate) fn of_header(value: &str, stated: &str) -> String {
    let fits = match stated {
        "boolean" => matches!(value, "true" | "false"),
        "integer" => value.parse::<i64>().is_ok(),
        _ => false,
    };
    if fits {
        stated.to_owned()
    } else if stated != "string" && uuid::Uuid::try_parse(value).is_ok() {
        "guid".to_owned()
    } else {
        "string".to_owned()
    }
}

/// The documentation's word for a type in the words used here.
pub(crate) fn of_words(word: &str) -> &str {
    match word.trim() {
        "guid" | "uuid" => "guid",
        "string" | "text" => "string",
        "int" | "int32" | "int64" | "integer" | "number" => "integer",
        "bool" | "boolean" => "boolean",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_to_an_end_in_a_schema_that_holds_itself() {
        let text = "a:\n  type: array\n  items:\n    $ref: '#/a'\nb:\n  oneOf:\n  - $ref: '#/b'\n  - type: string\n";
        let contract = Contract::parse("test.yaml", text.to_owned()).expect("the test's YAML is valid");
        for name in ["a", "b"] {
            let kind = of_schema(&contract, &contract.root().child(name).expect("it is there"));
            assert!(kind.contains("and so on"), "{kind}");
        }
    }
}
