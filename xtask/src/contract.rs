//! Reads the contract: YAML in, JSON out, `$ref`s followed on demand.

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;
use serde_saphyr::UserMessageFormatter;

/// The contract's path from the root of the workspace.
pub(crate) const PATH: &str = "openapi/partner-center.yaml";

/// The methods that an operation can have.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The contract of the workspace at `root`.
pub(crate) fn load(root: &Path) -> Result<Value> {
    parse(&read(&root.join(PATH))?, PATH)
}

/// The text of a file, which the error names.
pub(crate) fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// The document in `text`, with anchors resolved, keys in their order; errors show the position in `name`.
pub(crate) fn parse(text: &str, name: &str) -> Result<Value> {
    // YAML 1.2, as OpenAPI requires: only `true` and `false` are booleans, so `NO` is a string.
    let options = serde_saphyr::options! { strict_booleans: true };
    let document: Value = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let rendered = error.render_with_options(serde_saphyr::render_options! {
            formatter: &UserMessageFormatter,
            source_name: Some(name),
        });
        anyhow!("{name} is not valid YAML\n{rendered}")
    })?;
    ensure!(!document.is_null(), "{name} is empty");
    Ok(document)
}

/// The target of `node`, or `node` itself if it is not a reference or its target is missing.
pub(crate) fn follow<'a>(contract: &'a Value, node: &'a Value) -> &'a Value {
    target(node).and_then(|target| contract.pointer(target)).unwrap_or(node)
}

/// The JSON pointer in `node`, if it is a reference.
fn target(node: &Value) -> Option<&str> {
    node["$ref"].as_str()?.strip_prefix('#')
}

/// The members of an object, none if `node` is something else.
pub(crate) fn members(node: &Value) -> impl Iterator<Item = (&str, &Value)> {
    node.as_object().into_iter().flatten().map(|(name, member)| (name.as_str(), member))
}

/// The elements of an array, none if `node` is something else.
pub(crate) fn elements(node: &Value) -> impl Iterator<Item = &Value> {
    node.as_array().into_iter().flatten()
}

/// `name` as one step of a JSON pointer.
pub(crate) fn step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// An operation and where it is.
pub(crate) struct Operation<'a> {
    pub(crate) path: &'a str,
    pub(crate) pointer: String,
    pub(crate) node: &'a Value,
}

/// An example of one response of an operation.
pub(crate) struct Example<'a> {
    pub(crate) name: &'a str,
    pub(crate) status: &'a str,
    pub(crate) media_type: &'a str,
    /// The schema that the example has to match.
    pub(crate) schema: &'a Value,
    pub(crate) node: &'a Value,
    /// Where `node` is, with references followed.
    pub(crate) pointer: String,
}

/// Every operation, in the order of the contract.
pub(crate) fn operations(contract: &Value) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    for (path, item) in members(&contract["paths"]) {
        for (method, node) in members(item).filter(|(name, _)| METHODS.contains(name)) {
            operations.push(Operation { path, pointer: format!("/paths/{}/{method}", step(path)), node });
        }
    }
    operations
}

/// The examples of an operation's responses, in the order of the contract.
pub(crate) fn examples<'a>(contract: &'a Value, operation: &Operation<'a>) -> Vec<Example<'a>> {
    let mut examples = Vec::new();
    for (status, response) in members(&operation.node["responses"]) {
        let own = format!("{}/responses/{}", operation.pointer, step(status));
        let at = target(response).unwrap_or(&own);
        for (media_type, media) in members(&follow(contract, response)["content"]) {
            for (name, example) in members(&media["examples"]) {
                let node = follow(contract, example);
                let own = format!("{at}/content/{}/examples/{}", step(media_type), step(name));
                let pointer = target(example).map_or(own, str::to_owned);
                examples.push(Example { name, status, media_type, schema: &media["schema"], node, pointer });
            }
        }
    }
    examples
}
