//! Compares the list of 40,000 customers with the same list read by reqwest alone, and its peak memory with that of a list
//! of 500: `cargo run --release --bin list -- SERVER SMALL_SERVER`, Linux only.
//!
//! The servers are `partner-center-mock serve --customers 40000` and the same with 500, built with `--release`.

use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use partner_center::{Client, auth::StaticToken};
use partner_center_benchmarks::token;
use serde::Deserialize;
use uuid::Uuid;

const ROUNDS: usize = 15;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what a program would read")]
struct Customer {
    id: Uuid,
    company_profile: Option<Profile>,
    relationship_to_partner: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what a program would read")]
struct Profile {
    company_name: Option<String>,
    domain: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Customer>,
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Links {
    next: Option<Link>,
}

#[derive(Deserialize)]
struct Link {
    uri: String,
    headers: Vec<Header>,
}

#[derive(Deserialize)]
struct Header {
    key: String,
    value: String,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [server, small] => compare(server, small),
        [server, client, _] => measure(server, client),
        _ => anyhow::bail!("pass the base URLs of a server with 40,000 customers and of one with 500"),
    }
}

fn compare(server: &str, small: &str) -> Result<()> {
    let (mut sdk, mut by_hand, mut many, mut few) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (time, memory) = child(server, "sdk")?;
        sdk.push(time);
        many.push(memory);
        by_hand.push(child(server, "reqwest")?.0);
        few.push(child(small, "sdk")?.1);
    }
    let [sdk, by_hand, many, few] = [sdk, by_hand, many, few].map(median);
    println!("time, sdk ÷ reqwest: {:.3} ({sdk} ÷ {by_hand} µs)", sdk as f64 / by_hand as f64);
    println!("peak memory, 40,000 ÷ 500 customers: {:.3} ({many} ÷ {few} KiB)", many as f64 / few as f64);
    Ok(())
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values[values.len() / 2]
}

/// Microseconds and peak KiB of one list in a process of its own.
fn child(server: &str, client: &str) -> Result<(u64, u64)> {
    let output = Command::new(env::current_exe()?).args([server, client, "measured"]).output()?;
    ensure!(output.status.success(), "the list failed: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let (time, memory) = text.trim().split_once(' ').context("two numbers")?;
    Ok((time.parse()?, memory.parse()?))
}

#[tokio::main(flavor = "current_thread")]
async fn measure(server: &str, client: &str) -> Result<()> {
    let begin = Instant::now();
    let count = if client == "sdk" { with_sdk(server).await? } else { by_hand(server).await? };
    let time = begin.elapsed().as_micros();
    ensure!(count == 40_000 || count == 500, "{count} customers");
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    println!("{time} {}", peak.context("the system reports no peak memory")?);
    Ok(())
}

async fn with_sdk(server: &str) -> Result<usize> {
    let client = Client::builder().base_url(server).credential(StaticToken::new(token())).build()?;
    let mut customers = client.customers();
    let mut count = 0;
    while let Some(customer) = customers.next().await {
        customer?;
        count += 1;
    }
    Ok(count)
}

async fn by_hand(server: &str) -> Result<usize> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let (token, correlation_id) = (token(), Uuid::new_v4().to_string());
    let (mut next, mut count) = (Some(Link { uri: "/v1/customers".to_owned(), headers: Vec::new() }), 0);
    while let Some(link) = next {
        let mut request = client.get(format!("{server}{}", link.uri)).bearer_auth(&token);
        request =
            request.header("MS-RequestId", Uuid::new_v4().to_string()).header("MS-CorrelationId", &correlation_id);
        for header in link.headers {
            request = request.header(header.key, header.value);
        }
        let page: Page = request.send().await?.error_for_status()?.json().await?;
        for customer in page.items {
            drop(customer);
            count += 1;
        }
        next = page.links.and_then(|links| links.next);
    }
    Ok(count)
}
