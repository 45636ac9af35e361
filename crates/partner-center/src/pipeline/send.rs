//! One attempt: sends the request, reads the whole answer, and tells success from failure.

use bytes::Bytes;
use http::header::{AUTHORIZATION, LOCATION};
use hyper::ext::ReasonPhrase;
use tokio::time::Instant;

use super::body::{self, BodyError};
use crate::auth::Authorization;
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::fault::{self, Fault};
use crate::received::Received;
use crate::transport_error::{deepest, is_about_a_certificate};

/// Sends `request` and reads the answer, all within the attempt's time.
///
/// The body is part of the attempt: a connection that breaks in the middle of it, or a body that does not come in time,
/// is a failed attempt like any other. The error keeps the status and the headers that had come by then.
pub(super) fn attempt<'a>(
    call: &'a Call,
    mut request: reqwest::Request,
    token: &'a Authorization,
) -> impl Future<Output = Result<Received, Error>> + Send + 'a {
    if call.count_attempt() == 1 {
        call.client.inner().budget.deposit();
    }
    let now = Instant::now();
    let until = now.checked_add(call.attempt_timeout).map_or(call.deadline, |until| until.min(call.deadline));
    request.headers_mut().insert(AUTHORIZATION, token.header());
    // A future that held the request itself would be several times as large.
    let sending = call.client.inner().http.execute(request);
    async move {
        let mut received = None;
        let work = exchange(call, sending, token, &mut received);
        let failure = match tokio::time::timeout_at(until, work).await {
            Ok(outcome) => outcome.err(),
            Err(_) => {
                let whose = if until < call.deadline { "the attempt" } else { "the call" };
                Some(Error::new(ErrorKind::Timeout, format!("{whose} took too long")).maybe_sent(true))
            }
        };
        if received.is_some() || failure.as_ref().is_some_and(Error::may_have_been_sent) {
            call.note_sent();
        }
        match (received, failure) {
            (Some(received), None) if received.status.is_success() => Ok(received),
            (Some(received), None) => Err(refusal(call, received, token)),
            (Some(received), Some(failure)) => Err(failure.wait(received.retry_after).answered_with(received)),
            (None, failure) => Err(failure.unwrap_or_else(|| Error::new(ErrorKind::Connection, "there was no answer"))),
        }
    }
}

/// Brings in an answer, and what has come of it where it fails midway.
async fn exchange(
    call: &Call,
    sending: impl Future<Output = reqwest::Result<reqwest::Response>>,
    token: &Authorization,
    received: &mut Option<Received>,
) -> Result<(), Error> {
    let mut response = sending.await.map_err(|error| broken(error, "before the answer"))?;
    let received = received.insert(head(&response, token));
    received.raw = match body::read(&mut response, call.client.inner().defaults.body_limit).await {
        Ok(raw) => raw,
        // Of a refusal, the status alone says enough.
        Err(BodyError::TooLarge(_)) if !received.status.is_success() => Bytes::new(),
        Err(BodyError::TooLarge(limit)) => {
            return Err(Error::new(ErrorKind::BodyTooLarge, format!("the body is larger than {limit} bytes")));
        }
        Err(BodyError::Broken(error)) => return Err(broken(error, "within the answer's body")),
    };
    Ok(())
}

/// An answer whose body is still to come; a token that its headers repeat is struck out.
fn head(response: &reqwest::Response, token: &Authorization) -> Received {
    let received = Received::new(response.status(), response.headers(), |value| token.redact(value));
    let is_success = received.status.is_success();
    Received { reason: if is_success { None } else { reason(response) }, ..received }
}

/// The words of the status line, where the service uses its own.
fn reason(response: &reqwest::Response) -> Option<String> {
    let reason = response.extensions().get::<ReasonPhrase>()?;
    Some(String::from_utf8_lossy(reason.as_bytes()).into_owned()).filter(|reason| !reason.is_empty())
}

/// The error of an answer whose status is no success.
///
/// What the service says ends up in logs, so a token that it repeats is struck out; the raw body stays as it came.
fn refusal(call: &Call, received: Received, token: &Authorization) -> Error {
    let Fault { code, description } = Fault::read(&received);
    let strike = |text: String| token.redact(&text).into_owned();
    let fault = Fault { code: code.map(strike), description: description.map(strike) };
    let kind = fault::classify(&received, &fault);
    let wait = received
        .retry_after
        .or_else(|| fault::wait_in_text(fault.description.as_deref()?).filter(|_| kind == ErrorKind::Throttled));
    let destination = || call.client.inner().base_url.join(received.header(&LOCATION)?).ok();
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
