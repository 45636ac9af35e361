//! Finds files that no longer belong where generated files lie.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, Result};

use super::{FOLDERS, MARK, Output};
use crate::files::walk;

/// A file that is no output although it lies in a generated folder or calls itself generated.
#[derive(Debug)]
pub(super) struct Stray {
    /// From the workspace's root, with slashes on every system.
    pub(super) path: String,
    /// Whether it calls itself generated, and so may be removed without asking.
    pub(super) is_generated: bool,
}

/// Every stray file of the workspace, in the order of the paths.
pub(super) fn find(root: &Path, outputs: &[Output]) -> Result<Vec<Stray>> {
    let mut strays = Vec::new();
    let is_output = |path: &str| outputs.iter().any(|output| output.path == path);
    let is_among = |path: &str| FOLDERS.iter().any(|folder| path.strip_prefix(folder).is_some_and(is_below));
    walk(root, "", &mut |path| {
        if !is_output(path) && !is_among(path) && calls_itself_generated(&root.join(path))? {
            strays.push(Stray { path: path.to_owned(), is_generated: true });
        }
        Ok(())
    })?;
    for folder in FOLDERS.iter().filter(|folder| root.join(folder).is_dir()) {
        among(root, folder, &mut |path, is_file| {
            if !is_output(path) || !is_file {
                let is_generated = is_file && calls_itself_generated(&root.join(path))?;
                strays.push(Stray { path: path.to_owned(), is_generated });
            }
            Ok(())
        })?;
    }
    strays.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(strays)
}

fn is_below(rest: &str) -> bool {
    rest.starts_with('/')
}

/// Visits whatever lies in a folder of generated files, hidden or not, and says whether it is a file and no link.
fn among(root: &Path, folder: &str, visit: &mut impl FnMut(&str, bool) -> Result<()>) -> Result<()> {
    for entry in std::fs::read_dir(root.join(folder)).with_context(|| format!("{folder} cannot be listed"))? {
        let entry = entry.with_context(|| format!("{folder} cannot be listed"))?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().with_context(|| format!("{path} cannot be looked at"))?;
        if kind.is_dir() { among(root, &path, visit)? } else { visit(&path, kind.is_file())? }
    }
    Ok(())
}

/// Whether the first line carries the mark.
fn calls_itself_generated(file: &Path) -> Result<bool> {
    let mut start = Vec::new();
    match File::open(file).and_then(|file| file.take(256).read_to_end(&mut start)) {
        // Somebody's temporary file, gone since the folder was listed.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        outcome => outcome.with_context(|| format!("{} cannot be read", file.display()))?,
    };
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(line.windows(MARK.len()).any(|words| words == MARK.as_bytes()))
}
