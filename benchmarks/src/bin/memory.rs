//! Compares the peak memory of a run over 100,000 customers with that of a run over 1,000: `cargo run --release --bin
//! memory`, Linux only.

use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use partner_center::{Client, auth::StaticToken};
use partner_center_benchmarks::{serve, token};
use uuid::Uuid;

const CONCURRENCY: usize = 32;
/// Slow enough for a short run to open as many connections as a long one.
const LATENCY: Duration = Duration::from_millis(8);

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().collect();
    if let [_, server, customers] = &arguments[..] {
        return run(server, customers.parse()?);
    }
    let server = serve(LATENCY);
    let (few, many) = (peak(&server, 1_000)?, peak(&server, 100_000)?);
    println!("peak memory, 100,000 ÷ 1,000 customers: {:.3} ({many} ÷ {few} KiB)", many as f64 / few as f64);
    Ok(())
}

/// Peak memory of a run in a separate process, in KiB.
fn peak(server: &str, customers: u32) -> Result<u64> {
    let output = Command::new(env::current_exe()?).args([server, &customers.to_string()]).output()?;
    ensure!(output.status.success(), "the run failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

#[tokio::main(flavor = "current_thread")]
async fn run(server: &str, customers: u32) -> Result<()> {
    let client = Client::builder().base_url(server).credential(StaticToken::new(token())).build()?;
    let ids = (0..customers).map(|_| Uuid::new_v4());
    let mut organizations = client.organizations(ids).concurrency(CONCURRENCY);
    while let Some((_, result)) = organizations.next().await {
        result?;
    }
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    println!("{}", peak.context("the system reports no peak memory")?);
    Ok(())
}
