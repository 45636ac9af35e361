//! Where the benchmarks are, and how their programs are built.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, ensure};

use super::peers;

/// The programs of the benchmarks' own workspace, by package.
const PACKAGES: [&str; 3] = [SERVER, "partner-center-benchmark-calls", "partner-center-benchmark-runs"];
pub(super) const SERVER: &str = "partner-center-benchmark-server";

pub(super) struct Workshop {
    pub(super) root: PathBuf,
    /// The benchmarks' own workspace.
    pub(super) folder: PathBuf,
    pub(super) target: PathBuf,
    built: OnceLock<Result<()>>,
    peers: OnceLock<Vec<Result<()>>>,
}

impl Workshop {
    pub(super) fn new(root: &Path) -> Self {
        let folder = root.join("benchmarks");
        let target = folder.join("target");
        Self { root: root.to_path_buf(), folder, target, built: OnceLock::new(), peers: OnceLock::new() }
    }

    /// The cargo that runs this program, in `folder`, building into the benchmarks' own target folder.
    pub(super) fn cargo(&self, folder: &Path, arguments: &[&str]) -> Command {
        self.prepared(Command::new(cargo()), folder, arguments)
    }

    /// The same out of the way of whatever is being measured, where the system has a `nice`.
    pub(super) fn yielding_cargo(&self, folder: &Path, arguments: &[&str]) -> Command {
        if !succeeds(Command::new("nice").args(["-n", "19", "true"])) {
            return self.cargo(folder, arguments);
        }
        let mut nice = Command::new("nice");
        nice.args(["-n", "19"]).arg(cargo());
        self.prepared(nice, folder, arguments)
    }

    fn prepared(&self, mut command: Command, folder: &Path, arguments: &[&str]) -> Command {
        command.current_dir(folder).args(arguments).env("CARGO_TARGET_DIR", &self.target);
        // What was set for the build of this program is not meant for the builds that are measured.
        for set in ["RUSTFLAGS", "RUSTC_WRAPPER", "CARGO_BUILD_TARGET", "CARGO_MANIFEST_DIR"] {
            command.env_remove(set);
        }
        command
    }

    /// Builds what most parts need, once, as it would be released.
    ///
    /// All in one go, since each program then stands on the very same builds of what they share.
    pub(super) fn build(&self) -> Result<()> {
        let build = || {
            say!("Building what is measured");
            self.build_packages(&self.folder, &PACKAGES)
        };
        self.built.get_or_init(build).as_ref().map_err(again).copied()
    }

    /// Builds packages as they would be released.
    pub(super) fn build_packages(&self, folder: &Path, packages: &[&str]) -> Result<()> {
        let mut cargo = self.cargo(folder, &["build", "--release", "--quiet"]);
        succeed(cargo.args(packages.iter().flat_map(|package| ["-p", package])))
    }

    /// What came of the peers' preparation, in their order; they are prepared once.
    pub(super) fn peers(&self) -> &[Result<()>] {
        self.peers.get_or_init(|| peers::prepare(self))
    }

    /// A program that has been built.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.target.join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}

fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Whether a program can be started.
pub(super) fn is_there(program: &str) -> bool {
    succeeds(Command::new(program).arg("--version"))
}

fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// An error that was met before, to be handed out again.
pub(super) fn again(error: &anyhow::Error) -> anyhow::Error {
    anyhow!("{error:#}")
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
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("{name} cannot be started"))?;
    ensure!(output.status.success(), "{name} ended with {}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
