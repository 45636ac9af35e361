//! The compiled models against the contract: the same names, properties, types, and the same may be missing or null.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

#[test]
fn the_compiled_models_are_those_of_the_contract() {
    assert_eq!(differences(&contract(), &compiled()), Vec::<String>::new());
}

/// The schemas of the contract, by name.
fn contract() -> BTreeMap<String, Value> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/partner-center.yaml");
    let text = std::fs::read_to_string(file).expect("the contract is there");
    let contract: Value = serde_saphyr::from_str(&text).expect("the contract is valid YAML");
    let schemas = contract["components"]["schemas"].as_object().expect("the contract has schemas").clone();
    schemas.into_iter().collect()
}

/// The schemas of the compiled types, by name.
fn compiled() -> BTreeMap<String, Value> {
    partner_center_gen::schemas().into_iter().map(|(name, schema)| (name.to_owned(), schema.to_value())).collect()
}

/// Each way in which the compiled types depart from the contract, in words.
fn differences(contract: &BTreeMap<String, Value>, compiled: &BTreeMap<String, Value>) -> Vec<String> {
    let mut found = Vec::new();
    for name in contract.keys().chain(compiled.keys()).collect::<BTreeSet<_>>() {
        let (Some(wanted), Some(is)) = (contract.get(name), compiled.get(name)) else {
            let side = if contract.contains_key(name) { "contract has" } else { "compiled types have" };
            found.push(format!("only the {side} {name}"));
            continue;
        };
        let no_definitions = json!({});
        let wanted = Shapes { names: contract, definitions: &no_definitions }.lines(name, wanted);
        let is = Shapes { names: contract, definitions: is.get("$defs").unwrap_or(&no_definitions) }.lines(name, is);
        found.extend(wanted.difference(&is).map(|line| format!("only the contract says: {line}")));
        found.extend(is.difference(&wanted).map(|line| format!("only the compiled types say: {line}")));
    }
    found
}

/// Reads schemas of either side, OpenAPI 3.0 or JSON Schema, into the same words.
struct Shapes<'a> {
    /// The models: references to them stay references.
    names: &'a BTreeMap<String, Value>,
    /// What else a reference may mean.
    definitions: &'a Value,
}

impl Shapes<'_> {
    /// A line for the model itself and one for each of its properties.
    fn lines(&self, name: &str, schema: &Value) -> BTreeSet<String> {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let properties = schema["properties"].as_object().into_iter().flatten();
        let mut lines: BTreeSet<String> = properties
            .map(|(property, schema)| {
                let presence = if required.contains(&json!(property)) { "required" } else { "optional" };
                format!("{name}.{property} is {presence}, {}", self.shape(schema))
            })
            .collect();
        lines.insert(format!("{name} is {}", self.shape(schema)));
        lines
    }

    /// The alternatives that a value may be, in order: `null | string`.
    fn shape(&self, schema: &Value) -> String {
        let mut alternatives = BTreeSet::new();
        self.collect(schema, &mut alternatives);
        alternatives.into_iter().collect::<Vec<_>>().join(" | ")
    }

    fn collect(&self, schema: &Value, alternatives: &mut BTreeSet<String>) {
        if schema["nullable"] == json!(true) {
            alternatives.insert("null".to_owned());
        }
        if let Some(target) = schema["$ref"].as_str() {
            let name = target.rsplit('/').next().unwrap_or(target);
            if self.names.contains_key(name) {
                alternatives.insert(name.to_owned());
            } else {
                self.collect(&self.definitions[name], alternatives);
            }
            return;
        }
        for key in ["oneOf", "anyOf", "allOf"] {
            if let Some(parts) = schema[key].as_array() {
                return parts.iter().for_each(|part| self.collect(part, alternatives));
            }
        }
        match &schema["type"] {
            Value::String(kind) => drop(alternatives.insert(self.kind(kind, schema))),
            Value::Array(kinds) => {
                alternatives.extend(kinds.iter().filter_map(Value::as_str).map(|kind| self.kind(kind, schema)))
            }
            _ => drop(alternatives.insert("anything".to_owned())),
        }
    }

    fn kind(&self, kind: &str, schema: &Value) -> String {
        match (kind, schema["format"].as_str()) {
            ("null", _) => "null".to_owned(),
            ("array", _) => format!("array of ({})", self.shape(&schema["items"])),
            ("object", _) if schema["additionalProperties"].is_object() => {
                format!("map of ({})", self.shape(&schema["additionalProperties"]))
            }
            ("object", _) if schema["additionalProperties"] == json!(false) => "closed object".to_owned(),
            (kind, Some(format)) => format!("{kind} as {format}"),
            (kind, None) => kind.to_owned(),
        }
    }
}

/// What the comparison says after `change` was made to the compiled side.
fn after(change: impl FnOnce(&mut BTreeMap<String, Value>)) -> Vec<String> {
    let mut compiled = compiled();
    change(&mut compiled);
    differences(&contract(), &compiled)
}

/// The property of a compiled model.
fn property<'a>(compiled: &'a mut BTreeMap<String, Value>, model: &str, name: &str) -> &'a mut Value {
    let schema = compiled.get_mut(model).expect("the model is there");
    schema["properties"].get_mut(name).expect("the property is there")
}

#[test]
fn tells_of_a_field_of_another_type() {
    let told = after(|compiled| property(compiled, "Organization", "city")["type"] = json!(["integer", "null"]));
    assert_eq!(
        told,
        [
            "only the contract says: Organization.city is optional, null | string",
            "only the compiled types say: Organization.city is optional, integer | null",
        ]
    );
}

#[test]
fn tells_of_a_field_that_may_no_longer_be_null() {
    let told = after(|compiled| property(compiled, "Organization", "city")["type"] = json!("string"));
    assert_eq!(told[1], "only the compiled types say: Organization.city is optional, string");
}

#[test]
fn tells_of_a_field_that_may_no_longer_be_missing() {
    let told = after(|compiled| {
        let organization = compiled.get_mut("Organization").expect("the model is there");
        organization["required"] = json!(["city"]);
    });
    assert_eq!(told[1], "only the compiled types say: Organization.city is required, null | string");
}

#[test]
fn tells_of_a_field_that_only_one_side_has() {
    let told = after(|compiled| {
        let organization = compiled.get_mut("Organization").expect("the model is there");
        let properties = organization["properties"].as_object_mut().expect("an object");
        let city = properties.remove("city").expect("the property is there");
        properties.insert("town".to_owned(), city);
    });
    assert_eq!(
        told,
        [
            "only the contract says: Organization.city is optional, null | string",
            "only the compiled types say: Organization.town is optional, null | string",
        ]
    );
}

#[test]
fn tells_of_elements_alternatives_and_references_of_another_kind() {
    let told = after(|compiled| {
        property(compiled, "Organization", "technicalNotificationMails")["items"] = json!({ "type": "integer" });
        property(compiled, "ServiceError", "error")["anyOf"] = json!([{ "type": "object" }, { "type": "null" }]);
        compiled.get_mut("ServiceError").expect("the model is there")["$defs"]["ServiceErrorCode"] =
            json!({ "type": "string" });
    });
    assert_eq!(
        told,
        [
            "only the contract says: Organization.technicalNotificationMails is optional, array of (string) | null",
            "only the compiled types say: Organization.technicalNotificationMails is optional, array of (integer) | null",
            "only the contract says: ServiceError.code is optional, integer as int64 | null | string",
            "only the contract says: ServiceError.error is optional, NestedError | null",
            "only the compiled types say: ServiceError.code is optional, null | string",
            "only the compiled types say: ServiceError.error is optional, null | object",
        ]
    );
}

#[test]
fn tells_of_a_closed_model_and_of_a_model_that_only_one_side_has() {
    let told = after(|compiled| {
        compiled.get_mut("Organization").expect("the model is there")["additionalProperties"] = json!(false);
        let nested = compiled.remove("NestedError").expect("the model is there");
        compiled.insert("Customer".to_owned(), nested);
    });
    assert_eq!(
        told,
        [
            "only the compiled types have Customer",
            "only the contract has NestedError",
            "only the contract says: Organization is object",
            "only the compiled types say: Organization is closed object",
        ]
    );
}
