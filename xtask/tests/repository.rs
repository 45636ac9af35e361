//! Repository checks: links resolve, files state their purpose, no machine-specific paths.

mod support;

use std::path::Path;
use std::process::Command;

use support::project;

#[test]
fn links_resolve_files_state_their_purpose_and_paths_are_portable() {
    let output = Command::new("git")
        .current_dir(project())
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .output();
    let files = String::from_utf8(output.expect("git starts").stdout).expect("UTF-8");
    let mut findings = Vec::new();
    // Deleted but not yet committed, or not text.
    let texts = files.lines().filter_map(|file| Some((file, std::fs::read_to_string(project().join(file)).ok()?)));
    for (file, text) in texts {
        let has_purpose = text.starts_with("//!") || text.starts_with("// @generated") || text.starts_with("#![doc");
        if file.ends_with(".rs") && !has_purpose {
            findings.push(format!("{file}: begins with no `//!` line"));
        }
        for machine in ["/home/", "/root/", "/Users/"] {
            if text.contains(machine) && !file.ends_with("repository.rs") {
                findings.push(format!("{file}: has a path below {machine}"));
            }
        }
        if file.ends_with(".md") {
            let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            for target in targets.filter(|target| !target.contains("://") && !target.starts_with(['#', '<'])) {
                let target = target.split('#').next().unwrap_or_default();
                if !project().join(Path::new(file).with_file_name(target)).exists() {
                    findings.push(format!("{file}: {target} does not exist"));
                }
            }
        }
    }
    assert!(files.lines().count() > 100, "git lists no files");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn the_generated_crate_is_required_at_its_exact_version() {
    let manifest = std::fs::read_to_string(project().join("Cargo.toml")).expect("the manifest is there");
    assert!(manifest.contains("\npartner-center-gen = { version = \"=0"), "docs/adr/0009 says why");
}
