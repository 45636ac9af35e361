//! The rules that compare parts of the contract with each other, which a JSON Schema cannot.

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::{Value, json};

use super::Violation;
use crate::contract::{Operation, elements, examples, follow, members, operations, step};

/// Names that the generated client and its hooks use besides the operations.
const TAKEN_BY_CLIENT: [&str; 9] =
    ["new", "new_with_client", "api_version", "baseurl", "client", "inner", "pre", "post", "exec"];

/// Names that the generated method, or the typed mock of an operation, uses besides the parameters.
const TAKEN_BY_METHOD: [&str; 3] = ["header_map", "new", "into_inner"];

/// Every violation in a contract that keeps to the subset.
pub(super) fn run(contract: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    references(contract, contract, "", &mut violations);
    if violations.is_empty() {
        operation_ids(contract, &mut violations);
        for operation in operations(contract) {
            parameters(contract, &operation, &mut violations);
            examples_match(contract, &operation, &mut violations);
        }
        schemas(contract, &mut violations);
    }
    violations
}

/// Each `$ref` leads somewhere; examples and extensions hold data.
fn references(contract: &Value, node: &Value, pointer: &str, violations: &mut Vec<Violation>) {
    if let Some(target) = node["$ref"].as_str()
        && contract.pointer(target.trim_start_matches('#')).is_none()
    {
        violations.push(Violation::new("references", pointer, format!("`{target}` leads nowhere")));
    }
    for (name, member) in members(node).filter(|(name, _)| !name.starts_with("x-") && *name != "value") {
        references(contract, member, &format!("{pointer}/{}", step(name)), violations);
    }
    for (index, element) in elements(node).enumerate() {
        references(contract, element, &format!("{pointer}/{index}"), violations);
    }
}

/// An id names a method, a module of examples, and the types of a mock.
fn operation_ids(contract: &Value, violations: &mut Vec<Violation>) {
    let operations = operations(contract);
    let ids = operations.iter().filter_map(|operation| Some((operation.node["operationId"].as_str()?, operation)));
    let ids: Vec<_> = ids.map(|(id, operation)| (id, format!("{}/operationId", operation.pointer))).collect();
    for (id, pointer) in &ids {
        if is_keyword(id) || TAKEN_BY_CLIENT.contains(id) {
            violations.push(Violation::new("operation-id", pointer, format!("`{id}` is taken")));
        }
    }
    let types = ids.into_iter().map(|(id, pointer)| (id, id.to_upper_camel_case(), pointer));
    collisions(types, violations);
}

fn parameters(contract: &Value, operation: &Operation<'_>, violations: &mut Vec<Violation>) {
    let pointer = format!("{}/parameters", operation.pointer);
    let template: Vec<&str> =
        operation.path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
    let (mut in_path, mut names) = (Vec::new(), Vec::new());
    for (index, parameter) in elements(&operation.node["parameters"]).enumerate() {
        let parameter = follow(contract, parameter);
        let (name, pointer) = (parameter["name"].as_str().unwrap_or_default(), format!("{pointer}/{index}"));
        if parameter["in"] == "path" {
            in_path.push(name);
        }
        if TAKEN_BY_METHOD.contains(&snake(name).as_str()) {
            let reason = format!("the generated method has something else called `{name}`");
            violations.push(Violation::new("no-identifier-collisions", &pointer, reason));
        }
        if let (Some(example), schema) = (parameter.get("example"), &parameter["schema"]) {
            matches(contract, schema, example, &format!("{pointer}/example"), violations);
        }
        names.push((name, snake(name), pointer));
    }
    let sorted = |names: &[&str]| {
        let mut names: Vec<String> = names.iter().map(ToString::to_string).collect();
        names.sort();
        names
    };
    let mut unique = sorted(&template);
    unique.dedup();
    if sorted(&in_path) != sorted(&template) || unique.len() < template.len() {
        let reason = format!("the path has {template:?}, the parameters have {in_path:?}");
        violations.push(Violation::new("path-parameters", &pointer, reason));
    }
    collisions(names.into_iter(), violations);
}

/// Examples become constants of one module, and what tests, mocks and documentation show.
fn examples_match(contract: &Value, operation: &Operation<'_>, violations: &mut Vec<Violation>) {
    let mut names = Vec::new();
    for example in examples(contract, operation) {
        let pointer = format!("{}/responses/{}: {}", operation.pointer, example.status, example.name);
        if names.contains(&example.name) {
            let reason = format!("another example of the operation is called `{}`", example.name);
            violations.push(Violation::new("examples", &pointer, reason));
        }
        if example.status.ends_with("XX") {
            let reason = format!("a mock cannot respond with {}", example.status);
            violations.push(Violation::new("examples", &pointer, reason));
        }
        let value = format!("{}/value", example.pointer);
        matches(contract, example.schema, &example.node["value"], &value, violations);
        names.push(example.name);
    }
}

fn matches(contract: &Value, schema: &Value, value: &Value, pointer: &str, violations: &mut Vec<Violation>) {
    let document = json!({ "allOf": [json_schema(schema)], "components": json_schema(&contract["components"]) });
    match jsonschema::options().should_validate_formats(true).build(&document) {
        Ok(validator) => {
            for error in validator.iter_errors(value) {
                let pointer = format!("{pointer}{}", error.instance_path());
                let violation =
                    Violation::new("examples", pointer, format!("the example does not match its schema: {error}"));
                // Operations share examples.
                if !violations.contains(&violation) {
                    violations.push(violation);
                }
            }
        }
        Err(error) => violations.push(Violation::new("examples", pointer, format!("the schema is invalid: {error}"))),
    }
}

/// A schema of OpenAPI 3.0 as JSON Schema, which has no `nullable`.
fn json_schema(node: &Value) -> Value {
    match node {
        Value::Array(elements) => elements.iter().map(json_schema).collect(),
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, member)| !member.is_boolean());
            let schema: Value = kept.map(|(name, member)| (name.clone(), json_schema(member))).collect();
            let is_nullable = node["nullable"] == true;
            if is_nullable { json!({ "if": { "type": "null" }, "else": schema }) } else { schema }
        }
        other => other.clone(),
    }
}

/// The name of a schema is that of a type; the name of a schema inside it joins both names.
fn schemas(contract: &Value, violations: &mut Vec<Violation>) {
    let schemas = &contract["components"]["schemas"];
    for (name, schema) in members(schemas) {
        let pointer = format!("/components/schemas/{name}");
        if is_keyword(name) || name.to_upper_camel_case() != name {
            let reason = format!("the type would be called `{}`", name.to_upper_camel_case());
            violations.push(Violation::new("schema-names", &pointer, reason));
        }
        let property_pointer = |property: &str| format!("{pointer}/properties/{}", step(property));
        for (property, node) in members(&schema["properties"]) {
            let inner = format!("{name}{}", property.to_upper_camel_case());
            if node.get("oneOf").is_some() && schemas.get(&inner).is_some() {
                let reason = format!("the type of `{property}` would be called `{inner}`, as another schema is");
                violations.push(Violation::new("no-identifier-collisions", property_pointer(property), reason));
            }
        }
        let properties = members(&schema["properties"]).map(|(name, _)| (name, snake(name), property_pointer(name)));
        collisions(properties, violations);
    }
}

/// Names that come out the same in Rust.
fn collisions<'a>(names: impl Iterator<Item = (&'a str, String, String)>, violations: &mut Vec<Violation>) {
    let mut known: Vec<(&str, String)> = Vec::new();
    for (name, identifier, pointer) in names {
        match known.iter().find(|(_, other)| *other == identifier) {
            Some((other, _)) => {
                let reason = format!("`{name}` and `{other}` are both `{identifier}` in Rust");
                violations.push(Violation::new("no-identifier-collisions", pointer, reason));
            }
            None => known.push((name, identifier)),
        }
    }
}

/// The field or argument that the generator makes from a name: any other character separates words.
fn snake(name: &str) -> String {
    name.replace('\'', "").replace(|letter: char| !letter.is_alphanumeric(), "-").to_snake_case()
}

fn is_keyword(name: &str) -> bool {
    // A keyword since the edition of 2024, which syn does not know.
    name == "gen" || syn::parse_str::<syn::Ident>(name).is_err()
}
