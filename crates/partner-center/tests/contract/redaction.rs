//! The token only appears in the `Authorization` header.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use partner_center::auth::{
    AccessToken, Credential, CredentialError, CredentialErrorKind, StaticToken, TokenFuture, TokenRequest,
};
use partner_center::{ErrorKind, RetryPolicy};
use partner_center_mock::MockResponse;

use crate::capture::Capture;
use crate::support::{CONTOSO, CUSTOMER, Outcome, TOKEN, builder, client, mock, receive, receive_error};

fn assert_hides_the_token(shown: &str) {
    assert!(!shown.contains(TOKEN), "{shown}");
}

#[tokio::test]
async fn debug_of_client_request_response_and_error_hides_the_token() -> Outcome {
    let server = mock([MockResponse::text(200, CONTOSO), MockResponse::new(404)]).await;
    let builder = builder(server.base_url());
    assert_hides_the_token(&format!("{builder:?} {builder:#?}"));
    let client = builder.build()?;
    assert_hides_the_token(&format!("{client:?} {client:#?}"));
    let customer = client.customer(CUSTOMER);
    assert_hides_the_token(&format!("{customer:?}"));
    let request = customer.organization();
    assert_hides_the_token(&format!("{request:?}"));
    let response = request.await?;
    assert_hides_the_token(&format!("{response:?} {response:#?}"));
    let error = customer.organization().await.expect_err("the second response is an error");
    assert_hides_the_token(&format!("{error:?} {error:#?} {error}"));
    Ok(())
}

#[test]
fn debug_of_tokens_and_credentials_hides_the_token() {
    assert_hides_the_token(&format!("{:?}", StaticToken::new(TOKEN)));
    assert_hides_the_token(&format!("{:?}", AccessToken::without_expiry(TOKEN)));
    assert_hides_the_token(&format!("{:?}", AccessToken::new(TOKEN, std::time::Duration::from_secs(1))));
}

#[tokio::test]
async fn a_token_that_is_not_a_valid_header_is_rejected_and_not_shown() -> Outcome {
    for token in [format!("{TOKEN}\r\nX-Forged: 1"), format!("{TOKEN} "), format!("{TOKEN}\0"), String::new()] {
        let client = builder("http://127.0.0.1:9").credential(StaticToken::new(token)).build()?;
        let error = client.customer(CUSTOMER).organization().await.expect_err("no such token goes out");
        assert_eq!(error.kind(), ErrorKind::Credential);
        assert!(!error.may_have_been_sent());
        assert_hides_the_token(&format!("{error} {error:?}"));
        assert!(error.to_string().contains("the access token"), "{error}");
    }
    Ok(())
}

/// A credential that always fails.
struct FailingCredential;

impl Credential for FailingCredential {
    fn token<'a>(&'a self, _: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async { Err(CredentialError::new(CredentialErrorKind::Other, "the vault is sealed")) })
    }
}

#[tokio::test]
async fn a_credential_error_keeps_its_message_and_nothing_is_sent() -> Outcome {
    let server = mock([MockResponse::text(200, CONTOSO)]).await;
    let client = builder(server.base_url()).credential(FailingCredential).build()?;
    let error = client.customer(CUSTOMER).organization().await.expect_err("there is no token");
    assert_eq!(error.kind(), ErrorKind::Credential);
    assert!(error.to_string().contains("the vault is sealed"), "{error}");
    assert!(error.credential_error().is_some());
    assert!(!error.may_have_been_sent());
    assert_eq!(error.attempts(), 0);
    assert!(error.request_id().is_some());
    Ok(())
}

#[tokio::test]
async fn an_error_response_that_echoes_the_token_is_redacted() {
    let said = format!("bad header Authorization: Bearer {TOKEN}");
    for response in [
        MockResponse::json(400, &serde_json::json!({ "code": TOKEN, "description": said })),
        MockResponse::text(400, said.clone()),
        MockResponse::html(502, format!("<title>{said}</title>")),
        MockResponse::new(500).header("MS-CorrelationId", TOKEN).header("MS-RequestId", said.clone()),
    ] {
        let error = receive_error(response).await;
        for text in [error.to_string(), format!("{error:?}"), error.description().unwrap_or_default().to_owned()] {
            assert_hides_the_token(&text);
        }
        assert_hides_the_token(error.received_correlation_id().unwrap_or_default());
    }
}

/// A new token for each request.
struct Renewing(AtomicUsize);

impl Credential for Renewing {
    fn token<'a>(&'a self, _: &'a TokenRequest) -> TokenFuture<'a> {
        let turn = self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(AccessToken::new(format!("{TOKEN}-{turn}"), Duration::from_secs(3600))) })
    }
}

#[tokio::test]
async fn a_replaced_token_that_the_service_echoes_is_redacted() -> Outcome {
    let old = format!("{TOKEN}-0");
    let said = format!("no longer valid: Bearer {old}");
    let error = MockResponse::json(403, &serde_json::json!({ "code": old, "description": said }));
    for last in [error, MockResponse::text(200, CONTOSO), MockResponse::new(500).reason(said.clone())] {
        let last = last.header("MS-CorrelationId", &old).header("MS-CV", &old).header("MS-ServerId", &old);
        let server = mock([MockResponse::new(401), last]).await;
        let capture = Capture::start();
        let client = builder(server.base_url()).credential(Renewing(AtomicUsize::new(0))).build()?;
        let retry = RetryPolicy::default().max_attempts(1);
        let shown = match client.customer(CUSTOMER).organization().retry(retry).await {
            Ok(response) => format!("{response:?} {:?}", response.received_correlation_id()),
            Err(error) => format!("{error} {error:?} {error:#?} {:?} {:?}", error.description(), error.code()),
        };
        assert_hides_the_token(&shown);
        assert!(shown.contains("[redacted]"), "{shown}");
        assert_hides_the_token(&format!("{capture:?} {:?}", capture.events()));
    }
    Ok(())
}

#[test]
fn debug_of_a_builder_hides_the_passwords_in_its_urls() {
    for password in ["s3cr3t", "s3cr3t@x", "s3cr3t/x", "s3cr3t:x?y#z"] {
        let address = format!("https://user:{password}@gateway.example/partner");
        let builder = partner_center::Client::builder().base_url(&address).authority(&address);
        let shown = format!("{builder:?} {builder:#?}");
        assert!(!shown.contains("s3cr3t") && shown.contains("gateway.example"), "{shown}");
        let error = builder.credential(StaticToken::new(TOKEN)).build().expect_err("a password in the address");
        assert_hides_the_token(&format!("{error} {error:?}"));
        assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error:?}");
    }
}

#[tokio::test]
async fn a_response_that_echoes_the_token_is_redacted() -> Outcome {
    let response = receive(MockResponse::text(200, CONTOSO).header("MS-CV", TOKEN)).await?;
    assert_hides_the_token(&format!("{response:?} {:?}", response.correlation_vector()));
    let client = client("http://127.0.0.1:9");
    assert!(format!("{client:?}").contains("127.0.0.1:9"), "the address may be shown");
    Ok(())
}
