//! The response of a fault server to one request.

use std::fmt::Write as _;
use std::time::Duration;

use http::StatusCode;

use crate::{Example, Gate, MockResponse};

/// The response of a [`FaultServer`](super::FaultServer) to one request: a sequence of steps, and what happens to the
/// connection afterwards.
///
/// By default it starts once a request has been read, and keeps the connection alive.
///
/// ```
/// use std::time::Duration;
/// use partner_center_mock::{MockResponse, faults::FaultResponse};
/// use partner_center_mock::examples::get_customer_organization as organization;
///
/// let late = FaultResponse::wait(Duration::from_secs(5)).then_respond(organization::CONTOSO);
/// let truncated = FaultResponse::partial(organization::CONTOSO, 10).then_reset();
/// let stale = FaultResponse::respond(organization::CONTOSO).then_close();
/// let slow = FaultResponse::drip(organization::CONTOSO, 1, Duration::from_secs(1));
/// let silent = FaultResponse::stall().on_connect();
/// # let _ = (late, truncated, stale, slow, silent);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a response does nothing until a server sends it"]
pub struct FaultResponse {
    pub(super) steps: Vec<Step>,
    pub(super) end: End,
    pub(super) begins_on_connect: bool,
}

/// One step before the end.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Wait(Duration),
    Pass(Gate),
    Send(Vec<u8>),
    Drip { bytes: Vec<u8>, at_a_time: usize, pause: Duration },
    Spaces { count: u64, chunked: bool },
}

/// What happens to the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    KeepAlive,
    Close,
    Reset,
    Stall,
}

/// How the end of a body is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// By `Content-Length`.
    ContentLength,
    /// By the last chunk of `Transfer-Encoding: chunked`.
    Chunked,
    /// By closing the connection.
    UntilClose,
}

impl FaultResponse {
    fn steps(steps: Vec<Step>, end: End) -> Self {
        Self { steps, end, begins_on_connect: false }
    }

    /// A complete response. `Content-Length` is added unless the response has its own framing.
    pub fn respond(response: impl Into<MockResponse>) -> Self {
        Self::steps(Vec::new(), End::KeepAlive).then_respond(response)
    }

    /// A complete response once `gate` lets it through.
    pub fn held(gate: &Gate, response: impl Into<MockResponse>) -> Self {
        Self::steps(vec![Step::Pass(gate.clone())], End::KeepAlive).then_respond(response)
    }

    /// These bytes and nothing else: half a status line, two content lengths, anything.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::steps(vec![Step::Send(bytes.into())], End::KeepAlive)
    }

    /// The head of `response` with its true length, the first `count` bytes of its body, then a closed connection.
    pub fn partial(response: impl Into<MockResponse>, count: usize) -> Self {
        let response = response.into();
        let mut bytes = head(&response, Some(Framing::ContentLength), response.body_bytes().len() as u64);
        bytes.extend(response.body_bytes().iter().take(count));
        Self::steps(vec![Step::Send(bytes)], End::Close)
    }

    /// The head of `response` at once, then its body in pieces of `at_a_time` bytes with a `pause` before each.
    pub fn drip(response: impl Into<MockResponse>, at_a_time: usize, pause: Duration) -> Self {
        let response = response.into();
        let head = head(&response, framing(&response), response.body_bytes().len() as u64);
        Self::raw(head).then_drip(response.body_bytes(), at_a_time, pause)
    }

    /// The head of `response`, then its body padded with spaces to `length` bytes. The padding is streamed, never held
    /// in memory, and keeps JSON valid.
    pub fn huge(response: impl Into<MockResponse>, length: u64, framing: Framing) -> Self {
        let response = response.into();
        let body = response.body_bytes();
        let mut bytes = head(&response, Some(framing), length);
        if framing == Framing::Chunked && !body.is_empty() {
            bytes.extend_from_slice(format!("{:x}\r\n", body.len()).as_bytes());
            bytes.extend_from_slice(body);
            bytes.extend_from_slice(b"\r\n");
        } else {
            bytes.extend_from_slice(body);
        }
        let count = length.saturating_sub(body.len() as u64);
        let end = if framing == Framing::UntilClose { End::Close } else { End::KeepAlive };
        Self::steps(vec![Step::Send(bytes), Step::Spaces { count, chunked: framing == Framing::Chunked }], end)
    }

    /// A delay of `duration`; chain what follows.
    pub fn wait(duration: Duration) -> Self {
        Self::steps(vec![Step::Wait(duration)], End::KeepAlive)
    }

    /// No response: the connection stays open and silent until the client disconnects or the server is dropped.
    pub fn stall() -> Self {
        Self::steps(Vec::new(), End::Stall)
    }

    /// No response: the connection is reset (RST).
    pub fn reset() -> Self {
        Self::steps(Vec::new(), End::Reset)
    }

    /// No response: the connection is closed (FIN).
    pub fn close() -> Self {
        Self::steps(Vec::new(), End::Close)
    }

    /// Then sends a complete response.
    pub fn then_respond(self, response: impl Into<MockResponse>) -> Self {
        let response = response.into();
        let mut bytes = head(&response, framing(&response), response.body_bytes().len() as u64);
        bytes.extend_from_slice(response.body_bytes());
        self.then_raw(bytes)
    }

    /// Then sends these bytes.
    pub fn then_raw(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.steps.push(Step::Send(bytes.into()));
        self
    }

    /// Then sends these bytes in pieces of `at_a_time` bytes (at least one) with a `pause` before each.
    pub fn then_drip(mut self, bytes: impl Into<Vec<u8>>, at_a_time: usize, pause: Duration) -> Self {
        self.steps.push(Step::Drip { bytes: bytes.into(), at_a_time: at_a_time.max(1), pause });
        self
    }

    /// Then waits for `duration`.
    pub fn then_wait(mut self, duration: Duration) -> Self {
        self.steps.push(Step::Wait(duration));
        self
    }

    /// Then waits at `gate`.
    pub fn then_pass(mut self, gate: &Gate) -> Self {
        self.steps.push(Step::Pass(gate.clone()));
        self
    }

    /// Leaves the connection open and silent at the end.
    pub fn then_stall(mut self) -> Self {
        self.end = End::Stall;
        self
    }

    /// Resets the connection at the end.
    pub fn then_reset(mut self) -> Self {
        self.end = End::Reset;
        self
    }

    /// Closes the connection at the end.
    ///
    /// After a complete response, the client's pooled connection is stale.
    pub fn then_close(mut self) -> Self {
        self.end = End::Close;
        self
    }

    /// Starts as soon as a connection is open, before TLS and before anything is read.
    ///
    /// On a connection that was kept alive, it starts with the next request like any other response. It has no effect
    /// on responses that a function returns, since the function needs a request first.
    pub fn on_connect(mut self) -> Self {
        self.begins_on_connect = true;
        self
    }

    /// Waits at `gate`, then for `delay`, before the first step.
    pub(crate) fn behind(mut self, gate: Option<&Gate>, delay: Duration) -> Self {
        let delay = (!delay.is_zero()).then_some(Step::Wait(delay));
        self.steps.splice(0..0, gate.cloned().map(Step::Pass).into_iter().chain(delay));
        self
    }
}

impl From<MockResponse> for FaultResponse {
    fn from(response: MockResponse) -> Self {
        Self::respond(response)
    }
}

impl From<Example> for FaultResponse {
    fn from(example: Example) -> Self {
        Self::respond(example)
    }
}

/// The framing to add: none if the response has its own, or if its status forbids a body.
fn framing(response: &MockResponse) -> Option<Framing> {
    let framed = response.header_value("content-length").or(response.header_value("transfer-encoding")).is_some();
    let bodiless = response.status() < 200 || matches!(response.status(), 204 | 304);
    (!framed && !bodiless).then_some(Framing::ContentLength)
}

fn head(response: &MockResponse, framing: Option<Framing>, length: u64) -> Vec<u8> {
    let known = || StatusCode::from_u16(response.status()).ok()?.canonical_reason();
    let reason = response.reason_phrase().or_else(known).unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", response.status());
    for (name, value) in response.headers() {
        // Writing to a string never fails.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = match framing {
        Some(Framing::ContentLength) => write!(head, "Content-Length: {length}\r\n"),
        Some(Framing::Chunked) => write!(head, "Transfer-Encoding: chunked\r\n"),
        Some(Framing::UntilClose) => write!(head, "Connection: close\r\n"),
        None => Ok(()),
    };
    head.push_str("\r\n");
    head.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_bytes(response: &FaultResponse) -> String {
        match response.steps.first() {
            Some(Step::Send(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
            other => panic!("the first step is {other:?}"),
        }
    }

    #[test]
    fn a_complete_response_gets_a_content_length() {
        let bytes = first_bytes(&FaultResponse::respond(MockResponse::new(200).header("X-A", "1").body("hello")));
        assert_eq!(bytes, "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 5\r\n\r\nhello");
    }

    #[test]
    fn a_wrong_content_length_is_kept() {
        let bytes =
            first_bytes(&FaultResponse::respond(MockResponse::new(200).header("content-length", "9").body("hello")));
        assert_eq!(bytes, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello");
    }

    #[test]
    fn a_status_that_forbids_a_body_gets_no_content_length() {
        assert_eq!(first_bytes(&FaultResponse::respond(MockResponse::new(204))), "HTTP/1.1 204 No Content\r\n\r\n");
    }

    #[test]
    fn a_set_reason_phrase_replaces_the_standard_one() {
        let bytes = first_bytes(&FaultResponse::respond(MockResponse::new(401).reason("Unauthorized - MFA required")));
        assert!(bytes.starts_with("HTTP/1.1 401 Unauthorized - MFA required\r\n"), "{bytes}");
        assert!(first_bytes(&FaultResponse::respond(MockResponse::new(599))).starts_with("HTTP/1.1 599 \r\n"));
    }

    #[test]
    fn a_partial_response_states_its_whole_length_and_closes() {
        let response = FaultResponse::partial(MockResponse::new(200).body("hello"), 2);
        assert_eq!(first_bytes(&response), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
        assert_eq!(response.end, End::Close);
    }

    #[test]
    fn a_huge_response_starts_with_the_body() {
        let response = MockResponse::new(200).body("[]");
        let chunked = first_bytes(&FaultResponse::huge(response.clone(), 10, Framing::Chunked));
        assert!(chunked.ends_with("Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n"), "{chunked}");
        let endless = FaultResponse::huge(response, 10, Framing::UntilClose);
        assert!(first_bytes(&endless).ends_with("Connection: close\r\n\r\n[]"));
        assert!(matches!(endless.steps.last(), Some(Step::Spaces { count: 8, chunked: false })));
        assert_eq!(endless.end, End::Close);
    }
}
