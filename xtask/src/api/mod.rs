//! `cargo xtask api`: the public face of each library as text, so that a change of it shows in review.
//!
//! The text comes from the sources alone, on stable, with every feature counted in. What that costs:
//! - types stand as they are written, so an alias or an import that comes to mean something else does not show;
//! - what a macro makes does not show, and neither do auto traits (`Send`, `Sync`) or the bounds of derived traits;
//! - what another crate gives is one line, since its own face is elsewhere.

mod face;
mod item;
mod resolve;
mod signature;
#[cfg(test)]
mod tests;
mod tree;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use similar::TextDiff;

/// The libraries, by the names of their packages.
const LIBRARIES: &[&str] = &["partner-center", "partner-center-gen", "partner-center-mock"];

/// What writes the files anew.
const REMEDY: &str = "cargo xtask api";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; say whether the files are in step with the sources.
    #[arg(long)]
    check: bool,
}

impl Arguments {
    /// As `--check` on the command line.
    pub(crate) const CHECK: Self = Self { check: true };
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let mut differ = false;
    for library in LIBRARIES {
        let path = format!("docs/api/{library}.txt");
        let text = text(root, library)?;
        if !arguments.check {
            std::fs::create_dir_all(root.join("docs/api")).context("docs/api cannot be made")?;
            std::fs::write(root.join(&path), text).with_context(|| format!("{path} cannot be written"))?;
            say!("wrote {path}");
            continue;
        }
        let known = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
        if known != text {
            differ = true;
            let (old, new) = (format!("a/{path}"), format!("b/{path}"));
            crate::report::print(format_args!(
                "{}",
                TextDiff::from_lines(&known, &text).unified_diff().header(&old, &new)
            ));
        }
    }
    if differ {
        say!("\nThe public face is another than docs/api says. Where that is meant, run: {REMEDY}");
        say!("A line that goes or changes is a breaking change; RELEASING.md says what that means for the version.");
        return Ok(ExitCode::from(1));
    }
    if arguments.check {
        say!("docs/api is in step with the sources of {} libraries", LIBRARIES.len());
    }
    Ok(ExitCode::SUCCESS)
}

/// The face of one library, a line an item.
fn text(root: &Path, library: &str) -> Result<String> {
    let source = root.join("crates").join(library).join("src");
    let module = tree::Module::load(&source).with_context(|| format!("the sources of {library} cannot be read"))?;
    let mut text = format!("# The public face of {library}; `{REMEDY}` writes it.\n");
    for line in face::lines(&library.replace('-', "_"), &module) {
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}
