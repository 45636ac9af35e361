//! The manifests of the workspace as cargo reads them.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::ci;

/// Its methods take a new argument in any version; docs/adr/0009 says why.
const GENERATED: &str = "partner-center-gen";

/// What `cargo metadata` says of each crate of the workspace.
pub(super) fn all(root: &Path) -> Result<Vec<Value>> {
    let output = ci::command(root, &["metadata", "--no-deps", "--format-version", "1"]).output();
    let output = output.context("cargo cannot be started")?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
    let mut metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata gave no JSON")?;
    match metadata["packages"].take() {
        Value::Array(packages) => Ok(packages),
        _ => Ok(Vec::new()),
    }
}

/// Those that are meant for crates.io.
pub(super) fn published(packages: Vec<Value>) -> Vec<Value> {
    packages
        .into_iter()
        .filter(|package| package["publish"].as_array().is_none_or(|places| !places.is_empty()))
        .collect()
}

/// What crates.io and docs.rs want, and the crate does not say.
pub(super) fn faults(package: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for field in ["description", "license", "readme", "rust_version"] {
        if package[field].as_str().is_none_or(str::is_empty) {
            faults.push(format!("has no {field}"));
        }
    }
    for (field, most) in [("keywords", 5), ("categories", 5)] {
        let count = package[field].as_array().map_or(0, Vec::len);
        if !(1..=most).contains(&count) {
            faults.push(format!("has {count} {field}; 1 to {most} are allowed"));
        }
    }
    let is_library =
        |target: &Value| target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "lib"));
    let has_library = package["targets"].as_array().is_some_and(|targets| targets.iter().any(is_library));
    if has_library && package["metadata"]["docs"]["rs"]["all-features"] != true {
        faults.push("does not tell docs.rs to document all features".to_owned());
    }
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        if !dependency["path"].is_null() && dependency["req"] == "*" {
            faults.push(format!("depends on {} by its path without a version", dependency["name"]));
        }
        let is_exact = dependency["req"].as_str().is_some_and(|version| version.starts_with('='));
        if dependency["name"] == GENERATED && !is_exact {
            faults.push(format!("asks for {GENERATED} {}, where one version alone fits", dependency["req"]));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn complete() -> Value {
        json!({
            "name": "a", "publish": null, "description": "d", "license": "MIT", "readme": "README.md",
            "rust_version": "1.88", "keywords": ["k"], "categories": ["c"],
            "targets": [{ "kind": ["lib"] }], "metadata": { "docs": { "rs": { "all-features": true } } },
            "dependencies": [{ "name": "b", "path": "b", "req": "^1" }, { "name": "c", "req": "*" }],
        })
    }

    #[test]
    fn finds_nothing_in_a_complete_manifest() {
        assert_eq!(faults(&complete()), Vec::<String>::new());
    }

    #[test]
    fn finds_each_field_that_is_missing() {
        for field in ["description", "license", "readme", "rust_version", "keywords", "categories", "metadata"] {
            let mut package = complete();
            package[field] = Value::Null;
            assert_eq!(faults(&package).len(), 1, "{field}");
        }
    }

    #[test]
    fn finds_a_path_without_a_version() {
        let mut package = complete();
        package["dependencies"][0]["req"] = json!("*");
        assert_eq!(faults(&package), [r#"depends on "b" by its path without a version"#]);
    }

    #[test]
    fn the_generated_crate_is_asked_for_by_its_exact_version() {
        let mut package = complete();
        package["dependencies"] = json!([{ "name": GENERATED, "path": "b", "req": "=0.1.0" }]);
        assert_eq!(faults(&package), Vec::<String>::new());
        package["dependencies"][0]["req"] = json!("^0.1.0");
        assert_eq!(faults(&package).len(), 1);
    }

    #[test]
    fn leaves_out_what_stays_here() {
        let mut private = complete();
        private["publish"] = json!([]);
        assert_eq!(published(vec![complete(), private]), [complete()]);
    }
}
