//! The call through the SDK, everything on, nobody subscribed to its spans.

use partner_center::{Client, auth::StaticToken};
use partner_center_benchmark_measure::{APPLICATION_NAME, arguments, measure, token};
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (server, calls) = arguments();
    let client = Client::builder()
        .base_url(server)
        .credential(StaticToken::new(token()))
        .application_name(APPLICATION_NAME)
        .build()
        .expect("a client");
    let customer = Uuid::new_v4();
    measure(calls, async || {
        let organization = client.customer(customer).organization().await.expect("an organization");
        assert!(organization.received_correlation_id().is_some() && organization.display_name.is_some());
    })
    .await;
}
