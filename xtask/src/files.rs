//! The files of a workspace, without what tools keep for themselves.

use std::path::Path;

use anyhow::{Context, Result};

/// Visits every file below `folder` by its path from `root`, with slashes on every system; not what lies in hidden
/// folders or among build output.
pub(crate) fn walk(root: &Path, folder: &str, visit: &mut impl FnMut(&str) -> Result<()>) -> Result<()> {
    let shown = if folder.is_empty() { "the workspace" } else { folder };
    let entries = std::fs::read_dir(root.join(folder)).with_context(|| format!("{shown} cannot be listed"))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("{shown} cannot be listed"))?;
        // A name that is no UTF-8 is none of ours.
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let kind = entry.file_type().with_context(|| format!("{path} cannot be looked at"))?;
        // A second work tree has a file of that name.
        if kind.is_file() && name != ".git" {
            visit(&path)?;
        } else if kind.is_dir() && !name.starts_with('.') && !is_build_output(&entry.path()) {
            walk(root, &path, visit)?;
        }
    }
    Ok(())
}

/// Cargo marks its output, whatever the folder is called.
fn is_build_output(folder: &Path) -> bool {
    folder.ends_with("target") || folder.join("CACHEDIR.TAG").exists()
}
