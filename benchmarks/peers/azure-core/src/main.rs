//! The call through azure_core's pipeline, with its retries, tracing and request ids.
//!
//! Its own policy for tokens refuses plain http, so the token is set by hand: what the policy costs is not counted.

use azure_core::http::headers::{ACCEPT, AUTHORIZATION, HeaderName};
use azure_core::http::{ClientOptions, Context, Method, Pipeline, Request, Url};
use partner_center_benchmark_measure::{APPLICATION_NAME, Organization, arguments, measure, token};
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("ms-requestid");
const CORRELATION_ID: HeaderName = HeaderName::from_static("ms-correlationid");
const CONTRACT_VERSION: HeaderName = HeaderName::from_static("ms-contract-version");
const APPLICATION: HeaderName = HeaderName::from_static("ms-partnercenter-application");

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (server, calls) = arguments();
    let pipeline = Pipeline::new(Some(APPLICATION_NAME), None, ClientOptions::default(), vec![], vec![], None);
    let token = token();
    let customer = Uuid::new_v4();
    measure(calls, async || {
        let url = Url::parse(&format!("{server}/v1/customers/{customer}/organization")).expect("a URL");
        let mut request = Request::new(url, Method::Get);
        request.insert_header(AUTHORIZATION, format!("Bearer {token}"));
        request.insert_header(ACCEPT, "application/json");
        request.insert_header(REQUEST_ID, Uuid::new_v4().to_string());
        request.insert_header(CORRELATION_ID, Uuid::new_v4().to_string());
        request.insert_header(CONTRACT_VERSION, "v1");
        request.insert_header(APPLICATION, APPLICATION_NAME);
        let response = pipeline.send(&Context::new(), &mut request, None).await.expect("an answer");
        let (_, headers, body) = response.deconstruct();
        let received = headers.get_optional_str(&CORRELATION_ID).map(str::to_owned);
        let organizations: Vec<Organization> = serde_json::from_slice(&body).expect("organizations");
        assert!(received.is_some() && organizations[0].display_name.is_some());
    })
    .await;
}
