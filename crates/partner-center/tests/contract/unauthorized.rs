//! 401: the token is replaced once, and only if another one can help.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use partner_center::auth::{AccessToken, Credential, CredentialError, CredentialErrorKind, TokenFuture, TokenRequest};
use partner_center::{Client, ErrorKind, RetryPolicy};
use partner_center_mock::examples::get_customer_organization as responses;
use partner_center_mock::{MockResponse, ResponseScript};

use crate::capture::{SECRET, install};
use crate::support::{CONTOSO, CUSTOMER, Outcome, Recorder, client, header, mock, quick_retries, raw_response};

/// Issues `s3cr3t-1`, `s3cr3t-2` and so on; fails from the `last` one on.
#[derive(Clone)]
struct Counting {
    given: Arc<AtomicUsize>,
    last: usize,
}

impl Counting {
    fn new() -> Self {
        Self { given: Arc::default(), last: usize::MAX }
    }

    fn given(&self) -> usize {
        self.given.load(Ordering::SeqCst)
    }
}

impl Credential for Counting {
    fn token<'a>(&'a self, _: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async {
            let turn = self.given.fetch_add(1, Ordering::SeqCst) + 1;
            match turn > self.last {
                true => Err(CredentialError::new(CredentialErrorKind::Other, "no more tokens")),
                false => Ok(AccessToken::new(format!("{SECRET}-{turn}"), Duration::from_secs(3600))),
            }
        })
    }
}

fn client_with(url: String, credential: &Counting) -> Client {
    install();
    let builder = Client::builder().base_url(url).credential(credential.clone()).retry(quick_retries());
    builder.build().expect("a client for loopback can be made")
}

#[tokio::test]
async fn a_rejected_token_is_replaced_and_the_request_retried() -> Outcome {
    let credential = Counting::new();
    let unauthorized = raw_response("401 Unauthorized", r#"{"code":800001}"#);
    let server = Recorder::start(&[&unauthorized, &raw_response("200 OK", CONTOSO)]).await;
    let client = client_with(server.base_url(), &credential);
    let response = client.customer(CUSTOMER).organization().retry(RetryPolicy::off()).await?;
    assert_eq!((response.attempts(), credential.given()), (2, 2));
    let requests = server.requests();
    let token = |request| header(request, "authorization");
    assert_eq!((token(&requests[0]), token(&requests[1])), (Some("Bearer s3cr3t-1"), Some("Bearer s3cr3t-2")));
    assert_eq!(requests[0].replace("s3cr3t-1", "s3cr3t-2"), requests[1], "nothing else changes");
    client.customer(CUSTOMER).organization().await?;
    assert_eq!(credential.given(), 2, "the new token is kept");
    Ok(())
}

#[tokio::test]
async fn a_second_rejection_is_final() {
    let credential = Counting::new();
    let script = ResponseScript::new([MockResponse::new(401)]);
    let server = mock(&script).await;
    let error = client_with(server.base_url(), &credential).customer(CUSTOMER).organization().await;
    let error = error.expect_err("rejected twice");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unauthenticated, 2));
    assert_eq!((credential.given(), script.served()), (2, 2));
}

#[tokio::test]
async fn a_401_that_a_new_token_cannot_fix_is_final() {
    for response in [
        responses::MFA_MISSING,
        responses::MFA_MISSING_AS_TEXT,
        responses::MFA_MISSING_WITHOUT_BODY,
        responses::AUDIENCE_RETIRED,
        responses::GDAP_ROLE_MISSING,
    ] {
        let credential = Counting::new();
        let script = ResponseScript::new([response]);
        let server = mock(&script).await;
        let error = client_with(server.base_url(), &credential).customer(CUSTOMER).organization().await;
        assert_eq!(error.expect_err(response.name).attempts(), 1, "{}", response.name);
        assert_eq!((credential.given(), script.served()), (1, 1), "{}", response.name);
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_replaced_is_not_retried() {
    let script = ResponseScript::new([MockResponse::new(401)]);
    let server = mock(&script).await;
    let error = client(server.base_url()).customer(CUSTOMER).organization().await.expect_err("a static token");
    assert_eq!((error.kind(), error.attempts(), script.served()), (ErrorKind::Unauthenticated, 1, 1));
}

#[tokio::test]
async fn the_401_is_the_error_if_no_new_token_can_be_obtained() {
    let credential = Counting { last: 1, ..Counting::new() };
    let server =
        mock([MockResponse::json(401, &serde_json::json!({ "code": 800001, "description": "no token" }))]).await;
    let error = client_with(server.base_url(), &credential).customer(CUSTOMER).organization().await;
    let error = error.expect_err("rejected, and there is no second token");
    assert_eq!((error.kind(), error.code(), error.attempts()), (ErrorKind::Unauthenticated, Some("800001"), 1));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
}

#[tokio::test]
async fn later_attempts_use_the_new_token() -> Outcome {
    let credential = Counting::new();
    let unauthorized = raw_response("401 Unauthorized", "");
    let busy = raw_response("503 Service Unavailable", "");
    let server = Recorder::start(&[&busy, &unauthorized, &busy, &raw_response("200 OK", CONTOSO)]).await;
    let response = client_with(server.base_url(), &credential).customer(CUSTOMER).organization().await?;
    assert_eq!((response.attempts(), credential.given()), (4, 2));
    let requests = server.requests();
    let tokens: Vec<_> = requests.iter().map(|request| header(request, "authorization").unwrap_or_default()).collect();
    assert_eq!(tokens, ["Bearer s3cr3t-1", "Bearer s3cr3t-1", "Bearer s3cr3t-2", "Bearer s3cr3t-2"]);
    Ok(())
}

#[tokio::test]
async fn many_calls_share_one_token() -> Outcome {
    let credential = Counting::new();
    let server = mock([MockResponse::text(200, CONTOSO)]).await;
    let client = client_with(server.base_url(), &credential);
    for _ in 0..3 {
        client.clone().customer(CUSTOMER).organization().await?;
    }
    assert_eq!(credential.given(), 1);
    Ok(())
}
