//! A response of the service: status, the headers that are used, and the body.

use std::time::Duration;

use bytes::Bytes;
use http::header::{LOCATION, WWW_AUTHENTICATE};
use http::{HeaderName, StatusCode};

use crate::exchange::{Head, without_byte_order_mark};
use crate::pipeline::retry_after;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("ms-requestid");
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("ms-correlationid");
pub(crate) const CORRELATION_VECTOR: HeaderName = HeaderName::from_static("ms-cv");
pub(crate) const SERVER_ID: HeaderName = HeaderName::from_static("ms-serverid");
pub(crate) const MFA_COMPLIANCE: HeaderName = HeaderName::from_static("ismfacompliant");

/// The headers that are kept.
static KEPT: [HeaderName; 7] =
    [REQUEST_ID, CORRELATION_ID, CORRELATION_VECTOR, SERVER_ID, MFA_COMPLIANCE, LOCATION, WWW_AUTHENTICATE];

/// One response.
///
/// Nothing in it points into the connection's read buffer, which a kept response would keep alive.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    headers: Vec<(&'static HeaderName, String)>,
    /// The delay that the service asks for in its headers.
    pub(crate) retry_after: Option<Duration>,
    /// The reason phrase of the status line, if it is not the standard one.
    pub(crate) reason: Option<String>,
    /// The body as received; a part of it if the response was truncated.
    pub(crate) raw: Bytes,
}

impl Received {
    pub(crate) fn new(head: Head, raw: Bytes, redact: impl Fn(&str) -> String) -> Self {
        let headers = head.headers.iter().filter_map(|(name, value)| {
            let name = KEPT.iter().find(|kept| *kept == name)?;
            let text = std::str::from_utf8(value.as_bytes().trim_ascii()).ok()?;
            (!text.is_empty()).then(|| (name, redact(text)))
        });
        Self {
            status: head.status,
            headers: headers.collect(),
            retry_after: retry_after::in_headers(&head.headers),
            reason: head.reason.filter(|_| !head.status.is_success()).map(|reason| redact(&reason)),
            raw,
        }
    }

    /// The body without a UTF-8 byte order mark.
    pub(crate) fn body(&self) -> &[u8] {
        without_byte_order_mark(&self.raw)
    }

    /// The values of a header that are readable text.
    pub(crate) fn headers(&self, name: &HeaderName) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(kept, _)| *kept == name).map(|(_, value)| &**value)
    }

    /// The first value of a header.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers(name).next()
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.header(&REQUEST_ID)
    }

    pub(crate) fn correlation_id(&self) -> Option<&str> {
        self.header(&CORRELATION_ID)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    /// A response with these headers.
    pub(crate) fn received(status: u16, headers: &[(HeaderName, &str)], body: impl Into<Bytes>) -> Received {
        let pairs = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
        let head = Head { status: StatusCode::from_u16(status).unwrap(), headers: pairs.collect(), reason: None };
        Received::new(head, body.into(), str::to_owned)
    }

    proptest! {
        #[test]
        fn one_byte_order_mark_is_stripped_and_nothing_else_changes(body: Vec<u8>) {
            let marked = received(200, &[], [b"\xef\xbb\xbf", &*body].concat());
            prop_assert_eq!(marked.body(), &*body);
            prop_assert_eq!(marked.raw.len(), body.len() + 3);
            prop_assume!(!body.starts_with(b"\xef\xbb\xbf"));
            prop_assert_eq!(&received(200, &[], body.clone()).body().to_vec(), &body);
        }
    }
}
