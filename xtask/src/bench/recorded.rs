//! The recorded counts of a call, and how far a new one may be above them.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::calls::Cost;
use super::workshop::Workshop;

/// What a call may grow by, in shares of the recorded count.
const GROWTH: f64 = 0.03;
const FILE: &str = "recorded.json";

/// The cost of the SDK's call, and of the same call on bare reqwest in the same run.
///
/// Only their ratio is held against what is recorded: another machine or C library changes both counts alike.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Recorded {
    instructions: Pair,
    allocations: Pair,
}

#[derive(Debug, Deserialize, Serialize)]
struct Pair {
    sdk: f64,
    reqwest: f64,
}

impl Pair {
    fn ratio(&self) -> f64 {
        self.sdk / self.reqwest
    }
}

impl Recorded {
    pub(super) fn new(sdk: &Cost, reqwest: &Cost) -> Self {
        Self {
            instructions: Pair { sdk: sdk.instructions, reqwest: reqwest.instructions },
            allocations: Pair { sdk: sdk.allocations, reqwest: reqwest.allocations },
        }
    }

    pub(super) fn read(workshop: &Workshop) -> Result<Self> {
        let text = fs::read_to_string(path(workshop));
        let text = text.context("nothing is recorded; `cargo xtask bench --quick --record` does it")?;
        serde_json::from_str(&text).context("benchmarks/recorded.json cannot be read")
    }

    pub(super) fn write(&self, workshop: &Workshop) -> Result<()> {
        Ok(fs::write(path(workshop), serde_json::to_string_pretty(self)? + "\n")?)
    }

    /// What `measured` has grown by too much, in words.
    pub(super) fn growth(&self, measured: &Self) -> Vec<String> {
        let pairs = [
            ("instructions", &self.instructions, &measured.instructions),
            ("allocations", &self.allocations, &measured.allocations),
        ];
        let grown =
            pairs.into_iter().filter(|(_, recorded, measured)| measured.ratio() > recorded.ratio() * (1.0 + GROWTH));
        let words = grown.map(|(what, recorded, measured)| {
            format!(
                "the {what} of a call, divided by those of bare reqwest, grew from {:.3} to {:.3}",
                recorded.ratio(),
                measured.ratio()
            )
        });
        words.collect()
    }
}

fn path(workshop: &Workshop) -> PathBuf {
    workshop.folder.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(sdk: f64, reqwest: f64, allocations: f64) -> Recorded {
        Recorded { instructions: Pair { sdk, reqwest }, allocations: Pair { sdk: allocations, reqwest: 80.0 } }
    }

    #[test]
    fn takes_three_percent_and_no_more() {
        let recorded = counts(110_000.0, 100_000.0, 90.0);
        assert!(recorded.growth(&counts(113_200.0, 100_000.0, 92.0)).is_empty());
        assert_eq!(recorded.growth(&counts(113_400.0, 100_000.0, 93.0)).len(), 2);
    }

    #[test]
    fn ignores_what_grows_in_both_alike() {
        assert!(counts(110_000.0, 100_000.0, 90.0).growth(&counts(132_000.0, 120_000.0, 90.0)).is_empty());
    }
}
