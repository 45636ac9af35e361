//! Mutants of the generated code, made in a folder of their own.

use std::path::Path;

use anyhow::{Context, Result};

use crate::codegen::{self, Output};

/// A changed workspace, and whether the check of generated code finds the very file.
pub(super) struct Changed {
    pub(super) kind: &'static str,
    pub(super) what: String,
    pub(super) is_caught: bool,
}

/// Makes each change in a fresh copy of the generated files below `folder`.
pub(super) fn mutants(folder: &Path, outputs: &[Output]) -> Result<Vec<Changed>> {
    let mut mutants = Vec::new();
    let mut add = |kind, what: &str, change: &dyn Fn(&Path) -> Result<()>| -> Result<()> {
        lay_out(folder, outputs)?;
        change(folder).with_context(|| format!("{kind}: {what}"))?;
        let is_caught = codegen::out_of_step(folder, outputs)? == [what];
        mutants.push(Changed { kind, what: what.to_owned(), is_caught });
        Ok(())
    };
    for Output { path, text } in outputs {
        let lines: Vec<&str> = text.lines().collect();
        let middle = lines.len() / 2;
        let without: Vec<&str> = [&lines[..middle], &lines[middle + 1..]].concat();
        let changes: [(&'static str, String); 7] = [
            ("generated line edited", text.replacen("pub ", "pub(crate) ", 1)),
            ("generated line removed", without.join("\n") + "\n"),
            ("generated line added", format!("{text}// Added by hand.\n")),
            ("letter of a comment changed", text.replacen("///", "/// ", 1)),
            ("header of another contract", text.replacen("SHA-256 ", "SHA-256 0", 1)),
            ("line ends changed", text.replace('\n', "\r\n")),
            ("file emptied", String::new()),
        ];
        for (kind, changed) in &changes {
            add(kind, path, &|folder| Ok(std::fs::write(folder.join(path), changed)?))?;
        }
        add("file deleted", path, &|folder| Ok(std::fs::remove_file(folder.join(path))?))?;
    }
    let old = "crates/partner-center-mock/src/generated/old.rs";
    add("generated file left over", old, &|folder| Ok(std::fs::write(folder.join(old), &outputs[0].text)?))?;
    add("file written by hand among them", old, &|folder| Ok(std::fs::write(folder.join(old), "//! Notes.\n")?))?;
    Ok(mutants)
}

/// Whether the check finds the unchanged files in step.
pub(super) fn original_agrees(folder: &Path, outputs: &[Output]) -> Result<bool> {
    lay_out(folder, outputs)?;
    Ok(codegen::out_of_step(folder, outputs)?.is_empty())
}

/// Empties the folder and writes every generated file into it.
fn lay_out(folder: &Path, outputs: &[Output]) -> Result<()> {
    let crates = folder.join("crates");
    if crates.exists() {
        std::fs::remove_dir_all(&crates)?;
    }
    for output in outputs {
        let file = folder.join(output.path);
        std::fs::create_dir_all(file.parent().unwrap_or(folder))?;
        std::fs::write(file, &output.text)?;
    }
    Ok(())
}
