//! Speaks to the token endpoint, with the same care as to the service.
//!
//! The address is https (checked when the request was made), redirects are off, every attempt and the whole have a
//! limit in time, the answer has one in size. Transport errors, 408, 429 and 5xx are tried again, refusals never, nor a
//! certificate that this machine does not trust.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{ACCEPT, CONTENT_TYPE};
use tokio::time::{Instant, sleep_until, timeout_at};
use uuid::Uuid;

use super::entra;
use super::error::{CredentialError, Details};
use super::error_kind::CredentialErrorKind as Kind;
use super::form::Form;
use super::request::TokenRequest;
use crate::pipeline::backoff::Backoff;
use crate::pipeline::body::{self, BodyError};
use crate::transport_error::{deepest, is_about_a_certificate};

/// A successful answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
    /// When the request that led to it was sent.
    pub(super) sent: Instant,
    /// The id by which the tenant's sign-in log knows the request.
    pub(super) correlation_id: String,
}

/// Posts a form until it is answered, refused, or the time or the attempts are used up.
pub(super) async fn post(request: &TokenRequest, url: &str, form: &Form) -> Result<Answer, CredentialError> {
    let retry = &request.retry;
    let backoff = Backoff { base: retry.base_delay, cap: retry.max_delay };
    let deadline = after(request.timeout);
    let correlation_id = Uuid::new_v4().to_string();
    let mut attempts = 1;
    loop {
        let until = after(request.attempt_timeout).min(deadline);
        let error = match attempt(request, url, form, &correlation_id, until).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let next = after(backoff.wait(attempts).max(error.retry_after().unwrap_or_default()));
        if !is_repeated(&error) || attempts >= retry.max_attempts || next >= deadline {
            return Err(error);
        }
        tracing::debug!(attempts, %error, "the token endpoint is asked again");
        sleep_until(next).await;
        attempts += 1;
    }
}

/// Sends the form once. The head of the answer and its body have the same limit in time, each on its own: what the head
/// says is not lost where the body does not come.
async fn attempt(
    request: &TokenRequest,
    url: &str,
    form: &Form,
    id: &str,
    until: Instant,
) -> Result<Answer, CredentialError> {
    let sent = Instant::now();
    let sending = request
        .http
        .post(url)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("client-request-id", id)
        .body(form.body())
        .send();
    let mut response = match timeout_at(until, sending).await {
        Ok(answer) => answer.map_err(|error| broken(error, None, id))?,
        Err(_) => return Err(failure(Kind::Unreachable, "no answer in time", None, id).into()),
    };
    let status = response.status();
    let body = match timeout_at(until, body::read(&mut response, request.body_limit)).await {
        Ok(Ok(body)) => body,
        // Of a refusal, status and headers say enough.
        _ if !status.is_success() => Bytes::new(),
        Ok(Err(BodyError::TooLarge(limit))) => {
            let message = format!("an answer of more than {limit} bytes");
            return Err(failure(Kind::UnexpectedAnswer, message, Some(status), id).into());
        }
        Ok(Err(BodyError::Broken(error))) => return Err(broken(error, Some(status), id)),
        Err(_) => return Err(failure(Kind::Unreachable, "no whole answer in time", Some(status), id).into()),
    };
    match status.is_success() {
        true => Ok(Answer { status, body, sent, correlation_id: id.to_owned() }),
        false => Err(entra::refusal(status, response.headers(), &body, form, id)),
    }
}

/// Whether a repeat within the same sign-in may help. Who was asked too often and says so by a refusal is not asked at
/// once again.
fn is_repeated(error: &CredentialError) -> bool {
    let is_refusal = error.kind() == Kind::Throttled && error.status() != Some(StatusCode::TOO_MANY_REQUESTS);
    error.is_retryable() && !is_refusal
}

/// The error of a connection that failed or broke.
fn broken(error: reqwest::Error, status: Option<StatusCode>, id: &str) -> CredentialError {
    let kind = if is_about_a_certificate(&error) {
        Kind::UntrustedServer
    } else if error.is_builder() {
        Kind::Configuration
    } else {
        Kind::Unreachable
    };
    let message = deepest(&error);
    Details { source: Some(error.into()), ..failure(kind, message, status, id) }.into()
}

fn failure(kind: Kind, message: impl Into<String>, status: Option<StatusCode>, correlation_id: &str) -> Details {
    Details { status, correlation_id: Some(correlation_id.to_owned()), ..Details::new(kind, message) }
}

/// That much from now, as far as the clock can tell.
fn after(time: Duration) -> Instant {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    Instant::now() + time.min(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_that_cannot_be_asked_is_a_setting_to_correct() {
        let request = TokenRequest::for_audience("https://service.example", "http://127.0.0.1:1").unwrap();
        let error = post(&request, "http://[", &Form::new()).await.err().unwrap();
        assert_eq!((error.kind(), error.is_retryable()), (Kind::Configuration, false));
    }
}
