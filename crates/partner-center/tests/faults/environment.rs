//! Runs one test of this binary again in another process, since environment variables apply to the whole process.

use std::process::Command;

/// Runs the ignored test `name` in a child process with these variables and no other proxy; returns its output.
pub(crate) fn run(name: &str, variables: &[(String, String)]) -> Result<String, Box<dyn std::error::Error>> {
    let mut child = Command::new(std::env::current_exe()?);
    child.args(["--exact", name, "--ignored", "--nocapture", "--test-threads=1"]);
    for variable in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        child.env_remove(variable).env_remove(variable.to_ascii_lowercase());
    }
    let output = child.envs(variables.iter().cloned()).output()?;
    let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(printed.contains("1 passed") || !output.status.success(), "the child ran its test: {printed}");
    Ok(printed)
}
