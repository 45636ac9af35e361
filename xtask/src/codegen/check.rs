//! `cargo xtask codegen --check`: holds the files against what the contract gives, and shows each difference.

use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;
use similar::TextDiff;

use super::stray::{self, Stray};
use super::{Output, REMEDY};
use crate::report::Format;

/// The file of a unified diff that stands for no file at all.
const NO_FILE: &str = "/dev/null";

pub(super) fn run(root: &Path, outputs: &[Output], format: Format) -> Result<ExitCode> {
    let faults = faults(root, outputs)?;
    if format == Format::Json {
        let told = faults.iter().map(|Fault { path, reason, .. }| json!({ "path": path, "reason": reason }));
        let told: Vec<_> = told.collect();
        let mend = (!told.is_empty()).then_some(REMEDY);
        say!("{:#}", json!({ "files": outputs.len(), "out-of-step": told, "mend": mend }));
        return Ok(ExitCode::from(u8::from(!faults.is_empty())));
    }
    if faults.is_empty() {
        say!("{} generated files are in step with the contract", outputs.len());
        return Ok(ExitCode::SUCCESS);
    }
    faults.iter().for_each(|fault| crate::report::print(format_args!("{}", fault.diff())));
    say!("");
    for fault in &faults {
        say!("out of step: {}", fault.reason);
    }
    say!("To mend it, run: {REMEDY}");
    Ok(ExitCode::from(1))
}

/// A file that is out of step: what it is, and what it has to be.
pub(super) struct Fault {
    pub(super) path: String,
    pub(super) reason: String,
    old: (String, String),
    new: (String, String),
}

impl Fault {
    /// What has to change, as a unified diff.
    fn diff(&self) -> String {
        TextDiff::from_lines(&self.old.1, &self.new.1).unified_diff().header(&self.old.0, &self.new.0).to_string()
    }
}

/// Every file that is out of step.
pub(super) fn faults(root: &Path, outputs: &[Output]) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let none = || (NO_FILE.to_owned(), String::new());
    for Output { path, text } in outputs {
        let fault =
            |what: &str, old, new| Fault { path: (*path).to_owned(), reason: format!("{path} {what}"), old, new };
        let new = (format!("b/{path}"), text.clone());
        match read(root, path)? {
            None => faults.push(fault("is missing", none(), new)),
            Some(old) if old != *text => {
                faults.push(fault("is not what the contract gives", (format!("a/{path}"), old), new));
            }
            Some(_) => {}
        }
    }
    for Stray { path, is_generated } in stray::find(root, outputs)? {
        let old = (format!("a/{path}"), read(root, &path)?.unwrap_or_default());
        let reason = if is_generated {
            format!("{path} was generated once, and the contract no longer gives it")
        } else {
            format!("{path} lies among generated files but was written by hand: move it or delete it first")
        };
        faults.push(Fault { path, reason, old, new: none() });
    }
    Ok(faults)
}

/// The file's text, whatever its bytes; none if there is no such file.
fn read(root: &Path, path: &str) -> Result<Option<String>> {
    match std::fs::read(root.join(path)) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{path} cannot be read")),
    }
}
