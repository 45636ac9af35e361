//! Turns the result of one exchange into a response or an error.

use http::header::LOCATION;
use reqwest::Url;

use super::retry_after;
use crate::error::body::ErrorBody;
use crate::error::{Error, ErrorKind, classify};
use crate::exchange::Exchange;
use crate::proxy::Proxies;
use crate::received::Received;
use crate::transport_error::TransportError;

/// The complete response of an attempt, if its status is a success.
///
/// `limit` names the limit that applied to the attempt, in case it timed out. `redact` removes the call's secrets from
/// a text that may repeat them; the raw body is unchanged.
pub(crate) fn outcome(
    exchange: Exchange,
    limit: &str,
    base_url: &Url,
    redact: impl Fn(&str) -> String,
) -> Result<Received, Error> {
    let Exchange { head, body, failure } = exchange;
    let received = head.map(|head| Received::new(head, body, &redact));
    match (received, failure) {
        (Some(received), None) if received.status.is_success() => Ok(received),
        (Some(received), None) => Err(of_status(received, base_url, redact)),
        (Some(received), Some(failure)) => {
            // The status alone is enough if an error has a huge body.
            if failure.kind == ErrorKind::UnexpectedBody && !received.status.is_success() {
                return Err(of_status(received, base_url, redact));
            }
            Err(of_transport(failure, limit).with_retry_after(received.retry_after).with_response(received))
        }
        (None, Some(failure)) => Err(of_transport(failure, limit)),
        (None, None) => Err(Error::configuration("the request could not be built; check the base URL")),
    }
}

/// The error of a response without a success status.
fn of_status(received: Received, base_url: &Url, redact: impl Fn(&str) -> String) -> Error {
    let ErrorBody { code, description } = ErrorBody::read(&received);
    let body = ErrorBody { code: code.map(|code| redact(&code)), description: description.map(|text| redact(&text)) };
    let kind = classify::classify(&received, &body);
    let in_text = || retry_after::in_text(body.description.as_deref()?).filter(|_| kind == ErrorKind::Throttled);
    let retry_after = received.retry_after.or_else(in_text);
    let destination = || base_url.join(received.header(&LOCATION)?).ok().filter(|url| url.origin().is_tuple());
    // The host alone: path and query may hold one-time codes.
    let detail = match destination().filter(|_| kind == ErrorKind::Redirected) {
        Some(url) => format!("it points to {}", url.origin().ascii_serialization()),
        None => String::new(),
    };
    Error::new(kind, detail)
        .with_service_error(body.code, body.description)
        .with_retry_after(retry_after)
        .with_response(received)
}

impl Error {
    /// Converts the error of a request of your own to the error that a call would return.
    ///
    /// For diagnosis, such as whether the service or the sign-in can be reached. If the request went through a proxy of
    /// the environment, the error names it.
    pub async fn of_transport(error: reqwest::Error) -> Self {
        let proxies = Proxies::from_environment().ok().flatten();
        let proxy = error.url().and_then(|url| proxies?.find(url));
        let failure = TransportError::of_request(error, proxy.as_deref()).await;
        of_transport(failure.through(proxy.as_deref()), "the request")
    }
}

/// The error of an exchange without a complete response.
fn of_transport(failure: TransportError, limit: &str) -> Error {
    let message = match (failure.kind, &failure.source) {
        (ErrorKind::Timeout, None) => format!("{limit} took too long: {}", failure.message),
        _ => failure.message,
    };
    Error::new(failure.kind, message).with_may_have_been_sent(failure.may_have_been_sent).with_source(failure.source)
}
