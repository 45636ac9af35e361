//! The same run written by hand on reqwest: so many calls at once, no pace, no retries.

use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use partner_center_benchmark_measure::{APPLICATION_NAME, Organization, token};
use partner_center_benchmark_runs::{Progress, Settings};
use reqwest::header::ACCEPT;
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let settings = Settings::from_arguments();
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(60))
        .user_agent(APPLICATION_NAME)
        .build()
        .expect("a client");
    let token = token();
    let mut progress = Progress::begin(&settings);
    let calls = settings.ids().map(|customer| organization(&client, &settings.server, &token, customer));
    let mut organizations = stream::iter(calls).buffer_unordered(settings.concurrency);
    while let Some(organization) = organizations.next().await {
        progress.answered(organization.is_some_and(|organization| organization.display_name.is_some()));
    }
    progress.report();
}

async fn organization(client: &reqwest::Client, server: &str, token: &str, customer: Uuid) -> Option<Organization> {
    let (request_id, correlation_id) = (Uuid::new_v4(), Uuid::new_v4());
    let response = client
        .get(format!("{server}/v1/customers/{customer}/organization"))
        .bearer_auth(token)
        .header(ACCEPT, "application/json")
        .header("MS-RequestId", request_id.to_string())
        .header("MS-CorrelationId", correlation_id.to_string())
        .header("MS-Contract-Version", "v1")
        .header("MS-PartnerCenter-Application", APPLICATION_NAME)
        .send()
        .await
        .ok()?;
    let response = response.error_for_status().ok()?;
    response.headers().get("MS-CorrelationId")?;
    let body = response.bytes().await.ok()?;
    let organizations: Vec<Organization> = serde_json::from_slice(&body).ok()?;
    organizations.into_iter().next()
}
