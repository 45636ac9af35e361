//! The same call written by hand on reqwest: token, ids, status, ids of the answer, body, model.

use std::time::Duration;

use partner_center_benchmark_measure::{APPLICATION_NAME, Organization, arguments, measure, token};
use reqwest::header::ACCEPT;
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (server, calls) = arguments();
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(60))
        .user_agent(APPLICATION_NAME)
        .build()
        .expect("a client");
    let token = token();
    let customer = Uuid::new_v4();
    measure(calls, async || {
        let (request_id, correlation_id) = (Uuid::new_v4(), Uuid::new_v4());
        let response = client
            .get(format!("{server}/v1/customers/{customer}/organization"))
            .bearer_auth(&token)
            .header(ACCEPT, "application/json")
            .header("MS-RequestId", request_id.to_string())
            .header("MS-CorrelationId", correlation_id.to_string())
            .header("MS-Contract-Version", "v1")
            .header("MS-PartnerCenter-Application", APPLICATION_NAME)
            .send()
            .await
            .expect("an answer");
        assert!(response.status().is_success());
        let received = response.headers().get("MS-CorrelationId").and_then(|id| id.to_str().ok()).map(str::to_owned);
        let body = response.bytes().await.expect("a body");
        let organizations: Vec<Organization> = serde_json::from_slice(&body).expect("organizations");
        assert!(received.is_some() && organizations[0].display_name.is_some());
    })
    .await;
}
