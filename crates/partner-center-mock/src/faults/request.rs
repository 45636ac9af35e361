//! A request as received.

use tokio::time::Instant;

/// A request that a server of this crate has received, byte for byte.
#[derive(Clone)]
pub struct Request {
    pub(super) connection: u64,
    pub(super) number: usize,
    pub(super) at: Instant,
    head: Vec<u8>,
    body: Vec<u8>,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
}

/// The state of a buffer.
pub(super) enum Parsed {
    /// Not a complete request yet.
    Incomplete,
    /// A complete request, and its length in bytes.
    Complete(Box<Request>, usize),
    /// Not an HTTP/1 request.
    Malformed,
}

/// More than any client of an API sends.
const MAX_HEADERS: usize = 128;

impl Request {
    /// The number of its connection, from 1.
    #[must_use]
    pub fn connection(&self) -> u64 {
        self.connection
    }

    /// The number of the request, from 1 over all connections.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// When it had arrived completely, by tokio's clock.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.at
    }

    /// The method, such as `GET`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The request target as sent: path and query.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// The headers in the order and spelling they were sent; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The first header of this name, ignoring case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The bytes from the request line to the empty line, inclusive.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The body, as long as `Content-Length` says. A chunked body is not read.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Parses a request at the start of `buffer`.
    pub(super) fn parse(buffer: &[u8]) -> Parsed {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        let head = match parsed.parse(buffer) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Parsed::Incomplete,
            Err(_) => return Parsed::Malformed,
        };
        let (Some(method), Some(target)) = (parsed.method, parsed.path) else { return Parsed::Malformed };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers: Vec<_> =
            parsed.headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect();
        let stated = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let Ok(length) = stated.map_or(Ok(0), |(_, value)| value.trim().parse::<usize>()) else {
            return Parsed::Malformed;
        };
        let end = head.saturating_add(length);
        let Some(body) = buffer.get(head..end) else { return Parsed::Incomplete };
        let request = Self {
            connection: 0,
            number: 0,
            at: Instant::now(),
            head: buffer[..head].to_vec(),
            body: body.to_vec(),
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
        };
        Parsed::Complete(Box::new(request), end)
    }
}

// A request holds a bearer token or a client secret, and the output of a failed test ends up in a log.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Request")
            .field("connection", &self.connection)
            .field("number", &self.number)
            .field("method", &self.method)
            .field("target", &self.target)
            .field("header_names", &names)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_byte_and_the_order_and_spelling_of_headers() {
        let sent = b"POST /a/b?c=d HTTP/1.1\r\nMS-RequestId: 1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabcNEXT";
        let Parsed::Complete(request, used) = Request::parse(sent) else { panic!("the request is complete") };
        assert_eq!((request.method(), request.target(), request.path()), ("POST", "/a/b?c=d", "/a/b"));
        let names: Vec<&str> = request.headers().iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["MS-RequestId", "host", "content-length"]);
        assert_eq!(request.header("ms-requestid"), Some("1"));
        assert_eq!([request.head(), request.body()].concat(), sent[..used]);
        assert_eq!(&sent[used..], b"NEXT");
    }

    #[test]
    fn an_incomplete_head_or_body_is_incomplete() {
        assert!(matches!(Request::parse(b""), Parsed::Incomplete));
        assert!(matches!(Request::parse(b"GET / HTTP/1.1\r\nA: b\r\n"), Parsed::Incomplete));
        assert!(matches!(Request::parse(b"PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\nx"), Parsed::Incomplete));
    }

    #[test]
    fn bytes_that_are_not_a_request_are_malformed() {
        assert!(matches!(Request::parse(b"\x16\x03\x01\x02\x00\x01\x00"), Parsed::Malformed));
        assert!(matches!(Request::parse(b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"), Parsed::Malformed));
    }

    #[test]
    fn debug_output_shows_no_header_value_and_no_body() {
        let sent = b"POST / HTTP/1.1\r\nAuthorization: Bearer s3cret\r\nContent-Length: 6\r\n\r\ns3cret";
        let Parsed::Complete(request, _) = Request::parse(sent) else { panic!("the request is complete") };
        let shown = format!("{request:?}");
        assert!(shown.contains("Authorization") && !shown.contains("s3cret"), "{shown}");
    }
}
