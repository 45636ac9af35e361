//! The call through the client that openapi-generator makes of the contract.
//!
//! Its answers are values alone: status, headers and the ids in them are lost.

use std::time::Duration;

use generated::apis::configuration::Configuration;
use generated::apis::customers_api::get_customer_organization;
use partner_center_benchmark_measure::{APPLICATION_NAME, arguments, measure, token};
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (server, calls) = arguments();
    let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().expect("a client");
    let configuration = Configuration {
        base_path: server,
        user_agent: Some(APPLICATION_NAME.to_owned()),
        client,
        oauth_access_token: Some(token()),
        ..Configuration::default()
    };
    let customer = Uuid::new_v4();
    measure(calls, async || {
        let organizations = get_customer_organization(
            &configuration,
            &customer.to_string(),
            Some(&Uuid::new_v4().to_string()),
            Some(&Uuid::new_v4().to_string()),
            Some("v1"),
            Some(APPLICATION_NAME),
            None,
            None,
        )
        .await
        .expect("organizations");
        assert!(organizations[0].display_name.is_some());
    })
    .await;
}
