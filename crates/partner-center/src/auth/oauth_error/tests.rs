//! OAuth errors as Entra sends them, and as it should not.

use super::*;

fn read_with(body: &[u8], authentication: &ClientAuthentication) -> CredentialError {
    let form = Form::new().secret("client_secret", &"s3cr3t-value".into());
    let head = Head { status: StatusCode::BAD_REQUEST, headers: HeaderMap::new(), reason: None };
    read(&head, body, &Sent { form: &form, authentication, correlation_id: "sent-1" })
}

fn error(body: &str) -> CredentialError {
    read_with(body.as_bytes(), &ClientAuthentication::Secret("s3cr3t-value".into()))
}

#[test]
fn tells_apart_what_calls_for_different_help() {
    for (code, kind) in [
        (700_082, Kind::SignInRequired),
        (70_008, Kind::SignInRequired),
        (50_173, Kind::SignInRequired),
        (70_000, Kind::SignInRequired),
        (700_005, Kind::WrongTenant),
        (7_000_012, Kind::WrongTenant),
        (50_076, Kind::MfaRequired),
        (50_079, Kind::MfaRequired),
        (50_158, Kind::MfaRequired),
        (53_003, Kind::ConditionalAccess),
        (7_000_215, Kind::InvalidClient),
        (7_000_218, Kind::InvalidClient),
        (700_025, Kind::InvalidClient),
        (7_000_222, Kind::InvalidClient),
        (700_023, Kind::InvalidClient),
        (700_027, Kind::InvalidClient),
        (90_002, Kind::UnknownTenant),
        (700_016, Kind::UnknownApplication),
        (65_001, Kind::ConsentMissing),
        (500_011, Kind::UnknownAudience),
    ] {
        let error = error(&format!(r#"{{"error":"invalid_grant","error_codes":[{code}]}}"#));
        assert_eq!((error.kind(), error.aadsts_codes()), (kind, &[code][..]));
        assert!(!error.is_retryable(), "{code}");
    }
    assert_eq!(error(r#"{"error":"invalid_grant","error_codes":[1]}"#).kind(), Kind::SignInRequired);
    assert_eq!(error(r#"{"error":"interaction_required"}"#).kind(), Kind::SignInRequired);
    assert_eq!(error(r#"{"error":"brand_new"}"#).kind(), Kind::Rejected);
    assert!(error(r#"{"error":"temporarily_unavailable","error_codes":[90033]}"#).is_retryable());
    for code in [50_196, 90_055] {
        let error = error(&format!(r#"{{"error":"invalid_grant","error_codes":[{code}]}}"#));
        assert_eq!((error.kind(), error.is_retryable()), (Kind::Throttled, true), "{code}");
    }
}

#[test]
fn a_code_without_help_of_its_own_is_linked_and_a_missing_one_is_not() {
    for (body, link) in [
        (r#"{"error":"invalid_grant","error_codes":[135011]}"#, Some("error?code=135011")),
        (r#"{"error":"brand_new","error_codes":[9001]}"#, Some("error?code=9001")),
        (r#"{"error":"brand_new"}"#, None),
        (r#"{"error":"invalid_grant","error_codes":[700082]}"#, None),
    ] {
        let help = error(body).help().to_owned();
        assert_eq!(help.contains("https://login.microsoftonline.com/error"), link.is_some(), "{help}");
        assert!(help.contains(link.unwrap_or_default()), "{help}");
        assert!(!help.contains("Look the AADSTS code up"), "{help}");
    }
}

#[test]
fn an_invalid_client_is_told_by_what_was_sent() {
    let body = br#"{"error":"invalid_client"}"#;
    let error = read_with(body, &ClientAuthentication::Secret("s".into()));
    assert!(error.to_string().contains("the client secret is wrong") && error.help().contains("not the secret's id"));
    let error = read_with(body, &ClientAuthentication::None);
    assert!(error.to_string().contains("neither a client secret nor a certificate was sent"), "{error}");
    assert!(error.help().contains("Allow public client flows") && !error.help().contains("secret's id"));
}

#[test]
fn finds_codes_and_ids_in_the_description_if_the_fields_are_missing() {
    let error = error(
        "\u{feff}{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS700082: too old.\\r\\nTrace ID: \
         trace-1\\r\\nCorrelation ID: correlation-1\\r\\nTimestamp: 2026-01-01 00:00:00Z\"}",
    );
    assert_eq!(error.aadsts_codes(), [700_082]);
    assert_eq!((error.trace_id(), error.correlation_id()), (Some("trace-1"), Some("correlation-1")));
    assert_eq!(
        error.to_string(),
        "the user must sign in again: the refresh token has expired, by age or because it was not used: too old. \
         (AADSTS700082, invalid_grant, HTTP 400, correlation id correlation-1, trace id trace-1)"
    );
}

#[test]
fn redacts_a_secret_that_is_echoed() {
    let error = error(
        r#"{"error":"invalid_client","error_description":"AADSTS7000215: s3cr3t-value is wrong","trace_id":"s3cr3t%2dvalue"}"#,
    );
    let shown = format!("{error} {error:?} {:?} {:?}", error.description(), error.trace_id());
    assert!(!shown.contains("s3cr3t"), "{shown}");
    assert!(shown.contains("AADSTS7000215: [redacted] is wrong"), "{shown}");
}

#[test]
fn one_odd_byte_or_field_does_not_lose_the_others() {
    let known = r#""error":"invalid_grant","error_codes":["50076",null,{},"x"],"trace_id":"t""#;
    for odd in [
        r#""error_description":"half \ud83d""#,
        r#""error_description":5"#,
        r#""suberror":1e999"#,
        &format!(r#""claims":{}{}"#, "[".repeat(500), "]".repeat(500)),
    ] {
        let error = error(&format!("{{{odd},{known}}}"));
        assert_eq!((error.kind(), error.trace_id()), (Kind::MfaRequired, Some("t")), "{odd:.60}");
    }
    let latin = [b"{\"error_description\":\"n\xf6tig\",", known.as_bytes(), b"}"].concat();
    let error = read_with(&latin, &ClientAuthentication::None);
    assert_eq!((error.kind(), error.description()), (Kind::MfaRequired, Some("n\u{fffd}tig")));
}

#[test]
fn keeps_the_status_of_a_response_without_an_oauth_error() {
    for body in ["", "<html>", "{", "[]", "null", "{\"error\":5}", "{\"error\":\"\"}", "{}"] {
        let error = error(body);
        let expected = (Kind::UnexpectedResponse, Some(StatusCode::BAD_REQUEST));
        assert_eq!((error.kind(), error.status()), expected, "{body}");
    }
}
