//! Tracing of calls with faults.

use std::time::Duration;

use partner_center_mock::MockResponse;
use partner_center_mock::faults::{FaultResponse, FaultServer};
use tracing::Level;

use crate::capture::Capture;
use crate::clock::Clock;
use crate::support::{Outcome, builder, call, contoso};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn every_attempt_is_a_span_and_the_call_one_event() -> Outcome {
    let (clock, capture) = (Clock::pause(), Capture::start());
    let responses = [FaultResponse::reset(), FaultResponse::stall(), MockResponse::new(503).into(), contoso().into()];
    let server = FaultServer::start(responses).await?;
    let client = builder(server.url()).attempt_timeout(10 * SECOND).build()?;
    clock.run(SECOND, call(&client)).await?;

    let spans = capture.spans("partner_center.call");
    let attempts = capture.spans("partner_center.attempt");
    assert!(attempts.iter().all(|attempt| attempt.parent == spans[0].id));
    let failures: Vec<_> = attempts.iter().map(|attempt| attempt.field("error.type")).collect();
    assert_eq!(failures, [Some("connection"), Some("timeout"), Some("503"), None]);
    let numbers: Vec<_> = attempts.iter().map(|attempt| attempt.field("http.request.resend_count")).collect();
    assert_eq!(numbers, [Some("0"), Some("1"), Some("2"), Some("3")]);
    let event = capture.only_event();
    assert_eq!((event.level, event.field("http.request.resend_count")), (Level::DEBUG, Some("3")));
    Ok(())
}

#[tokio::test]
async fn a_failed_call_is_one_warning_for_all_attempts() -> Outcome {
    let capture = Capture::start();
    let server = FaultServer::start([FaultResponse::reset()]).await?;
    let error = call(&builder(server.url()).build()?).await.expect_err("always reset");
    let event = capture.only_event();
    assert_eq!((event.level, event.field("message")), (Level::WARN, Some(&*error.to_string())));
    assert_eq!(capture.events().len(), 1);
    Ok(())
}
