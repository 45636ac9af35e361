//! What people would use instead: fetched, generated and built where the benchmarks run, and never checked in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::workshop::{Workshop, is_there, succeed};

/// Another way to make the call.
pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) program: &'static str,
    pub(super) is_to_be_beaten: bool,
    /// Builds its program; the error says in one line why it cannot be had.
    pub(super) prepare: fn(&Workshop) -> Result<()>,
}

const OPENAPI_GENERATOR: &str = "7.26.0";

pub(super) const ALL: &[Peer] = &[
    Peer {
        name: "openapi-generator",
        program: "call-openapi-generator",
        is_to_be_beaten: false,
        prepare: openapi_generator,
    },
    Peer { name: "openapi-to-rust", program: "call-openapi-to-rust", is_to_be_beaten: false, prepare: openapi_to_rust },
    Peer { name: "azure_core's pipeline", program: "call-azure-core", is_to_be_beaten: true, prepare: azure_core },
];

/// The versions of the peers that no lock file names.
pub(super) fn versions() -> String {
    format!("openapi-generator {OPENAPI_GENERATOR}, openapi-to-rust 0.23.0")
}

/// Builds the program of each.
pub(super) fn prepare(workshop: &Workshop) -> Vec<Result<()>> {
    let prepare = |peer: &Peer| {
        say!("Preparing {}", peer.name);
        (peer.prepare)(workshop)
    };
    ALL.iter().map(prepare).collect()
}

fn azure_core(workshop: &Workshop) -> Result<()> {
    release(workshop, &folder(workshop, "azure-core"))
}

fn openapi_to_rust(workshop: &Workshop) -> Result<()> {
    build(workshop, "openapi-to-rust")
}

fn openapi_generator(workshop: &Workshop) -> Result<()> {
    let peers = workshop.target.join("peers");
    let python = peers.join(format!("python-{OPENAPI_GENERATOR}"));
    let generator = python.join("bin").join("openapi-generator-cli");
    ensure!(is_there("java"), "it needs Java, which is not installed");
    if !generator.exists() {
        ensure!(is_there("python3"), "it is installed with Python, which is not installed");
        succeed(Command::new("python3").args(["-m", "venv"]).arg(&python)).context("Python makes no environment")?;
        let package = format!("openapi-generator-cli=={OPENAPI_GENERATOR}");
        let pip = python.join("bin").join("pip");
        succeed(Command::new(pip).args(["install", "--quiet", &package])).context("it cannot be installed")?;
    }
    let generated = peers.join("openapi-generator");
    if generated.exists() {
        fs::remove_dir_all(&generated)?;
    }
    let mut command = Command::new(generator);
    command
        .args(["generate", "-g", "rust", "--library", "reqwest", "-i"])
        .arg(workshop.root.join("openapi/partner-center.yaml"));
    command.args(["--additional-properties=packageName=generated-by-openapi-generator", "-o"]).arg(&generated);
    succeed(command.stdout(Stdio::null())).context("it generates nothing")?;
    // Otherwise cargo takes the generated crate for a part of the workspace above it.
    let manifest = generated.join("Cargo.toml");
    fs::write(&manifest, fs::read_to_string(&manifest)? + "\n[workspace]\n")?;
    build(workshop, "openapi-generator")
}

/// Builds a peer that is a workspace of its own, with the versions of the benchmarks' lock file.
fn build(workshop: &Workshop, name: &str) -> Result<()> {
    let folder = folder(workshop, name);
    fs::copy(workshop.folder.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    release(workshop, &folder)
}

fn release(workshop: &Workshop, folder: &Path) -> Result<()> {
    succeed(&mut workshop.yielding_cargo(folder, &["build", "--release", "--quiet"])).context("it does not build")
}

fn folder(workshop: &Workshop, name: &str) -> PathBuf {
    workshop.folder.join("peers").join(name)
}
