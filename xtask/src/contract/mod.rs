//! Reads the contract: as text, as plain JSON for the rules, and as OpenAPI for the generator.

pub(crate) mod parts;

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use openapiv3::OpenAPI;
use serde_json::{Map, Value};
use serde_saphyr::UserMessageFormatter;

/// Where the contract lies, seen from the workspace's root.
pub(crate) const PATH: &str = "openapi/partner-center.yaml";

/// The contract as it was read.
#[derive(Debug)]
pub(crate) struct Contract {
    /// Where it was read from, as people should see it.
    pub(crate) name: String,
    /// The file's text.
    pub(crate) text: String,
    /// The same as JSON, anchors resolved, keys in the order of the file.
    pub(crate) json: Value,
}

impl Contract {
    /// Reads the project's own contract in the workspace at `root`.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        Self::read(&root.join(PATH), PATH)
    }

    /// Reads the contract in `file`; `name` is how messages call it.
    pub(crate) fn read(file: &Path, name: &str) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("{name} cannot be read"))?;
        Self::parse(name, text)
    }

    /// Reads a contract from its text.
    pub(crate) fn parse(name: &str, text: String) -> Result<Self> {
        // YAML 1.2, as OpenAPI has it: only `true` and `false` are booleans, so that Norway's code stays a text.
        let options = serde_saphyr::options! { strict_booleans: true };
        let json = serde_saphyr::from_str_with_options(&text, options).map_err(|error| {
            let shown = error.render_with_options(serde_saphyr::render_options! {
                formatter: &UserMessageFormatter,
                source_name: Some(name),
            });
            anyhow!("{name} is not valid YAML\n{shown}")
        })?;
        Ok(Self { name: name.to_owned(), text, json })
    }

    /// The contract as the generator reads it.
    pub(crate) fn openapi(&self) -> Result<OpenAPI> {
        serde_json::from_value(self.json.clone()).with_context(|| format!("{} is not OpenAPI 3.0", self.name))
    }

    /// The whole document.
    pub(crate) fn root(&self) -> Place<'_> {
        Place { pointer: String::new(), value: &self.json }
    }

    /// The place that `$ref` points to, or the place itself where it holds none or one that leads nowhere.
    pub(crate) fn follow<'a>(&'a self, place: Place<'a>) -> Place<'a> {
        let mut place = place;
        // A chain of references in a real contract is one or two long; the bound ends a circle.
        for _ in 0..16 {
            let Some(target) = place.text("$ref").and_then(|target| target.strip_prefix('#')) else { break };
            let Some(value) = self.json.pointer(target) else { break };
            place = Place { pointer: target.to_owned(), value };
        }
        place
    }
}

/// A value of the contract with the JSON pointer that leads to it.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) pointer: String,
    pub(crate) value: &'a Value,
}

impl<'a> Place<'a> {
    /// The member `key` of an object.
    pub(crate) fn child(&self, key: &str) -> Option<Place<'a>> {
        Some(Place { pointer: self.pointer_to(key), value: self.value.get(key)? })
    }

    /// The members of the object at `key`, none if there is no such object.
    pub(crate) fn members(&self, key: &str) -> Vec<(&'a str, Place<'a>)> {
        let Some(object) = self.child(key) else { return Vec::new() };
        let members = object.value.as_object().into_iter().flat_map(Map::iter);
        members.map(|(name, value)| (name.as_str(), Place { pointer: object.pointer_to(name), value })).collect()
    }

    /// The elements of the array at `key`, none if there is no such array.
    pub(crate) fn elements(&self, key: &str) -> Vec<Place<'a>> {
        let Some(array) = self.child(key) else { return Vec::new() };
        let elements = array.value.as_array().into_iter().flatten().enumerate();
        elements.map(|(index, value)| Place { pointer: format!("{}/{index}", array.pointer), value }).collect()
    }

    /// The text at `key`.
    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key).and_then(Value::as_str)
    }

    /// Whether the member `key` is `true`.
    pub(crate) fn is_true(&self, key: &str) -> bool {
        self.value.get(key) == Some(&Value::Bool(true))
    }

    /// The pointer to the member `key`, whether it is there or not.
    pub(crate) fn pointer_to(&self, key: &str) -> String {
        format!("{}/{}", self.pointer, key.replace('~', "~0").replace('/', "~1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract(text: &str) -> Contract {
        Contract::parse("test.yaml", text.to_owned()).expect("the test's YAML is valid")
    }

    #[test]
    fn refuses_a_key_that_stands_twice_and_says_where() {
        let error = Contract::parse("test.yaml", "paths:\n  a: 1\n  a: 2\n".to_owned()).expect_err("a stands twice");
        let message = format!("{error:#}");
        assert!(message.contains("test.yaml:3:3"), "{message}");
        assert!(message.contains("duplicate"), "{message}");
    }

    #[test]
    fn reads_only_true_and_false_as_booleans() {
        let contract = contract("country: NO\nnullable: true\n");
        assert_eq!(contract.json["country"], Value::from("NO"));
        assert_eq!(contract.json["nullable"], Value::Bool(true));
    }

    #[test]
    fn follows_references_and_knows_where_they_lead() {
        let contract = contract("a:\n  $ref: '#/b~1c'\nb/c:\n  $ref: '#/d'\nd: {e: 1}\n");
        let found = contract.follow(contract.root().child("a").expect("a is there"));
        assert_eq!(found.pointer, "/d");
        assert_eq!(found.value["e"], Value::from(1));
    }

    #[test]
    fn survives_references_in_a_circle_and_into_nothing() {
        let contract = contract("a:\n  $ref: '#/b'\nb:\n  $ref: '#/a'\nc:\n  $ref: '#/nowhere'\n");
        let root = contract.root();
        assert!(contract.follow(root.child("a").expect("a is there")).text("$ref").is_some());
        assert_eq!(contract.follow(root.child("c").expect("c is there")).pointer, "/c");
    }

    #[test]
    fn escapes_what_json_pointers_reserve() {
        let contract = contract("paths:\n  /a~b: 1\n");
        let members = contract.root().members("paths");
        assert_eq!(members[0].1.pointer, "/paths/~1a~0b");
        assert_eq!(contract.json.pointer(&members[0].1.pointer), Some(&Value::from(1)));
    }
}
