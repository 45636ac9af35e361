//! Reads what Entra says when it refuses.

use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::error::{CredentialError, Details};
use super::error_kind::CredentialErrorKind as Kind;
use super::form::Form;
use crate::pipeline::retry_after;

/// The error in an answer that grants nothing.
///
/// Entra's body names `error`, `error_description`, `error_codes`, `trace_id` and `correlation_id`
/// ([source](https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application));
/// what is missing there is looked for in the description and in the headers.
pub(super) fn refusal(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    form: &Form,
    sent_id: &str,
) -> CredentialError {
    let body = json_object(body);
    // One text after another is searched for secrets, so that no echo of the request gets further than this.
    let text = |name: &str| body.as_ref()?.get(name)?.as_str().map(|text| form.redact(text));
    let (error, description) = (text("error"), text("error_description"));
    let aadsts_codes = match codes_in_list(body.as_ref()) {
        codes if codes.is_empty() => codes_in_text(description.as_deref().unwrap_or_default()),
        codes => codes,
    };
    let in_description = |label| labelled(description.as_deref().unwrap_or_default(), label);
    let in_header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(|text| form.redact(text));
    let kind = kind(status, error.as_deref(), &aadsts_codes);
    let message = match kind {
        Kind::UnexpectedAnswer => form.redact(&unexpected(status, headers)),
        _ => String::new(),
    };
    Details {
        status: Some(status),
        correlation_id: text("correlation_id")
            .or_else(|| in_description("Correlation ID:"))
            .or_else(|| in_header("client-request-id"))
            .or_else(|| Some(sent_id.to_owned())),
        trace_id: text("trace_id").or_else(|| in_description("Trace ID:")).or_else(|| in_header("x-ms-request-id")),
        retry_after: retry_after::in_headers(headers),
        error,
        description,
        aadsts_codes,
        ..Details::new(kind, message)
    }
    .into()
}

/// Codes and class of a refusal that another library reports as text.
#[cfg(feature = "azure")]
pub(super) fn kind_in_text(text: &str) -> (Option<Kind>, Vec<u32>) {
    let codes = codes_in_text(text);
    (codes.iter().copied().find_map(kind_of_code), codes)
}

fn json_object(body: &[u8]) -> Option<Map<String, Value>> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// `"error_codes": [700082]`; numbers as text are taken too.
fn codes_in_list(body: Option<&Map<String, Value>>) -> Vec<u32> {
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_u64()?.try_into().ok(),
        Value::String(text) => text.trim_start_matches("AADSTS").parse().ok(),
        _ => None,
    };
    let list = body.and_then(|body| body.get("error_codes")?.as_array());
    list.into_iter().flatten().filter_map(number).collect()
}

/// `AADSTS700082: ...`
fn codes_in_text(text: &str) -> Vec<u32> {
    let mut codes = Vec::new();
    for rest in text.split("AADSTS").skip(1) {
        let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        codes.extend(rest[..end].parse::<u32>().ok().filter(|code| !codes.contains(code)));
    }
    codes
}

/// `Trace ID: 5f0b...`, up to the end of the word.
fn labelled(text: &str, label: &str) -> Option<String> {
    let (_, rest) = text.split_once(label)?;
    rest.split_whitespace().next().map(str::to_owned)
}

fn kind(status: StatusCode, error: Option<&str>, codes: &[u32]) -> Kind {
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Kind::Throttled;
    }
    if status == StatusCode::REQUEST_TIMEOUT || status.is_server_error() {
        return Kind::ServerFailure;
    }
    let Some(error) = error else { return Kind::UnexpectedAnswer };
    codes.iter().copied().find_map(kind_of_code).unwrap_or_else(|| kind_of_error(error))
}

/// The codes that call for different help.
///
/// [Source](https://learn.microsoft.com/entra/identity-platform/reference-error-codes#aadsts-error-codes). 700023 is an
/// odd scope there and an assertion for another audience in the
/// [Azure SDK's list](https://learn.microsoft.com/azure/developer/java/sdk/troubleshooting-authentication-service-principal),
/// which is what can happen here. 50196 comes as `invalid_grant` and passes
/// ([source](https://learn.microsoft.com/entra/msal/dotnet/advanced/client-and-server-throttling)).
fn kind_of_code(code: u32) -> Option<Kind> {
    Some(match code {
        700_082 | 70_008 | 700_084 => Kind::RefreshTokenInactive,
        50_173 | 50_132 | 50_133 => Kind::RefreshTokenRevoked,
        70_000 => Kind::RefreshTokenInvalid,
        700_005 | 7_000_012 => Kind::WrongTenant,
        50_072 | 50_074 | 50_076 | 50_078 | 50_079 | 50_158 => Kind::MfaRequired,
        53_000..=53_004 | 530_031..=530_035 | 50_005 | 50_097 | 50_131 => Kind::ConditionalAccess,
        700_025 | 7_000_215 => Kind::WrongSecret,
        7_000_218 => Kind::SecretMissing,
        7_000_222 => Kind::SecretExpired,
        700_021 | 700_023 | 700_024 | 700_027 | 700_030 | 7_000_214 => Kind::CertificateRefused,
        90_002 | 900_023 => Kind::UnknownTenant,
        700_016 | 7_000_112 => Kind::UnknownApplication,
        65_001 | 90_094 | 650_057 => Kind::ConsentMissing,
        500_011 | 50_001 | 70_011 | 1_002_012 => Kind::UnknownAudience,
        65_004 => Kind::Declined,
        70_019 | 70_020 => Kind::Expired,
        50_196 | 90_055 => Kind::Throttled,
        90_006 | 90_024 | 90_033 => Kind::ServerFailure,
        _ => return None,
    })
}

/// The standard's words, for codes that are not listed above.
fn kind_of_error(error: &str) -> Kind {
    match error {
        "invalid_grant" | "interaction_required" | "login_required" => Kind::SignInRequired,
        "consent_required" => Kind::ConsentMissing,
        "invalid_client" => Kind::WrongSecret,
        "unauthorized_client" => Kind::UnknownApplication,
        "invalid_scope" | "invalid_resource" => Kind::UnknownAudience,
        "authorization_declined" | "access_denied" => Kind::Declined,
        "expired_token" | "code_expired" => Kind::Expired,
        "temporarily_unavailable" | "server_error" => Kind::ServerFailure,
        _ => Kind::Refused,
    }
}

/// What came back, without a word of it: half an answer may hold a token.
fn unexpected(status: StatusCode, headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (status.is_redirection(), text(http::header::LOCATION), text(http::header::CONTENT_TYPE)) {
        (true, Some(location), _) => format!("a redirect to {}, which is not followed", host(location)),
        (_, _, Some(content_type)) => format!("an answer of type {content_type} without an error that can be read"),
        _ => "an answer without an error that can be read".to_owned(),
    }
}

/// The host alone: a query may hold anything.
fn host(location: &str) -> String {
    let host = reqwest::Url::parse(location).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "another path".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> CredentialError {
        let form = Form::new().secret("client_secret", &"s3cr3t-value".into());
        refusal(StatusCode::BAD_REQUEST, &HeaderMap::new(), body.as_bytes(), &form, "sent-1")
    }

    #[test]
    fn tells_apart_what_calls_for_different_remedies() {
        for (code, kind) in [
            (700_082, Kind::RefreshTokenInactive),
            (70_008, Kind::RefreshTokenInactive),
            (50_173, Kind::RefreshTokenRevoked),
            (70_000, Kind::RefreshTokenInvalid),
            (700_005, Kind::WrongTenant),
            (7_000_012, Kind::WrongTenant),
            (50_076, Kind::MfaRequired),
            (50_079, Kind::MfaRequired),
            (50_158, Kind::MfaRequired),
            (53_003, Kind::ConditionalAccess),
            (7_000_215, Kind::WrongSecret),
            (7_000_218, Kind::SecretMissing),
            (700_025, Kind::WrongSecret),
            (7_000_222, Kind::SecretExpired),
            (700_023, Kind::CertificateRefused),
            (700_027, Kind::CertificateRefused),
            (90_002, Kind::UnknownTenant),
            (700_016, Kind::UnknownApplication),
            (65_001, Kind::ConsentMissing),
            (500_011, Kind::UnknownAudience),
        ] {
            let error = refused(&format!(r#"{{"error":"invalid_grant","error_codes":[{code}]}}"#));
            assert_eq!((error.kind(), error.aadsts_codes()), (kind, &[code][..]));
            assert!(!error.is_retryable(), "{code}");
        }
        assert_eq!(refused(r#"{"error":"invalid_grant","error_codes":[1]}"#).kind(), Kind::SignInRequired);
        assert_eq!(refused(r#"{"error":"interaction_required"}"#).kind(), Kind::SignInRequired);
        assert_eq!(refused(r#"{"error":"brand_new"}"#).kind(), Kind::Refused);
        assert!(refused(r#"{"error":"temporarily_unavailable","error_codes":[90033]}"#).is_retryable());
        for code in [50_196, 90_055] {
            let error = refused(&format!(r#"{{"error":"invalid_grant","error_codes":[{code}]}}"#));
            assert_eq!((error.kind(), error.is_retryable()), (Kind::Throttled, true), "{code}");
        }
    }

    #[test]
    fn finds_codes_and_ids_in_the_description_where_the_fields_are_missing() {
        let error = refused(
            "\u{feff}{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS700082: too old.\\r\\nTrace ID: \
             trace-1\\r\\nCorrelation ID: correlation-1\\r\\nTimestamp: 2026-01-01 00:00:00Z\"}",
        );
        assert_eq!(error.aadsts_codes(), [700_082]);
        assert_eq!((error.trace_id(), error.correlation_id()), (Some("trace-1"), Some("correlation-1")));
        assert_eq!(
            error.to_string(),
            "the refresh token has expired (AADSTS700082, invalid_grant, HTTP 400, correlation id correlation-1, trace \
             id trace-1): AADSTS700082: too old."
        );
    }

    #[test]
    fn strikes_out_a_secret_that_is_echoed() {
        let error = refused(
            r#"{"error":"invalid_client","error_description":"AADSTS7000215: s3cr3t-value is wrong","trace_id":"s3cr3t-value"}"#,
        );
        let shown = format!("{error} {error:?} {:?} {:?}", error.description(), error.trace_id());
        assert!(!shown.contains("s3cr3t-value"), "{shown}");
        assert!(shown.contains("AADSTS7000215: [redacted] is wrong"), "{shown}");
    }

    #[test]
    fn keeps_the_status_of_an_answer_that_is_no_refusal() {
        for body in ["", "<html>", "{", "[]", "null", "{\"error\":5}", "{}"] {
            let error = refused(body);
            assert_eq!(
                (error.kind(), error.status()),
                (Kind::UnexpectedAnswer, Some(StatusCode::BAD_REQUEST)),
                "{body}"
            );
        }
    }
}
