//! Serves the documented responses: the mock of this project, or a third-party mock of the contract.

use partner_center::models::Organization;
use partner_center::reqwest::{self, header};
use partner_center::{Error, Response, RetryPolicy};
use partner_center_mock::{Example, MockResponse};
use serde_json::Value;

use crate::support::{CUSTOMER, builder, receive};

/// The ids of every response: the contract's examples for the headers.
pub(crate) const REQUEST_ID: &str = "74ca1db9-df92-41c6-a362-a16433b0542b";
pub(crate) const CORRELATION_ID: &str = "0b2c5d7e-8f10-4a32-9b54-c6d7e8f90a1b";

/// The URL of a third-party server that serves the contract and respects `Prefer`, such as Prism.
fn third_party_url() -> Option<String> {
    std::env::var("PARTNER_CENTER_THIRD_PARTY_URL").ok()
}

/// Whether the server can send this example: a third-party mock only chooses among bodies of the requested type.
pub(crate) fn is_served(example: &Example) -> bool {
    third_party_url().is_none() || example.headers.contains(&("Content-Type", "application/json"))
}

/// The result of one call without retries that gets this example.
pub(crate) async fn call_with(example: Example) -> Result<Response<Organization>, Error> {
    let Some(url) = third_party_url() else {
        let response = MockResponse::from(example).header("MS-RequestId", REQUEST_ID);
        return receive(response.header("MS-CorrelationId", CORRELATION_ID)).await;
    };
    let wish = format!("code={}, example={}", example.status, example.name);
    let wish = header::HeaderValue::from_str(&wish).expect("names of examples fit a header");
    let http = reqwest::Client::builder()
        .default_headers([(header::HeaderName::from_static("prefer"), wish)].into_iter().collect());
    let client = builder(url).http_client_builder(http).build()?;
    client.customer(CUSTOMER).organization().retry(RetryPolicy::off()).await
}

/// Asserts that the body equals the example's: byte for byte, or by value if a third-party mock wrote it.
pub(crate) fn assert_body(raw: &[u8], example: &Example) {
    if third_party_url().is_none() {
        assert_eq!(raw, example.body.as_bytes(), "{}", example.name);
    } else {
        let read = |body: &[u8]| serde_json::from_slice::<Value>(body).expect("the body is JSON");
        assert_eq!(read(raw), read(example.body.as_bytes()), "{}", example.name);
    }
}
