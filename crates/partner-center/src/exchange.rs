//! One HTTP exchange with the service or the token endpoint: sends the request, and reads the response with a size
//! limit and a deadline.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use hyper::ext::ReasonPhrase;
use tokio::time::{Instant, timeout_at};

use crate::error_kind::ErrorKind;
use crate::http_client::HttpClient;
use crate::transport_error::TransportError;

/// The result of one exchange.
#[derive(Default)]
pub(crate) struct Exchange {
    /// Status and headers, once they have arrived.
    pub(crate) head: Option<Head>,
    /// The body as far as it was read; all of it if nothing failed.
    pub(crate) body: Bytes,
    pub(crate) failure: Option<TransportError>,
}

/// Everything of a response before its body.
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The reason phrase of the status line, if it is not the standard one; HTTP/2 has none.
    pub(crate) reason: Option<String>,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The body without the UTF-8 byte order mark that Microsoft's services are known to put before JSON.
pub(crate) fn without_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)
}

/// Sends `request` and reads the whole response, at most `body_limit` bytes of body, until `deadline`.
pub(crate) fn exchange(
    http: &HttpClient,
    request: reqwest::Request,
    deadline: Instant,
    body_limit: usize,
) -> impl Future<Output = Exchange> + Send + use<> {
    // Handing the request over here keeps it out of the future, which would otherwise be several times as large.
    let proxy = http.proxies.as_ref().and_then(|proxies| proxies.find(request.url()));
    let sending = http.reqwest.execute(request);
    async move {
        let (mut head, mut body, mut _turn) = (None, Vec::new(), None);
        let result = timeout_at(deadline, async {
            if let Some(proxy) = &proxy {
                let admitted = Box::pin(proxy.admit()).await;
                _turn = admitted.map_err(|denial| TransportError::new(ErrorKind::Proxy, denial, false))?;
            }
            // Lets the runtime notice what has happened to the pooled connections while it was not polled: a late
            // second response to an earlier request would be taken for the response to this one.
            tokio::task::yield_now().await;
            let mut response = match sending.await {
                Ok(response) => response,
                Err(error) => return Err(TransportError::of_request(error, proxy.as_deref()).await),
            };
            head = Some(take_head(&mut response));
            if let Some(proxy) = &proxy {
                proxy.record_success();
                _turn = None;
            }
            read(&mut response, body_limit, &mut body).await
        })
        .await;
        let failure = match result {
            Ok(result) => result.err(),
            Err(_) => Some(TransportError::new(ErrorKind::Timeout, "no complete response in time", true)),
        };
        let failure = failure.map(|failure| failure.through(proxy.as_deref()));
        Exchange { head, body: body.into(), failure }
    }
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
    // A false `Content-Length` reserves no more than a mebibyte.
    body.reserve_exact(announced.min(1 << 20) as usize);
    while let Some(chunk) = response.chunk().await.map_err(|error| TransportError::of(error, "within the body"))? {
        let room = limit - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            let message = format!("the body is larger than {}", size(limit));
            return Err(TransportError::new(ErrorKind::UnexpectedBody, message, true));
        }
    }
    Ok(())
}

/// A human-readable size: in MiB if it is a whole number of them.
fn size(bytes: usize) -> String {
    match bytes.is_multiple_of(1 << 20) {
        true => format!("{} MiB", bytes >> 20),
        false => format!("{bytes} bytes"),
    }
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
