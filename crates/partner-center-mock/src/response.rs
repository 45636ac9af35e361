//! An HTTP response that any server of this crate can send.

use httpmock::HttpMockResponse;
use partner_center_gen::types::Organization;
use serde::Serialize;

use crate::Example;

/// An HTTP response: status, headers, body.
///
/// Every server of this crate takes it: a typed mock through [`ThenExt`](crate::ThenExt), a
/// [`FaultServer`](crate::faults::FaultServer) and a [`TokenEndpoint`](crate::token_endpoint::TokenEndpoint).
///
/// ```
/// use partner_center_mock::{MockResponse, examples::get_customer_organization as organization};
///
/// let throttled = MockResponse::from(organization::THROTTLED).header("Retry-After", "2");
/// assert_eq!(throttled.header_value("retry-after"), Some("2"));
/// let echoing = MockResponse::from(organization::CONTOSO).header("MS-CorrelationId", "not even a GUID");
/// assert_eq!(echoing.status(), 200);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MockResponse {
    status: u16,
    reason: Option<String>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl MockResponse {
    /// A response with `status`, no headers and no body.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self { status, reason: None, headers: Vec::new(), body: Vec::new() }
    }

    /// A response with `value` as its JSON body.
    ///
    /// A value that cannot be serialized, such as a map with keys that are not strings, gives a 500 whose body says
    /// why.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(status: u16, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::new(status).header("Content-Type", "application/json").body(body),
            Err(error) => Self::text(500, format!("cannot serialize the body of this mock response: {error}")),
        }
    }

    /// A response with plain text as its body.
    #[must_use]
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::new(status).header("Content-Type", "text/plain; charset=utf-8").body(text.into())
    }

    /// A response with a web page as its body, such as that of a captive portal or a proxy.
    #[must_use]
    pub fn html(status: u16, page: impl Into<String>) -> Self {
        Self::new(status).header("Content-Type", "text/html; charset=utf-8").body(page.into())
    }

    /// A 200 with `organization` as the service documents it: an array with one element.
    #[must_use]
    pub fn organization(organization: &Organization) -> Self {
        Self::json(200, std::slice::from_ref(organization))
    }

    /// Sets a header; replaces every header of the same name.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        self.headers.push((name, value.into()));
        self
    }

    /// Adds a header; keeps those of the same name.
    #[must_use]
    pub fn add_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Removes every header of this name.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// Replaces the body; the headers stay unchanged.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Puts a byte order mark before the body.
    #[must_use]
    pub fn byte_order_mark(mut self) -> Self {
        self.body.splice(0..0, *b"\xEF\xBB\xBF");
        self
    }

    /// Sets the status line's reason phrase. Only the fault server and the servers built on it can send one.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The status line's reason phrase, if one was set.
    #[must_use]
    pub fn reason_phrase(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The headers, in the order they are sent.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The first header of this name, ignoring case.
    #[must_use]
    pub fn header_value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body.
    #[must_use]
    pub fn body_bytes(&self) -> &[u8] {
        &self.body
    }
}

impl From<Example> for MockResponse {
    fn from(example: Example) -> Self {
        let headers = example.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { status: example.status, reason: None, headers, body: example.body.into() }
    }
}

impl From<MockResponse> for HttpMockResponse {
    fn from(response: MockResponse) -> Self {
        Self::builder().status(response.status).headers(response.headers).body(response.body).build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::get_customer_organization as organization;

    #[test]
    fn an_example_keeps_status_headers_and_body() {
        let response = MockResponse::from(organization::THROTTLED);
        assert_eq!(response.status(), 429);
        assert_eq!(response.header_value("RETRY-AFTER"), Some("57"));
        assert_eq!(response.body_bytes(), organization::THROTTLED.body.as_bytes());
    }

    #[test]
    fn header_replaces_and_add_header_repeats() {
        let response =
            MockResponse::new(429).header("Retry-After", "1").header("retry-after", "2").add_header("Retry-After", "3");
        let values: Vec<&str> = response.headers().iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["2", "3"]);
        assert!(response.without_header("RETRY-AFTER").headers().is_empty());
    }

    #[test]
    fn an_organization_is_sent_as_an_array_of_one() {
        let response = MockResponse::organization(&Organization::default());
        let body: serde_json::Value = serde_json::from_slice(response.body_bytes()).expect("the body is JSON");
        assert_eq!(body.as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn a_value_that_cannot_be_serialized_gives_a_500_that_says_so() {
        let unserializable = std::collections::BTreeMap::from([(vec![1_u8], 1_u8)]);
        let response = MockResponse::json(200, &unserializable);
        assert_eq!(response.status(), 500);
        assert!(String::from_utf8_lossy(response.body_bytes()).contains("cannot serialize"));
    }

    #[test]
    fn the_byte_order_mark_precedes_the_body() {
        assert_eq!(MockResponse::text(200, "a").byte_order_mark().body_bytes(), b"\xEF\xBB\xBFa");
    }
}
