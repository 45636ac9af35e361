//! Unusual token responses: read if safe, otherwise an error that keeps the status.

use std::time::Duration;

use partner_center::auth::{ClientSecret, Credential, CredentialError, CredentialErrorKind as Kind};
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{FaultResponse, Framing};
use partner_center_mock::token_endpoint::TokenEndpoint;
use serde_json::json;

use crate::support::{CLIENT_ID, Outcome, TENANT, request, token};

async fn receive(response: impl Into<FaultResponse>) -> (Result<String, CredentialError>, usize) {
    let entra = TokenEndpoint::start().await.expect("loopback has a free port");
    entra.respond_always(response);
    let outcome = token(&ClientSecret::new(TENANT, CLIENT_ID, "s3cr3t"), &request(&entra)).await;
    (outcome, entra.requests().len())
}

#[tokio::test]
async fn a_response_without_a_token_is_an_error_that_keeps_the_status() {
    for (response, said) in [
        (
            MockResponse::html(200, "<h1>Sign in to the guest network</h1>"),
            "a proxy or gateway, not Entra, sent this response: it is not a JSON object",
        ),
        (MockResponse::new(200), "it is empty"),
        (MockResponse::new(204), "it is empty"),
        (
            MockResponse::text(200, r#"{"access_token":"s3cr3t-a","access_token":"s3cr3t-b"}"#),
            "its JSON cannot be read",
        ),
        (MockResponse::text(200, "{\"access_token\":\"s3cr3t-half"), "its JSON cannot be read"),
        (MockResponse::text(200, "{}"), "contains no access token"),
        (MockResponse::json(200, &json!(["s3cr3t-a", null, 3600, "Bearer"])), "it is not a JSON object"),
        (MockResponse::json(200, &json!({ "access_token": "s3cr3t-a", "token_type": "pop" })), "other than Bearer"),
        (
            MockResponse::html(400, "<h1>Bad request</h1>"),
            "a proxy or gateway, not Entra, sent this response: content type text/html",
        ),
        (MockResponse::new(400), "OAuth error that can be read"),
        (MockResponse::text(401, "{\"error\":\"inva"), "OAuth error that can be read"),
        (MockResponse::json(404, &json!(["error"])), "OAuth error that can be read"),
    ] {
        let status = response.status();
        let (outcome, attempts) = receive(response).await;
        let error = outcome.expect_err(said);
        assert_eq!((error.kind(), attempts), (Kind::UnexpectedResponse, 1), "{said}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status), "{said}");
        assert!(error.to_string().contains(said), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error:?}");
        assert!(error.correlation_id().is_some() && !error.is_retryable());
    }
}

#[tokio::test]
async fn reads_no_more_than_a_mebibyte() {
    let good = MockResponse::json(200, &json!({ "access_token": "s3cr3t-a" }));
    for framing in [Framing::ContentLength, Framing::Chunked, Framing::UntilClose] {
        let (outcome, attempts) = receive(FaultResponse::huge(good.clone(), (1 << 20) + 1, framing)).await;
        let error = outcome.expect_err("the response is too large");
        assert_eq!((error.kind(), attempts), (Kind::UnexpectedResponse, 1), "{framing:?}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
    }
    let (outcome, _) = receive(FaultResponse::huge(good, 1 << 20, Framing::Chunked)).await;
    assert_eq!(outcome.expect("a mebibyte is read"), "s3cr3t-a");
}

#[tokio::test]
async fn harmless_deviations_are_accepted() -> Outcome {
    for response in [
        MockResponse::json(200, &json!({ "access_token": "s3cr3t-a" })).byte_order_mark(),
        MockResponse::text(200, r#"{"access_token":"s3cr3t-a","expires_in":"3599"}"#),
        MockResponse::json(200, &json!({ "access_token": "s3cr3t-a", "token_type": "bearer", "unknown": [{}] })),
        MockResponse::json(200, &json!({ "access_token": "s3cr3t-a", "refresh_token": null, "expires_in": null })),
        MockResponse::json(201, &json!({ "access_token": "s3cr3t-a" })),
    ] {
        let (outcome, attempts) = receive(response).await;
        assert_eq!((outcome?.as_str(), attempts), ("s3cr3t-a", 1));
    }
    Ok(())
}

#[tokio::test]
async fn reads_a_lifetime_in_every_form() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    for (expires_in, seconds) in [
        ("3599", 3599),
        ("\"3599\"", 3599),
        ("\" 3599 \"", 3599),
        ("3599.0", 3599),
        // Any other value counts as missing; then five minutes are a safe assumption.
        ("null", 300),
        ("0", 300),
        ("-5", 300),
        ("\"soon\"", 300),
        ("[]", 300),
        ("1e300", 300),
        ("\"NaN\"", 300),
    ] {
        entra.respond_next(MockResponse::text(
            200,
            format!(r#"{{"access_token":"s3cr3t-a","expires_in":{expires_in}}}"#),
        ));
        let token = ClientSecret::new(TENANT, CLIENT_ID, "s3cr3t").token(&request(&entra)).await?;
        assert_eq!(token.lifetime(), Some(Duration::from_secs(seconds)), "{expires_in}");
    }
    Ok(())
}
