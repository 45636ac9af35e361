//! When one call is throttled, every call of the client waits.

use std::time::Duration;

use partner_center::uuid::Uuid;
use partner_center::{Client, ErrorKind};
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{EventKind, FaultServer};

use crate::clock::Clock;
use crate::support::{Outcome, arrivals_since, builder, call, client, contoso, soon};

const SECOND: Duration = Duration::from_secs(1);

/// A client with long timeouts.
fn client_with_long_timeouts(server: &FaultServer) -> Result<Client, partner_center::Error> {
    builder(server.url()).timeout(36_000 * SECOND).attempt_timeout(3600 * SECOND).build()
}

#[tokio::test]
async fn a_call_with_an_earlier_deadline_fails_without_a_request() -> Outcome {
    let server = FaultServer::start([MockResponse::new(429).header("Retry-After", "3600"), contoso()]).await?;
    let client = client(server.url());
    let first = soon(call(&client)).await.expect_err("throttled for an hour");
    let second = soon(client.clone().customer(Uuid::new_v4()).organization()).await.expect_err("held back");
    assert_eq!((first.attempts(), second.attempts()), (1, 0));
    assert_eq!((second.kind(), second.may_have_been_sent()), (ErrorKind::Throttled, false));
    assert!(second.retry_after().is_some_and(|wait| wait > 290 * SECOND && wait <= 300 * SECOND));
    assert_eq!(server.count(EventKind::Request), 1);
    Ok(())
}

#[tokio::test]
async fn another_client_is_not_held_back() -> Outcome {
    let server = FaultServer::start([MockResponse::new(429).header("Retry-After", "3600"), contoso()]).await?;
    soon(call(&client(server.url()))).await.expect_err("throttled for an hour");
    soon(call(&client(server.url()))).await?;
    Ok(())
}

#[tokio::test]
async fn without_a_delay_throttling_holds_calls_for_a_second() -> Outcome {
    let clock = Clock::pause();
    let server = FaultServer::start([MockResponse::new(429), contoso()]).await?;
    let client = client_with_long_timeouts(&server)?;
    let response = clock.run(SECOND / 20, call(&client)).await?;
    assert_eq!(response.attempts(), 2);
    assert!(arrivals_since(&server, EventKind::Sent)[1] >= SECOND);
    Ok(())
}
