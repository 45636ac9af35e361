//! What a reader of the repository relies on: links that lead somewhere, files that say what they are for, no machine's paths.

mod support;

use std::path::Path;
use std::process::Command;

use support::project;

#[test]
fn links_lead_somewhere_files_say_their_purpose_and_no_path_is_of_one_machine() {
    let output = Command::new("git")
        .current_dir(project())
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .output();
    let files = String::from_utf8(output.expect("git starts").stdout).expect("UTF-8");
    let mut findings = Vec::new();
    // Deleted and not yet committed, or no text.
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
