//! Which failures are retried, and how often.

use std::time::Duration;

use partner_center::{ErrorKind, RetryPolicy};
use partner_center_mock::{MockResponse, ResponseScript};

use crate::support::{CONTOSO, CUSTOMER, Outcome, client, mock, quick_retries, soon};

#[tokio::test]
async fn retryable_statuses_are_retried_until_one_succeeds() -> Outcome {
    for status in [408, 429, 500, 502, 503, 504] {
        // Without the shared throttle, since a 429 would hold the client back for a second.
        let policy = quick_retries().shared_throttle(false);
        let script = ResponseScript::new([
            MockResponse::new(status),
            MockResponse::new(status),
            MockResponse::text(200, CONTOSO),
        ]);
        let server = mock(&script).await;
        let response = client(server.base_url()).customer(CUSTOMER).organization().retry(policy).await?;
        assert_eq!((response.attempts(), script.served()), (3, 3), "{status}");
    }
    Ok(())
}

#[tokio::test]
async fn every_other_error_status_is_final() {
    for status in [300, 302, 400, 401, 402, 403, 404, 405, 406, 409, 410, 412, 417, 418, 422, 428, 431, 451, 501, 505] {
        let script = ResponseScript::new([MockResponse::new(status)]);
        let server = mock(&script).await;
        let error = client(server.base_url()).customer(CUSTOMER).organization().await.expect_err("an error status");
        assert_eq!((error.attempts(), script.served()), (1, 1), "{status}");
    }
}

#[tokio::test]
async fn unexpected_bodies_and_statuses_are_not_retried() {
    for response in [
        MockResponse::text(200, "[{"),
        MockResponse::text(200, "null"),
        MockResponse::new(204),
        MockResponse::text(200, "[]"),
    ] {
        let script = ResponseScript::new([response]);
        let server = mock(&script).await;
        let error = client(server.base_url()).customer(CUSTOMER).organization().await.expect_err("no organization");
        assert_eq!((error.attempts(), script.served()), (1, 1), "{error}");
    }
}

#[tokio::test]
async fn the_error_is_the_last_failure_with_the_number_of_attempts() {
    let script = ResponseScript::new([
        MockResponse::new(500),
        MockResponse::new(502),
        MockResponse::new(503),
        MockResponse::text(504, "last"),
    ]);
    let server = mock(&script).await;
    let error = client(server.base_url()).customer(CUSTOMER).organization().await.expect_err("four failures");
    assert_eq!((error.attempts(), script.served()), (4, 4), "four attempts by default");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(504));
    assert_eq!(error.description(), Some("last"));
    assert!(error.to_string().contains("4 attempts"), "{error}");
}

#[tokio::test]
async fn a_final_failure_after_a_transient_one_ends_the_call() {
    let script = ResponseScript::new([MockResponse::new(503), MockResponse::new(404)]);
    let server = mock(&script).await;
    let error = client(server.base_url()).customer(CUSTOMER).organization().await.expect_err("not found");
    assert_eq!((error.kind(), error.attempts(), script.served()), (ErrorKind::NotFound, 2, 2));
}

#[tokio::test]
async fn retries_off_means_one_attempt() {
    let script = ResponseScript::new([MockResponse::new(503)]);
    let server = mock(&script).await;
    let request = client(server.base_url()).customer(CUSTOMER).organization().retry(RetryPolicy::off());
    assert_eq!(request.await.expect_err("503").attempts(), 1);
    assert_eq!(script.served(), 1);
}

#[tokio::test]
async fn zero_attempts_mean_one() {
    let script = ResponseScript::new([MockResponse::new(503)]);
    let server = mock(&script).await;
    let policy = quick_retries().max_attempts(0);
    let request = client(server.base_url()).customer(CUSTOMER).organization().retry(policy);
    assert_eq!(request.await.expect_err("503").attempts(), 1);
}

#[tokio::test]
async fn a_delay_beyond_the_deadline_fails_the_call_at_once() -> Outcome {
    for (status, delay) in [(429, "3600"), (503, "3600"), (503, "1000000000"), (429, "99999999999999999999999")] {
        let script = ResponseScript::new([MockResponse::new(status).header("Retry-After", delay)]);
        let server = mock(&script).await;
        let request = client(server.base_url()).customer(CUSTOMER).organization().timeout(Duration::from_secs(60));
        let error = soon(request).await.expect_err("no time to wait");
        assert_eq!((error.attempts(), script.served()), (1, 1), "{status} {delay}");
        let delay = delay.parse().unwrap_or(u64::MAX);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(delay)), "{status}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    }
    Ok(())
}

#[tokio::test]
async fn an_empty_budget_means_one_attempt_and_five_calls_earn_a_retry() -> Outcome {
    let script = ResponseScript::new([MockResponse::new(503)]);
    let server = mock(&script).await;
    let client = client(server.base_url());
    let attempts = async |client: &partner_center::Client| {
        client.customer(CUSTOMER).organization().await.expect_err("always 503").attempts()
    };
    // Clones share the budget: a hundred retries, three per call.
    let mut spent = false;
    for _ in 0..100 {
        spent = spent || attempts(&client.clone()).await < 4;
    }
    assert!(spent, "a hundred calls use the budget up");
    let before = script.served();
    for _ in 0..50 {
        attempts(&client.clone()).await;
    }
    let sent = script.served() - before;
    assert!((59..=61).contains(&sent), "{sent} requests for 50 calls");
    let unbudgeted = client.customer(CUSTOMER).organization().retry(quick_retries().budget(false));
    assert_eq!(unbudgeted.await.expect_err("always 503").attempts(), 4);
    Ok(())
}

#[tokio::test]
async fn the_shared_throttle_can_be_turned_off() -> Outcome {
    let script =
        ResponseScript::new([MockResponse::new(429).header("Retry-After", "3600"), MockResponse::text(200, CONTOSO)]);
    let server = mock(&script).await;
    let client = client(server.base_url());
    soon(client.customer(CUSTOMER).organization()).await.expect_err("throttled");
    soon(client.clone().customer(CUSTOMER).organization()).await.expect_err("held back");
    assert_eq!(script.served(), 1);
    soon(client.customer(CUSTOMER).organization().retry(quick_retries().shared_throttle(false))).await?;
    assert_eq!(script.served(), 2);
    Ok(())
}
