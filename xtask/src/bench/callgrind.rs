//! Counts instructions with valgrind.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::workshop::succeed;

/// The two lengths of a measurement; what is counted at the start of a program cancels out.
const FEW: u64 = 200;
const MANY: u64 = 1200;

/// Makes sure that there is a valgrind; gives its version.
pub(super) fn version() -> Result<String> {
    if let Some(version) = installed() {
        return Ok(version);
    }
    say!("Installing valgrind");
    for arguments in [&["update", "-qq"][..], &["install", "-y", "-qq", "valgrind"]] {
        // Where that fails, the message below says what to do.
        let _ = succeed(as_root("apt-get").args(arguments));
    }
    installed()
        .context("valgrind is missing, and instructions are counted with it; install it (`apt install valgrind`)")
}

/// A command that root may give; where somebody else runs this, only if no password is asked for.
fn as_root(program: &str) -> Command {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if is_root {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

fn installed() -> Option<String> {
    let output = Command::new("valgrind").arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().replace("valgrind-", "")).filter(|version| !version.is_empty())
}

/// How many instructions one call takes in `program`, which makes as many as it is told.
pub(super) fn instructions_per_call(program: &Path, address: &str) -> Result<f64> {
    let few = instructions(program, address, FEW)?;
    let many = instructions(program, address, MANY)?;
    Ok((many - few) as f64 / (MANY - FEW) as f64)
}

fn instructions(program: &Path, address: &str, calls: u64) -> Result<i64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([address, &calls.to_string()])
        .stdout(Stdio::null())
        .output()
        .context("valgrind cannot be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the program failed under valgrind:\n{said}");
    let line = said.lines().find_map(|line| line.split_once("Collected :")).context("valgrind gave no count")?.1;
    line.trim().parse().with_context(|| format!("valgrind gave {line:?} as its count"))
}
