//! One attempt: sends the request, reads the whole answer, and tells success from failure.

use bytes::Bytes;
use http::header::{AUTHORIZATION, LOCATION};
use hyper::ext::ReasonPhrase;
use tokio::time::Instant;

use super::body::{self, BodyError};
use super::retry_after;
use crate::auth::Authorization;
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::fault::{self, Fault};
use crate::received::Received;
use crate::transport_error::{deepest, is_about_a_certificate};

/// Sends a copy of `request` and reads the answer, all within the attempt's time.
pub(super) async fn attempt(call: &Call, request: &reqwest::Request, token: &Authorization) -> Result<Received, Error> {
    if call.count_attempt() == 1 {
        call.client.inner().budget.deposit();
    }
    let now = Instant::now();
    let until = now.checked_add(call.attempt_timeout).map_or(call.deadline, |until| until.min(call.deadline));
    let outcome = exchange(call, request, token, until).await;
    if outcome.as_ref().err().is_none_or(Error::may_have_been_sent) {
        call.note_sent();
    }
    match outcome {
        Ok(received) if received.status.is_success() => Ok(received),
        Ok(received) => Err(refusal(received, request, token)),
        Err(error) => Err(error),
    }
}

/// The body is part of the attempt: a connection that breaks in the middle of it, or a body that does not come in time,
/// is a failed attempt like any other. The error keeps the status and the headers that had come by then.
async fn exchange(
    call: &Call,
    request: &reqwest::Request,
    token: &Authorization,
    until: Instant,
) -> Result<Received, Error> {
    let mut copy = reqwest::Request::new(request.method().clone(), request.url().clone());
    *copy.headers_mut() = request.headers().clone();
    copy.headers_mut().insert(AUTHORIZATION, token.header());
    let inner = call.client.inner();
    let took_too_long = || {
        let whose = if until < call.deadline { "the attempt" } else { "the call" };
        Error::new(ErrorKind::Timeout, format!("{whose} took too long")).maybe_sent(true)
    };
    let answer = tokio::time::timeout_at(until, inner.http.execute(copy)).await.map_err(|_| took_too_long())?;
    let mut response = answer.map_err(|error| broken(error, "before the answer"))?;
    let status = response.status();
    let mut headers = std::mem::take(response.headers_mut());
    headers.values_mut().for_each(|value| token.strike_from(value));
    let reason = (!status.is_success()).then(|| reason(&response)).flatten();
    let body = tokio::time::timeout_at(until, body::read(&mut response, inner.defaults.body_limit)).await;
    let mut received = Received { status, headers, reason, raw: Bytes::new() };
    let failure = match body {
        Ok(Ok(raw)) => {
            received.raw = raw;
            return Ok(received);
        }
        // Of a refusal, the status alone says enough.
        Ok(Err(BodyError::TooLarge(_))) if !status.is_success() => return Ok(received),
        Ok(Err(BodyError::TooLarge(limit))) => {
            Error::new(ErrorKind::BodyTooLarge, format!("the body is larger than {limit} bytes"))
        }
        Ok(Err(BodyError::Broken(error))) => broken(error, "within the answer's body"),
        Err(_) => took_too_long(),
    };
    Err(failure.wait(retry_after::in_headers(&received.headers)).answered_with(received))
}

/// The words of the status line, where the service uses its own.
fn reason(response: &reqwest::Response) -> Option<String> {
    let reason = response.extensions().get::<ReasonPhrase>()?;
    Some(String::from_utf8_lossy(reason.as_bytes()).into_owned()).filter(|reason| !reason.is_empty())
}

/// The error of an answer whose status is no success.
///
/// What the service says ends up in logs, so a token that it repeats is struck out; the raw body stays as it came.
fn refusal(received: Received, request: &reqwest::Request, token: &Authorization) -> Error {
    let Fault { code, description } = Fault::read(&received);
    let fault =
        Fault { code: code.map(|text| token.redact(text)), description: description.map(|text| token.redact(text)) };
    let kind = fault::classify(&received, &fault);
    let wait = retry_after::in_headers(&received.headers)
        .or_else(|| fault::wait_in_text(fault.description.as_deref()?).filter(|_| kind == ErrorKind::Throttled));
    let destination = || request.url().join(received.header(&LOCATION)?).ok();
    // No more than the host: path and query may hold one-time codes.
    let detail = match destination().filter(|_| kind == ErrorKind::Redirected) {
        Some(url) => format!("it points to {}", url.origin().ascii_serialization()),
        None => String::new(),
    };
    Error::new(kind, detail).said(fault.code, fault.description).wait(wait).answered_with(received)
}

/// The error of a connection that failed or broke.
fn broken(error: reqwest::Error, place: &str) -> Error {
    let sent = !error.is_connect();
    let error = error.without_url();
    let (kind, detail) = if error.is_timeout() {
        (ErrorKind::Timeout, if sent { "the answer took too long" } else { "connecting took too long" }.to_owned())
    } else if is_about_a_certificate(&error) {
        (ErrorKind::Certificate, deepest(&error))
    } else if error.is_builder() {
        (ErrorKind::Configuration, deepest(&error))
    } else {
        let place = if sent { format!("it broke {place}: ") } else { String::new() };
        (ErrorKind::Connection, format!("{place}{}", deepest(&error)))
    };
    Error::new(kind, detail).maybe_sent(sent).caused_by(error)
}
