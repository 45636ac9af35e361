//! Slow responses: a late first byte, a stalled head, a body one byte at a time.

use std::time::Duration;

use partner_center::{ErrorKind, RetryPolicy};
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer};

use crate::clock::Clock;
use crate::support::{CONTOSO, CUSTOMER, Outcome, assert_one_call, builder, call, contoso, status, until};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_late_first_byte_costs_one_attempt() -> Outcome {
    let clock = Clock::pause();
    let late = FaultResponse::wait(30 * SECOND).then_respond(contoso());
    let server = FaultServer::start([late, contoso().into()]).await?;
    let client = builder(server.url()).attempt_timeout(5 * SECOND).build()?;
    let response = clock.run(SECOND, call(&client)).await?;
    assert_eq!((response.attempts(), server.count(EventKind::Request)), (2, 2));
    assert!(response.elapsed() >= 5 * SECOND && response.elapsed() < 25 * SECOND, "{:?}", response.elapsed());
    assert_one_call(&server, response.request_id());
    Ok(())
}

#[tokio::test]
async fn a_first_byte_within_the_timeout_is_awaited() -> Outcome {
    let clock = Clock::pause();
    let server = FaultServer::start([FaultResponse::wait(30 * SECOND).then_respond(contoso())]).await?;
    let client = builder(server.url()).attempt_timeout(600 * SECOND).timeout(6000 * SECOND).build()?;
    let response = clock.run(SECOND, call(&client)).await?;
    assert_eq!(response.attempts(), 1);
    assert!(response.elapsed() >= 30 * SECOND);
    Ok(())
}

#[tokio::test]
async fn a_silent_server_costs_no_more_than_the_deadline() -> Outcome {
    let clock = Clock::pause();
    let server = FaultServer::start([FaultResponse::stall()]).await?;
    let client = builder(server.url()).attempt_timeout(20 * SECOND).timeout(50 * SECOND).build()?;
    let error = clock.run(SECOND, call(&client)).await.expect_err("there is no response");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3));
    assert!(error.elapsed() >= 50 * SECOND && error.elapsed() <= 55 * SECOND, "{:?}", error.elapsed());
    assert!(error.may_have_been_sent());
    Ok(())
}

#[tokio::test]
async fn a_body_sent_byte_by_byte_ends_at_the_attempt_timeout() -> Outcome {
    let clock = Clock::pause();
    let echo = contoso().header("MS-RequestId", "theirs").header("MS-CorrelationId", "their-trace");
    let server = FaultServer::start([FaultResponse::drip(echo, 1, SECOND)]).await?;
    let client = builder(server.url()).attempt_timeout(10 * SECOND).retry(RetryPolicy::off()).build()?;
    let error = clock.run(SECOND, call(&client)).await.expect_err("a byte a second");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.elapsed() >= 10 * SECOND && error.elapsed() <= 15 * SECOND, "{:?}", error.elapsed());
    assert_eq!(status(&error), Some(200), "the status had come");
    assert!(!error.raw().is_empty() && CONTOSO.as_bytes().starts_with(error.raw()), "{:?}", error.raw());
    assert_eq!(error.received_request_id(), Some("theirs"));
    assert_eq!(error.received_correlation_id(), Some("their-trace"));
    until(&server, EventKind::Left, 1).await;
    Ok(())
}

#[tokio::test]
async fn a_slow_body_within_the_timeouts_is_read() -> Outcome {
    let clock = Clock::pause();
    let server = FaultServer::start([FaultResponse::drip(contoso(), 9, SECOND)]).await?;
    let client = builder(server.url()).attempt_timeout(600 * SECOND).timeout(6000 * SECOND).build()?;
    let response = clock.run(SECOND, call(&client)).await?;
    assert_eq!((response.attempts(), response.display_name.as_deref()), (1, Some("Contoso")));
    Ok(())
}

#[tokio::test]
async fn a_body_that_stalls_is_retried() -> Outcome {
    let clock = Clock::pause();
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n[{\"displ";
    let server = FaultServer::start([FaultResponse::raw(head).then_stall(), contoso().into()]).await?;
    let client = builder(server.url()).attempt_timeout(10 * SECOND).build()?;
    let response = clock.run(SECOND, call(&client)).await?;
    assert_eq!(response.attempts(), 2);
    assert_one_call(&server, response.request_id());
    Ok(())
}

#[tokio::test]
async fn a_head_that_stalls_is_retried() -> Outcome {
    let clock = Clock::pause();
    let server =
        FaultServer::start([FaultResponse::raw("HTTP/1.1 200 OK\r\nX: ").then_stall(), contoso().into()]).await?;
    let client = builder(server.url()).attempt_timeout(10 * SECOND).build()?;
    assert_eq!(clock.run(SECOND, call(&client)).await?.attempts(), 2);
    Ok(())
}

#[tokio::test]
async fn the_deadline_ends_an_attempt_and_the_error_says_so() -> Outcome {
    let clock = Clock::pause();
    let server = FaultServer::start([MockResponse::new(503).into(), FaultResponse::stall()]).await?;
    let client = builder(server.url()).attempt_timeout(40 * SECOND).build()?;
    let request = client.customer(CUSTOMER).organization().timeout(20 * SECOND);
    let error = clock.run(SECOND, request.into_future()).await.expect_err("no time left");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2));
    assert!(error.to_string().contains("the call took too long"), "{error}");
    assert!(error.elapsed() <= 25 * SECOND, "{:?}", error.elapsed());
    Ok(())
}
