//! What the figures were measured on and with.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::workshop::{Workshop, output};
use super::{callgrind, peers};

/// The crates whose versions matter to the figures.
const CRATES: &[&str] =
    &["partner-center", "reqwest", "hyper", "tokio", "progenitor-client", "azure_core", "azure_identity"];

/// Date, class of machine, load, and versions; no names.
pub(super) fn describe(workshop: &Workshop) -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let date = output(Command::new("date").args(["-u", "+%F"]))?;
    let rustc = output(Command::new("rustc").arg("--version"))?;
    let rustc = rustc.split_whitespace().nth(1).unwrap_or("unknown");
    let lock = fs::read_to_string(workshop.folder.join("Cargo.lock")).context("the benchmarks have no lock file")?;
    let versions: Vec<String> =
        CRATES.iter().filter_map(|name| Some(format!("{name} {}", locked(&lock, name)?))).collect();
    Ok(format!(
        "Measured on {} with {cores} cores, {} of memory, {} on {}, load {} at the start.\n\
         Versions: Rust {rustc}, valgrind {}, {}, {}.",
        date.trim(),
        memory(),
        std::env::consts::OS,
        std::env::consts::ARCH,
        load(),
        callgrind::version()?,
        versions.join(", "),
        peers::versions(),
    ))
}

fn locked<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let (_, entry) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    entry.split('"').next()
}

fn memory() -> String {
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib: Option<u64> = total.and_then(|total| total.trim().trim_end_matches(" kB").parse().ok());
    kib.map_or_else(|| "an unknown amount".to_owned(), |kib| format!("{} GiB", kib.div_ceil(1 << 20)))
}

/// How many processes wanted the processor in the last minute; others disturb what is measured by the clock.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().next().unwrap_or("unknown").to_owned()
}
