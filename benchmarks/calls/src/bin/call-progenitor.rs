//! The call through the generated client alone, with a transport that only adds the token.

use std::sync::Arc;
use std::time::Duration;

use partner_center_benchmark_measure::{APPLICATION_NAME, arguments, measure, token};
use partner_center_gen::{BoxFuture, Client, Transport};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use uuid::Uuid;

struct Bare {
    client: reqwest::Client,
    token: String,
}

impl Transport for Bare {
    fn execute<'a>(
        &'a self,
        mut request: reqwest::Request,
        _: &'static str,
    ) -> BoxFuture<'a, reqwest::Result<reqwest::Response>> {
        let value = HeaderValue::try_from(format!("Bearer {}", self.token)).expect("a header");
        request.headers_mut().insert(AUTHORIZATION, value);
        Box::pin(self.client.execute(request))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (server, calls) = arguments();
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(60))
        .user_agent(APPLICATION_NAME)
        .build()
        .expect("a client");
    let client = Client::new_with_client(&server, http.clone(), Arc::new(Bare { client: http, token: token() }));
    let customer = Uuid::new_v4();
    measure(calls, async || {
        let (request_id, correlation_id) = (Uuid::new_v4(), Uuid::new_v4());
        let response = client
            .get_customer_organization(
                &customer,
                Some("v1"),
                Some(&correlation_id),
                Some(APPLICATION_NAME),
                Some(&request_id),
                None,
                None,
            )
            .await
            .expect("an answer");
        let received = response.headers().get("MS-CorrelationId").and_then(|id| id.to_str().ok()).map(str::to_owned);
        let organizations = response.into_inner();
        assert!(received.is_some() && organizations[0].display_name.is_some());
    })
    .await;
}
