//! One HTTP exchange, for the service and for the token endpoint alike: send, read under a cap and a deadline, and name
//! what broke.

use std::error::Error as StdError;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use hyper::ext::ReasonPhrase;
use tokio::time::{Instant, timeout_at};

/// What came of one exchange.
#[derive(Default)]
pub(crate) struct Exchange {
    /// Status and headers, once they have arrived.
    pub(crate) head: Option<Head>,
    /// The body as far as it was read; all of it where nothing failed.
    pub(crate) body: Bytes,
    pub(crate) failure: Option<TransportError>,
}

/// Everything of a response before its body.
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The status line's own words, where they are not the standard ones; HTTP/2 has none.
    pub(crate) reason: Option<String>,
}

/// Why an exchange has no complete response.
#[derive(Debug)]
pub(crate) struct TransportError {
    pub(crate) kind: TransportErrorKind,
    /// What happened, without the URL.
    pub(crate) message: String,
    /// Whether the request may have reached the server.
    pub(crate) may_have_been_sent: bool,
    pub(crate) source: Option<reqwest::Error>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TransportErrorKind {
    /// No connection, or it broke.
    Connection,
    /// The handshake failed over the server's certificate; a repeat fails the same way.
    Certificate,
    /// The exchange, or connecting, took too long.
    Timeout,
    /// The body is larger than the limit.
    BodyTooLarge,
    /// The request cannot be sent at all.
    Configuration,
}

impl TransportErrorKind {
    /// The kind as a word for logs.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Certificate => "certificate",
            Self::Timeout => "timeout",
            Self::BodyTooLarge => "body-too-large",
            Self::Configuration => "configuration",
        }
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The body without the UTF-8 byte order mark that Microsoft's services are known to put before JSON.
pub(crate) fn without_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)
}

/// Awaits the response that `sending` begins, and reads all of it, at most `body_limit` bytes of body, until `deadline`.
///
/// `sending` is what [`reqwest::Client::execute`] returns, which nothing has been sent of before it is polled.
pub(crate) async fn exchange(
    sending: impl Future<Output = reqwest::Result<reqwest::Response>>,
    deadline: Instant,
    body_limit: usize,
) -> Exchange {
    let (mut head, mut body) = (None, Vec::new());
    let result = timeout_at(deadline, async {
        // Lets the runtime see what has happened to the kept connections while it was not polled: a late second
        // response to an earlier request would be taken for the response to this one.
        tokio::task::yield_now().await;
        let mut response = sending.await.map_err(|error| TransportError::of(error, "before the response"))?;
        head = Some(take_head(&mut response));
        read(&mut response, body_limit, &mut body).await
    })
    .await;
    let failure = match result {
        Ok(result) => result.err(),
        Err(_) => Some(TransportError::new(TransportErrorKind::Timeout, "no complete response in time".to_owned())),
    };
    Exchange { head, body: body.into(), failure }
}

fn take_head(response: &mut reqwest::Response) -> Head {
    let reason = response.extensions().get::<ReasonPhrase>();
    let reason = reason.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned());
    Head {
        status: response.status(),
        reason: reason.filter(|reason| !reason.is_empty()),
        headers: std::mem::take(response.headers_mut()),
    }
}

/// Reads the body and stops as soon as it is larger than `limit` bytes.
///
/// Copies what comes: a chunk points into the connection's read buffer and would keep all of it alive.
async fn read(response: &mut reqwest::Response, limit: usize, body: &mut Vec<u8>) -> Result<(), TransportError> {
    let announced = response.content_length().unwrap_or_default();
    // No more than a mebibyte is reserved on the word of the other side.
    body.reserve_exact(announced.min(1 << 20) as usize);
    while let Some(chunk) = response.chunk().await.map_err(|error| TransportError::of(error, "within the body"))? {
        let room = limit - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            let message = format!("the body is larger than {limit} bytes");
            return Err(TransportError::new(TransportErrorKind::BodyTooLarge, message));
        }
    }
    Ok(())
}

impl TransportError {
    /// The error of a request that was sent.
    fn new(kind: TransportErrorKind, message: String) -> Self {
        Self { kind, message, may_have_been_sent: true, source: None }
    }

    fn of(error: reqwest::Error, place: &str) -> Self {
        let may_have_been_sent = !error.is_connect();
        let error = error.without_url();
        let (kind, message) = if error.is_timeout() {
            let what = if may_have_been_sent { "the response took too long" } else { "connecting took too long" };
            (TransportErrorKind::Timeout, what.to_owned())
        } else if is_about_a_certificate(&error) {
            (TransportErrorKind::Certificate, deepest(&error))
        } else if error.is_builder() {
            (TransportErrorKind::Configuration, deepest(&error))
        } else {
            let place = if may_have_been_sent { format!("it broke {place}: ") } else { String::new() };
            (TransportErrorKind::Connection, format!("{place}{}", deepest(&error)))
        };
        Self { kind, message, may_have_been_sent, source: Some(error) }
    }
}

/// The TLS libraries say it in words of their own, below several layers; all of them name the certificate.
fn is_about_a_certificate(error: &reqwest::Error) -> bool {
    error.is_connect() && causes(error).any(|cause| cause.to_string().to_ascii_lowercase().contains("certificate"))
}

/// The last cause, which says most.
fn deepest(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_keeps_no_more_memory_alive_than_its_own() {
        let buffer = Bytes::from(vec![b'x'; 8192]);
        let mut response = reqwest::Response::from(http::Response::new(buffer.slice(8000..8100)));
        drop(buffer);
        let mut body = Vec::new();
        read(&mut response, 100, &mut body).await.unwrap();
        assert_eq!(body, vec![b'x'; 100]);
        assert!(body.capacity() < 200);
    }
}
