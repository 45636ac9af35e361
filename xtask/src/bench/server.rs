//! The server that is called, in a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::workshop::{SERVER, Workshop};

pub(super) struct Server {
    process: Child,
    output: BufReader<ChildStdout>,
    pub(super) address: String,
}

/// What a server has counted.
#[derive(Deserialize)]
pub(super) struct Counts {
    pub(super) served: u64,
    pub(super) refused: u64,
}

impl Server {
    /// Starts a server; its arguments are those of `benchmarks/server`.
    pub(super) fn start(workshop: &Workshop, arguments: &[String]) -> Result<Self> {
        let mut command = Command::new(workshop.program(SERVER));
        let mut process = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut output = BufReader::new(process.stdout.take().context("the server has no output")?);
        let mut address = String::new();
        output.read_line(&mut address)?;
        Ok(Self { process, output, address: address.trim().to_owned() })
    }

    /// Ends the server; gives what it has counted.
    pub(super) fn finish(mut self) -> Result<Counts> {
        drop(self.process.stdin.take());
        let mut counts = String::new();
        self.output.read_to_string(&mut counts)?;
        serde_json::from_str(&counts).context("the server did not say what it counted")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server ends by itself with its input; nothing is left to do where it has already gone.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
