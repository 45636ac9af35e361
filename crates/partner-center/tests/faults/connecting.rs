//! Connections that are refused, hang, or have gone stale.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use partner_center::auth::{AccessToken, Credential, TokenFuture, TokenRequest};
use partner_center::{ErrorKind, reqwest};
use partner_center_mock::faults::{Answer, EventKind, FaultServer};

use crate::capture::SECRET;
use crate::clock::Clock;
use crate::support::{CUSTOMER, Outcome, assert_one_call, builder, call, client, contoso, quick_retries, soon, until};

/// Counts how often it is asked for a token.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl Credential for Counting {
    fn token<'a>(&'a self, _: &'a TokenRequest) -> TokenFuture<'a> {
        let turn = self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(AccessToken::new(format!("{SECRET}-{turn}"), Duration::from_secs(3600))) })
    }
}

#[tokio::test]
async fn a_refused_connection_is_tried_as_often_as_allowed_with_one_token() -> Outcome {
    let server = FaultServer::refusing().await?;
    let credential = Counting::default();
    let client = builder(server.url()).credential(credential.clone()).build()?;
    let error = call(&client).await.expect_err("nobody listens");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 4));
    assert!(error.is_retryable() && !error.may_have_been_sent());
    assert!(error.request_id().is_some() && error.correlation_id().is_some());
    assert_eq!((error.status(), error.raw().len()), (None, 0));
    assert_eq!(credential.0.load(Ordering::SeqCst), 1);
    Ok(())
}

#[tokio::test]
async fn a_service_that_comes_back_is_reached_by_the_next_attempt() -> Outcome {
    let clock = Clock::pause();
    let server = FaultServer::builder().refuse_for(Duration::from_secs(3)).answers([contoso()]).start().await?;
    let policy = quick_retries().base_delay(Duration::from_secs(8)).max_delay(Duration::from_secs(8));
    let patient = builder(server.url()).retry(policy.max_attempts(100).budget(false)).build()?;
    let response = clock.run(Duration::from_millis(250), call(&patient)).await?;
    assert!(response.attempts() > 1);
    assert!(response.elapsed() >= Duration::from_secs(3), "{:?}", response.elapsed());
    assert_eq!(server.count(EventKind::Request), 1);
    assert_one_call(&server, response.request_id());
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn connecting_that_hangs_ends_at_its_own_limit() -> Outcome {
    let server = FaultServer::black_hole().await?;
    let limit = Duration::from_millis(30);
    let client = builder(server.url())
        .http_client_builder(reqwest::Client::builder().connect_timeout(limit))
        .retry(quick_retries().max_attempts(2))
        .build()?;
    let error = soon(call(&client)).await.expect_err("nobody accepts");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2));
    assert!(error.elapsed() >= 2 * limit && error.elapsed() < Duration::from_secs(5), "{:?}", error.elapsed());
    assert!(!error.may_have_been_sent(), "a request that never left was not sent");
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn connecting_that_hangs_ends_at_the_deadline_if_that_is_sooner() -> Outcome {
    let server = FaultServer::black_hole().await?;
    let request = client(server.url()).customer(CUSTOMER).organization().timeout(Duration::from_millis(30));
    let error = soon(request).await.expect_err("nobody accepts");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
    assert!(error.elapsed() < Duration::from_secs(5), "{:?}", error.elapsed());
    Ok(())
}

#[tokio::test]
async fn a_server_that_accepts_and_stays_silent_ends_at_the_attempts_limit() -> Outcome {
    let server = FaultServer::start([Answer::stall().on_connect(), contoso().into()]).await?;
    let client = builder(server.url()).attempt_timeout(Duration::from_millis(30)).build()?;
    let response = soon(call(&client)).await?;
    assert!(response.attempts() >= 2);
    Ok(())
}

#[tokio::test]
async fn a_server_that_closes_after_every_answer_costs_no_call() -> Outcome {
    let server = FaultServer::start([Answer::from(contoso()).then_close()]).await?;
    let client = client(server.url());
    let mut ids = HashSet::new();
    for _ in 0..100 {
        ids.insert(call(&client).await?.request_id().to_string());
    }
    let seen: HashSet<String> =
        server.requests().iter().filter_map(|request| request.header("ms-requestid").map(str::to_owned)).collect();
    assert_eq!(ids.len(), 100);
    assert_eq!(seen, ids);
    Ok(())
}

#[tokio::test]
async fn a_kept_connection_that_dies_under_the_next_request_is_replaced_and_the_request_sent_again() -> Outcome {
    for dying in [Answer::close(), Answer::reset()] {
        let server = FaultServer::start([Answer::from(contoso()), dying, contoso().into()]).await?;
        let client = client(server.url());
        call(&client).await?;
        let response = call(&client).await?;
        let requests = server.requests();
        let id = response.request_id().to_string();
        assert_eq!(requests[0].connection(), requests[1].connection(), "the connection was kept");
        assert_eq!(requests.len(), 3);
        assert!(requests[1..].iter().all(|request| request.header("ms-requestid") == Some(&*id)));
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_call_after_a_refusal_too() -> Outcome {
    let server = FaultServer::start([partner_center_mock::Reply::text(404, "{}"), contoso()]).await?;
    let client = client(server.url());
    call(&client).await.expect_err("not found");
    call(&client).await?;
    assert_eq!(server.count(EventKind::Connected), 1);
    Ok(())
}

#[tokio::test]
async fn a_call_that_is_given_up_leaves_no_connection_behind() -> Outcome {
    let server = FaultServer::start([Answer::stall()]).await?;
    let client = client(server.url());
    let abandoned = tokio::spawn(async move { call(&client).await });
    until(&server, EventKind::Stalled, 1).await;
    abandoned.abort();
    until(&server, EventKind::Left, 1).await;
    assert_eq!((server.open_connections(), server.count(EventKind::Request)), (0, 1));
    Ok(())
}
