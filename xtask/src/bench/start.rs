//! The command as a whole process, from its start to its end, beside a bare program that does the same.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::report::{Reach, Row};
use super::server::Server;
use super::workshop::{SERVER, Workshop, output};

const BARE: &str = "partner-center-benchmark-start";
const CUSTOMER: &str = "7d3a9f0c-52f4-4b0e-9c3e-6b1f2a8d4e55";
/// How often both are started, in turns.
const TURNS: usize = 60;

pub(super) fn measure(workshop: &Workshop) -> Result<Vec<Row>> {
    say!("Building both programs");
    workshop.build_packages(&workshop.folder, &[SERVER, BARE])?;
    workshop.build_packages(&workshop.root, &["partner-center-cli"])?;
    say!("Starting both {TURNS} times");
    let server = Server::start(workshop, &[])?;
    let folder = tempfile::tempdir()?;
    let command = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(workshop.program(program));
        command.args(arguments).env_clear().env("PARTNER_CENTER_BASE_URL", &server.address);
        // Kept sign-ins and settings of whoever runs this are not asked.
        command.env("PARTNER_CENTER_ACCESS_TOKEN", "token").env("PARTNER_CENTER_CONFIG_DIR", folder.path());
        command
    };
    let (mut own, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        own.push(time(&mut command("partner-center", &["organization", "get", CUSTOMER]))?);
        bare.push(time(&mut command("get-reqwest", &[CUSTOMER]))?);
    }
    let (own, bare) = (median(own), median(bare));
    let size = |program: &str| megabytes(&workshop.program(program));
    let measured = format!(
        "{:.1} ÷ {:.1} ms, medians of {TURNS} starts; programs of {:.1} and {:.1} MiB",
        own.as_secs_f64() * 1e3,
        bare.as_secs_f64() * 1e3,
        size("partner-center")?,
        size("get-reqwest")?,
    );
    let figure = "whole process, `organization get` ÷ bare reqwest".to_owned();
    Ok(vec![Row::ratio(figure, own.as_secs_f64() / bare.as_secs_f64(), measured).reach(Reach::AtMost(1.5))])
}

/// From the start of a program to its end.
fn time(command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    let printed = output(command)?;
    let time = start.elapsed();
    ensure!(printed.contains("Contoso"), "{command:?} printed {printed:?}");
    Ok(time)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn megabytes(program: &Path) -> Result<f64> {
    Ok(std::fs::metadata(program)?.len() as f64 / f64::from(1 << 20))
}
