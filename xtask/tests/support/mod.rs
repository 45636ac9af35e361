//! Runs `cargo xtask` on the project, and on copies of its contract and generated files.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub(crate) const CONTRACT: &str = "openapi/partner-center.yaml";

/// The output and exit code of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `cargo xtask` on the workspace at `root`.
pub(crate) fn xtask(root: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("--root").arg(root).args(arguments).output();
    let output = output.expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The root of the project.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is in the workspace").to_path_buf()
}

/// A copy of the contract and its generated files, removed on drop.
pub(crate) struct Workspace(TempDir);

impl Workspace {
    pub(crate) fn new() -> Self {
        let copy = Self(tempfile::tempdir().expect("a folder"));
        let mock = "crates/partner-center-mock/src/generated";
        let generated = ["operations.rs", "examples.rs"].map(|file| format!("{mock}/{file}"));
        for path in [CONTRACT, "crates/partner-center-gen/src/generated.rs", &generated[0], &generated[1]] {
            copy.write(path, &fs::read_to_string(project().join(path)).expect("the project has it"));
        }
        copy
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("the file is written");
    }

    /// Replaces the first `old` after the organization's path, skipping the operations before it; else the first in the
    /// file.
    pub(crate) fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        let start = text.find("/organization:").map_or(0, |end| text[..end].rfind('\n').unwrap_or(0));
        let (before, after) = text.split_at(if text[start..].contains(old) { start } else { 0 });
        assert!(after.contains(old), "{path} has no {old:?}");
        self.write(path, &format!("{before}{}", after.replacen(old, new, 1)));
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        xtask(self.0.path(), arguments)
    }
}
