//! `Retry-After` delays, valid and invalid.

use std::time::{Duration, SystemTime};

use partner_center::{ErrorKind, RetryPolicy};
use partner_center_mock::MockResponse;
use partner_center_mock::examples::get_customer_organization as responses;
use partner_center_mock::faults::{EventKind, FaultServer};

use crate::clock::Clock;
use crate::support::{CUSTOMER, Outcome, arrivals_since, assert_one_call, builder, call, client, contoso, soon};

const SECOND: Duration = Duration::from_secs(1);

/// The delay between `response` and the next attempt, with a negligible back-off.
///
/// Never less than the true delay; longer by the steps that pass meanwhile.
async fn wait_after(response: MockResponse) -> Result<Duration, Box<dyn std::error::Error>> {
    let clock = Clock::pause();
    let server = FaultServer::start([response, contoso()]).await?;
    let client = builder(server.url()).timeout(36_000 * SECOND).attempt_timeout(3600 * SECOND).build()?;
    let response = clock.run(SECOND / 4, call(&client)).await?;
    assert_eq!(response.attempts(), 2);
    assert_one_call(&server, response.request_id());
    tokio::time::resume();
    Ok(arrivals_since(&server, EventKind::Sent)[1])
}

fn assert_about(wait: Duration, seconds: u32, what: &str) {
    let delay = seconds * SECOND;
    // Never earlier, but possibly a few steps later.
    assert!(wait >= delay && wait < delay + 10 * SECOND, "{what}: waited {wait:?} instead of {delay:?}");
}

#[tokio::test]
async fn seconds_are_respected_for_every_retryable_status() -> Outcome {
    for status in [429, 503, 500, 502, 504, 408] {
        let wait = wait_after(MockResponse::new(status).header("Retry-After", "20")).await?;
        assert_about(wait, 20, &status.to_string());
    }
    Ok(())
}

#[tokio::test]
async fn the_gateways_text_is_used_if_the_header_is_missing() -> Outcome {
    let throttled = MockResponse::from(responses::THROTTLED).without_header("Retry-After");
    assert_about(wait_after(throttled).await?, 57, "the contract's example");
    let both = MockResponse::from(responses::THROTTLED).header("Retry-After", "20");
    assert_about(wait_after(both).await?, 20, "the header counts before the text");
    Ok(())
}

#[tokio::test]
async fn a_date_is_measured_against_the_date_of_the_response() -> Outcome {
    // Years off the local clock.
    let response = MockResponse::new(429)
        .header("Date", "Wed, 21 Oct 2015 07:28:00 GMT")
        .header("Retry-After", "Wed, 21 Oct 2015 07:28:20 GMT");
    assert_about(wait_after(response).await?, 20, "a date and a clock of 2015");
    Ok(())
}

#[tokio::test]
async fn a_date_in_a_response_without_one_uses_the_local_clock() -> Outcome {
    let until = httpdate::fmt_http_date(SystemTime::now() + 22 * SECOND);
    // The date has whole seconds, and some real time may pass until it is read.
    let wait = wait_after(MockResponse::new(429).header("Retry-After", until)).await?;
    assert!(wait >= 15 * SECOND && wait < 32 * SECOND, "{wait:?}");
    Ok(())
}

#[tokio::test]
async fn of_two_headers_the_longer_delay_counts() -> Outcome {
    let response = MockResponse::new(429).add_header("Retry-After", "3").add_header("Retry-After", "20");
    assert_about(wait_after(response).await?, 20, "3 and 20");
    Ok(())
}

#[tokio::test]
async fn an_unreadable_delay_is_none() -> Outcome {
    for delay in ["soon", "-20", "+20", "20 30", "20.5", "0x20", "", "20 seconds", "Wed, 99 Oct 2015 07:28:00 GMT", "0"]
    {
        // 503, which only waits for the back-off.
        let wait = wait_after(MockResponse::new(503).header("Retry-After", delay)).await?;
        assert_about(wait, 0, delay);
    }
    Ok(())
}

#[tokio::test]
async fn a_date_in_the_past_is_no_delay() -> Outcome {
    let response = MockResponse::new(503)
        .header("Date", "Wed, 21 Oct 2015 07:28:00 GMT")
        .header("Retry-After", "Wed, 21 Oct 2015 07:27:00 GMT");
    assert_about(wait_after(response).await?, 0, "a minute ago");
    Ok(())
}

#[tokio::test]
async fn a_delay_beyond_the_deadline_is_an_error_with_the_delay() -> Outcome {
    for (delay, seconds) in [("61", 61), ("1000000000", 1_000_000_000), ("99999999999999999999", u64::MAX)] {
        let server = FaultServer::start([MockResponse::new(429).header("Retry-After", delay)]).await?;
        let request = client(server.url()).customer(CUSTOMER).organization().timeout(60 * SECOND);
        let error = soon(request).await.expect_err("no time to wait");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Throttled, 1), "{delay}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)), "{delay}");
        assert_eq!(server.count(EventKind::Request), 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_back_off_longer_than_retry_after_counts() -> Outcome {
    let clock = Clock::pause();
    let server = FaultServer::start([MockResponse::new(503).header("Retry-After", "1"), contoso()]).await?;
    let day = 86_400 * SECOND;
    let slow = RetryPolicy::default().base_delay(day).max_delay(day);
    let client = builder(server.url()).retry(slow).timeout(10 * day).attempt_timeout(10 * day).build()?;
    let response = clock.run(day / 100, call(&client)).await?;
    // A random part of a day is practically never less than ten seconds.
    assert!(response.elapsed() > 10 * SECOND && response.elapsed() < 2 * day, "{:?}", response.elapsed());
    Ok(())
}
