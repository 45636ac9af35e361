//! Shared by the tests: one call, and the requests that the server received.

use std::time::Duration;

use partner_center::models::Organization;
use partner_center::{Client, Error, Response, reqwest};
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{Event, EventKind, FaultServer, Request};
use tokio::time::Instant;

pub(crate) use crate::client::{CONTOSO, CUSTOMER, Outcome, builder, client, quick_retries, soon};

/// The expected response.
pub(crate) fn contoso() -> MockResponse {
    MockResponse::text(200, CONTOSO)
}

/// The customer of a request.
pub(crate) fn customer(request: &Request) -> &str {
    request.path().split('/').nth(3).unwrap_or_default()
}

/// An organization named after the customer.
pub(crate) fn organization_of(request: &Request) -> MockResponse {
    MockResponse::text(200, format!(r#"[{{"displayName":"{}"}}]"#, customer(request)))
}

/// The response with the ids of the request.
pub(crate) fn with_ids_of(request: &Request, response: MockResponse) -> MockResponse {
    let id = |name| request.header(name).unwrap_or_default().to_owned();
    response.header("MS-RequestId", id("ms-requestid")).header("MS-CorrelationId", id("ms-correlationid"))
}

/// An HTTP client that trusts these root certificates (PEM) and those of the platform.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub(crate) fn trusting(http: reqwest::ClientBuilder, pem: impl AsRef<[u8]>) -> reqwest::ClientBuilder {
    http.tls_certs_merge(reqwest::Certificate::from_pem_bundle(pem.as_ref()).expect("certificates in PEM"))
}

/// One call with the client's options.
pub(crate) async fn call(client: &Client) -> Result<Response<Organization>, Error> {
    client.customer(CUSTOMER).organization().await
}

/// Waits until the server has recorded `count` events of this kind; fails after 20 seconds.
pub(crate) async fn until(server: &FaultServer, kind: EventKind, count: usize) {
    let seen = tokio::time::timeout(Duration::from_secs(20), server.wait_for(kind, count)).await;
    assert!(seen.is_ok(), "{kind:?} happened {} times in {:?}", server.count(kind), server.event_kinds());
}

/// Uses up the retry budget with calls that fail.
pub(crate) async fn use_up_the_budget(client: &Client) {
    for _ in 0..100 {
        if call(client).await.is_err_and(|error| error.attempts() < 4) {
            return;
        }
    }
    panic!("the budget never ends");
}

/// The status as a number.
pub(crate) fn status(error: &Error) -> Option<u16> {
    error.status().map(|status| status.as_u16())
}

/// Asserts that every request has this id.
pub(crate) fn assert_one_call(server: &FaultServer, request_id: impl ToString) {
    let request_id = request_id.to_string();
    for request in server.requests() {
        assert_eq!(request.header("ms-requestid"), Some(&*request_id));
    }
}

/// The arrival times of the requests since the first event of this kind.
pub(crate) fn arrivals_since(server: &FaultServer, kind: EventKind) -> Vec<Duration> {
    let events = server.events();
    let begin = events.iter().find(|event: &&Event| event.kind == kind).map(|event| event.at);
    let begin = begin.expect("it has happened");
    let since = |at: Instant| at.saturating_duration_since(begin);
    server.requests().iter().map(Request::at).map(since).collect()
}
