//! Starts programs: some to the end, some as servers for as long as they are needed.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a server may take until it listens.
const START: Duration = Duration::from_secs(60);

/// Runs tests; what they say where one fails, or where none ran, which shows nothing.
pub(super) fn failed_tests(command: &mut Command) -> Result<Option<String>> {
    let (is_good, said) = run(command)?;
    let is_shown = passed(&said) > 0;
    Ok((!is_good || !is_shown).then(|| if is_good { format!("no test ran: {said}") } else { said }))
}

/// How many tests passed, by the word of cargo.
fn passed(said: &str) -> usize {
    let counts = said.lines().filter_map(|line| line.strip_prefix("test result: ok. ")?.split_once(" passed"));
    counts.filter_map(|(count, _)| count.parse::<usize>().ok()).sum()
}

/// Runs a program; what it says where it does not end well.
pub(super) fn objection(command: &mut Command) -> Result<Option<String>> {
    let (is_good, said) = run(command)?;
    Ok((!is_good).then_some(said))
}

fn run(command: &mut Command) -> Result<(bool, String)> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{name} cannot be started"))?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&said).trim().to_owned()))
}

/// Runs a program that has to end well; `name` is what to install where it is missing.
pub(super) fn succeed(command: &mut Command, name: &str) -> Result<()> {
    match objection(command).with_context(|| format!("{name} is needed"))? {
        None => Ok(()),
        Some(said) => bail!("{name} failed: {said}"),
    }
}

/// A server on loopback, ended when it is dropped.
pub(super) struct Server {
    child: Child,
    pub(super) url: String,
}

impl Server {
    /// Starts `command` and waits until it listens on `port`.
    pub(super) fn start(command: &mut Command, port: u16) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = quiet.spawn().with_context(|| format!("{name} cannot be started"))?;
        let mut server = Self { child, url: format!("http://127.0.0.1:{port}") };
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("{name} ended with {status} before it listened");
            }
            if start.elapsed() > START {
                bail!("{name} does not listen after {} s", START.as_secs());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended on its own.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port of loopback that is free, as is the one after it.
pub(super) fn free_port() -> Result<u16> {
    for _ in 0..100 {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("loopback has no free port")?;
        let port = first.local_addr()?.port();
        if port < u16::MAX && TcpListener::bind((Ipv4Addr::LOCALHOST, port + 1)).is_ok() {
            return Ok(port);
        }
    }
    bail!("loopback has no two free ports in a row")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_did_not_run_are_an_objection() {
        let echo = |said: &str| failed_tests(Command::new("echo").arg(said)).expect("it runs");
        assert_eq!(echo("test result: ok. 2 passed; 0 failed"), None);
        assert!(echo("test result: ok. 0 passed; 0 failed").is_some_and(|said| said.starts_with("no test ran")));
        assert!(echo("").is_some());
    }
}
