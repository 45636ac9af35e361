//! Shared by the tests: one call against a mock, and a listener that records requests.

use std::sync::{Arc, Mutex};

use partner_center::models::Organization;
use partner_center::{Error, Response, RetryPolicy};
use partner_center_mock::httpmock::MockServer;
use partner_center_mock::{MockResponse, MockServerExt, ResponseScript, ThenExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) use crate::client::{CONTOSO, CUSTOMER, Outcome, TOKEN, builder, client, quick_retries, soon};

/// A mock that sends these responses in turn.
pub(crate) async fn mock(script: impl Into<ResponseScript>) -> MockServer {
    let server = MockServer::start_async().await;
    server.get_customer_organization(|_, then| {
        then.into_inner().script(script);
    });
    server
}

/// The result of one call without retries that gets `response`.
pub(crate) async fn receive(response: impl Into<MockResponse>) -> Result<Response<Organization>, Error> {
    let server = mock([response.into()]).await;
    client(server.base_url()).customer(CUSTOMER).organization().retry(RetryPolicy::off()).await
}

/// The error of one call without retries that gets `response`.
pub(crate) async fn receive_error(response: impl Into<MockResponse>) -> Error {
    receive(response).await.expect_err("the response is not an organization")
}

/// A listener that records requests byte for byte and sends raw responses.
pub(crate) struct Recorder {
    address: String,
    received: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Recorder {
    /// Starts a listener that sends these bytes in turn; the last ones repeat.
    pub(crate) async fn start(responses: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address").to_string();
        let received: Arc<Mutex<Vec<String>>> = Arc::default();
        let responses: Vec<String> = responses.iter().map(|response| (*response).to_owned()).collect();
        let task = tokio::spawn(serve(listener, responses, received.clone()));
        Self { address, received, task }
    }

    /// Starts a listener that sends one organization.
    pub(crate) async fn contoso() -> Self {
        Self::start(&[&raw_response("200 OK", CONTOSO)]).await
    }

    /// The address, such as `127.0.0.1:40123`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.received.lock().expect("the lock is not poisoned").clone()
    }

    /// The only request so far, with sorted headers.
    pub(crate) fn only_request(&self) -> Vec<String> {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:#?}");
        lines(&requests[0])
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The request line, then the headers in alphabetical order.
pub(crate) fn lines(request: &str) -> Vec<String> {
    let head = request.strip_suffix("\r\n\r\n").expect("a request ends with an empty line and no body");
    let mut lines: Vec<String> = head.split("\r\n").map(str::to_owned).collect();
    lines[1..].sort_unstable();
    lines
}

/// The value of a header in a request.
pub(crate) fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let values = request.split("\r\n").skip(1).filter_map(|line| line.split_once(": "));
    let mut values = values.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let value = values.next();
    assert_eq!(values.next(), None, "{name} is sent once");
    value
}

/// A response that closes the connection.
pub(crate) fn raw_response(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

async fn serve(listener: TcpListener, responses: Vec<String>, received: Arc<Mutex<Vec<String>>>) {
    let mut turn = 0;
    while let Ok((mut stream, _)) = listener.accept().await {
        let request = read_head(&mut stream).await;
        received.lock().expect("the lock is not poisoned").push(request);
        let response = responses.get(turn).or(responses.last()).map_or("", String::as_str);
        turn += 1;
        // Fails only if the client has disconnected.
        let _ = stream.write_all(response.as_bytes()).await;
    }
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    while !received.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => received.extend_from_slice(&buffer[..read]),
        }
    }
    String::from_utf8_lossy(&received).into_owned()
}
