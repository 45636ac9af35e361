//! Fetches one customer's organization and prints it.
//!
//! With nothing set it starts a mock on loopback that answers with the contract's example. With
//! `PARTNER_CENTER_CUSTOMER` and credentials in the environment (the README names them) it calls Partner Center itself.

use httpmock::MockServer;
use partner_center::auth::StaticToken;
use partner_center::{Client, uuid::Uuid};
use partner_center_mock::examples::get_customer_organization::CONTOSO;
use partner_center_mock::{MockServerExt, ThenExt, httpmock};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockServer::start_async().await;
    mock.get_customer_organization(|_, then| {
        then.into_inner().reply(CONTOSO);
    });
    let client = Client::builder()
        .base_url(mock.base_url())
        .credential(StaticToken::new("any-token-will-do"))
        .application_name("quickstart")
        .build()?;
    let customer = Uuid::new_v4();

    let organization = client.customer(customer).organization().await?;

    println!("{organization:#?}");
    Ok(())
}
