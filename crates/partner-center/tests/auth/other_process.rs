//! Runs one test of this binary again, in another process.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A test in another process, which is killed when this value is dropped.
pub(crate) struct Other(Child);

impl Other {
    /// Runs only that test of that module.
    pub(crate) fn start(module: &str, test: &str, variables: &[(&str, &OsStr)]) -> std::io::Result<Self> {
        let name = format!("{}::{test}", module.split_once("::").map_or("", |(_, module)| module));
        let command = Command::new(env::current_exe()?)
            .args(["--exact", &name, "--nocapture"])
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        Ok(Self(command))
    }

    /// Waits for the process; returns whether it succeeded, and its output.
    pub(crate) fn wait(mut self) -> std::io::Result<(bool, String)> {
        let said = self.0.stderr.take().map(std::io::read_to_string).transpose()?;
        Ok((self.0.wait()?.success(), said.unwrap_or_default()))
    }

    /// Waits for a line of output; false if the process ends without it.
    pub(crate) fn says(&mut self, line: &str) -> bool {
        let said = self.0.stderr.take().map(|said| BufReader::new(said).lines().map_while(Result::ok));
        said.into_iter().flatten().any(|said| said == line)
    }

    pub(crate) fn kill(&mut self) -> std::io::Result<()> {
        self.0.kill()?;
        self.0.wait().map(drop)
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
