//! Rules for names as Rust has them: what the generator makes of two names must stay two.

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::schemas::is_pascal_case;
use super::{Fault, Rule};
use crate::contract::{Contract, Place, parts};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "PC035",
    title: "Names that stay apart in Rust",
    fix: "rename it: words are told apart by their letters alone, and some are taken",
    check: apart,
}];

/// What the generated client has beside the operations.
const OF_CLIENTS: &[&str] = &["new", "new_with_client", "api_version", "baseurl", "client", "inner"];

/// What the generated method, or the typed mock of an operation, has beside the parameters.
const BESIDE_PARAMETERS: &[&str] = &["header_map", "new", "into_inner"];

fn apart(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    operations(contract, &mut faults);
    for operation in parts::operations(contract) {
        parameters(contract, &operation, &mut faults);
    }
    for schema in parts::all_schemas(contract) {
        let properties = schema.members("properties").into_iter();
        collisions(properties.map(|(name, place)| (name, snake(name), place.pointer)), &mut faults);
    }
    models(contract, &mut faults);
    faults
}

/// An id names a method, a module of examples, and the types of a mock.
fn operations(contract: &Contract, faults: &mut Vec<Fault>) {
    let operations = parts::operations(contract);
    let ids = || {
        let ids = operations.iter().map(|operation| &operation.place);
        ids.filter_map(|place| Some((place.text("operationId")?, place.pointer_to("operationId"))))
    };
    for (id, pointer) in ids() {
        if is_keyword(id) || OF_CLIENTS.contains(&id) {
            faults.push(Fault::new(pointer, format!("`{id}` is taken: a method cannot be called so")));
        }
    }
    // Two operations of one id break another rule.
    let mut seen = Vec::new();
    let once = ids().filter(|(id, _)| !seen.contains(id) && (seen.push(*id), true).1);
    let once: Vec<_> = once.map(|(id, pointer)| (id, id.to_upper_camel_case(), pointer)).collect();
    collisions(once.into_iter(), faults);
}

fn parameters(contract: &Contract, operation: &parts::Operation<'_>, faults: &mut Vec<Fault>) {
    let parameters = parts::parameters(contract, operation);
    let named: Vec<_> = parameters
        .iter()
        .filter_map(|parameter| Some((parameter.text("name")?, parameter.pointer_to("name"))))
        .collect();
    let has_body = operation.place.child("requestBody").is_some();
    for (name, pointer) in &named {
        let own = snake(name);
        if BESIDE_PARAMETERS.contains(&own.as_str()) || (has_body && own == "body") {
            faults
                .push(Fault::new(pointer, format!("`{name}` is taken: the generated code has something of that name")));
        }
    }
    collisions(named.into_iter().map(|(name, pointer)| (name, snake(name), pointer)), faults);
}

/// The name of a schema is that of a type, and a schema that stands inside it has a name made of both.
fn models(contract: &Contract, faults: &mut Vec<Fault>) {
    let components = contract.root().child("components");
    let schemas: Vec<(&str, Place<'_>)> =
        components.into_iter().flat_map(|components| components.members("schemas")).collect();
    for (name, schema) in &schemas {
        if is_keyword(name) {
            faults.push(Fault::new(&schema.pointer, format!("`{name}` is taken: a type cannot be called so")));
        } else if is_pascal_case(name) && name.to_upper_camel_case() != *name {
            let other = name.to_upper_camel_case();
            faults.push(Fault::new(&schema.pointer, format!("`{name}` would become `{other}`")));
        }
        for (property, place) in schema.members("properties") {
            let inner = format!("{name}{}", property.to_upper_camel_case());
            let has_own_type = ["oneOf", "anyOf", "enum", "properties"].iter().any(|key| place.child(key).is_some());
            if has_own_type && schemas.iter().any(|(known, _)| *known == inner) {
                let reason = format!("the type of `{property}` would be called `{inner}`, as another schema is");
                faults.push(Fault::new(place.pointer, reason));
            }
        }
    }
}

/// Names that the generator spells alike.
fn collisions<'a>(names: impl Iterator<Item = (&'a str, String, String)>, faults: &mut Vec<Fault>) {
    let mut known: Vec<(&str, String)> = Vec::new();
    for (name, spelt, pointer) in names {
        match known.iter().find(|(_, other)| *other == spelt) {
            Some((other, _)) => {
                faults.push(Fault::new(pointer, format!("`{name}` and `{other}` are both `{spelt}` in Rust")));
            }
            None => known.push((name, spelt)),
        }
    }
}

/// As the generator spells a field or an argument: what is no part of a word separates words.
fn snake(name: &str) -> String {
    let words = name.replace('\'', "").replace(|letter: char| !letter.is_alphanumeric(), "-");
    match words.to_snake_case() {
        name if name.starts_with(|first: char| first.is_ascii_digit()) || name.is_empty() => format!("x{name}"),
        name => name,
    }
}

fn is_keyword(name: &str) -> bool {
    // Since the edition of 2024, which the parser does not ask for.
    name == "gen" || syn::parse_str::<syn::Ident>(name).is_err()
}
