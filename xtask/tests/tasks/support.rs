//! Runs the program itself, on copies of the contract.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Where the contract lies, from a workspace's root.
pub(crate) const CONTRACT: &str = "openapi/partner-center.yaml";

/// What the program printed and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `cargo xtask` with these arguments on the workspace at `root`.
pub(crate) fn xtask(root: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("--root").arg(root).args(arguments).output();
    let output = output.expect("the program starts");
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("it prints UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("it prints UTF-8"),
    }
}

/// The root of the workspace that these tests belong to.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_path_buf()
}

/// The project's contract, its text.
pub(crate) fn contract_text() -> String {
    std::fs::read_to_string(workspace().join(CONTRACT)).expect("the contract is there")
}

/// The project's contract, ready to be changed.
pub(crate) fn contract() -> Value {
    serde_saphyr::from_str(&contract_text()).expect("the contract is valid YAML")
}
