//! A server that sends each response twice, the second a few milliseconds later, on a kept connection.

use std::time::{Duration, Instant};

use partner_center::Client;
use partner_center::uuid::Uuid;
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer, Request};
use tokio::runtime::Runtime;

use crate::support::{Outcome, builder, organization_of, with_ids_of};

/// The server, on another thread, so that it runs while the runtime of the calls is blocked.
struct Doubling {
    server: FaultServer,
    runtime: Option<Runtime>,
}

impl Doubling {
    async fn start(response: fn(&Request) -> MockResponse) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let server = FaultServer::start_with(move |request| {
            let late = Duration::from_millis(1 + request.number() as u64 % 3);
            FaultResponse::from(response(request)).then_wait(late).then_respond(response(request))
        });
        let server = runtime.spawn(server).await??;
        Ok(Self { server, runtime: Some(runtime) })
    }

    fn client(&self) -> Result<Client, Box<dyn std::error::Error>> {
        Ok(builder(self.server.url()).build()?)
    }
}

impl Drop for Doubling {
    fn drop(&mut self) {
        // A runtime must not be dropped inside another one.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Computes without yielding to another task.
fn compute_while(goes_on: impl Fn() -> bool) {
    let begun = Instant::now();
    while goes_on() && begun.elapsed() < Duration::from_millis(200) {
        std::hint::spin_loop();
    }
}

fn compute_for_two_milliseconds() {
    let begun = Instant::now();
    compute_while(|| begun.elapsed() < Duration::from_millis(2));
}

/// Makes `calls` calls with computation in between; returns how many got another customer's organization.
async fn mixed_up(client: &Client, calls: usize, compute: impl Fn()) -> Result<usize, partner_center::Error> {
    let mut mixed_up = 0;
    for _ in 0..calls {
        let customer = Uuid::new_v4();
        let response = client.customer(customer).organization().await?;
        mixed_up += usize::from(response.display_name != Some(customer.to_string()));
        compute();
    }
    Ok(mixed_up)
}

fn with_ids(request: &Request) -> MockResponse {
    with_ids_of(request, organization_of(request))
}

#[tokio::test]
async fn a_late_second_response_reaches_no_call_on_one_thread() -> Outcome {
    let server = Doubling::start(with_ids).await?;
    assert_eq!(mixed_up(&server.client()?, 100, compute_for_two_milliseconds).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_late_second_response_without_ids_is_detected() -> Outcome {
    let server = Doubling::start(organization_of).await?;
    let events = &server.server;
    let until_sent = || compute_while(|| events.count(EventKind::Sent) < events.count(EventKind::Request));
    assert_eq!(mixed_up(&server.client()?, 100, until_sent).await?, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_second_response_reaches_no_call_on_busy_threads() -> Outcome {
    let server = Doubling::start(with_ids).await?;
    let client = server.client()?;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let client = client.clone();
        tasks.spawn(async move { mixed_up(&client, 50, compute_for_two_milliseconds).await });
    }
    while let Some(task) = tasks.join_next().await {
        assert_eq!(task??, 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_late_second_response_reaches_no_customer_of_a_run() -> Outcome {
    let server = Doubling::start(with_ids).await?;
    let customers: Vec<Uuid> = (0..500).map(|_| Uuid::new_v4()).collect();
    let mut run = server.client()?.organizations(customers);
    let mut count = 0;
    while let Some((customer, result)) = run.next().await {
        assert_eq!(result?.display_name, Some(customer.to_string()));
        count += 1;
    }
    assert_eq!(count, 500);
    Ok(())
}
