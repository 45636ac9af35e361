//! What one call is told to wait, the others of the client wait too.

use std::time::Duration;

use partner_center::uuid::Uuid;
use partner_center::{Client, ErrorKind};
use partner_center_mock::Reply;
use partner_center_mock::faults::{Answer, EventKind, FaultServer};
use tokio::task::JoinSet;

use crate::capture::Capture;
use crate::clock::Clock;
use crate::support::{Outcome, arrivals_since, builder, call, client, contoso, quick_retries, soon};

const SECOND: Duration = Duration::from_secs(1);

/// A client whose calls never run out of time here.
fn patient(server: &FaultServer) -> Result<Client, partner_center::Error> {
    builder(server.url()).timeout(36_000 * SECOND).attempt_timeout(3600 * SECOND).build()
}

#[tokio::test]
async fn one_refusal_holds_back_every_other_task_until_the_told_time() -> Outcome {
    let (clock, capture) = (Clock::pause(), Capture::start());
    let server = FaultServer::start([Reply::new(429).header("Retry-After", "30"), contoso()]).await?;
    let client = patient(&server)?;
    let mut calls = JoinSet::new();
    let first = client.clone();
    calls.spawn(async move { call(&first).await });
    while !capture.spans("partner_center.attempt").iter().any(|attempt| attempt.field("error.type").is_some()) {
        tokio::task::yield_now().await;
    }
    for _ in 0..10 {
        let client = client.clone();
        calls.spawn(async move { client.customer(Uuid::new_v4()).organization().await });
    }
    let results = clock.run(SECOND / 4, calls.join_all()).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let arrivals = arrivals_since(&server, EventKind::Sent);
    assert_eq!(arrivals.len(), 12);
    assert!(arrivals[1..].iter().all(|arrival| *arrival >= 30 * SECOND), "{arrivals:?}");
    Ok(())
}

#[tokio::test]
async fn a_call_that_cannot_wait_so_long_fails_at_once_and_is_not_sent() -> Outcome {
    let server = FaultServer::start([Reply::new(429).header("Retry-After", "3600"), contoso()]).await?;
    let client = client(server.url());
    let first = soon(call(&client)).await.expect_err("throttled for an hour");
    let second = soon(client.clone().customer(Uuid::new_v4()).organization()).await.expect_err("held back");
    assert_eq!((first.attempts(), second.attempts()), (1, 0));
    assert_eq!((second.kind(), second.may_have_been_sent()), (ErrorKind::Throttled, false));
    assert!(second.retry_after().is_some_and(|wait| wait > 3000 * SECOND && wait <= 3600 * SECOND));
    assert_eq!(server.count(EventKind::Request), 1);
    Ok(())
}

#[tokio::test]
async fn another_client_is_not_held_back() -> Outcome {
    let server = FaultServer::start([Reply::new(429).header("Retry-After", "3600"), contoso()]).await?;
    soon(call(&client(server.url()))).await.expect_err("throttled for an hour");
    soon(call(&client(server.url()))).await?;
    Ok(())
}

#[tokio::test]
async fn a_refusal_that_tells_no_wait_holds_others_back_for_a_second() -> Outcome {
    let clock = Clock::pause();
    let server = FaultServer::start([Reply::new(429), contoso()]).await?;
    let client = patient(&server)?;
    let response = clock.run(SECOND / 20, call(&client)).await?;
    assert_eq!(response.attempts(), 2);
    assert!(arrivals_since(&server, EventKind::Sent)[1] >= SECOND);
    Ok(())
}

#[tokio::test]
async fn a_customer_that_is_refused_while_others_are_answered_no_longer_holds_them_back() -> Outcome {
    let clock = Clock::pause();
    let unlucky = Uuid::new_v4();
    let path = format!("/v1/customers/{unlucky}/organization");
    let server = FaultServer::answering(move |request| match request.path() == path {
        true => Answer::from(Reply::new(429).header("Retry-After", "100")),
        // Time passes between a refusal and the answers to others, as it does in life.
        false => Answer::wait(SECOND).then_reply(contoso()),
    })
    .await?;
    let client = patient(&server)?;
    let throttled = client.clone();
    let stubborn = quick_retries().max_attempts(20).budget(false);
    let throttled = tokio::spawn(async move { throttled.customer(unlucky).organization().retry(stubborn).await });
    let refused = || server.requests().iter().filter(|request| request.path().contains(&unlucky.to_string())).count();
    let others = async {
        // The first refusals may hold everybody back; soon the limit turns out to be that customer's own.
        for _ in 0..200 {
            let answered = client.customer(Uuid::new_v4()).organization().await?;
            if refused() > 1 && refused() < 10 && answered.elapsed() < 50 * SECOND {
                return Ok(true);
            }
            tokio::time::sleep(SECOND).await;
        }
        Ok::<_, partner_center::Error>(false)
    };
    assert!(clock.run(SECOND, others).await?, "others wait for a customer's own limit");
    throttled.abort();
    Ok(())
}
