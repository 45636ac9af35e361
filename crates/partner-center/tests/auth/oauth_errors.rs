//! OAuth errors of Entra, valid and malformed: their kind, and which fields are kept.

use partner_center::RetryPolicy;
use partner_center::auth::{ClientSecret, CredentialError, CredentialErrorKind as Kind, MemoryStore, RefreshToken};
use partner_center_mock::MockResponse;
use partner_center_mock::token_endpoint::{OAuthError, TokenEndpoint};

use crate::support::{CLIENT_ID, Outcome, TENANT, request, token};

/// The error for a response with status 400 and this body.
async fn error(body: impl Into<Vec<u8>>) -> CredentialError {
    let entra = TokenEndpoint::start().await.expect("loopback has a free port");
    entra.respond_always(MockResponse::json(400, &()).body(body));
    let credential =
        RefreshToken::new(TENANT, CLIENT_ID, MemoryStore::new("s3cr3t-first")).client_secret("s3cr3t-value");
    token(&credential, &request(&entra).retry(RetryPolicy::off())).await.expect_err("an OAuth error")
}

#[tokio::test]
async fn the_kind_follows_from_the_code_or_else_from_the_oauth_error() {
    for (codes, kind) in [
        (&[700_082, 70_008, 50_173, 70_000, 70_043, 70_044, 50_055, 54_005, 50_089, 1][..], Kind::SignInRequired),
        (&[700_005, 7_000_012], Kind::WrongTenant),
        (&[50_076, 50_079, 50_158, 500_121], Kind::MfaRequired),
        (&[53_003, 53_011, 530_003], Kind::ConditionalAccess),
        (&[650_051, 500_341, 50_126, 50_057, 50_053, 50_034, 50_020, 90_072, 50_105, 501_051], Kind::Rejected),
        (&[7_000_215, 7_000_218, 700_025, 7_000_222, 700_023, 700_027], Kind::InvalidClient),
        (&[1_000_502, 500_133, 50_011, 9_002_327], Kind::InvalidClient),
        (&[90_002, 90_019, 50_059], Kind::UnknownTenant),
        (&[700_016, 70_001], Kind::UnknownApplication),
        (&[65_001, 65_005, 90_093, 650_052, 650_053, 7_000_229], Kind::ConsentMissing),
        (&[500_011, 500_014], Kind::UnknownAudience),
        (&[50_196, 90_055], Kind::Throttled),
    ] {
        for &code in codes {
            let error = error(format!(r#"{{"error":"invalid_grant","error_codes":[{code}]}}"#)).await;
            assert_eq!((error.kind(), error.aadsts_codes()), (kind, &[code][..]));
            assert_eq!(error.is_retryable(), kind == Kind::Throttled, "{code}");
        }
    }
    for (oauth_error, kind) in [
        ("interaction_required", Kind::SignInRequired),
        ("brand_new", Kind::Rejected),
        ("temporarily_unavailable", Kind::ServerFailure),
    ] {
        assert_eq!(error(format!(r#"{{"error":"{oauth_error}"}}"#)).await.kind(), kind);
    }
}

#[tokio::test]
async fn help_links_to_codes_that_have_no_help_of_their_own() {
    for (body, link) in [
        (r#"{"error":"invalid_grant","error_codes":[135011]}"#, Some("error?code=135011")),
        (r#"{"error":"brand_new","error_codes":[9001]}"#, Some("error?code=9001")),
        (r#"{"error":"brand_new"}"#, None),
        (r#"{"error":"invalid_grant","error_codes":[700082]}"#, None),
    ] {
        let error = error(body).await;
        let help = error.help();
        assert_eq!(help.contains("https://login.microsoftonline.com/error"), link.is_some(), "{help}");
        assert!(help.contains(link.unwrap_or_default()), "{help}");
    }
}

#[tokio::test]
async fn an_unknown_code_says_to_sign_in_again_only_of_a_refresh_token() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    entra.respond_always(OAuthError::new("invalid_grant", 999_999, "Something new."));
    let error = token(&ClientSecret::new(TENANT, CLIENT_ID, "s"), &request(&entra)).await.expect_err("an OAuth error");
    assert_eq!(error.kind(), Kind::Rejected);
    assert!(error.to_string().starts_with("the sign-in was rejected: Something new. (AADSTS999999, "), "{error}");
    assert_eq!(error.help_url().as_deref(), Some("https://login.microsoftonline.com/error?code=999999"));
    let credential = RefreshToken::new(TENANT, CLIENT_ID, MemoryStore::new("s3cr3t-first"));
    let error = token(&credential, &request(&entra)).await.expect_err("an OAuth error");
    assert_eq!(error.kind(), Kind::SignInRequired);
    assert!(error.help().contains("error?code=999999 explains the code."), "{}", error.help());
    Ok(())
}

#[tokio::test]
async fn help_for_invalid_client_depends_on_the_credential() -> Outcome {
    let body = r#"{"error":"invalid_client"}"#;
    let with_secret = error(body).await;
    assert!(with_secret.to_string().contains("the client secret is wrong"), "{with_secret}");
    assert!(with_secret.help().contains("not the secret's id"), "{}", with_secret.help());
    let unknown = error(r#"{"error":"invalid_client","error_codes":[7999999],"error_description":"New."}"#).await;
    assert_eq!(unknown.kind(), Kind::InvalidClient);
    assert!(!unknown.to_string().contains("secret is wrong"), "{unknown}");
    let entra = TokenEndpoint::start().await?;
    entra.respond_always(MockResponse::text(401, body));
    let public = RefreshToken::new(TENANT, CLIENT_ID, MemoryStore::new("s3cr3t-first"));
    let error = token(&public, &request(&entra)).await.expect_err("an OAuth error");
    assert!(error.to_string().contains("neither a client secret nor a certificate was sent"), "{error}");
    assert!(error.help().contains("Allow public client flows") && !error.help().contains("secret's id"));
    Ok(())
}

#[tokio::test]
async fn codes_and_ids_are_read_from_the_description_if_fields_are_missing() {
    let error = error(
        "\u{feff}{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS700082: too old.\\r\\nTrace ID: \
         trace-1\\r\\nCorrelation ID: correlation-1\\r\\nTimestamp: 2026-01-01 00:00:00Z\"}",
    )
    .await;
    assert_eq!(error.aadsts_codes(), [700_082]);
    assert_eq!((error.trace_id(), error.correlation_id()), (Some("trace-1"), Some("correlation-1")));
    assert_eq!(
        error.to_string(),
        "the refresh token has expired because of its age or inactivity: too old. \
         (AADSTS700082, invalid_grant, HTTP 400, correlation id correlation-1, trace id trace-1)"
    );
}

#[tokio::test]
async fn one_invalid_byte_or_field_does_not_lose_the_others() {
    let known = r#""error":"invalid_grant","error_codes":["50076",null,{},"x"],"trace_id":"t""#;
    for odd in [
        r#""error_description":"half \ud83d""#,
        r#""error_description":5"#,
        r#""suberror":1e999"#,
        &format!(r#""claims":{}{}"#, "[".repeat(500), "]".repeat(500)),
    ] {
        let error = error(format!("{{{odd},{known}}}")).await;
        assert_eq!((error.kind(), error.trace_id()), (Kind::MfaRequired, Some("t")), "{odd:.60}");
    }
    let latin = [b"{\"error_description\":\"n\xf6tig\",", known.as_bytes(), b"}"].concat();
    let error = error(latin).await;
    assert_eq!((error.kind(), error.description()), (Kind::MfaRequired, Some("n\u{fffd}tig")));
}

#[tokio::test]
async fn keeps_the_status_of_a_response_without_an_oauth_error() {
    for body in ["", "<html>", "{", "[]", "null", "{\"error\":5}", "{\"error\":\"\"}", "{}"] {
        let error = error(body).await;
        assert_eq!(error.kind(), Kind::UnexpectedResponse, "{body}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(400), "{body}");
    }
}
