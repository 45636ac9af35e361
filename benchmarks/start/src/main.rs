//! What `partner-center organization get` does, written by hand on reqwest: one call, and its answer as JSON.

use std::time::Duration;

use partner_center_benchmark_measure::APPLICATION_NAME;
use reqwest::header::ACCEPT;
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (server, token) = (std::env::var("PARTNER_CENTER_BASE_URL")?, std::env::var("PARTNER_CENTER_ACCESS_TOKEN")?);
    let customer = Uuid::parse_str(&std::env::args().nth(1).ok_or("the customer is missing")?)?;
    let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).user_agent(APPLICATION_NAME).build()?;
    let response = client
        .get(format!("{server}/v1/customers/{customer}/organization"))
        .bearer_auth(&token)
        .header(ACCEPT, "application/json")
        .header("MS-RequestId", Uuid::new_v4().to_string())
        .header("MS-CorrelationId", Uuid::new_v4().to_string())
        .send()
        .await?
        .error_for_status()?;
    let organizations: serde_json::Value = serde_json::from_slice(&response.bytes().await?)?;
    println!("{:#}", organizations[0]);
    Ok(())
}
