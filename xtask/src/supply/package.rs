//! The step `package`: every published crate is packed, and what was packed builds alone, its tests included.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::manifests;
use crate::ci;

/// Where the packages are unpacked, away from the sources they were made of.
const FOLDER: &str = "target/packed";

/// What every package brings with it.
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

pub(crate) fn run(root: &Path) -> Result<()> {
    let packages = manifests::published(manifests::all(root)?);
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    for (package, name) in packages.iter().zip(&names) {
        let faults = manifests::faults(package);
        ensure!(faults.is_empty(), "the manifest of {name} {}", faults.join(", "));
    }
    let chosen: Vec<&str> = names.iter().flat_map(|name| ["-p", name]).collect();
    // Cargo sorts them by their dependencies. It would build each one itself, but without its tests.
    let pack = ["package", "--no-verify", "--allow-dirty", "--target-dir", "target"];
    ci::cargo(root, &[&pack, chosen.as_slice()].concat(), &[])?;

    let folder = root.join(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder).context("what was unpacked before cannot be removed")?;
    }
    fs::create_dir_all(&folder)?;
    let mut workspace = WORKSPACE.to_owned();
    for (package, name) in packages.iter().zip(&names) {
        let unpacked = unpack(root, &folder, package)?;
        writeln!(workspace, "{name} = {{ path = \"{unpacked}\" }}")?;
    }
    fs::write(folder.join("Cargo.toml"), workspace)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;

    // The build output is shared with everything else, so that dependencies are not built again.
    let shared = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    let shared = shared.to_str().context("the target folder's name is no UTF-8")?;
    for name in &names {
        ci::cargo(&folder, &["check", "-p", name, "--target-dir", shared], &[])?;
    }
    ci::cargo(&folder, &["check", "--workspace", "--all-targets", "--target-dir", shared], &[])
}

/// The crates are looked for here before they are looked for on crates.io.
const WORKSPACE: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"*-*.*.*\"]\n\n\
    [profile.dev]\ndebug = \"line-tables-only\"\n\n[patch.crates-io]\n";

/// Unpacks one package, looks at what must be in it, and tells its folder's name.
fn unpack(root: &Path, folder: &Path, package: &Value) -> Result<String> {
    let [name, version] = ["name", "version"].map(|field| package[field].as_str().unwrap_or_default());
    let unpacked = format!("{name}-{version}");
    let file = root.join("target/package").join(format!("{unpacked}.crate"));
    let status = Command::new("tar").arg("-xzf").arg(&file).arg("-C").arg(folder).status();
    ensure!(status.context("tar cannot be started")?.success(), "{} cannot be unpacked", file.display());
    for licence in LICENCES {
        let text = fs::read_to_string(folder.join(&unpacked).join(licence));
        let text = text.with_context(|| format!("the package of {name} holds no {licence}"))?;
        ensure!(text == fs::read_to_string(root.join(licence))?, "the {licence} of {name} is not the workspace's");
    }
    ensure!(folder.join(&unpacked).join("README.md").is_file(), "the package of {name} holds no README.md");
    Ok(unpacked)
}
