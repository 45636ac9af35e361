//! Sends a form to the token endpoint, with retries, and reads the response.
//!
//! The address is https (checked when the request was created), redirects are off, each attempt and the whole request
//! have timeouts, and the response has a size limit. Transport errors, 408, 429 and 5xx are retried; other OAuth errors
//! are not, nor is an untrusted certificate.

use std::time::Duration;

use http::StatusCode;
use http::header::{ACCEPT, CONTENT_TYPE};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::client_authentication::ClientAuthentication;
use super::error::{CredentialError, Details};
use super::error_kind::CredentialErrorKind as Kind;
use super::form::Form;
use super::oauth_error::{self, Sent};
use super::request::TokenRequest;
use super::token_response::Response;
use crate::error_kind::ErrorKind;
use crate::exchange::exchange;
use crate::pipeline::backoff::Backoff;
use crate::transport_error::TransportError;

/// For one attempt, from sending to the last byte of the response.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);
/// The largest response that is read, in bytes.
const BODY_LIMIT: usize = 1 << 20;

/// Posts a form until there is a final response, or until time or attempts run out.
///
/// `form` creates a new form for each attempt, so that no signed assertion is sent twice.
pub(super) async fn post(
    request: &TokenRequest,
    url: &str,
    authentication: &ClientAuthentication,
    form: impl Fn() -> Result<Form, CredentialError>,
) -> Result<Response, CredentialError> {
    let retry = &request.retry;
    let backoff = Backoff { base: retry.base_delay, cap: retry.max_delay };
    let deadline = after(request.timeout);
    let retry_until = request.retry_until.map_or(deadline, |until| until.min(deadline));
    let correlation_id = Uuid::new_v4().to_string();
    let mut attempts = 1;
    loop {
        let form = form()?;
        let sent = Sent { form: &form, authentication, correlation_id: &correlation_id };
        let until = after(ATTEMPT_TIMEOUT).min(deadline);
        let error = match attempt(request, url, sent, until).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let next = after(backoff.wait(attempts).max(error.retry_after().unwrap_or_default()));
        if !is_repeated(&error) || attempts >= retry.max_attempts || next >= retry_until {
            return Err(error);
        }
        tracing::debug!(attempts, %error, "retrying the token request");
        if error.kind() == Kind::Throttled {
            request.record_throttling(next);
        }
        sleep_until(next).await;
        attempts += 1;
    }
}

async fn attempt(
    request: &TokenRequest,
    url: &str,
    sent: Sent<'_>,
    until: Instant,
) -> Result<Response, CredentialError> {
    let id = sent.correlation_id;
    let began = Instant::now();
    let http_request = request
        .http
        .reqwest
        .post(url)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("client-request-id", id)
        .body(sent.form.body())
        .build()
        .map_err(|error| {
            CredentialError::configuration(format!("the request cannot be made: {}", error.without_url()))
        })?;
    let host = http_request.url().host_str().unwrap_or_default().to_owned();
    let exchange = exchange(&request.http, http_request, until, BODY_LIMIT).await;
    match (exchange.head, exchange.failure) {
        (Some(head), None) if head.status.is_success() && !oauth_error::is_error(&exchange.body) => {
            Ok(Response { status: head.status, body: exchange.body, sent: began, correlation_id: id.to_owned() })
        }
        (head, Some(failure)) if head.as_ref().is_none_or(|head| head.status.is_success()) => {
            Err(transport_error(failure, &host, head.map(|head| head.status), id))
        }
        // For an error, status and headers are enough if the body is incomplete.
        (Some(head), _) => Err(oauth_error::read(&head, &exchange.body, &sent)),
        (None, _) => Err(CredentialError::new(Kind::Unreachable, format!("{host}: no response"))),
    }
}

/// Whether a retry within the same sign-in may help. An OAuth error that says "too often" is not retried at once.
fn is_repeated(error: &CredentialError) -> bool {
    let is_loop = error.kind() == Kind::Throttled && error.status() != Some(StatusCode::TOO_MANY_REQUESTS);
    error.is_retryable() && !is_loop
}

fn transport_error(error: TransportError, host: &str, status: Option<StatusCode>, id: &str) -> CredentialError {
    let kind = match error.kind {
        ErrorKind::Connection | ErrorKind::Timeout => Kind::Unreachable,
        ErrorKind::Proxy => Kind::Proxy,
        ErrorKind::Certificate => Kind::UntrustedServer,
        ErrorKind::UnexpectedBody => Kind::UnexpectedResponse,
        _ => Kind::Configuration,
    };
    let message = format!("{host}: {}", error.message);
    let source = error.source.map(Into::into);
    Details { status, correlation_id: Some(id.to_owned()), source, ..Details::new(kind, message) }.into()
}

/// The instant after this time, or the latest that the clock can represent.
fn after(time: Duration) -> Instant {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    Instant::now() + time.min(DAY)
}
