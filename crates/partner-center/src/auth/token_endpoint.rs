//! Speaks to the token endpoint, with the same care as to the service.
//!
//! The address is https (checked when the request was made), redirects are off, every attempt and the whole have a
//! limit in time, the answer has one in size. Transport errors, 408, 429 and 5xx are tried again, refusals never.

use std::error::Error as StdError;
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
        let error = match timeout_at(until, attempt(request, url, form, &correlation_id)).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => error,
            Err(_) => unreachable("no whole answer in time".to_owned(), &correlation_id).into(),
        };
        let next = after(backoff.wait(attempts).max(error.retry_after().unwrap_or_default()));
        if !error.is_retryable() || attempts >= retry.max_attempts || next >= deadline {
            return Err(error);
        }
        tracing::debug!(attempts, %error, "the token endpoint is asked again");
        sleep_until(next).await;
        attempts += 1;
    }
}

async fn attempt(request: &TokenRequest, url: &str, form: &Form, id: &str) -> Result<Answer, CredentialError> {
    let sent = Instant::now();
    let broken = |error: reqwest::Error| Details { source: Some(error.into()), ..unreachable(String::new(), id) };
    let mut response = request
        .http
        .post(url)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("client-request-id", id)
        .body(form.body())
        .send()
        .await
        .map_err(|error| Details { message: cause(&error), ..broken(error) })?;
    let status = response.status();
    let body = body::read(&mut response, request.body_limit).await.map_err(|error| match error {
        BodyError::TooLarge(limit) => Details {
            kind: Kind::UnexpectedAnswer,
            status: Some(status),
            ..unreachable(format!("an answer of more than {limit} bytes"), id)
        },
        BodyError::Broken(error) => Details { message: cause(&error), status: Some(status), ..broken(error) },
    })?;
    match status.is_success() {
        true => Ok(Answer { status, body, sent, correlation_id: id.to_owned() }),
        false => Err(entra::refusal(status, response.headers(), &body, form, id)),
    }
}

fn unreachable(message: String, correlation_id: &str) -> Details {
    Details { correlation_id: Some(correlation_id.to_owned()), ..Details::new(Kind::Unreachable, message) }
}

/// That much from now, as far as the clock can tell.
fn after(time: Duration) -> Instant {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    Instant::now() + time.min(DAY)
}

/// The innermost reason, which is the one that helps.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn StdError = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
