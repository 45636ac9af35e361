//! What came back from the service: status, headers and the whole body.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::header::{LOCATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, StatusCode};

use crate::pipeline::retry_after;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("ms-requestid");
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("ms-correlationid");
pub(crate) const CORRELATION_VECTOR: HeaderName = HeaderName::from_static("ms-cv");
pub(crate) const SERVER_ID: HeaderName = HeaderName::from_static("ms-serverid");
pub(crate) const MFA_COMPLIANCE: HeaderName = HeaderName::from_static("ismfacompliant");

/// The headers that are kept.
static KEPT: [HeaderName; 7] =
    [REQUEST_ID, CORRELATION_ID, CORRELATION_VECTOR, SERVER_ID, MFA_COMPLIANCE, LOCATION, WWW_AUTHENTICATE];

/// What these take in all.
const USUAL_LENGTH: usize = 256;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One whole answer of the service.
///
/// Nothing in it points into the connection's read buffer: kept answers would keep all of that alive, and the connection
/// would have to get itself another one for each.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    /// Of the headers, what is ever asked for and readable text: `name: value`, a line each.
    pub(crate) headers: String,
    /// How long the service asks to wait, by its headers.
    pub(crate) retry_after: Option<Duration>,
    /// The status line's own words, where they are not the standard ones; HTTP/2 has none.
    pub(crate) reason: Option<String>,
    /// The body as it came.
    pub(crate) raw: Bytes,
}

impl Received {
    /// An answer with its headers, whose body is still to come; `strike` takes out of a value what must not be kept.
    pub(crate) fn new(status: StatusCode, headers: &HeaderMap, strike: impl Fn(&str) -> Cow<'_, str>) -> Self {
        let mut kept = String::with_capacity(USUAL_LENGTH);
        for name in headers.keys().filter(|name| KEPT.contains(name)) {
            // Of several, the first counts.
            if let Some(value) = headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok()) {
                kept.extend([name.as_str(), ": ", &strike(value), "\n"]);
            }
        }
        Self { status, headers: kept, retry_after: retry_after::in_headers(headers), reason: None, raw: Bytes::new() }
    }

    /// An answer without headers.
    #[cfg(test)]
    pub(crate) fn of(status: StatusCode, raw: Bytes) -> Self {
        Self { status, headers: String::new(), retry_after: None, reason: None, raw }
    }

    /// The body without the UTF-8 byte order mark that Microsoft's services are known to put before JSON.
    pub(crate) fn body(&self) -> Bytes {
        match self.raw.starts_with(BYTE_ORDER_MARK) {
            true => self.raw.slice(BYTE_ORDER_MARK.len()..),
            false => self.raw.clone(),
        }
    }

    /// The value of a header that is kept, where it is readable text.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        debug_assert!(KEPT.contains(name), "{name} is not kept");
        self.headers.lines().find_map(|line| line.strip_prefix(name.as_str())?.strip_prefix(": "))
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.header(&REQUEST_ID)
    }

    pub(crate) fn correlation_id(&self) -> Option<&str> {
        self.header(&CORRELATION_ID)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn keeps_the_first_of_several_and_no_other_header_and_nothing_unreadable() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("ms-cv", &b"one"[..]), ("ms-cv", b"two"), ("ms-cvx", b"x"), ("ms-serverid", b"\xff")] {
            headers.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        headers.append(SERVER_ID, HeaderValue::from_static("readable"));
        let received = Received::new(StatusCode::OK, &headers, |value| value.replace("one", "ms-cv: 1").into());
        assert_eq!(received.headers, "ms-cv: ms-cv: 1\n");
        assert_eq!(received.header(&CORRELATION_VECTOR), Some("ms-cv: 1"));
        assert_eq!(received.header(&SERVER_ID), None);
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;

    use super::*;

    fn received(raw: Vec<u8>) -> Received {
        Received::of(StatusCode::OK, raw.into())
    }

    proptest! {
        #[test]
        fn one_byte_order_mark_is_stripped_and_nothing_else_changes(body: Vec<u8>) {
            let marked = received([BYTE_ORDER_MARK, &*body].concat());
            prop_assert_eq!(&*marked.body(), &*body);
            prop_assert_eq!(marked.raw.len(), body.len() + 3);
            prop_assume!(!body.starts_with(BYTE_ORDER_MARK));
            prop_assert_eq!(&*received(body.clone()).body(), &*body);
        }
    }
}
