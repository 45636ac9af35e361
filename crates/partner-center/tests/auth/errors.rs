//! What Entra says when it refuses, and what the reader of the error is told to do.

use std::collections::HashSet;

use partner_center::auth::{ClientSecret, CredentialError, CredentialErrorKind as Kind};
use partner_center_mock::Reply;
use partner_center_mock::token_endpoint::{Refusal, TokenEndpoint};
use serde_json::json;

use crate::support::{CLIENT_ID, Outcome, TENANT, request, token};

async fn refused(reply: impl Into<Reply>) -> CredentialError {
    let entra = TokenEndpoint::start().await.expect("loopback has a free port");
    entra.answer_always(reply.into());
    token(&ClientSecret::new(TENANT, CLIENT_ID, "s3cr3t-value"), &request(&entra)).await.expect_err("refused")
}

#[tokio::test]
async fn surfaces_the_code_the_word_and_both_ids() {
    let refusal = Refusal::mfa_required();
    let (trace_id, correlation_id) = (refusal.trace_id().to_string(), refusal.correlation_id().to_string());
    let error = refused(refusal).await;
    assert_eq!((error.aadsts_codes(), error.error()), (&[50076][..], Some("invalid_grant")));
    assert_eq!((error.trace_id(), error.correlation_id()), (Some(trace_id.as_str()), Some(correlation_id.as_str())));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
    let shown = error.to_string();
    let expected = format!(
        "multi-factor authentication is missing (AADSTS50076, invalid_grant, HTTP 400, correlation id \
         {correlation_id}, trace id {trace_id}): AADSTS50076: Multi-factor authentication is needed."
    );
    assert!(shown.starts_with(&expected), "{shown}");
}

#[tokio::test]
async fn each_reason_has_its_own_remedy() {
    let mut help = HashSet::new();
    for (refusal, kind, word) in [
        (Refusal::inactive_refresh_token(), Kind::RefreshTokenInactive, "90 days"),
        (Refusal::revoked_grant(), Kind::RefreshTokenRevoked, "a changed password"),
        (Refusal::mfa_required(), Kind::MfaRequired, "with multi-factor authentication"),
        (Refusal::new("interaction_required", 53003, "No."), Kind::ConditionalAccess, "Conditional Access"),
        (Refusal::wrong_secret(), Kind::WrongSecret, "not the secret's id"),
        (Refusal::unknown_grant(), Kind::RefreshTokenInvalid, "copied whole"),
        (
            Refusal::new("invalid_grant", 7_000_012, "No."),
            Kind::WrongTenant,
            "the tenant that the refresh token was issued in",
        ),
        (Refusal::missing_secret(), Kind::SecretMissing, "Allow public client flows"),
        (Refusal::expired_secret(), Kind::SecretExpired, "a new client secret"),
        (Refusal::wrong_assertion("no"), Kind::CertificateRefused, "Upload the certificate"),
        (Refusal::unknown_tenant(), Kind::UnknownTenant, "Check the tenant"),
        (Refusal::unknown_application(), Kind::UnknownApplication, "application (client) id"),
        (Refusal::consent_required(), Kind::ConsentMissing, "user_impersonation"),
        (Refusal::unknown_resource(), Kind::UnknownAudience, "https://api.partnercenter.microsoft.com"),
    ] {
        let error = refused(refusal).await;
        assert_eq!(error.kind(), kind);
        assert!(error.help().contains(word), "{kind:?}: {}", error.help());
        assert!(help.insert(error.help().to_owned()), "{kind:?} has another's help");
    }
}

#[tokio::test]
async fn is_one_line_whatever_the_endpoint_says() {
    let hostile = "a\u{1b}[31m\r\nb\u{202e}".repeat(10_000);
    let error = refused(Reply::json(
        400,
        &json!({ "error": hostile, "error_description": hostile, "trace_id": hostile, "correlation_id": hostile }),
    ))
    .await;
    let shown = error.to_string();
    assert!(shown.len() < 3_000, "{} bytes", shown.len());
    assert!(!shown.contains(['\u{1b}', '\r', '\n', '\u{202e}']), "{shown:?}");
    assert_eq!(error.description().map(str::len), Some(hostile.len()), "the accessor keeps all of it");
    assert!(format!("{error:?}").len() < 6_000);
}

#[tokio::test]
async fn an_error_of_ones_own_says_what_it_is_given() -> Outcome {
    let cause = std::io::Error::other("sealed");
    let error = CredentialError::caused_by(Kind::Unreachable, "the vault is closed", cause);
    assert!(error.is_retryable());
    assert_eq!(error.to_string(), "the token endpoint gave no answer: the vault is closed");
    assert_eq!(std::error::Error::source(&error).map(ToString::to_string), Some("sealed".to_owned()));
    assert_eq!(CredentialError::other("x").kind(), Kind::Other);
    Ok(())
}
