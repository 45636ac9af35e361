//! Credentials in calls: shared token requests, early warnings, no lost calls.

use std::time::Duration;

use partner_center::auth::{Credential, CredentialErrorKind, MemoryStore, RefreshToken};
use partner_center::uuid::{Uuid, uuid};
use partner_center::{Client, ErrorKind, RetryPolicy};
use partner_center_mock::MockResponse;
use partner_center_mock::examples::get_customer_organization as organization;
use partner_center_mock::faults::{FaultResponse, FaultServer};
use partner_center_mock::token_endpoint::{Grant, OAuthError, TokenEndpoint};

use crate::support::{CLIENT_ID, Outcome, TENANT, quick_retries};
use crate::trace::{start_recording, warnings};

const CUSTOMER: Uuid = uuid!("4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04");

async fn service() -> FaultServer {
    let server = FaultServer::builder().respond_with(|_| FaultResponse::from(organization::CONTOSO));
    server.start().await.expect("loopback has a free port")
}

fn client(entra: &TokenEndpoint, service: &FaultServer, credential: impl Credential + 'static) -> Client {
    start_recording();
    let client = Client::builder().base_url(service.url()).authority(entra.authority()).credential(credential);
    client.retry(quick_retries()).build().expect("a client for loopback can be made")
}

fn refresh_token() -> RefreshToken {
    RefreshToken::new(TENANT, CLIENT_ID, MemoryStore::new("s3cr3t-first"))
}

#[tokio::test]
async fn calls_on_a_cold_cache_share_one_token_request() -> Outcome {
    let (entra, service) = (TokenEndpoint::start().await?, service().await);
    let gate = entra.hold();
    let client = client(&entra, &service, refresh_token());
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let client = client.clone();
        calls.spawn(async move { client.customer(CUSTOMER).organization().await.is_ok() });
    }
    gate.wait_for(1).await;
    assert_eq!(service.requests().len(), 0);
    gate.open();
    assert!(calls.join_all().await.into_iter().all(|is_ok| is_ok));
    assert_eq!((entra.requests().len(), service.requests().len()), (1, 100));
    Ok(())
}

#[tokio::test]
async fn a_thousand_calls_share_one_oauth_error() -> Outcome {
    let (entra, service) = (TokenEndpoint::start().await?, service().await);
    let oauth_error = OAuthError::inactive_refresh_token();
    let trace_id = oauth_error.trace_id().to_string();
    entra.respond_always(oauth_error);
    let gate = entra.hold();
    let client = client(&entra, &service, refresh_token());
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let client = client.clone();
        calls.spawn(async move { client.customer(CUSTOMER).organization().await.map(drop) });
    }
    gate.wait_for(1).await;
    gate.open();
    for outcome in calls.join_all().await {
        let error = outcome.expect_err("there is no token");
        let cause = error.credential_error().expect("that is why");
        assert_eq!((error.kind(), cause.kind()), (ErrorKind::Credential, CredentialErrorKind::SignInRequired));
        assert_eq!((cause.trace_id(), error.help()), (Some(trace_id.as_str()), cause.help()));
    }
    assert_eq!((entra.requests().len(), service.requests().len()), (1, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_service_that_rejects_every_token_costs_one_renewal() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let unauthorized = MockResponse::json(401, &serde_json::json!({ "code": 800_001, "description": "no" }));
    let service = FaultServer::builder().respond_with(move |_| unauthorized.clone()).start().await?;
    let client = client(&entra, &service, refresh_token());
    for _ in 0..100 {
        let error = client.customer(CUSTOMER).organization().await.expect_err("every token is rejected");
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    }
    assert_eq!(entra.requests().len(), 2);
    Ok(())
}

#[tokio::test]
async fn dropping_a_call_during_sign_in_affects_no_other_call() -> Outcome {
    let (entra, service) = (TokenEndpoint::start().await?, service().await);
    let gate = entra.hold();
    let client = client(&entra, &service, refresh_token());
    let call = |client: Client| tokio::spawn(async move { client.customer(CUSTOMER).organization().await });
    let leader = call(client.clone());
    gate.wait_for(1).await;
    let follower = call(client);
    leader.abort();
    assert!(leader.await.is_err());
    gate.open();
    assert!(follower.await?.is_ok());
    // The first redemption completes and saves its token, so the second one uses it.
    assert_eq!(entra.requests()[1].field("refresh_token"), entra.refresh_tokens().first().map(String::as_str));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn no_call_fails_when_tokens_expire_in_between() -> Outcome {
    let entra = TokenEndpoint::builder().lifetime(Duration::from_secs(2)).start().await?;
    let service = service().await;
    let client = client(&entra, &service, refresh_token());
    for _ in 0..100 {
        client.customer(CUSTOMER).organization().retry(RetryPolicy::off()).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Ten seconds of two-second tokens, renewed at about half their lifetime.
    let renewals = entra.count(Grant::RefreshToken);
    assert!((5..=14).contains(&renewals), "{renewals}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn warns_once_about_a_wrong_audience_and_missing_mfa() -> Outcome {
    let entra = TokenEndpoint::builder()
        .lifetime(Duration::from_secs(2))
        .claim("aud", "https://graph.windows.net")
        .claim("amr", serde_json::json!(["pwd"]))
        .start()
        .await?;
    let service = service().await;
    let client = client(&entra, &service, refresh_token());
    for _ in 0..3 {
        client.customer(CUSTOMER).organization().await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    assert_eq!(entra.requests().len(), 3);
    let warnings = warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("for another audience") && warnings[1].contains("multi-factor"), "{warnings:?}");
    Ok(())
}

#[tokio::test]
async fn opaque_and_valid_tokens_cause_no_warning() -> Outcome {
    for endpoint in [TokenEndpoint::builder(), TokenEndpoint::builder().opaque_tokens()] {
        let (entra, service) = (endpoint.start().await?, service().await);
        client(&entra, &service, refresh_token()).customer(CUSTOMER).organization().await?;
    }
    assert_eq!(warnings(), [""; 0]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_throttled_token_endpoint_is_named_within_the_time_of_the_call() -> Outcome {
    let (entra, service) = (TokenEndpoint::start().await?, service().await);
    entra.respond_always(FaultResponse::respond(MockResponse::new(429).header("Retry-After", "10")));
    let client = client(&entra, &service, refresh_token());
    let call = client.customer(CUSTOMER).organization().timeout(Duration::from_secs(25));
    let call = tokio::spawn(call.into_future());
    while client.throttled_for().is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let error = call.await?.expect_err("there is no token");
    // Another delay would end after the call.
    assert_eq!((client.throttled_for(), entra.requests().len()), (None, 3));
    assert_eq!(error.credential_error().map(|error| error.kind()), Some(CredentialErrorKind::Throttled));
    assert_eq!(error.to_string().matches("retry after").count(), 1, "{error}");
    Ok(())
}
