//! Generators of code: they take the contract, and what they emit compiles or type-checks.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::process::objection;
use super::tools::Tools;

/// What openapi-generator is told to call the package.
const PACKAGE: &str = "partner_center_generated";

pub(super) fn hey_api(tools: &Tools) -> Result<Option<String>> {
    let folder = tools.output("hey-api")?;
    let mut command = tools.node("openapi-ts")?;
    command.current_dir(&folder).arg("-i").arg(tools.contract()).arg("-o").arg(folder.join("client"));
    then(objection(&mut command)?, || type_script(tools, &folder.join("client/index.ts")))
}

pub(super) fn typescript_fetch(tools: &Tools) -> Result<Option<String>> {
    let (said, folder) = openapi_generator(tools, "typescript-fetch", &[])?;
    then(said, || type_script(tools, &folder.join("index.ts")))
}

pub(super) fn python_client(tools: &Tools) -> Result<Option<String>> {
    let folder = tools.output("openapi-python-client")?;
    let mut command = tools.python("openapi-python-client")?;
    command.args(["generate", "--meta", "none", "--overwrite", "--fail-on-warning", "--path"]).arg(tools.contract());
    command.arg("--output-path").arg(folder.join(PACKAGE));
    // What comes from the contract: the rest is the same for every contract, and not all of it type-checks.
    let parts = ["api", "models"].map(|part| folder.join(PACKAGE).join(part));
    then(objection(&mut command)?, || mypy(tools, &folder, &parts))
}

pub(super) fn python(tools: &Tools) -> Result<Option<String>> {
    let (said, folder) = openapi_generator(tools, "python", &[])?;
    then(said, || mypy(tools, &folder, &[folder.join(PACKAGE)]))
}

/// Emitted, and not compiled: .NET is not asked of anybody here.
pub(super) fn csharp(tools: &Tools) -> Result<Option<String>> {
    let (said, folder) = openapi_generator(tools, "csharp", &[])?;
    then(said, || {
        let models = folder.join("src").join(PACKAGE).join("Model");
        let is_there = models.join("Organization.cs").exists() && models.join("ServiceError.cs").exists();
        Ok((!is_there).then(|| format!("{} lacks the contract's models", models.display())))
    })
}

pub(super) fn rust(tools: &Tools) -> Result<Option<String>> {
    let (said, folder) = openapi_generator(tools, "rust", &["--library", "reqwest"])?;
    then(said, || {
        let manifest = folder.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).context("the crate has no Cargo.toml")?;
        // It lies inside this workspace and is none of it.
        fs::write(&manifest, format!("{text}\n[workspace]\n"))?;
        let mut command = tools.cargo(&["check", "-q", "--no-default-features", "--features", "rustls"]);
        objection(command.arg("--manifest-path").arg(manifest))
    })
}

pub(super) fn openapi_to_rust(tools: &Tools) -> Result<Option<String>> {
    let folder = tools.output("openapi-to-rust")?;
    let mut command = tools.openapi_to_rust()?;
    command.current_dir(&folder).arg("generate").arg(tools.contract());
    command.arg("--output-dir").arg(folder.join("src")).args(["--module-name", PACKAGE]);
    then(objection(&mut command)?, || {
        let manifest = folder.join("Cargo.toml");
        fs::write(&manifest, MANIFEST)?;
        if !folder.join("src/lib.rs").exists() {
            fs::rename(folder.join("src/mod.rs"), folder.join("src/lib.rs")).context("it emits no module")?;
        }
        objection(tools.cargo(&["check", "-q", "--manifest-path"]).arg(manifest))
    })
}

/// The crate around the module that openapi-to-rust emits, which names none of its dependencies.
const MANIFEST: &str = r#"[package]
name = "partner_center_generated"
version = "0.0.0"
edition = "2024"

[dependencies]
futures-util = { version = "0.3", default-features = false }
reqwest = { version = "0.13", default-features = false, features = ["json", "query", "stream"] }
reqwest-middleware = "0.5"
serde = { version = "1", features = ["derive"] }
serde_json = "1"
thiserror = "2"
url = "2"

[workspace]
"#;

/// Emits with one of openapi-generator's generators; what it objects to, and where the code lies.
fn openapi_generator(tools: &Tools, generator: &str, options: &[&str]) -> Result<(Option<String>, PathBuf)> {
    let folder = tools.output(generator)?;
    let mut command = tools.python("openapi-generator-cli")?;
    command.args(["generate", "-g", generator, "-i"]).arg(tools.contract()).arg("-o").arg(&folder);
    command.args(options).arg(format!("--additional-properties=packageName={PACKAGE}"));
    Ok((objection(&mut command)?, folder))
}

fn type_script(tools: &Tools, file: &Path) -> Result<Option<String>> {
    let options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "esnext"];
    let more = ["--moduleResolution", "bundler", "--lib", "es2022,dom,dom.iterable"];
    objection(tools.node("tsc")?.args(options).args(more).arg(file))
}

fn mypy(tools: &Tools, folder: &Path, parts: &[PathBuf]) -> Result<Option<String>> {
    let options = ["--ignore-missing-imports", "--follow-imports=silent", "--no-error-summary"];
    objection(tools.python("mypy")?.current_dir(folder).args(options).args(parts))
}

/// What the first step objects to, or else the second.
fn then(said: Option<String>, next: impl FnOnce() -> Result<Option<String>>) -> Result<Option<String>> {
    if said.is_some() { Ok(said) } else { next() }
}
