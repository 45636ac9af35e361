//! The versions that changes ask for, and whether contract, crates and changelog follow.

use std::path::Path;

use anyhow::{Context, Result};
use semver::Version;

use super::change::Class;
use crate::contract::Contract;

pub(super) const CHANGELOG: &str = "CHANGELOG.md";

/// What a line of the changelog says of a change that breaks callers.
const BREAKING: &str = "**Breaking:**";

/// What callers have.
pub(super) struct Release {
    pub(super) version: Version,
    pub(super) changelog: String,
}

/// The version that the gravest change asks for at least.
///
/// Before 1.0.0 the middle number is the one that breaks, and the last one grows: as Cargo reads versions.
pub(super) fn wanted(from: &Version, class: Option<Class>) -> Version {
    let mut version = Version::new(from.major, from.minor, from.patch);
    match (class, from.major) {
        (Some(Class::Breaking), 1..) => version = Version::new(from.major + 1, 0, 0),
        (Some(Class::Breaking), 0) | (Some(Class::Compatible), 1..) => {
            version = Version::new(from.major, from.minor + 1, 0)
        }
        (Some(Class::Compatible), 0) => version.patch += 1,
        (Some(Class::Editorial) | None, _) => {}
    }
    version
}

/// The contract's own version.
pub(super) fn of_contract(contract: &Contract) -> Result<Version> {
    let stated = contract.json.pointer("/info/version").and_then(serde_json::Value::as_str);
    let stated = stated.with_context(|| format!("{} has no version", contract.name))?;
    Version::parse(stated).with_context(|| format!("the version of {} is no semantic version", contract.name))
}

/// The version that the crates share, from the text of the workspace's `Cargo.toml`.
pub(super) fn of_crates(manifest: &str) -> Result<Version> {
    let mut lines = manifest.lines().skip_while(|line| line.trim() != "[workspace.package]").skip(1);
    let mut section = lines.by_ref().take_while(|line| !line.trim_start().starts_with('['));
    let stated = section.find_map(|line| line.strip_prefix("version = \"")?.split('"').next());
    Version::parse(stated.context("[workspace.package] has no version")?).context("the version is no semantic version")
}

/// What is still missing for a release with a change of this class.
pub(super) fn missing(
    root: &Path,
    base: &Contract,
    release: Option<&Release>,
    new: &Contract,
    class: Class,
) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    let (from, to) = (of_contract(base)?, of_contract(new)?);
    let due = wanted(&from, Some(class));
    if to < due {
        missing.push(format!("info.version of {} is {to}, and has to be {due} or later", new.name));
    }
    let Some(release) = release else { return Ok(missing) };
    let read = |path: &str| std::fs::read_to_string(root.join(path)).with_context(|| format!("{path} cannot be read"));
    let (to, due) = (of_crates(&read("Cargo.toml")?)?, wanted(&release.version, Some(class)));
    if to < due {
        missing.push(format!("version in [workspace.package] of Cargo.toml is {to}, and has to be {due} or later"));
    }
    let changelog = read(CHANGELOG)?;
    let known: Vec<&str> = release.changelog.lines().collect();
    let is_entry = |line: &&str| line.starts_with("- ") && !known.contains(line);
    let mut entries = changelog.lines().filter(is_entry).peekable();
    if class > Class::Editorial && entries.peek().is_none() {
        missing.push(format!("{CHANGELOG} has no entry since {}", release.version));
    } else if class == Class::Breaking && !entries.any(|entry| entry.contains(BREAKING)) {
        missing.push(format!("{CHANGELOG} has no entry with {BREAKING} since {}", release.version));
    }
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_the_number_that_cargo_reads_as_breaking_or_compatible() {
        let wanted = |from: &str, class| wanted(&Version::parse(from).expect("a version"), Some(class)).to_string();
        assert_eq!(wanted("1.2.3", Class::Breaking), "2.0.0");
        assert_eq!(wanted("1.2.3", Class::Compatible), "1.3.0");
        assert_eq!(wanted("1.2.3", Class::Editorial), "1.2.3");
        assert_eq!(wanted("0.2.3", Class::Breaking), "0.3.0");
        assert_eq!(wanted("0.2.3", Class::Compatible), "0.2.4");
    }

    #[test]
    fn reads_the_version_of_the_workspace_and_of_nothing_else() {
        let manifest =
            "[package]\nversion = \"9.9.9\"\n\n[workspace.package]\nedition = \"2024\"\nversion = \"1.2.3\"\n";
        assert_eq!(of_crates(manifest).ok(), Some(Version::new(1, 2, 3)));
        assert!(of_crates("[workspace.package]\n[package]\nversion = \"9.9.9\"\n").is_err());
        assert!(of_crates(include_str!("../../../Cargo.toml")).is_ok());
    }
}
