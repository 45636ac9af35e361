//! Who gives the documented answers: the mock of this project, or a server elsewhere that was given the contract alone.

use partner_center::models::Organization;
use partner_center::reqwest::{self, header};
use partner_center::{Error, Response, RetryPolicy};
use partner_center_mock::{Example, MockResponse};
use serde_json::Value;

use crate::support::{CUSTOMER, builder, receive};

/// The ids of every answer: those that the contract shows for its headers.
pub(crate) const REQUEST_ID: &str = "74ca1db9-df92-41c6-a362-a16433b0542b";
pub(crate) const CORRELATION_ID: &str = "0b2c5d7e-8f10-4a32-9b54-c6d7e8f90a1b";

/// The URL of a third-party server that serves the contract and respects `Prefer`, such as Prism.
fn third_party_url() -> Option<String> {
    std::env::var("PARTNER_CENTER_THIRD_PARTY_URL").ok()
}

/// Whether whoever answers can give this example: a server chooses among the bodies of the type that is asked for.
pub(crate) fn is_served(example: &Example) -> bool {
    third_party_url().is_none() || example.headers.contains(&("Content-Type", "application/json"))
}

/// What one call without retries makes of the answer that this example shows.
pub(crate) async fn response(example: Example) -> Result<Response<Organization>, Error> {
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

/// Holds the body of an answer against the example's: byte for byte, or by its values where a server wrote it anew.
pub(crate) fn assert_body(raw: &[u8], example: &Example) {
    if third_party_url().is_none() {
        assert_eq!(raw, example.body.as_bytes(), "{}", example.name);
    } else {
        let read = |body: &[u8]| serde_json::from_slice::<Value>(body).expect("the body is JSON");
        assert_eq!(read(raw), read(example.body.as_bytes()), "{}", example.name);
    }
}
