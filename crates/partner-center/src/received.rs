//! What came back from the service: status, headers and the whole body.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("ms-requestid");
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("ms-correlationid");
pub(crate) const CORRELATION_VECTOR: HeaderName = HeaderName::from_static("ms-cv");
pub(crate) const SERVER_ID: HeaderName = HeaderName::from_static("ms-serverid");
pub(crate) const MFA_COMPLIANCE: HeaderName = HeaderName::from_static("ismfacompliant");

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One whole answer of the service.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The status line's own words, where they are not the standard ones; HTTP/2 has none.
    pub(crate) reason: Option<String>,
    /// The body as it came.
    pub(crate) raw: Bytes,
}

impl Received {
    /// The body without the UTF-8 byte order mark that Microsoft's services are known to put before JSON.
    pub(crate) fn body(&self) -> Bytes {
        match self.raw.starts_with(BYTE_ORDER_MARK) {
            true => self.raw.slice(BYTE_ORDER_MARK.len()..),
            false => self.raw.clone(),
        }
    }

    /// A header's value, where it is readable text.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).map(HeaderValue::as_bytes).and_then(|value| std::str::from_utf8(value).ok())
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.header(&REQUEST_ID)
    }

    pub(crate) fn correlation_id(&self) -> Option<&str> {
        self.header(&CORRELATION_ID)
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;

    use super::*;

    fn received(raw: Vec<u8>) -> Received {
        Received { status: StatusCode::OK, headers: HeaderMap::new(), reason: None, raw: raw.into() }
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
