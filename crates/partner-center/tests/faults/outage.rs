//! An outage: the client spreads its retries and limits their number.

use std::time::Duration;

use partner_center::{ErrorKind, RetryPolicy};
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer};

use crate::clock::Clock;
use crate::support::{Outcome, arrivals_since, builder, call, client, status, use_up_the_budget};

#[tokio::test]
async fn an_outage_costs_little_more_than_one_request_per_call() -> Outcome {
    let server = FaultServer::start([MockResponse::new(503)]).await?;
    let client = client(server.url());
    // The budget starts with a hundred retries, for short failures.
    use_up_the_budget(&client).await;
    let before = server.count(EventKind::Request);
    for _ in 0..200 {
        assert_eq!(status(&call(&client).await.expect_err("always 503")), Some(503));
    }
    let sent = server.count(EventKind::Request) - before;
    assert!((200..=241).contains(&sent), "{sent} requests for 200 calls");
    Ok(())
}

#[tokio::test]
async fn broken_connections_use_the_same_budget() -> Outcome {
    let server = FaultServer::start([FaultResponse::reset()]).await?;
    let client = client(server.url());
    use_up_the_budget(&client).await;
    let before = server.count(EventKind::Request);
    for _ in 0..20 {
        assert_eq!(call(&client).await.expect_err("always reset").kind(), ErrorKind::Connection);
    }
    let sent = server.count(EventKind::Request) - before;
    assert!((20..=25).contains(&sent), "{sent} requests for 20 calls");
    Ok(())
}

#[tokio::test]
async fn delays_between_attempts_grow_and_differ_between_calls() -> Outcome {
    let clock = Clock::pause();
    let server = FaultServer::start([MockResponse::new(503)]).await?;
    let minute = Duration::from_secs(60);
    let policy = RetryPolicy::default().base_delay(20 * minute).max_delay(80 * minute).max_attempts(5);
    let client = builder(server.url()).retry(policy).timeout(1000 * minute).attempt_timeout(900 * minute).build()?;
    let mut is_past_the_first_bound = false;
    let mut seconds_waited = std::collections::HashSet::new();
    let mut asked = 0;
    for _ in 0..6 {
        clock.run(minute / 10, call(&client)).await.expect_err("always 503");
        let arrivals = arrivals_since(&server, EventKind::Request);
        let waits: Vec<Duration> = arrivals[asked..].windows(2).map(|pair| pair[1] - pair[0]).collect();
        asked = arrivals.len();
        // At most twenty minutes, then forty, eighty and eighty again, plus the steps that pass meanwhile.
        for (wait, bound) in waits.iter().zip([20, 40, 80, 80]) {
            assert!(*wait <= (bound + 3) * minute, "{waits:?}");
        }
        is_past_the_first_bound |= waits[2..].iter().any(|wait| *wait > 23 * minute);
        assert_eq!(waits.len(), 4);
        seconds_waited.extend(waits.iter().map(Duration::as_secs));
    }
    // The probability that all twelve delays of up to eighty minutes are below this is one in three million.
    assert!(is_past_the_first_bound, "the bound grows");
    assert!(seconds_waited.len() > 3, "the waits are spread: {seconds_waited:?}");
    Ok(())
}
