//! What the contract is compared with: a file, a commit, or the last release.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::version::{self, Release};
use crate::contract::{self, Contract};

/// The other side of a comparison.
pub(super) struct Base {
    pub(super) contract: Contract,
    /// What callers have had since; nothing where the base is a file, or nothing was released yet.
    pub(super) release: Option<Release>,
    /// Said of the base in the report.
    pub(super) note: &'static str,
}

/// Finds the base: what was named, else the last release, else the last commit where nothing was released yet.
pub(super) fn find(root: &Path, named: Option<&str>) -> Result<Base> {
    if let Some(file) = named.map(Path::new).filter(|file| file.is_file()) {
        let contract = Contract::read(file, &file.display().to_string())?;
        return Ok(Base { contract, release: None, note: "a file: the versions of the crates are not looked at" });
    }
    if let Some(revision) = named {
        return at(root, revision, true);
    }
    match last_release(root)? {
        Some(tag) => at(root, &tag, true),
        None => at(root, "HEAD", false),
    }
}

/// The tag of the last release, or of the one before where the contract is the last one's own: a release is checked
/// at its tag, against what callers have.
fn last_release(root: &Path) -> Result<Option<String>> {
    let here = if git(root, &["diff", "--quiet", "HEAD", "--", contract::PATH]).is_ok() {
        git(root, &["tag", "--points-at", "HEAD"])?
    } else {
        String::new()
    };
    let mut describe = vec!["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"];
    describe.extend(here.lines().flat_map(|tag| ["--exclude", tag]));
    if let Ok(tag) = git(root, &describe) {
        return Ok(Some(tag.trim().to_owned()));
    }
    let is_shallow = git(root, &["rev-parse", "--is-shallow-repository"])?.trim() == "true";
    ensure!(!is_shallow, "this clone is shallow and has no earlier release: run `git fetch --unshallow --tags` first");
    Ok(None)
}

fn at(root: &Path, revision: &str, is_release: bool) -> Result<Base> {
    let show = |path: &str| git(root, &["show", &format!("{revision}:{path}")]);
    let text = show(contract::PATH)?;
    let contract = Contract::parse(&format!("{revision}:{}", contract::PATH), text)?;
    if !is_release {
        return Ok(Base { contract, release: None, note: "no earlier release is tagged here, so no version is due" });
    }
    let version = version::of_crates(&show("Cargo.toml")?).with_context(|| format!("Cargo.toml of {revision}"))?;
    // A release before the first changelog has nothing to say.
    let changelog = show(version::CHANGELOG).unwrap_or_default();
    Ok(Base { contract, release: Some(Release { version, changelog }), note: "what callers have" })
}

fn git(root: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output();
    let output = output.context("git cannot be started; name a file with --base FILE")?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("`git {}` says: {}; name another base with --base", arguments.join(" "), reason.trim());
    }
    String::from_utf8(output.stdout).context("git does not answer in UTF-8")
}
