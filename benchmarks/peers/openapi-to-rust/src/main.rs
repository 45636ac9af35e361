//! The call through the client that openapi-to-rust makes of the contract, with its tracing on, as it comes.
//!
//! Its answers are values alone: status, headers and the ids in them are lost.

#[allow(clippy::all, dead_code)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

use std::time::Duration;

use partner_center_benchmark_measure::{APPLICATION_NAME, arguments, measure, token};
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (server, calls) = arguments();
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(60))
        .user_agent(APPLICATION_NAME)
        .build()
        .expect("a client");
    let client = generated::HttpClient::with_client(http).with_base_url(server).with_api_key(token());
    let customer = Uuid::new_v4();
    measure(calls, async || {
        let organizations = client
            .get_customer_organization(
                customer.to_string(),
                Some(Uuid::new_v4().to_string()),
                Some(Uuid::new_v4().to_string()),
                Some("v1"),
                Some(APPLICATION_NAME),
                None::<&str>,
                None,
            )
            .await
            .expect("organizations");
        assert!(organizations[0].display_name.as_ref().is_some_and(Option::is_some));
    })
    .await;
}
