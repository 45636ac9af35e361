//! The step `features`: every sensible set of the SDK's features compiles without a warning, with one HTTP stack and no
//! TLS stack but the one that was chosen.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::ci;

/// One of these, or none.
const TLS: [&str; 3] = ["", "rustls", "native-tls"];

/// Each of these, or not.
const OTHERS: [&str; 3] = ["certificate", "azure", "schemars"];

/// Crates that must not be there twice.
const ONCE: [&str; 4] = ["reqwest", "hyper", "rustls", "partner-center-gen"];

pub(crate) fn run(root: &Path) -> Result<()> {
    for features in sets() {
        let set = ["-p", "partner-center", "--no-default-features", "--features", &features];
        // Clippy's settings are those of the workspace; `clippy` is `check` with its lints.
        ci::cargo(root, &[&["clippy", "--quiet", "--lib"], &set[..], &["--", "-D", "warnings"]].concat(), &[])?;
        let tree = ["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}"];
        let output = ci::command(root, &[&tree, &set[..]].concat()).output().context("cargo cannot be started")?;
        ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr).trim());
        let faults = faults(&features, &String::from_utf8_lossy(&output.stdout));
        ensure!(faults.is_empty(), "with the features {features:?}: {}", faults.join("; "));
    }
    Ok(())
}

/// The sets, as cargo takes them.
fn sets() -> Vec<String> {
    let mut sets = Vec::new();
    for tls in TLS {
        for bits in 0..1_u32 << OTHERS.len() {
            let others = OTHERS.iter().enumerate().filter(|(index, _)| bits & (1 << index) != 0).map(|(_, name)| *name);
            let set: Vec<&str> = std::iter::once(tls).filter(|name| !name.is_empty()).chain(others).collect();
            sets.push(set.join(","));
        }
    }
    sets
}

/// What is wrong with the tree of a set: one line a crate, name and version first.
fn faults(features: &str, tree: &str) -> Vec<String> {
    let crates = tree.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?))
    });
    let crates: BTreeSet<(&str, &str)> = crates.collect();
    let count = |name: &str| crates.iter().filter(|(known, _)| *known == name).count();
    let chosen: BTreeSet<&str> = features.split(',').collect();
    let mut faults = Vec::new();
    for name in ONCE {
        if count(name) > 1 {
            faults.push(format!("{name} is there {} times", count(name)));
        }
    }
    for stack in ["rustls", "native-tls"] {
        if (count(stack) == 1) != chosen.contains(stack) {
            faults.push(format!("the TLS stack {stack} is there {} times", count(stack)));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stack_meets_every_other_feature_alone_and_with_all() {
        let sets = sets();
        assert_eq!(sets.len(), 24);
        for set in ["", "rustls", "native-tls,azure", "rustls,certificate,azure,schemars"] {
            assert!(sets.iter().any(|known| known == set), "{set}");
        }
    }

    #[test]
    fn finds_a_second_version_and_a_stack_that_nobody_chose() {
        let tree = "reqwest v0.13.5\nreqwest v0.12.9 (*)\nrustls v0.23.46\n";
        assert_eq!(faults("rustls", tree), ["reqwest is there 2 times"]);
        assert_eq!(faults("rustls", "reqwest v0.13.5\nrustls v0.23.46\nrustls v0.23.46 (*)\n"), Vec::<String>::new());
        assert_eq!(faults("", "rustls v0.23.46\n"), ["the TLS stack rustls is there 1 times"]);
        assert_eq!(faults("native-tls", ""), ["the TLS stack native-tls is there 0 times"]);
    }
}
