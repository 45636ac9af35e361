//! Many calls against a server that injects faults at random, with an account of every call.
//!
//! `SOAK_CALLS` sets the number of calls (default: 3,000), `SOAK_SEED` the faults. The seed is printed, so that a run
//! can be repeated.

mod account;
mod faults;

use std::sync::Arc;
use std::time::{Duration, Instant};

use partner_center::auth::{AccessToken, credential_fn};
use partner_center::{Client, RetryPolicy, uuid::Uuid};
use partner_center_mock::faults::FaultServer;
use tokio::task::JoinSet;

use account::{Account, Ledger};

const CONCURRENCY: usize = 64;
/// The share of requests with a fault.
const FAULTS: f64 = 0.4;
/// Short, so that a stalled response costs little, but much longer than loopback takes.
const ATTEMPT: Duration = Duration::from_millis(400);

fn main() {
    let calls = number("SOAK_CALLS").unwrap_or(3_000);
    let seed = number("SOAK_SEED").unwrap_or_else(|| u64::from(Uuid::new_v4().as_fields().0));
    println!("soak: {calls} calls, SOAK_SEED={seed}");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let account = runtime.block_on(soak(calls, seed));
    println!("{account}");
    assert!(account.adds_up(), "the account does not add up; SOAK_SEED={seed}");
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

async fn soak(calls: u64, seed: u64) -> Account {
    let began = Instant::now();
    let ledger = Arc::new(Ledger::default());
    let mut faults = faults::Faults::new(seed, ledger.clone(), FAULTS);
    let server = FaultServer::builder()
        .respond_with(move |request| faults.response(request))
        .history(64)
        .start()
        .await
        .expect("a server");
    let tokens = std::sync::atomic::AtomicU64::new(0);
    let client = Client::builder()
        .base_url(server.url())
        .credential(credential_fn(move |_| {
            let number = tokens.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            async move { Ok(AccessToken::new(format!("token-{number}"), Duration::from_secs(3600))) }
        }))
        .attempt_timeout(ATTEMPT)
        // The 429s are random, so adapting to them would only slow the run.
        .retry(RetryPolicy::default().base_delay(Duration::from_millis(2)).budget(false).shared_throttle(false))
        .build()
        .expect("a client");

    let mut account = Account::default();
    let mut in_flight = JoinSet::new();
    let mut warm = None;
    for number in 0..calls {
        if in_flight.len() == CONCURRENCY
            && let Some(call) = in_flight.join_next().await
        {
            account.close(&ledger, call);
        }
        if number == calls / 5 {
            warm = resident_memory();
        }
        let (client, customer) = (client.clone(), Uuid::new_v4());
        in_flight.spawn(async move { (customer, client.customer(customer).organization().await) });
    }
    while let Some(call) = in_flight.join_next().await {
        account.close(&ledger, call);
    }
    account.calls = calls;
    account.seconds = began.elapsed().as_secs_f64();
    account.growth = warm.zip(resident_memory()).map(|(warm, end)| end as f64 / warm as f64);
    account.unclaimed = ledger.open();
    drop(client);
    // Connections close once the client is dropped; the server's tasks end with them.
    account.sockets = settled(|| server.open_connections()).await;
    server.shutdown().await;
    let metrics = tokio::runtime::Handle::current().metrics();
    account.tasks = settled(|| metrics.num_alive_tasks()).await;
    account
}

/// The count after a grace period: tasks are counted until their thread has cleaned them up.
async fn settled(count: impl Fn() -> usize) -> usize {
    let began = Instant::now();
    while count() > 0 && began.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    count()
}

/// The process's resident memory in kB, if the system reports it.
fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
