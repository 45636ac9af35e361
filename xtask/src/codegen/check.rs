//! `cargo xtask codegen --check`: holds the files against what the contract gives, and shows each difference.

use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use similar::TextDiff;

use super::stray::{self, Stray};
use super::{Output, REMEDY};

/// The file of a unified diff that stands for no file at all.
const NO_FILE: &str = "/dev/null";

pub(super) fn run(root: &Path, outputs: &[Output]) -> Result<ExitCode> {
    let mut faults = Vec::new();
    for output in outputs {
        match read(root, output.path)? {
            None => {
                print!("{}", diff(NO_FILE, &format!("b/{}", output.path), "", &output.text));
                faults.push(format!("{} is missing", output.path));
            }
            Some(text) if text != output.text => {
                let (old, new) = (format!("a/{}", output.path), format!("b/{}", output.path));
                print!("{}", diff(&old, &new, &text, &output.text));
                faults.push(format!("{} is not what the contract gives", output.path));
            }
            Some(_) => {}
        }
    }
    for Stray { path, is_generated } in stray::find(root, outputs)? {
        let text = read(root, &path)?.unwrap_or_default();
        print!("{}", diff(&format!("a/{path}"), NO_FILE, &text, ""));
        faults.push(if is_generated {
            format!("{path} was generated once, and the contract no longer gives it")
        } else {
            format!("{path} lies among generated files but was written by hand: move it or delete it first")
        });
    }
    if faults.is_empty() {
        println!("{} generated files are in step with the contract", outputs.len());
        return Ok(ExitCode::SUCCESS);
    }
    println!();
    for fault in &faults {
        println!("out of step: {fault}");
    }
    println!("To mend it, run: {REMEDY}");
    Ok(ExitCode::from(1))
}

/// The file's text, whatever its bytes; none if there is no such file.
fn read(root: &Path, path: &str) -> Result<Option<String>> {
    match std::fs::read(root.join(path)) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{path} cannot be read")),
    }
}

/// What has to change, as a unified diff.
fn diff(old_name: &str, new_name: &str, old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().header(old_name, new_name).to_string()
}
