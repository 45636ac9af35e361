//! Text and help of Entra's OAuth errors.

use partner_center::auth::{ClientSecret, CredentialError, CredentialErrorKind as Kind};
use partner_center_mock::MockResponse;
use partner_center_mock::token_endpoint::{OAuthError, TokenEndpoint};
use serde_json::json;

use crate::support::{CLIENT_ID, Outcome, TENANT, request, token};

async fn receive_error(response: impl Into<MockResponse>) -> CredentialError {
    let entra = TokenEndpoint::start().await.expect("loopback has a free port");
    entra.respond_always(response.into());
    token(&ClientSecret::new(TENANT, CLIENT_ID, "s3cr3t-value"), &request(&entra)).await.expect_err("an OAuth error")
}

#[tokio::test]
async fn shows_entras_message_first_then_code_status_and_ids() {
    let oauth_error = OAuthError::mfa_required();
    let (trace_id, correlation_id) = (oauth_error.trace_id().to_string(), oauth_error.correlation_id().to_string());
    let error = receive_error(oauth_error).await;
    assert_eq!((error.aadsts_codes(), error.error()), (&[50076][..], Some("invalid_grant")));
    assert_eq!((error.trace_id(), error.correlation_id()), (Some(trace_id.as_str()), Some(correlation_id.as_str())));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
    let shown = error.to_string();
    let expected = format!(
        "multi-factor authentication is missing: Multi-factor authentication is required. (AADSTS50076, invalid_grant, \
         HTTP 400, correlation id {correlation_id}, trace id {trace_id})"
    );
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn each_reason_is_named_and_has_its_help() {
    for (oauth_error, kind, reason, help) in [
        (OAuthError::inactive_refresh_token(), Kind::SignInRequired, "has expired because of its age", "90 days"),
        (OAuthError::revoked_grant(), Kind::SignInRequired, "a password change", "Sign in again"),
        (OAuthError::unknown_grant(), Kind::SignInRequired, "incompletely copied", "Sign in again"),
        (OAuthError::mfa_required(), Kind::MfaRequired, "is missing", "with multi-factor authentication"),
        (
            OAuthError::new("interaction_required", 53003, "No."),
            Kind::ConditionalAccess,
            "Conditional Access",
            "sign-in log",
        ),
        (OAuthError::wrong_secret(), Kind::InvalidClient, "the client secret is wrong", "not the secret's id"),
        (OAuthError::missing_secret(), Kind::InvalidClient, "neither a client secret nor", "Allow public client flows"),
        (OAuthError::expired_secret(), Kind::InvalidClient, "the client secret has expired", "a new client secret"),
        (OAuthError::secret_of_public_client(), Kind::InvalidClient, "is a public client", "neither a secret nor"),
        (OAuthError::wrong_assertion("no"), Kind::InvalidClient, "the client certificate", "Upload the certificate"),
        (OAuthError::new("invalid_grant", 7_000_012, "No."), Kind::WrongTenant, "another tenant", "was issued in"),
        (
            OAuthError::new("invalid_client", 1_000_502, "No."),
            Kind::InvalidClient,
            "certificate has expired",
            "Upload a new",
        ),
        (
            OAuthError::new("invalid_client", 650_052, "No."),
            Kind::ConsentMissing,
            "no service principal",
            "have its administrator consent",
        ),
        (OAuthError::new("invalid_client", 650_051, "No."), Kind::Rejected, "is unmanaged", "with a DNS record"),
        (OAuthError::new("invalid_grant", 50_105, "No."), Kind::Rejected, "is not assigned", "assign the user"),
        (OAuthError::new("invalid_grant", 50_057, "No."), Kind::Rejected, "is disabled", "enable the account"),
        (OAuthError::unknown_tenant(), Kind::UnknownTenant, "the tenant is unknown", "Check the tenant"),
        (OAuthError::unknown_application(), Kind::UnknownApplication, "in this tenant", "application (client) id"),
        (OAuthError::consent_required(), Kind::ConsentMissing, "not been consented to", "user_impersonation"),
        (
            OAuthError::unknown_resource(),
            Kind::UnknownAudience,
            "does not know the audience",
            "https://api.partnercenter.microsoft.com",
        ),
    ] {
        let error = receive_error(oauth_error).await;
        assert_eq!(error.kind(), kind, "{reason}");
        assert!(error.to_string().contains(reason), "{error}");
        assert!(error.help().contains(help), "{kind:?}: {}", error.help());
    }
}

#[tokio::test]
async fn a_long_text_of_entra_is_shown_whole_and_before_the_ids() -> Outcome {
    let id = "cb1056e2-e479-49de-ae31-7812af012ed8";
    let text = format!(
        "Your administrator has configured the application GDAP ('{id}') to block users unless they are specifically \
         granted ('assigned') access to the application. The signed in user '{id}' is blocked because they are not a \
         direct member of a group with access, nor had access directly assigned by an administrator. Please contact \
         your administrator to assign access to this application."
    );
    let entra = TokenEndpoint::start().await?;
    entra.respond_always(OAuthError::new("invalid_grant", 50_105, &text));
    let client = partner_center::Client::builder()
        .credential(ClientSecret::new(TENANT, CLIENT_ID, "s3cr3t-value"))
        .authority(entra.authority())
        .base_url("http://127.0.0.1:1")
        .build()?;
    let error = client.customer(partner_center::uuid::Uuid::nil()).organization().await.expect_err("no token");
    let shown = error.to_string();
    let (before, after) = shown.split_once(&text).ok_or(shown.clone())?;
    assert!(!before.contains("AADSTS") && !before.contains(" id "), "{shown}");
    assert!(after.starts_with(" (AADSTS50105, invalid_grant, HTTP 400, correlation id "), "{shown}");
    Ok(())
}

#[tokio::test]
async fn the_message_is_one_line_whatever_the_endpoint_sends() {
    let hostile = "a\u{1b}[31m\r\nb\u{202e}".repeat(10_000);
    let error = receive_error(MockResponse::json(
        400,
        &json!({ "error": hostile, "error_description": hostile, "trace_id": hostile, "correlation_id": hostile }),
    ))
    .await;
    let shown = error.to_string();
    assert!(shown.len() < 3_000, "{} bytes", shown.len());
    assert!(!shown.contains(['\u{1b}', '\r', '\n', '\u{202e}']), "{shown:?}");
    assert_eq!(error.description().map(|text| text.chars().count()), Some(4096));
    for word in [error.error(), error.trace_id(), error.correlation_id()] {
        assert_eq!(word.map(|word| word.chars().count()), Some(128));
    }
    assert!(format!("{error:?}").len() < 6_000);
}

#[tokio::test]
async fn keeps_at_most_eight_codes() {
    let codes: Vec<u32> = (0..100_000).collect();
    let listed = json!({ "error": "invalid_grant", "error_codes": codes });
    let text = codes.iter().take(30_000).map(|code| format!("AADSTS{code} ")).collect::<String>();
    let described = json!({ "error": "invalid_grant", "error_description": text });
    for body in [listed, described] {
        let error = receive_error(MockResponse::json(400, &body)).await;
        assert_eq!(error.aadsts_codes(), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert!(error.to_string().len() < 1_000, "{error}");
    }
}

#[tokio::test]
async fn an_oauth_error_with_a_success_status_is_an_error() {
    let body = json!({ "error": "invalid_client", "error_codes": [7_000_215], "trace_id": "trace-1" });
    let error = receive_error(MockResponse::json(200, &body)).await;
    assert_eq!((error.kind(), error.trace_id()), (Kind::InvalidClient, Some("trace-1")));
    assert_eq!((error.aadsts_codes(), error.status().map(|status| status.as_u16())), (&[7_000_215][..], Some(200)));
}

#[tokio::test]
async fn a_custom_error_shows_its_message() -> Outcome {
    let cause = std::io::Error::other("sealed");
    let error = CredentialError::caused_by(Kind::Unreachable, "the vault is closed", cause);
    assert!(error.is_retryable());
    assert_eq!(error.to_string(), "the token endpoint did not respond: the vault is closed");
    assert_eq!(std::error::Error::source(&error).map(ToString::to_string), Some("sealed".to_owned()));
    Ok(())
}
