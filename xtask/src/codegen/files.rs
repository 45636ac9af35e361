//! Generated files on disk: which are out of date, and how they are written.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use similar::TextDiff;

use super::{DIGEST, MARK, Output};

/// A folder that only contains generated files.
const FOLDER: &str = "crates/partner-center-mock/src/generated";

/// The name of a missing file in a unified diff.
const NO_FILE: &str = "/dev/null";

/// A file that is out of date.
pub(super) struct Difference {
    pub(super) path: String,
    pub(super) reason: &'static str,
    /// What has to change, as a unified diff.
    pub(super) diff: String,
}

/// Every file that is out of date, in the order of the outputs, then other files of the folder.
pub(super) fn differences(root: &Path, outputs: &[Output]) -> Result<Vec<Difference>> {
    let mut differences = Vec::new();
    for Output { path, text } in outputs {
        let (old, reason) = match read(root, path)? {
            Some(old) if old == *text => continue,
            Some(old) if without_digest(&old) == without_digest(text) => {
                (old, "only the digest differs: the contract has another comment, order or fact without generated code")
            }
            Some(old) => (old, "is not what the contract generates"),
            None => (String::new(), "is missing"),
        };
        let old_path = if old.is_empty() { NO_FILE.to_owned() } else { format!("a/{path}") };
        differences.push(Difference {
            path: (*path).to_owned(),
            reason,
            diff: diff(&old, text, &old_path, &format!("b/{path}")),
        });
    }
    for (path, old) in strays(root, outputs)? {
        let reason = if is_generated(&old) {
            "the contract no longer generates it"
        } else {
            "is hand-written but in a folder of generated files: move or delete it"
        };
        differences.push(Difference { diff: diff(&old, "", &format!("a/{path}"), NO_FILE), path, reason });
    }
    Ok(differences)
}

/// Brings every file up to date; 1 if the folder has an entry that was not generated.
pub(super) fn write(root: &Path, outputs: &[Output]) -> Result<ExitCode> {
    for Output { path, text } in outputs {
        let file = root.join(path);
        if read(root, path)?.is_some_and(|old| old == *text) {
            say!("{path} is up to date");
            continue;
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::write(&file, text).with_context(|| format!("cannot write {path}"))?;
        say!("{path} written");
    }
    let mut code = ExitCode::SUCCESS;
    for (path, text) in strays(root, outputs)? {
        if is_generated(&text) {
            fs::remove_file(root.join(&path)).with_context(|| format!("cannot remove {path}"))?;
            say!("{path} removed: the contract no longer generates it");
        } else {
            eprintln!("error: {path} is in a folder of generated files but was not generated\nhelp: move or delete it");
            code = ExitCode::from(1);
        }
    }
    Ok(code)
}

/// The files of the folder that are not outputs, each with its text.
fn strays(root: &Path, outputs: &[Output]) -> Result<Vec<(String, String)>> {
    let mut strays = Vec::new();
    let entries = match fs::read_dir(root.join(FOLDER)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(strays),
        entries => entries.with_context(|| format!("cannot list {FOLDER}"))?,
    };
    for entry in entries {
        let path = format!("{FOLDER}/{}", entry?.file_name().to_string_lossy());
        if !outputs.iter().any(|output| output.path == path)
            && let Some(text) = read(root, &path)?
        {
            strays.push((path, text));
        }
    }
    strays.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(strays)
}

/// The text of a file, `None` if there is none.
fn read(root: &Path, path: &str) -> Result<Option<String>> {
    match fs::read(root.join(path)) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {path}")),
    }
}

fn is_generated(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.contains(MARK))
}

fn without_digest(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with(DIGEST)).collect()
}

fn diff(old: &str, new: &str, old_path: &str, new_path: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().header(old_path, new_path).to_string()
}
