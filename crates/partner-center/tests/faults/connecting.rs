//! Connections that are refused, hang, or are stale.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use partner_center::auth::{AccessToken, Credential, TokenFuture, TokenRequest};
use partner_center::{ErrorKind, reqwest};
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer, Request};
use partner_center_mock::{Gate, MockResponse};
use tokio::task::JoinSet;

use crate::capture::SECRET;
use crate::clock::Clock;
use crate::support::{
    CUSTOMER, Outcome, assert_one_call, builder, call, client, contoso, quick_retries, soon, until, use_up_the_budget,
};

/// A credential that counts token requests.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl Credential for Counting {
    fn token<'a>(&'a self, _: &'a TokenRequest) -> TokenFuture<'a> {
        let turn = self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(AccessToken::new(format!("{SECRET}-{turn}"), Duration::from_secs(3600))) })
    }
}

#[tokio::test]
async fn connection_refused_is_retried_with_one_token() -> Outcome {
    let server = FaultServer::connection_refused().await?;
    let credential = Counting::default();
    let client = builder(server.url()).credential(credential.clone()).build()?;
    let error = call(&client).await.expect_err("nothing listens");
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
    let server = FaultServer::builder().listen_after(Duration::from_secs(3)).responses([contoso()]).start().await?;
    let policy = quick_retries().base_delay(Duration::from_secs(8)).max_delay(Duration::from_secs(8));
    let client = builder(server.url()).retry(policy.max_attempts(100).budget(false)).build()?;
    let response = clock.run(Duration::from_millis(250), call(&client)).await?;
    assert!(response.attempts() > 1);
    assert!(response.elapsed() >= Duration::from_secs(3), "{:?}", response.elapsed());
    assert_eq!(server.count(EventKind::Request), 1);
    assert_one_call(&server, response.request_id());
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn connecting_that_hangs_ends_at_the_connect_timeout() -> Outcome {
    let server = FaultServer::black_hole().await?;
    let limit = Duration::from_millis(30);
    let client = builder(server.url())
        .http_client_builder(reqwest::Client::builder().connect_timeout(limit))
        .retry(quick_retries().max_attempts(2))
        .build()?;
    let error = soon(call(&client)).await.expect_err("nothing accepts");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2));
    assert!(error.elapsed() >= 2 * limit && error.elapsed() < Duration::from_secs(5), "{:?}", error.elapsed());
    assert!(!error.may_have_been_sent(), "a request that never left was not sent");
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn connecting_that_hangs_ends_at_an_earlier_deadline() -> Outcome {
    let server = FaultServer::black_hole().await?;
    let request = client(server.url()).customer(CUSTOMER).organization().timeout(Duration::from_millis(30));
    let error = soon(request).await.expect_err("nothing accepts");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
    assert!(error.elapsed() < Duration::from_secs(5), "{:?}", error.elapsed());
    Ok(())
}

#[tokio::test]
async fn a_silent_server_ends_at_the_attempt_timeout() -> Outcome {
    let server = FaultServer::start([FaultResponse::stall().on_connect(), contoso().into()]).await?;
    let client = builder(server.url()).attempt_timeout(Duration::from_millis(30)).build()?;
    let response = soon(call(&client)).await?;
    assert!(response.attempts() >= 2);
    Ok(())
}

#[tokio::test]
async fn closing_after_every_response_costs_no_call_and_no_budget() -> Outcome {
    let is_down = Arc::new(AtomicBool::new(false));
    let down = is_down.clone();
    let seen = Mutex::new(HashSet::new());
    let server = FaultServer::start_with(move |request| {
        if down.load(Ordering::SeqCst) {
            return MockResponse::new(503).into();
        }
        let (number, connection) = (request.number() as u64, request.connection());
        // Three of four connections break under their second request, the others a moment after the response.
        match seen.lock().is_ok_and(|mut seen| seen.insert(connection)) {
            true if connection % 4 == 0 => {
                FaultResponse::from(contoso()).then_wait(Duration::from_millis(number % 4)).then_close()
            }
            true => contoso().into(),
            false => FaultResponse::close(),
        }
    })
    .await?;
    let client = client(server.url());
    let (mut ids, mut attempts) = (HashSet::new(), 0);
    for _ in 0..1000 {
        let response = call(&client).await?;
        attempts += response.attempts();
        ids.insert(response.request_id().to_string());
    }
    let requests = server.requests();
    let request_ids = |requests: &[Request]| -> HashSet<String> {
        requests.iter().filter_map(|request| request.header("ms-requestid").map(str::to_owned)).collect()
    };
    assert_eq!(ids.len(), 1000);
    assert_eq!(request_ids(&requests), ids);
    assert!(attempts > 1300, "only {attempts} attempts: hardly a connection broke under a request");

    is_down.store(true, Ordering::SeqCst);
    use_up_the_budget(&client).await;
    let in_outage = &server.requests()[requests.len()..];
    let repeats = in_outage.len() - request_ids(in_outage).len();
    assert!(repeats >= 100, "{repeats} repeats were left of the hundred that every client has");
    Ok(())
}

#[tokio::test]
async fn silent_pooled_connections_cost_one_attempt() -> Outcome {
    let (gate, seen) = (Gate::new(), Mutex::new(HashSet::new()));
    let first = gate.clone();
    let server = FaultServer::start_with(move |request| {
        let is_first = seen.lock().is_ok_and(|mut seen| seen.insert(request.connection()));
        if is_first { FaultResponse::held(&first, contoso()) } else { FaultResponse::stall() }
    })
    .await?;
    let client = builder(server.url()).attempt_timeout(Duration::from_millis(500)).build()?;
    let mut calls = JoinSet::new();
    for _ in 0..4 {
        let client = client.clone();
        calls.spawn(async move { call(&client).await });
    }
    until(&server, EventKind::Request, 4).await;
    gate.open();
    while let Some(result) = calls.join_next().await {
        assert_eq!(result??.attempts(), 1);
    }
    let response = soon(call(&client)).await?;
    let requests = server.requests();
    let connections: Vec<u64> = requests.iter().map(Request::connection).collect();
    assert_eq!(response.attempts(), 2);
    assert!(connections[4] <= 4 && connections[5] == 5, "{connections:?}");
    Ok(())
}

#[tokio::test]
async fn a_broken_pooled_connection_is_replaced() -> Outcome {
    for dying in [FaultResponse::close(), FaultResponse::reset()] {
        let server = FaultServer::start([FaultResponse::from(contoso()), dying, contoso().into()]).await?;
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
async fn a_connection_is_kept_after_an_error_response_too() -> Outcome {
    let server = FaultServer::start([MockResponse::text(404, "{}"), contoso()]).await?;
    let client = client(server.url());
    call(&client).await.expect_err("not found");
    call(&client).await?;
    assert_eq!(server.count(EventKind::Connected), 1);
    Ok(())
}

#[tokio::test]
async fn a_dropped_call_leaves_no_connection_behind() -> Outcome {
    let server = FaultServer::start([FaultResponse::stall()]).await?;
    let client = client(server.url());
    let abandoned = tokio::spawn(async move { call(&client).await });
    until(&server, EventKind::Stalled, 1).await;
    abandoned.abort();
    until(&server, EventKind::Left, 1).await;
    assert_eq!((server.open_connections(), server.count(EventKind::Request)), (0, 1));
    Ok(())
}
