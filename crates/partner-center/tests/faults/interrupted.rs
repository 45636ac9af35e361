//! Connections that break before the response, within its head, or within its body.

use std::time::Duration;

use partner_center::{ErrorKind, RetryPolicy};
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer};

use crate::clock::Clock;
use crate::support::{
    CONTOSO, CUSTOMER, Outcome, assert_one_call, builder, call, client, contoso, quick_retries, status, until,
};

const HOUR: Duration = Duration::from_secs(3600);

/// Asserts that a call succeeds after `interrupted`, sent twice with the same ids.
async fn assert_sent_again_after(interrupted: FaultResponse) -> Outcome {
    let server = FaultServer::start([interrupted.clone(), contoso().into()]).await?;
    let response = call(&client(server.url())).await.map_err(|error| format!("{interrupted:?}: {error}"))?;
    assert_eq!((response.attempts(), server.count(EventKind::Request)), (2, 2), "{interrupted:?}");
    assert_one_call(&server, response.request_id());
    let correlation_id = response.correlation_id().to_string();
    let sent: Vec<_> = server.requests();
    assert!(sent.iter().all(|request| request.header("ms-correlationid") == Some(&*correlation_id)), "{interrupted:?}");
    Ok(())
}

/// The response in chunks, without the last one.
fn unfinished_chunks() -> String {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{CONTOSO}\r\n", CONTOSO.len())
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_response_is_retried() -> Outcome {
    assert_sent_again_after(FaultResponse::reset()).await?;
    assert_sent_again_after(FaultResponse::close()).await
}

#[tokio::test]
async fn an_earlier_response_is_kept_if_the_last_attempt_gets_none() -> Outcome {
    let failure =
        MockResponse::text(500, r#"{"code":800003}"#).header("MS-CorrelationId", "their-trace").header("MS-CV", "cv.0");
    let server = FaultServer::start([failure.into(), FaultResponse::reset()]).await?;
    let error = call(&client(server.url())).await.expect_err("reset for ever");
    assert_eq!((error.kind(), status(&error)), (ErrorKind::Connection, Some(500)));
    assert_eq!(error.received_correlation_id(), Some("their-trace"));
    assert_eq!((error.correlation_vector(), error.server_id()), (Some("cv.0"), None));
    assert_eq!(error.raw(), r#"{"code":800003}"#);
    Ok(())
}

#[tokio::test]
async fn a_connection_that_breaks_within_the_head_is_retried() -> Outcome {
    for head in ["H", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Le"] {
        assert_sent_again_after(FaultResponse::raw(head).then_reset()).await?;
        assert_sent_again_after(FaultResponse::raw(head).then_close()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_body_shorter_than_its_length_is_retried() -> Outcome {
    for count in [0, 1, CONTOSO.len() - 1] {
        assert_sent_again_after(FaultResponse::partial(contoso(), count)).await?;
        assert_sent_again_after(FaultResponse::partial(contoso(), count).then_reset()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_chunked_body_without_its_end_is_retried() -> Outcome {
    assert_sent_again_after(FaultResponse::raw(unfinished_chunks()).then_close()).await?;
    assert_sent_again_after(FaultResponse::raw(unfinished_chunks()).then_reset()).await
}

#[tokio::test]
async fn a_truncated_error_body_is_retried() -> Outcome {
    assert_sent_again_after(FaultResponse::partial(MockResponse::text(503, "try later"), 3)).await?;
    assert_sent_again_after(FaultResponse::partial(MockResponse::text(404, r#"{"code":60003}"#), 3)).await
}

#[tokio::test]
async fn if_every_body_is_truncated_the_error_keeps_status_and_ids() -> Outcome {
    let echo = contoso().header("MS-RequestId", "theirs").header("MS-CorrelationId", "their-trace");
    for interrupted in [FaultResponse::partial(echo.clone(), 5), FaultResponse::partial(echo, 5).then_reset()] {
        let server = FaultServer::start([interrupted]).await?;
        let error = call(&client(server.url())).await.expect_err("every body breaks");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 4));
        assert_eq!(server.count(EventKind::Request), 4);
        assert_eq!(status(&error), Some(200));
        assert_eq!(error.raw(), &CONTOSO[..5], "the part that came is kept");
        assert_eq!(error.received_request_id(), Some("theirs"));
        assert_eq!(error.received_correlation_id(), Some("their-trace"));
        assert!(error.may_have_been_sent() && error.is_retryable());
        assert!(error.to_string().contains("within the body"), "{error}");
        assert_one_call(&server, error.request_id().ok_or("no id")?);
    }
    Ok(())
}

#[tokio::test]
async fn if_every_head_is_truncated_the_error_keeps_the_sent_ids() -> Outcome {
    let server = FaultServer::start([FaultResponse::raw("HTTP/1.1 20").then_reset()]).await?;
    let error = call(&client(server.url())).await.expect_err("every head breaks");
    assert_eq!((error.kind(), error.attempts(), error.status()), (ErrorKind::Connection, 4, None));
    assert!(error.to_string().contains("before the response"), "{error}");
    assert!(error.may_have_been_sent());
    assert_one_call(&server, error.request_id().ok_or("no id")?);
    Ok(())
}

#[tokio::test]
async fn retry_after_is_kept_if_the_body_of_a_429_is_truncated() -> Outcome {
    let interrupted = FaultResponse::partial(MockResponse::text(429, "slow down").header("Retry-After", "7"), 3);
    let server = FaultServer::start([interrupted]).await?;
    let request = client(server.url()).customer(CUSTOMER).organization().retry(RetryPolicy::off());
    let error = request.await.expect_err("a truncated 429");
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(7));
    assert_eq!(status(&error), Some(429));
    Ok(())
}

#[tokio::test]
async fn one_attempt_that_may_have_arrived_counts_for_the_call() -> Outcome {
    let clock = Clock::pause();
    let server = FaultServer::start([FaultResponse::reset()]).await?;
    let slow = quick_retries().max_attempts(2).base_delay(HOUR).max_delay(HOUR);
    let client = builder(server.url()).retry(slow).timeout(2 * HOUR).build()?;
    let call = tokio::spawn(async move { call(&client).await });
    until(&server, EventKind::Reset, 1).await;
    // The second attempt cannot connect.
    server.shutdown().await;
    let error = clock.run(HOUR / 100, call).await?.expect_err("reset, then connection refused");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 2));
    assert!(error.may_have_been_sent(), "{error:?}");
    Ok(())
}
