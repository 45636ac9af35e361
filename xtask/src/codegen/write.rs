//! `cargo xtask codegen`: brings every generated file in step.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::Output;
use super::stray::{self, Stray};

pub(super) fn run(root: &Path, outputs: &[Output]) -> Result<ExitCode> {
    for output in outputs {
        let path = root.join(output.path);
        if std::fs::read(&path).is_ok_and(|bytes| bytes == output.text.as_bytes()) {
            say!("{} is in step", output.path);
            continue;
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        std::fs::write(&path, &output.text).with_context(|| format!("{} cannot be written", output.path))?;
        say!("{} written", output.path);
    }
    let mut code = ExitCode::SUCCESS;
    for Stray { path, is_generated } in stray::find(root, outputs)? {
        if is_generated {
            std::fs::remove_file(root.join(&path)).with_context(|| format!("{path} cannot be removed"))?;
            say!("{path} removed: the contract no longer gives it");
        } else {
            eprintln!("{path} lies among generated files but was written by hand: move it or delete it");
            code = ExitCode::from(1);
        }
    }
    Ok(code)
}
