//! Schemas of OpenAPI 3.0 as JSON Schema, for the validation of examples.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use crate::contract::Contract;

/// A validator for `schema`, which may refer to the schemas of the contract.
pub(super) fn validator(contract: &Contract, schema: &Value) -> Result<Validator, String> {
    let schemas = contract.json.pointer("/components/schemas").and_then(Value::as_object);
    let schemas: Map<String, Value> =
        schemas.into_iter().flatten().map(|(name, schema)| (name.clone(), translate(schema))).collect();
    // References stay as they are: they find the schemas where the contract has them.
    let document = json!({ "allOf": [translate(schema)], "components": { "schemas": schemas } });
    jsonschema::options()
        // The draft that OpenAPI 3.0 grew from, with `exclusiveMinimum` as a flag and nothing beside `$ref`.
        .with_draft(Draft::Draft4)
        .with_format("uuid", |text: &str| uuid::Uuid::try_parse(text).is_ok())
        .should_validate_formats(true)
        .build(&document)
        .map_err(|error| error.to_string())
}

/// JSON Schema has no `nullable`: null becomes an alternative.
fn translate(schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let translated = members.iter().filter(|(key, _)| *key != "nullable").map(|(key, value)| {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                properties.iter().map(|(name, property)| (name.clone(), translate(property))).collect()
            }
            ("allOf" | "oneOf" | "anyOf", Value::Array(parts)) => parts.iter().map(translate).collect(),
            ("items" | "additionalProperties" | "not", part) => translate(part),
            (_, value) => value.clone(),
        };
        (key.clone(), value)
    });
    let translated = Value::Object(translated.collect());
    if members.get("nullable") == Some(&Value::Bool(true)) {
        json!({ "anyOf": [translated, { "type": "null" }] })
    } else {
        translated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: &str = "components: {schemas: {Name: {type: string}}}";

    fn is_valid(schema: &Value, value: &Value) -> bool {
        let contract = Contract::parse("test.yaml", CONTRACT.to_owned()).expect("the test's YAML is valid");
        validator(&contract, schema).expect("the test's schema is valid").is_valid(value)
    }

    #[test]
    fn takes_null_exactly_where_the_schema_says_nullable() {
        let nullable = json!({ "type": "object", "properties": { "a": { "type": "string", "nullable": true } } });
        let strict = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
        assert!(is_valid(&nullable, &json!({ "a": null })));
        assert!(is_valid(&nullable, &json!({ "a": "x" })));
        assert!(!is_valid(&nullable, &json!({ "a": 1 })));
        assert!(!is_valid(&strict, &json!({ "a": null })));
    }

    #[test]
    fn takes_null_beside_alternatives_and_references() {
        let alternatives = json!({ "nullable": true, "oneOf": [{ "type": "integer" }, { "type": "string" }] });
        assert!(is_valid(&alternatives, &Value::Null));
        assert!(!is_valid(&alternatives, &json!(true)));
        let reference = json!({ "nullable": true, "allOf": [{ "$ref": "#/components/schemas/Name" }] });
        assert!(is_valid(&reference, &Value::Null));
        assert!(is_valid(&reference, &json!("x")));
        assert!(!is_valid(&reference, &json!(1)));
    }

    #[test]
    fn a_property_called_nullable_is_a_property() {
        let schema = json!({ "properties": { "nullable": { "type": "string" } } });
        assert!(!is_valid(&schema, &json!({ "nullable": 1 })));
    }

    #[test]
    fn holds_texts_against_the_format_of_a_guid() {
        let schema = json!({ "type": "string", "format": "uuid" });
        assert!(is_valid(&schema, &json!("74ca1db9-df92-41c6-a362-a16433b0542b")));
        assert!(!is_valid(&schema, &json!("contoso")));
    }
}
