//! What a dependency on the SDK costs to build, beside what people would depend on instead.

use std::collections::BTreeSet;
use std::fs;
use std::time::Instant;

use anyhow::{Context, Result};

use super::report::{Reach, Row, grouped};
use super::workshop::{Workshop, output, succeed};

/// A program that does nothing, and what it depends on to speak https.
struct Program {
    package: &'static str,
    name: &'static str,
}

const SDK: Program = Program { package: "partner-center-benchmark-build-sdk", name: "SDK" };
const OTHERS: &[Program] = &[
    Program { package: "partner-center-benchmark-build-reqwest", name: "reqwest alone" },
    Program { package: "partner-center-benchmark-build-progenitor-client", name: YARDSTICK },
    Program { package: "partner-center-benchmark-build-azure", name: "azure_core and azure_identity" },
];
/// What the clean build is to be held against.
const YARDSTICK: &str = "progenitor-client alone";

struct Burden {
    crates: usize,
    seconds: f64,
}

pub(super) fn measure(workshop: &Workshop) -> Result<Vec<Row>> {
    succeed(&mut workshop.cargo(&workshop.folder, &["fetch", "--quiet"])).context("the crates cannot be fetched")?;
    let own = burden(workshop, &SDK)?;
    let crates =
        Row::ratio("crates in the default build, SDK".to_owned(), own.crates as f64, "normal edges".to_owned());
    let mut rows = vec![crates.reach(Reach::AtMost(105.0))];
    for program in OTHERS {
        let other = burden(workshop, program)?;
        let figure = |what: &str| format!("{what}, SDK ÷ {}", program.name);
        let (crates, others) = (own.crates as f64, other.crates as f64);
        rows.push(Row::ratio(figure("crates"), crates / others, format!("{} ÷ {}", grouped(crates), grouped(others))));
        let measured = format!("{:.1} ÷ {:.1} s", own.seconds, other.seconds);
        let time = Row::ratio(figure("clean debug build"), own.seconds / other.seconds, measured);
        rows.push(if program.name == YARDSTICK { time.reach(Reach::AtMost(1.2)) } else { time });
    }
    Ok(rows)
}

fn burden(workshop: &Workshop, program: &Program) -> Result<Burden> {
    let arguments = ["tree", "-p", program.package, "-e", "normal", "--prefix", "none", "--format", "{p}"];
    let tree = output(&mut workshop.cargo(&workshop.folder, &arguments))?;
    // `(*)` marks what has been listed before; the first line is the program itself.
    let crates: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    say!("Building a program with {}, from nothing", program.name);
    let target = workshop.target.join("builds").join(program.package);
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let mut build = workshop.cargo(&workshop.folder, &["build", "--quiet", "-p", program.package]);
    let start = Instant::now();
    succeed(build.env("CARGO_TARGET_DIR", &target).env("CARGO_INCREMENTAL", "0"))?;
    Ok(Burden { crates: crates.len() - 1, seconds: start.elapsed().as_secs_f64() })
}
