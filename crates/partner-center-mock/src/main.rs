//! `partner-center-mock`: a Partner Center on loopback, to try programs without Microsoft.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use partner_center_mock::serve::{self, RateLimit, Service};

/// A stand-in for Microsoft Partner Center and its sign-in, on loopback.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until Ctrl-C, and print what to paste into a shell.
    Serve {
        /// The port of Partner Center; the sign-in gets the next one. 0 takes any two.
        #[arg(long, default_value_t = 4010)]
        port: u16,
        /// How many made-up customers there are.
        #[arg(long, default_value_t = 1000)]
        customers: u64,
        /// Respond with 429 to what goes beyond this limit, such as 500/60s.
        #[arg(long)]
        rate_limit: Option<RateLimit>,
        /// Put failures in: passing ones, and refusals of two customers in a hundred.
        #[arg(long)]
        faults: bool,
        /// How long each answer takes, in milliseconds.
        #[arg(long, default_value_t = 0)]
        latency: u64,
    },
    /// Print the tenant ids of the made-up customers, one a line.
    Customers {
        /// How many.
        #[arg(long, default_value_t = 1000)]
        count: u64,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the list has seen enough of it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> io::Result<()> {
    match command {
        Command::Customers { count } => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            for number in 0..count {
                writeln!(out, "{}", serve::customer_id(number))?;
            }
            out.flush()
        }
        Command::Serve { port, customers, rate_limit, faults, latency } => {
            let mut service = Service::builder().port(port).customers(customers).faults(faults);
            service = service.latency(Duration::from_millis(latency));
            if let Some(limit) = rate_limit {
                service = service.rate_limit(limit);
            }
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let service = service.start().await.map_err(|error| {
                    io::Error::new(error.kind(), format!("port {port} or the next cannot be had ({error}); try --port"))
                })?;
                print_variables(&service, customers)?;
                asked_to_end().await
            })
        }
    }
}

/// Ctrl-C or SIGTERM, which a first process in a container must catch.
#[cfg(unix)]
async fn asked_to_end() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = tokio::signal::ctrl_c() => ended,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_end() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn print_variables(service: &Service, customers: u64) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "# Partner Center with {customers} made-up customers. Paste this into another shell:")?;
    for (name, value) in [
        ("PARTNER_CENTER_BASE_URL", service.base_url()),
        ("PARTNER_CENTER_AUTHORITY", service.authority()),
        // A profile of its own, so that trying things out does not replace a real sign-in.
        ("PARTNER_CENTER_PROFILE", "mock".to_owned()),
        ("AZURE_TENANT_ID", "contoso.onmicrosoft.com".to_owned()),
        ("AZURE_CLIENT_ID", serve::customer_id(u64::MAX / 4).to_string()),
    ] {
        writeln!(out, "{}", assignment(Shell::of_this_system(), name, &value))?;
    }
    if customers > 0 {
        writeln!(out, "# The first customer is {}; `partner-center-mock customers` lists all.", serve::customer_id(0))?;
    }
    writeln!(out, "# Ctrl-C ends it.")?;
    out.flush()
}

#[derive(Clone, Copy)]
enum Shell {
    Posix,
    PowerShell,
}

impl Shell {
    fn of_this_system() -> Self {
        if cfg!(windows) { Self::PowerShell } else { Self::Posix }
    }
}

/// The line that sets an environment variable; no value holds a quotation mark.
fn assignment(shell: Shell, name: &str, value: &str) -> String {
    match shell {
        Shell::Posix => format!("export {name}={value}"),
        Shell::PowerShell => format!("$env:{name} = '{value}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_gets_a_line_that_it_takes() {
        let line = |shell| assignment(shell, "PARTNER_CENTER_PROFILE", "mock");
        assert_eq!(line(Shell::Posix), "export PARTNER_CENTER_PROFILE=mock");
        assert_eq!(line(Shell::PowerShell), "$env:PARTNER_CENTER_PROFILE = 'mock'");
    }
}
