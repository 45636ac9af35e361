//! `partner-center-mock`: serves a mock Partner Center on loopback.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use partner_center_mock::serve::{self, RateLimit, Service};

/// A mock of Microsoft Partner Center and its sign-in, on loopback.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until Ctrl-C, and print the environment variables for clients.
    Serve {
        /// Port of Partner Center; the sign-in uses the next one. 0 picks two free ports.
        #[arg(long, default_value_t = 4010)]
        port: u16,
        /// Number of customers.
        #[arg(long, default_value_t = 1000)]
        customers: u64,
        /// Throttle calls beyond this limit, such as 500/60s, with 429.
        #[arg(long)]
        rate_limit: Option<RateLimit>,
        /// Inject transient faults, and deny access to two customers in a hundred with 403.
        #[arg(long)]
        faults: bool,
        /// Inject faults into the list: empty pages, a 401, and in every other list a last page that links to itself.
        #[arg(long)]
        page_faults: bool,
        /// Delay of each response, in milliseconds.
        #[arg(long, default_value_t = 0)]
        latency: u64,
    },
    /// Print the tenant ids of the customers, one per line.
    Customers {
        /// Number of customers.
        #[arg(long, default_value_t = 1000)]
        count: u64,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of the pipe, such as `head`, has closed it.
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
        Command::Serve { port, customers, rate_limit, faults, page_faults, latency } => {
            let mut service =
                Service::builder().port(port).customers(customers).faults(faults).page_faults(page_faults);
            service = service.latency(Duration::from_millis(latency));
            if let Some(limit) = rate_limit {
                service = service.rate_limit(limit);
            }
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let service = service.start().await.map_err(|error| {
                    io::Error::new(
                        error.kind(),
                        format!("cannot listen on port {port} or the next one: {error}; choose another with --port"),
                    )
                })?;
                print_variables(&service, customers)?;
                shutdown_signal().await
            })
        }
    }
}

/// Waits for Ctrl-C or SIGTERM. The first process of a container must handle SIGTERM itself.
#[cfg(unix)]
async fn shutdown_signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = tokio::signal::ctrl_c() => ended,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn shutdown_signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn print_variables(service: &Service, customers: u64) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "# Partner Center with {customers} customers. Paste this into another shell:")?;
    for (name, value) in [
        ("PARTNER_CENTER_BASE_URL", service.base_url()),
        ("PARTNER_CENTER_AUTHORITY", service.authority()),
        // A separate profile, so that experiments do not replace the real sign-in.
        ("PARTNER_CENTER_PROFILE", "mock".to_owned()),
        ("AZURE_TENANT_ID", "contoso.onmicrosoft.com".to_owned()),
        ("AZURE_CLIENT_ID", serve::customer_id(u64::MAX / 4).to_string()),
    ] {
        writeln!(out, "{}", assignment(Shell::of_this_platform(), name, &value))?;
    }
    if customers > 0 {
        writeln!(
            out,
            "# The first customer is {}. To list all, run: partner-center-mock customers",
            serve::customer_id(0)
        )?;
    }
    writeln!(out, "# Press Ctrl-C to stop.")?;
    out.flush()
}

#[derive(Clone, Copy)]
enum Shell {
    Posix,
    PowerShell,
}

impl Shell {
    fn of_this_platform() -> Self {
        if cfg!(windows) { Self::PowerShell } else { Self::Posix }
    }
}

/// The line that sets an environment variable; no value contains a quotation mark.
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
    fn each_shell_gets_its_own_syntax() {
        let line = |shell| assignment(shell, "PARTNER_CENTER_PROFILE", "mock");
        assert_eq!(line(Shell::Posix), "export PARTNER_CENTER_PROFILE=mock");
        assert_eq!(line(Shell::PowerShell), "$env:PARTNER_CENTER_PROFILE = 'mock'");
    }
}
