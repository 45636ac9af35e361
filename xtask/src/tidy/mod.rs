//! `cargo xtask tidy`: what a machine can hold of a house in order.
//!
//! Formatting, lints, generated files, the rules of the contract and the table of faults have tasks of their own.

mod documents;
mod modules;
mod sources;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::files;

pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let texts = texts(root)?;
    let mut findings = sources::findings(&texts);
    findings.extend(modules::findings(&texts));
    findings.extend(documents::findings(&texts, |path| root.join(path).exists()));
    findings.sort();
    for finding in &findings {
        eprintln!("error: {finding}");
    }
    for (lines, path) in sources::longest(&texts) {
        say!("    {lines:>4} lines  {path}");
    }
    if findings.is_empty() {
        say!("{} files are in order", texts.len());
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::from(1))
}

/// A file of the workspace: its path from the root, with slashes, and what it says.
type Text = (String, String);

/// Every file that is text. Links are left out: what they lead to is there on its own.
fn texts(root: &Path) -> Result<Vec<Text>> {
    let mut texts = Vec::new();
    let mut read = |path: &str| {
        // What is no UTF-8 is data.
        if let Ok(text) = std::fs::read_to_string(root.join(path)) {
            texts.push((path.to_owned(), text));
        }
        Ok(())
    };
    files::walk(root, "", &mut read)?;
    for hidden in [".cargo", ".ci", ".github"] {
        if root.join(hidden).is_dir() {
            files::walk(root, hidden, &mut read)?;
        }
    }
    Ok(texts)
}
