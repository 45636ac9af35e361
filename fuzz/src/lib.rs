//! Serves the bytes of a fuzz target to the real client over loopback, and checks the result.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex, PoisonError};

use partner_center::auth::StaticToken;
use partner_center::{Client, ErrorKind, RetryPolicy, uuid::Uuid};
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{FaultResponse, FaultServer};
use tokio::runtime::Runtime;

/// A server and a client, reused for all inputs.
#[derive(Debug)]
pub struct Harness {
    runtime: Runtime,
    client: Client,
    response: Arc<Mutex<MockResponse>>,
    _server: FaultServer,
}

impl Harness {
    /// Starts both.
    ///
    /// # Panics
    ///
    /// If no port on loopback is free.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a fuzz target cannot return an error")]
    pub fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let response = Arc::new(Mutex::new(MockResponse::new(200)));
        let served = response.clone();
        let respond =
            move |_: &_| FaultResponse::respond(served.lock().unwrap_or_else(PoisonError::into_inner).clone());
        let server = runtime.block_on(FaultServer::builder().history(1).respond_with(respond).start());
        let server = server.expect("a port on loopback");
        let client = Client::builder()
            .base_url(server.url())
            .credential(StaticToken::new("token"))
            .retry(RetryPolicy::off().shared_throttle(false))
            .build()
            .expect("a client");
        Self { runtime, client, response, _server: server }
    }

    /// Serves the bytes as the body of a 200.
    ///
    /// # Panics
    ///
    /// If the client panics, or loses the body or the status.
    pub fn body(&self, bytes: &[u8]) {
        match self.call(MockResponse::new(200).body(bytes)) {
            Ok(response) => assert_eq!(response.raw(), bytes),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::UnexpectedBody, "{error:?}");
                assert_eq!((error.raw().as_ref(), error.status().map(|status| status.as_u16())), (bytes, Some(200)));
                is_fit_to_print(&error);
            }
        }
    }

    /// Serves the bytes as an error response: the first byte selects the status, the second the length of a
    /// `Retry-After` header, the rest is the header and the body.
    ///
    /// # Panics
    ///
    /// If the client panics, returns a success, or loses the body or the status.
    pub fn error(&self, bytes: &[u8]) {
        const STATUSES: [u16; 12] = [400, 401, 403, 404, 408, 429, 500, 502, 503, 504, 418, 302];
        let [chosen, length, rest @ ..] = bytes else { return };
        let status = STATUSES[usize::from(*chosen) % STATUSES.len()];
        let (header, body) = rest.split_at(usize::from(*length % 48).min(rest.len()));
        let is_text = header.iter().all(|byte| (b' '..=b'~').contains(byte));
        let mut response = MockResponse::new(status).body(body);
        if is_text {
            response = response.header("Retry-After", String::from_utf8_lossy(header));
        }
        match self.call(response) {
            Ok(response) => panic!("an error response became {response:?}"),
            Err(error) => {
                assert_eq!((error.raw().as_ref(), error.status().map(|got| got.as_u16())), (body, Some(status)));
                is_fit_to_print(&error);
            }
        }
    }

    fn call(
        &self,
        response: MockResponse,
    ) -> Result<partner_center::Response<Vec<partner_center::models::Organization>>, partner_center::Error> {
        *self.response.lock().unwrap_or_else(PoisonError::into_inner) = response;
        self.runtime.block_on(self.client.customer(Uuid::nil()).organizations().into_future())
    }
}

impl Default for Harness {
    fn default() -> Self {
        Self::new()
    }
}

/// Asserts that the message is one line of bounded length without control characters.
fn is_fit_to_print(error: &partner_center::Error) {
    let text = error.to_string();
    assert!(!text.chars().any(char::is_control) && text.len() < 8192, "{text:?}");
}
