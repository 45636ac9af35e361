//! Where the benchmarks are, and how their programs are built.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The programs of the benchmarks' own workspace, by package.
pub(super) const SERVER: &str = "partner-center-benchmark-server";
pub(super) const CALLS: &str = "partner-center-benchmark-calls";
pub(super) const RUNS: &str = "partner-center-benchmark-runs";

pub(super) struct Workshop {
    pub(super) root: PathBuf,
    /// The benchmarks' own workspace.
    pub(super) folder: PathBuf,
    pub(super) target: PathBuf,
}

impl Workshop {
    pub(super) fn new(root: &Path) -> Self {
        let folder = root.join("benchmarks");
        Self { root: root.to_path_buf(), target: folder.join("target"), folder }
    }

    /// The cargo that runs this program, in `folder`, building into the benchmarks' own target folder.
    pub(super) fn cargo(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(folder).args(arguments).env("CARGO_TARGET_DIR", &self.target);
        // What was set for the build of this program is not meant for the builds that are measured.
        command.env_remove("RUSTFLAGS").env_remove("CARGO_MANIFEST_DIR");
        command
    }

    /// Builds packages of the benchmarks' workspace, as they would be released.
    pub(super) fn build(&self, packages: &[&str]) -> Result<()> {
        let mut arguments = vec!["build", "--release", "--quiet"];
        arguments.extend(packages.iter().flat_map(|package| ["-p", package]));
        say!("Building {}", packages.join(", "));
        succeed(&mut self.cargo(&self.folder, &arguments))
    }

    /// A program that has been built.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.target.join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}

/// Runs a command to its end; its output is shown.
pub(super) fn succeed(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("{name} cannot be started"))?;
    ensure!(status.success(), "{name} ended with {status}");
    Ok(())
}

/// Runs a command to its end; gives what it printed.
pub(super) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stderr(std::process::Stdio::inherit()).output();
    let output = output.with_context(|| format!("{name} cannot be started"))?;
    ensure!(output.status.success(), "{name} ended with {}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
