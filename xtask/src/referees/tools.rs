//! Installs the referees below `target/referees`, each in the one version that was tried.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::process;

/// Packages of npm.
const NODE: &[(&str, &str)] = &[
    ("@hey-api/openapi-ts", "0.99.0"),
    ("@redocly/cli", "2.77.0"),
    ("@stoplight/prism-cli", "5.16.0"),
    ("@stoplight/spectral-cli", "6.16.3"),
    ("typescript", "5.9.3"),
];

/// Packages of the Python Package Index: the referees, and what checks or runs the code that they write.
const PYTHON: &[(&str, &str)] = &[
    ("openapi-generator-cli", "7.26.0"),
    ("openapi-python-client", "0.29.1"),
    ("schemathesis", "4.32.5"),
    ("mypy", "2.4.1"),
    ("pydantic", "2.14.3"),
    ("python-dateutil", "2.9.0.post0"),
    ("ruff", "0.17.6"),
];

/// The crate that brings `openapi-to-rust`.
const OPENAPI_TO_RUST: (&str, &str) = ("openapi-to-rust", "0.23.0");

/// No referee reports home, and none looks for a newer one of itself.
const QUIET: &[(&str, &str)] = &[
    ("DO_NOT_TRACK", "1"),
    ("NO_COLOR", "1"),
    ("NPM_CONFIG_UPDATE_NOTIFIER", "false"),
    ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
    ("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true"),
    ("REDOCLY_TELEMETRY", "off"),
    ("SCARF_ANALYTICS", "false"),
];

/// Where the referees lie, and how they are started.
pub(super) struct Tools {
    pub(super) root: PathBuf,
    folder: PathBuf,
}

impl Tools {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), folder: root.join("target/referees") }
    }

    /// The contract.
    pub(super) fn contract(&self) -> PathBuf {
        self.root.join(crate::contract::PATH)
    }

    /// A program of npm's, ready to run; the packages are installed if they are not yet.
    pub(super) fn node(&self, program: &str) -> Result<Command> {
        let folder = self.folder.join("node");
        let packages: Map<String, Value> =
            NODE.iter().map(|(name, version)| ((*name).to_owned(), Value::from(*version))).collect();
        let manifest = json!({ "private": true, "dependencies": packages }).to_string();
        once(&folder, &manifest, || {
            fs::write(folder.join("package.json"), &manifest)?;
            // No package needs its install script, and some report home in it.
            let options = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
            process::succeed(quiet("npm").current_dir(&folder).args(options), "npm (Node.js 20 or later)")
        })?;
        Ok(quiet(folder.join("node_modules/.bin").join(program)))
    }

    /// A program of the Python environment, ready to run; the packages are installed if they are not yet.
    pub(super) fn python(&self, program: &str) -> Result<Command> {
        let folder = self.folder.join("python");
        let packages: Vec<String> = PYTHON.iter().map(|(name, version)| format!("{name}=={version}")).collect();
        once(&folder, &packages.join("\n"), || {
            let environment = ["-m", "venv", "--clear", "."];
            process::succeed(quiet("python3").current_dir(&folder).args(environment), "python3 (3.11 or later)")?;
            let mut pip = quiet(folder.join("bin/pip"));
            process::succeed(pip.args(["install", "--quiet"]).args(&packages), "pip")
        })?;
        let bin = folder.join("bin");
        let mut command = quiet(bin.join(program));
        // One of them starts another by its name.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(bin).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(paths).context("PATH cannot be extended")?);
        Ok(command)
    }

    /// `openapi-to-rust`, ready to run; it is installed if it is not yet.
    pub(super) fn openapi_to_rust(&self) -> Result<Command> {
        let folder = self.folder.join("cargo");
        let (name, version) = OPENAPI_TO_RUST;
        once(&folder, version, || {
            let install = ["install", name, "--version", version, "--locked", "--debug", "--quiet", "--root"];
            process::succeed(self.cargo(&install).arg(&folder), "cargo")
        })?;
        Ok(quiet(folder.join("bin").join(name)))
    }

    /// The cargo that runs this program; what it builds lies with the referees, also for crates of theirs.
    pub(super) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = crate::ci::command(&self.root, arguments);
        command.env("CARGO_TARGET_DIR", self.folder.join("build"));
        command
    }

    /// An empty folder for what a referee writes.
    pub(super) fn output(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join("output").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(folder)
    }
}

/// Installs where the folder does not hold these very versions.
fn once(folder: &Path, versions: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let mark = folder.join("installed");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == versions) {
        return Ok(());
    }
    eprintln!("installing into {}", folder.display());
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    install()?;
    fs::write(&mark, versions).with_context(|| format!("{} cannot be written", mark.display()))
}

fn quiet(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.envs(QUIET.iter().copied());
    command
}
