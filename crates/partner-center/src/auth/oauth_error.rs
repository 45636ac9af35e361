//! Reads the OAuth error in a response of the token endpoint.

use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::aadsts::{self, Row, kind};
use super::client_authentication::ClientAuthentication;
use super::error::{CredentialError, Details};
use super::error_kind::CredentialErrorKind as Kind;
use super::form::Form;
use crate::exchange::{Head, without_byte_order_mark};
use crate::json::{members, string, value};
use crate::pipeline::retry_after;

/// The maximum number of characters of a text.
const LONGEST_DESCRIPTION: usize = 4096;
const LONGEST_WORD: usize = 128;

/// What the request sent, as far as errors depend on it.
pub(super) struct Sent<'a> {
    pub(super) form: &'a Form,
    pub(super) authentication: &'a ClientAuthentication,
    pub(super) correlation_id: &'a str,
}

/// Whether a response with a success status holds an OAuth error instead of tokens.
pub(super) fn is_error(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Fields {
        error: String,
        access_token: Option<IgnoredAny>,
    }
    let fields = serde_json::from_slice(without_byte_order_mark(body));
    fields.is_ok_and(|fields: Fields| !fields.error.is_empty() && fields.access_token.is_none())
}

/// The error in a response without tokens.
///
/// Entra's body names `error`, `error_description`, `error_codes`, `trace_id` and `correlation_id`
/// ([source](https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application));
/// what is missing there is looked for in the description and in the headers.
pub(super) fn read(head: &Head, body: &[u8], sent: &Sent<'_>) -> CredentialError {
    let Head { status, headers, .. } = head;
    let body = String::from_utf8_lossy(without_byte_order_mark(body));
    let mut fields = Vec::new();
    if members(&body, &mut fields).is_err() {
        fields.clear();
    }
    // Every text is redacted whole before it is cut, so that no part of a secret is left.
    let safe = |text: &str, limit| bounded(&sent.form.redact(text), limit);
    let field = |name, limit| Some(safe(&string(value(&fields, name)?)?, limit));
    let word = |name| field(name, LONGEST_WORD).filter(|word| !word.is_empty());
    let (error, description) = (word("error"), field("error_description", LONGEST_DESCRIPTION));
    let listed = codes_in_list(value(&fields, "error_codes").unwrap_or_default());
    let in_header = |name| Some(safe(headers.get(name)?.to_str().ok()?, LONGEST_WORD));
    let mut details = details(*status, error, description, listed, sent.authentication);
    match details.kind {
        Kind::UnexpectedResponse => {
            details.message = safe(&unexpected(*status, headers), LONGEST_DESCRIPTION);
            details.reason = sender(body.as_bytes());
        }
        // Without a sign-in before there is none to repeat.
        Kind::SignInRequired if !sent.form.has_refresh_token() && aadsts::are_unknown(&details.aadsts_codes) => {
            details.kind = Kind::Rejected;
        }
        _ => {}
    }
    Details {
        status: Some(*status),
        correlation_id: word("correlation_id")
            .or(details.correlation_id)
            .or_else(|| in_header("client-request-id"))
            .or_else(|| Some(sent.correlation_id.to_owned())),
        trace_id: word("trace_id").or(details.trace_id).or_else(|| in_header("x-ms-request-id")),
        retry_after: retry_after::in_headers(headers),
        ..details
    }
    .into()
}

/// The error in a redirect of the authorization endpoint
/// ([source](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#error-response)).
#[cfg(feature = "browser")]
pub(super) fn in_redirect(error: &str, description: Option<&str>) -> CredentialError {
    let description = description.map(|text| bounded(text, LONGEST_DESCRIPTION));
    let error = Some(bounded(error, LONGEST_WORD));
    details(StatusCode::FOUND, error, description, Vec::new(), &ClientAuthentication::None).into()
}

/// The error that Entra names and describes; codes and ids are read from the description if they are nowhere else.
fn details(
    status: StatusCode,
    error: Option<String>,
    description: Option<String>,
    listed: Vec<u32>,
    authentication: &ClientAuthentication,
) -> Details {
    let text = description.as_deref().unwrap_or_default();
    let aadsts_codes = if listed.is_empty() { aadsts::in_text(text) } else { listed };
    let Row { kind, reason, help } = row(status, error.as_deref(), &aadsts_codes, authentication);
    Details {
        correlation_id: labelled(text, "Correlation ID:"),
        trace_id: labelled(text, "Trace ID:"),
        error,
        description,
        aadsts_codes,
        reason,
        help: help.map(str::to_owned),
        ..Details::new(kind, "")
    }
}

/// The kind of error: by the status if it is conclusive, else by Entra's code, else by the OAuth error.
fn row(status: StatusCode, error: Option<&str>, codes: &[u32], authentication: &ClientAuthentication) -> Row {
    if status == StatusCode::TOO_MANY_REQUESTS {
        return kind(Kind::Throttled);
    }
    if matches!(status.as_u16(), 407 | 511) {
        return kind(Kind::Proxy);
    }
    if status == StatusCode::REQUEST_TIMEOUT || status.is_server_error() {
        return kind(Kind::ServerFailure);
    }
    let Some(error) = error else { return kind(Kind::UnexpectedResponse) };
    let assumed = match authentication {
        ClientAuthentication::None => aadsts::NO_AUTHENTICATION,
        ClientAuthentication::Secret(_) => aadsts::WRONG_SECRET,
        #[cfg(feature = "certificate")]
        ClientAuthentication::Certificate(_) => aadsts::WRONG_CERTIFICATE,
    };
    let assumed = (error == "invalid_client" && codes.is_empty()).then_some(assumed);
    codes.iter().copied().chain(assumed).find_map(aadsts::find).unwrap_or_else(|| {
        kind(match error {
            "invalid_grant" | "interaction_required" | "login_required" => Kind::SignInRequired,
            "consent_required" => Kind::ConsentMissing,
            "invalid_client" => Kind::InvalidClient,
            "unauthorized_client" => Kind::UnknownApplication,
            "invalid_scope" | "invalid_resource" => Kind::UnknownAudience,
            "authorization_declined" | "access_denied" => Kind::Declined,
            "expired_token" | "code_expired" => Kind::Expired,
            "temporarily_unavailable" | "server_error" => Kind::ServerFailure,
            _ => Kind::Rejected,
        })
    })
}

/// `"error_codes": [700082]`; numbers as text are taken too.
fn codes_in_list(list: &str) -> Vec<u32> {
    let list: Vec<&RawValue> = serde_json::from_str(list).unwrap_or_default();
    let number = |value: &&RawValue| value.get().trim_matches('"').trim_start_matches("AADSTS").parse().ok();
    list.iter().filter_map(number).take(aadsts::MOST).collect()
}

/// `Trace ID: 5f0b...`, up to the end of the word.
fn labelled(text: &str, label: &str) -> Option<String> {
    let (_, rest) = text.split_once(label)?;
    Some(bounded(rest.split_whitespace().next()?, LONGEST_WORD))
}

fn bounded(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}

/// Describes a response without quoting its body: an incomplete response may contain a token.
fn unexpected(status: StatusCode, headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (status.is_redirection(), text(http::header::LOCATION), text(http::header::CONTENT_TYPE)) {
        (true, Some(location), _) => format!("a redirect to {}, which is not followed", host(location)),
        (_, _, Some(content_type)) => format!("content type {content_type}, without an OAuth error that can be read"),
        _ => "no OAuth error that can be read".to_owned(),
    }
}

/// Who sent a response that is a page; empty for any other.
pub(super) fn sender(body: &[u8]) -> &'static str {
    if body.trim_ascii_start().starts_with(b"<") { Kind::Proxy.summary() } else { "" }
}

/// The host alone: a query may hold anything.
fn host(location: &str) -> String {
    let host = reqwest::Url::parse(location).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "another path".to_owned())
}
