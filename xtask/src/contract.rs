//! Reads the contract: as text, as plain JSON for the rules, and as OpenAPI for the generator.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use openapiv3::OpenAPI;
use serde_json::Value;

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
    /// Reads the contract at `path`, or the project's own.
    pub(crate) fn load(path: Option<&Path>) -> Result<Self> {
        let (file, name) = match path {
            Some(path) => (path.to_path_buf(), path.display().to_string()),
            None => (workspace_root().join(PATH), PATH.to_owned()),
        };
        let text = std::fs::read_to_string(&file).with_context(|| format!("{name} cannot be read"))?;
        Self::parse(name, text)
    }

    /// Reads a contract from its text.
    pub(crate) fn parse(name: impl Into<String>, text: impl Into<String>) -> Result<Self> {
        let (name, text) = (name.into(), text.into());
        let json = serde_saphyr::from_str(&text).with_context(|| format!("{name} is not valid YAML"))?;
        Ok(Self { name, text, json })
    }

    /// The contract as the generator reads it.
    pub(crate) fn openapi(&self) -> Result<OpenAPI> {
        serde_json::from_value(self.json.clone()).with_context(|| format!("{} is not OpenAPI 3.0", self.name))
    }

    /// The value at a JSON pointer, following `$ref` wherever one stands.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let mut value = value;
        // A chain of references in a real contract is one or two long; the bound ends a circle.
        for _ in 0..16 {
            let Some(target) = value.get("$ref").and_then(Value::as_str) else { break };
            match target.strip_prefix('#').and_then(|pointer| self.json.pointer(pointer)) {
                Some(found) => value = found,
                None => break,
            }
        }
        value
    }
}

/// The root of the workspace this program was built in.
pub(crate) fn workspace_root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map(Path::to_path_buf).unwrap_or(here)
}
